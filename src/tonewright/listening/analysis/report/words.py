"""One paragraph in plain words that claims no more than the data allow."""

from __future__ import annotations

from tonewright.listening.analysis.adjustments import AdjustmentFindings
from tonewright.listening.analysis.pairs import PairFindings
from tonewright.listening.analysis.ratings import RatingFindings
from tonewright.listening.analysis.report import of_adjustments, of_pairs, of_ratings
from tonewright.listening.analysis.report.parts import Table
from tonewright.listening.analysis.report.say import counted, listed, number
from tonewright.listening.analysis.screening import Screening
from tonewright.listening.analysis.study import Analysis, Findings

#: As many listeners BS.1534-3 asks for.
ENOUGH = 20


def paragraph(analysis: Analysis) -> str:
    """Return what the study shows: who took part, who is left out, what is claimed, what is not."""
    return " ".join([*_who(analysis), *sentences(analysis), *_changes(analysis), *_limits(analysis)])


def sentences(analysis: Analysis) -> list[str]:
    """Return what the answers of those who stay show."""
    found = analysis.findings
    if isinstance(found, RatingFindings):
        return of_ratings.sentences(found, analysis.results.scale)
    return of_pairs.sentences(found) if isinstance(found, PairFindings) else of_adjustments.sentences(found)


def tables(analysis: Analysis) -> list[Table]:
    """Return all numbers: findings first, then, if anybody is left out, those with everybody, then the screening."""
    made = _tables(analysis.findings)
    if analysis.everybody is not None:
        made += [
            Table(f"With everybody, nobody left out. {each.caption}", each.columns, each.rows, f"everybody-{each.name}")
            for each in _tables(analysis.everybody)
        ]
    return [*made, _screening(analysis.screening)]


def _tables(found: Findings) -> list[Table]:
    if isinstance(found, RatingFindings):
        return of_ratings.tables(found)
    return of_pairs.tables(found) if isinstance(found, PairFindings) else of_adjustments.tables(found)


def _claims(found: Findings) -> dict[tuple[str, str], int]:
    if isinstance(found, RatingFindings):
        claims = of_ratings.claims(found)
    elif isinstance(found, AdjustmentFindings):
        claims = of_adjustments.claims(found)
    else:
        claims = of_pairs.claims(found)
    # In which order two systems are compared follows their means: what is claimed does not.
    return {pair if pair[0] <= pair[1] else pair[::-1]: c if pair[0] <= pair[1] else -c for pair, c in claims.items()}


def _who(analysis: Analysis) -> list[str]:
    total, out = len(analysis.results.listeners), analysis.screening.excluded
    simulated = ["The listeners of this study are simulated."] if analysis.results.notes.get("simulated") else []
    if not out:
        return [*simulated, f"{_people(total)} took part; nobody is left out."]
    reasons = "; ".join(f"{name} {listed(list(why))}" for name, why in out.items())
    return [
        *simulated,
        f"{_people(total)} took part; {len(out)} {'is' if len(out) == 1 else 'are'} left out: {reasons}.",
    ]


def _changes(analysis: Analysis) -> list[str]:
    if analysis.everybody is None:
        return []
    ours, theirs = _claims(analysis.findings), _claims(analysis.everybody)
    changed = [" and ".join(filter(None, pair)) for pair in ours | theirs if ours.get(pair, 0) != theirs.get(pair, 0)]
    if not changed:
        return ["With everybody included the same is claimed."]
    return [f"With everybody included other conclusions come out on {listed(changed)}: they hang on the screening."]


def _limits(analysis: Analysis) -> list[str]:
    found = analysis.findings
    few = analysis.results.kind == "mushra" and found.listeners < ENOUGH
    said = (
        [f"{counted(found.listeners, 'listener')} are fewer than the {ENOUGH} that BS.1534-3 asks for."] if few else []
    )
    many = found.prompts if isinstance(found, AdjustmentFindings) else found.items
    what = "request" if isinstance(found, AdjustmentFindings) else "item"
    who = "this listener" if found.listeners == 1 else "listeners like these"
    which = f"this {what}" if many == 1 else f"these {many} {what}s"
    return [*said, f"All of this is about {who} and about {which}."]


def _people(count: int) -> str:
    return counted(count, "person", "people").capitalize()


def _screening(screening: Screening) -> Table:
    rows = [
        (
            each.listener,
            str(each.answers),
            "-" if each.low_references is None else f"{each.low_references} of {each.references}",
            "-" if not each.catches else f"{each.failed_catches} of {each.catches}",
            number(each.retest),
            listed(list(each.reasons)) or "stays",
        )
        for each in screening.listeners
    ]
    rules = screening.rules
    caption = (
        f"Screening. Left out is who rates the hidden reference below {rules.reference_below:g} on more than "
        f"{100 * rules.reference_share:g} % of the items (MUSHRA), fails more than {100 * rules.catch_share:g} % of "
        f"the catch trials, gives less than {100 * rules.least_share:g} % of the median listener's answers, or "
        f"(adjustments) misses their own first choices by more than {rules.retest_ratio:g} times what different "
        "people are apart" + (", or fails the headphone check." if rules.headphones else ".")
    )
    columns = ("listener", "answers", "low references", "failed catches", "retest distance", "outcome")
    return Table(caption, columns, rows, "screening")
