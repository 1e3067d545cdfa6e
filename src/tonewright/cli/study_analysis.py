"""``tonewright study analyse | power | simulate``: what results show, what the next study needs, made-up panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.listening.analysis.power import Components
    from tonewright.listening.results import Results

Seed = Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")]


def analyse(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="What study export wrote, or listening data on choices.", show_default=False
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Write page, figures (PDF, PNG), LaTeX and JSON."),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option("--margin", metavar="POINTS", min=0.0, help="Ratings: test whether systems are this near (TOST)."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="QUESTION", help="Adjustments: compare listeners by an answer of theirs."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="DATA", help="Adjustments: compare with other listening data.")
    ] = None,
    reference_below: Annotated[
        float, typer.Option("--reference-below", help="MUSHRA: the hidden reference must not be rated below this ...")
    ] = 90.0,
    reference_share: Annotated[
        float, typer.Option("--reference-share", min=0.0, max=1.0, help="... on more than this share of the items.")
    ] = 0.15,
    catch_share: Annotated[
        float, typer.Option("--catch-share", min=0.0, max=1.0, help="Most catch trials that may be failed.")
    ] = 0.34,
    retest_ratio: Annotated[
        float,
        typer.Option(
            "--retest-ratio", min=0.0, help="Adjustments: most distance of repeats, over that between people."
        ),
    ] = 1.15,
    headphones: Annotated[bool, typer.Option("--headphones", help="Leave out who failed the headphone check.")] = False,
    seed: Seed = 0,
    json: options.Json = False,
) -> None:
    """Screen listeners and analyse their answers; prints a paragraph that claims no more than the data allow.

    Everything is computed with and without those who are left out, and everybody left out is named with the reason.
    """
    from tonewright.listening.analysis.reading import read_answers
    from tonewright.listening.analysis.report.folder import write_analysis
    from tonewright.listening.analysis.report.words import paragraph
    from tonewright.listening.analysis.screening import Rules
    from tonewright.listening.analysis.study import Options
    from tonewright.listening.analysis.study import analyse as analyse_results
    from tonewright.population.imports import load_population

    if margin == 0.0:
        raise typer.BadParameter("a margin must be above 0.", param_hint="--margin")
    rules = Rules(
        reference_below=reference_below,
        reference_share=reference_share,
        catch_share=catch_share,
        retest_ratio=retest_ratio,
        headphones=headphones,
    )
    other = None if against is None else load_population(against)
    results = read_answers(source)
    found = analyse_results(results, Options(rules=rules, margin=margin, by=by, against=other, seed=seed))
    written = [] if folder is None else write_analysis(found, folder)
    if json:
        output.emit("study analyse", {**found.to_dict(), "paragraph": paragraph(found), "files": written})
        return
    output.tell(paragraph(found))
    for path in written:
        output.say(str(path))


def power(
    pilot: Annotated[
        Path | None,
        typer.Argument(metavar="RESULTS", help="Ratings of an earlier study, for their spread.", show_default=False),
    ] = None,
    difference: Annotated[
        float | None, typer.Option("--difference", metavar="POINTS", help="Ratings: smallest mean difference to show.")
    ] = None,
    margin: Annotated[
        float | None, typer.Option("--margin", metavar="POINTS", help="Ratings: margin of equivalence to show.")
    ] = None,
    share: Annotated[
        float | None, typer.Option("--share", min=0.0, max=1.0, help="Preferences: share of choices to show.")
    ] = None,
    sensitivity: Annotated[
        float | None, typer.Option("--sensitivity", metavar="D", min=0.0, help="ABX: d' of the listeners.")
    ] = None,
    liking: Annotated[
        float | None, typer.Option("--liking", min=0.0, help="Deviation of listeners' own liking of a system.")
    ] = None,
    rating: Annotated[float | None, typer.Option("--rating", min=0.0, help="Deviation of single ratings.")] = None,
    items: Annotated[int, typer.Option("--items", min=1, help="Items that each listener rates.")] = 8,
    wanted: Annotated[float, typer.Option("--power", min=0.01, max=0.999, help="Probability of showing it.")] = 0.8,
    alpha: Annotated[float, typer.Option("--alpha", min=1e-6, max=0.5, help="Level of the test.")] = 0.05,
    comparisons: Annotated[int, typer.Option("--comparisons", min=1, help="Pairs tested; divides the level.")] = 1,
    seed: Seed = 0,
    json: options.Json = False,
) -> None:
    """Say how many listeners the next study needs, by formula and by simulation."""
    from tonewright.listening.analysis.planning import Aim, plan_abx, plan_choices, plan_difference, plan_equivalence
    from tonewright.listening.analysis.study import plain

    if difference is None and margin is None and share is None and sensitivity is None:
        raise typer.BadParameter(
            "say what shall be shown.", param_hint="--difference, --margin, --share, --sensitivity"
        )
    aim = Aim(power=wanted, alpha=alpha, comparisons=comparisons)
    plans = []
    if difference is not None or margin is not None:
        parts, scale = _components(pilot, liking, rating)
        if difference is not None:
            plans.append(plan_difference(difference, parts, items, aim, scale=scale, seed=seed))
        if margin is not None:
            plans.append(plan_equivalence(margin, parts, items, aim))
    if share is not None:
        plans.append(plan_choices(share, aim))
    if sensitivity is not None:
        plans.append(plan_abx(sensitivity, aim))
    if json:
        output.emit("study power", {"aim": plain(aim), "plans": [plain(each) for each in plans]})
        return
    for each in plans:
        output.tell(each.said)


def simulate(
    kind: Annotated[
        Literal["adjustment", "rating", "mushra", "ab", "abx", "preference"],
        typer.Argument(metavar="KIND", help="adjustment, rating, mushra, ab, abx or preference.", show_default=False),
    ],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the results go.")],
    truth: Annotated[
        list[str] | None,
        typer.Option(
            "--truth",
            metavar="NAME=VALUE",
            help="Mean rating or log strength of a system; X,Y of a request; d' for abx. May be given again.",
            show_default="two or more of each",
        ),
    ] = None,
    listeners: Annotated[int, typer.Option("--listeners", min=1, help="How many take part.")] = 20,
    careless: Annotated[int, typer.Option("--careless", min=0, help="How many of them answer at random.")] = 0,
    items: Annotated[int, typer.Option("--items", min=1, help="Items, or trials of abx.")] = 8,
    catches: Annotated[int, typer.Option("--catches", min=0, help="Catch trials of each.")] = 0,
    repeats: Annotated[int, typer.Option("--repeats", min=0, help="Items that come twice.")] = 0,
    seed: Seed = 0,
) -> None:
    """Write the results of made-up listeners with known preferences, to try an analysis before anybody is asked."""
    results = _simulated(kind, truth or [], listeners, careless, items, catches, repeats, seed)
    results.save(target)
    output.tell(f"{target}: {len(results.answers)} answers of {listeners} simulated listeners")


#: What simulated panels prefer where nothing is said.
_SYSTEMS = {"auto": 70.0, "match": 64.0, "original": 55.0}
_STRENGTHS = {"auto": 0.6, "match": 0.2, "original": -0.8}
_REQUESTS = {"Warmer, please.": (0.0, -3.0), "More air.": (0.0, 3.0), "More life.": (3.0, 1.0), "Calmer.": (-3.0, -1.0)}


def _simulated(
    kind: str, truth: list[str], listeners: int, careless: int, items: int, catches: int, repeats: int, seed: int
) -> Results:
    from tonewright.listening.simulation.adjustments import simulate_adjustments
    from tonewright.listening.simulation.pairs import simulate_abx, simulate_pairs
    from tonewright.listening.simulation.panel import Panel
    from tonewright.listening.simulation.ratings import simulate_ratings

    if careless > listeners:
        raise typer.BadParameter("no more than there are listeners.", param_hint="--careless")
    panel = Panel(listeners=listeners, careless=careless, catches=catches, seed=seed)
    named = dict(_named(each, 2 if kind == "adjustment" else 1) for each in truth)
    if kind == "adjustment":
        if repeats > len(named or _REQUESTS):
            raise typer.BadParameter("no more than there are requests.", param_hint="--repeats")
        centres = {name: (values[0], values[1]) for name, values in named.items()}
        return simulate_adjustments(centres or _REQUESTS, panel, repeats=repeats)
    single = {name: values[0] for name, values in named.items()}
    if kind == "abx":
        if repeats:
            raise typer.BadParameter("abx has trials (--items) and no repeats.", param_hint="--repeats")
        return simulate_abx(next(iter(single.values()), 1.5), panel, trials=items)
    if repeats > items:
        raise typer.BadParameter("no more than there are items.", param_hint="--repeats")
    if kind in ("ab", "preference"):
        return simulate_pairs(
            single or _STRENGTHS, panel, kind="ab" if kind == "ab" else "preference", items=items, repeats=repeats
        )
    which: Literal["mushra", "rating"] = "mushra" if kind == "mushra" else "rating"
    return simulate_ratings(single or _SYSTEMS, panel, kind=which, items=items, repeats=repeats)


def _named(text: str, count: int) -> tuple[str, list[float]]:
    name, equals, value = text.rpartition("=")
    parts = value.split(",")
    if not equals or not name or len(parts) != count:
        what = "REQUEST=X,Y" if count == 2 else "NAME=NUMBER"
        raise typer.BadParameter(f"{text!r} is not {what}.", param_hint="--truth")
    return name, [options.number(part, "--truth", "a number") for part in parts]


def _components(
    pilot: Path | None, liking: float | None, rating: float | None
) -> tuple[Components, tuple[float, float]]:
    from tonewright.listening.analysis.power import Components
    from tonewright.listening.analysis.ratings import analyse_ratings
    from tonewright.listening.results import ResultsError, load_results

    if pilot is None:
        if liking is None or rating is None:
            raise typer.BadParameter("give an earlier study's RESULTS, or both.", param_hint="--liking and --rating")
        return Components(liking, rating), (float("-inf"), float("inf"))
    results = load_results(pilot)
    if not results.ratings:
        raise ResultsError(f"{pilot} holds no ratings; give --liking and --rating instead.")
    found = analyse_ratings(results).components
    if found is None:
        raise ResultsError(f"{pilot} holds too few ratings for their spread; give --liking and --rating instead.")
    return Components(found.liking if liking is None else liking, found.rating if rating is None else rating), (
        results.scale
    )
