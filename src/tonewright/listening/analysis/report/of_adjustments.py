"""What adjustments show, in words and tables."""

from __future__ import annotations

from tonewright.listening.analysis.adjustments import AdjustmentFindings
from tonewright.listening.analysis.report.parts import Table
from tonewright.listening.analysis.report.say import ALPHA, counted, interval, listed, number, p_said, p_value, percent
from tonewright.population.measures import QUADRANTS


def sentences(found: AdjustmentFindings) -> list[str]:
    """Return what may be claimed, one fact a sentence."""
    said = [
        f"{counted(found.listeners, 'listener')} made {counted(found.choices, 'choice')} for "
        f"{counted(found.prompts, 'request')}, repeats included."
    ]
    if found.explained is not None and found.p_request is not None:
        shares = [f"{percent(share)} in {axis}" for share, axis in zip(found.explained, found.axes, strict=True)]
        matters = found.p_request < ALPHA
        said.append(
            f"What was asked for explains {listed(shares)} of the variance of the choices, "
            + ("more" if matters else "not more")
            + f" than chance would ({p_said(found.p_request)}, requests shuffled within listeners); the rest is how "
            "people, and single choices, differ, so that a mean stands for few of them."
        )
    said += [*_again(found), *_pulled(found), *_schools(found)]
    if found.groups is not None:
        first, second, compared = found.groups
        numbers = (
            f"energy distance {number(compared.energy)}, by chance {number(compared.expected_energy)}, "
            f"{p_said(compared.p)}, {compared.listeners[0]} and {compared.listeners[1]} listeners"
        )
        said.append(
            f"{first} and {second} choose differently ({numbers})."
            if compared.p < ALPHA
            else f"That {first} and {second} choose differently was not shown ({numbers}), which does not mean that "
            "they choose alike."
        )
    return [*said, *found.notes]


def claims(found: AdjustmentFindings) -> dict[tuple[str, str], int]:
    """Return what is claimed, by name: whether the request matters, how many schools, whether groups differ."""
    made = {("", "what the request explains"): int(found.p_request is not None and found.p_request < ALPHA)}
    if found.schools is not None:
        made["", "schools of taste"] = found.schools.count
    if found.groups is not None:
        made[found.groups[0], found.groups[1]] = int(found.groups[2].p < ALPHA)
    return made


def tables(found: AdjustmentFindings) -> list[Table]:
    """Return all numbers; the first table is the one for a paper."""
    made = [_items(found)]
    if found.retest is not None:
        made.append(_retest(found))
    if found.schools is not None and found.schools.count > 1:
        made.append(_school_table(found))
    if found.groups is not None:
        made.append(_groups(found))
    return made


def _again(found: AdjustmentFindings) -> list[str]:
    retest = found.retest
    if retest is None:
        return ["Nobody was asked twice, so that how well people repeat themselves is not known."]
    return [
        f"Asked the same again, listeners chose {number(retest.same_person)} away from their first choice on average "
        f"(median {number(retest.median_same_person)}); two listeners are {number(retest.other_person)} apart."
    ]


def _pulled(found: AdjustmentFindings) -> list[str]:
    slopes = found.start_slope
    if slopes is None:
        return []
    pulled = [
        f"by {percent(each.estimate)} in {axis} (95 % interval {percent(each.low)} to {percent(each.high)})"
        for each, axis in zip(slopes, found.axes, strict=True)
        if each.low > 0.0
    ]
    if not pulled:
        return ["A pull of where the control stood first was not shown."]
    return [f"Choices are pulled to where the control stood first, {listed(pulled)}."]


def _schools(found: AdjustmentFindings) -> list[str]:
    schools = found.schools
    if schools is None:
        return []
    if schools.count > 1:
        shares = listed([percent(float(share)) for share in schools.shares])
        return [
            f"Listeners fall into {schools.count} schools of taste ({shares}): one Gaussian is rejected "
            f"({p_said(schools.p)}), and so is one group fewer."
        ]
    told = (
        f"BIC would take {schools.by_criterion} groups, but one Gaussian is not rejected ({p_said(schools.p)})"
        if schools.by_criterion > 1
        else f"one Gaussian describes the listeners best (BIC; bootstrap against two groups {p_said(schools.p)})"
    )
    return [f"Schools of taste were not shown: {told}."]


def _items(found: AdjustmentFindings) -> Table:
    on_plane = any(each.shares is not None for each in found.items)
    rows = [
        (
            each.prompt if len(each.prompt) <= 60 else each.prompt[:57] + "...",
            *(interval(value) for value in each.mean),
            number(each.spread),
            number(each.energy),
            *([_quadrant(each.shares)] if on_plane else []),
            str(each.listeners),
        )
        for each in found.items
    ]
    caption = (
        "Requests: mean choice with its 95 % interval (BCa bootstrap of listeners); spread (root of the trace of the "
        "covariance); energy distance to as many choices for other requests, 0 if the request changes nothing"
        + ("; the quadrant that most chose, and its share." if on_plane else ".")
    )
    axes = [f"{axis} [95 %]" for axis in found.axes]
    headings = ("request", *axes, "spread", "energy", *(["most"] if on_plane else []), "listeners")
    return Table(caption, headings, rows, "requests")


def _quadrant(shares: tuple[float, ...] | None) -> str:
    if shares is None:
        return "-"
    best = max(range(len(shares)), key=shares.__getitem__)
    return f"{QUADRANTS[best]}, {percent(shares[best])}"


def _retest(found: AdjustmentFindings) -> Table:
    retest = found.retest
    assert retest is not None
    rows = [
        (name, number(distance), number(found.agreement.get(name)))
        for name, distance in sorted(retest.listeners.items(), key=lambda pair: pair[1])
    ]
    caption = (
        f"Listeners asked again ({counted(retest.pairs, 'repeated item')}): mean distance to their first choice, and "
        f"correlation of their choices with the mean of the others. Between the two occasions of all together: "
        f"energy {number(retest.energy)}, W2 {number(retest.w2)}, Sinkhorn {number(retest.sinkhorn)}."
    )
    return Table(caption, ("listener", "retest distance", "agreement"), rows, "retest")


def _school_table(found: AdjustmentFindings) -> Table:
    schools = found.schools
    assert schools is not None
    rows = [
        (
            f"{index + 1}",
            percent(float(share)),
            *(number(float(value)) for value in centre),
            str(int((schools.members == index).sum())),
        )
        for index, (share, centre) in enumerate(zip(schools.shares, schools.centres, strict=True))
    ]
    caption = "Schools of taste: how far each lies from everybody's mean choice (Gaussian mixture, one covariance)."
    return Table(caption, ("school", "share", *found.axes, "listeners"), rows, "schools")


def _groups(found: AdjustmentFindings) -> Table:
    assert found.groups is not None
    first, second, compared = found.groups
    rows = [
        ("energy", number(compared.energy)),
        ("energy by chance", number(compared.expected_energy)),
        ("p", p_value(compared.p)),
        ("W2", number(compared.w2)),
        ("Sinkhorn", number(compared.sinkhorn)),
    ]
    caption = (
        f"{first} against {second}: mean distances over {counted(compared.prompts, 'request')}; p by permutation of "
        "listeners."
    )
    return Table(caption, ("distance", "value"), rows, "groups")
