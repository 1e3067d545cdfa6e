"""Reports: what the paragraph may say, what the files hold; results files and their errors."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.listening.analysis.power import Components
from tonewright.listening.analysis.report.figures import figures, picture
from tonewright.listening.analysis.report.folder import write_analysis
from tonewright.listening.analysis.report.latex import escaped
from tonewright.listening.analysis.report.say import interval, number, p_said, p_value
from tonewright.listening.analysis.report.words import paragraph, tables
from tonewright.listening.analysis.study import Analysis, Options, analyse
from tonewright.listening.results import FORMAT, Rating, Results, ResultsError, load_results, parse_results
from tonewright.listening.simulation.adjustments import simulate_adjustments
from tonewright.listening.simulation.pairs import simulate_abx, simulate_pairs
from tonewright.listening.simulation.panel import Panel
from tonewright.listening.simulation.ratings import simulate_ratings
from tonewright.statistics import Interval

CENTRES = {"Warm & <soft>": (0.0, -3.0), "bright_100 %": (0.0, 3.0)}


@pytest.fixture(scope="module")
def mushra() -> Analysis:
    quiet = Components(2.0, 4.0)
    results = simulate_ratings(
        {"a": 70, "b": 69.9, "c": 40}, Panel(16, 1, seed=2), kind="mushra", items=4, components=quiet
    )
    return analyse(results, Options(margin=6.0))


def test_the_paragraph_claims_no_more_than_the_data(mushra: Analysis) -> None:
    said = paragraph(mushra)
    assert said.startswith("The listeners of this study are simulated. 16 people took part; 1 is left out: p016 rated")
    assert "15 listeners rated 3 systems on 4 items, from 0 to 100." in said
    assert "a was rated higher than c (mean difference" in said
    assert re.search(
        r"A difference between [ab] and [ab] was not shown .* they are within 6 points .*TOST, p < 0.001", said
    )
    assert "corrected for 3 comparisons (Holm)" in said
    assert "15 listeners are fewer than the 20 that BS.1534-3 asks for." in said
    for overclaim in ("no difference", "are equal", "proves", "is the same as"):
        assert overclaim not in said


def test_without_a_margin_nothing_is_said_to_be_alike() -> None:
    results = simulate_ratings({"a": 60, "b": 60}, Panel(8, seed=3), items=3, scale=(0, 100))
    said = paragraph(analyse(results))
    assert "was not shown" in said
    assert "which does not mean that they are equal" in said
    assert "TOST" not in said


def test_conclusions_that_hang_on_the_screening_are_named() -> None:
    good = simulate_ratings({"a": 60, "b": 50}, Panel(8, seed=4), items=4, components=Components(2, 4), kind="mushra")
    spoiled = [
        each.changed(score={"a": 0.0, "b": 100.0, "reference": 10.0}[each.system])
        if each.listener in {"p007", "p008"} and each.role != "anchor"
        else each
        for each in good.ratings
    ]
    said = paragraph(analyse(good.changed(ratings=tuple(spoiled))))
    assert "With everybody included other conclusions come out on a and b: they hang on the screening." in said


def test_abx_of_one_person_is_about_that_person() -> None:
    said = paragraph(analyse(simulate_abx(4.0, Panel(1, seed=1))))
    assert "a and b were told apart" in said
    assert said.endswith("All of this is about this listener and about these 4 items.")


def test_abx_never_says_inaudible() -> None:
    said = paragraph(analyse(simulate_abx(0.0, Panel(6, seed=1))))
    assert "was not shown" in said
    assert "which does not mean that the difference cannot be heard" in said


@pytest.mark.parametrize(
    "results",
    [
        simulate_ratings({"a_1": 4, "b&c": 3}, Panel(6), items=2, scale=(1, 5)),
        simulate_pairs({"a": 1, "b": 0, "c": -1}, Panel(6), tie=0.3),
        simulate_abx(1.0, Panel(4)),
        simulate_adjustments(CENTRES, Panel(9), repeats=1),
    ],
    ids=lambda results: results.kind,
)
def test_every_kind_has_a_page_figures_latex_and_numbers(results: Results, tmp_path: Path) -> None:
    found = analyse(results)
    written = write_analysis(found, tmp_path / "report")
    names = {path.name for path in written}
    assert {"analysis.html", "analysis.json", "analysis.txt", "tables.tex"} < names
    for name in figures(found):
        assert (tmp_path / "report" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (tmp_path / "report" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "report" / "analysis.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page
    assert "<soft>" not in page
    numbers = json.loads((tmp_path / "report" / "analysis.json").read_text(encoding="utf-8"))
    assert numbers["paragraph"] == paragraph(found)
    assert numbers["findings"]["listeners"] == len(results.listeners)
    # No row may lose or gain a cell on its way into a table.
    assert all(len(row) == len(table.columns) for table in tables(found) for row in table.rows)


def test_figures_are_vectors_and_the_same_again(mushra: Analysis) -> None:
    figure, said = figures(mushra)["ratings"]
    drawn = picture(figure, "pdf")
    assert drawn == picture(figures(mushra)["ratings"][0], "pdf")
    assert b"/Subtype /Image" not in drawn
    assert said


def test_latex_escapes_everything_and_compiles(mushra: Analysis, tmp_path: Path) -> None:
    assert escaped("a_1 & 50 % < -3.5 #") == r"a\_1 \& 50 \% $<$ $-$3.5 \#"
    assert escaped("p-value") == "p-value"
    write_analysis(mushra, tmp_path)
    text = (tmp_path / "tables.tex").read_text(encoding="utf-8")
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == len(tables(mushra))
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed; the table was checked as text only")
    whole = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n" + text + "\\end{document}\n"
    (tmp_path / "all.tex").write_text(whole, encoding="utf-8")
    done = subprocess.run(["pdflatex", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0


def test_numbers_are_said_as_far_as_they_are_known() -> None:
    assert [p_value(p) for p in (0.0004, 0.0312, 0.456, 1.0, float("nan"))] == ["< 0.001", "0.031", "0.46", "1.00", "-"]
    assert (p_said(0.0), p_said(0.04)) == ("p < 0.001", "p = 0.040")
    assert (number(-0.001), number(-0.01), number(None)) == ("0.00", "-0.01", "-")
    assert interval(Interval(1.0, -np.inf, np.inf)) == "1.00"


def some(**changes: Any) -> dict[str, Any]:
    rating = {"listener": "a", "trial": "1", "item": "i", "system": "s", "score": 50}
    return {
        "format": FORMAT,
        "version": 1,
        "study": "s",
        "kind": "rating",
        "listeners": [{"id": "a"}],
        "ratings": [rating],
        **changes,
    }


def test_results_come_back_from_their_file(tmp_path: Path) -> None:
    results = simulate_adjustments(CENTRES, Panel(3, 0, 1), repeats=1)
    results.save(tmp_path / "r.json")
    assert load_results(tmp_path / "r.json") == results
    assert parse_results(json.dumps(some())).ratings[0] == Rating(
        listener="a", trial="1", item="i", system="s", score=50
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "the results is not JSON"),
        ("[]", "holds no results of a study"),
        (json.dumps(some(version=2)), "is of version 2; this Tonewright reads version 1"),
        (json.dumps(some(kind="guess")), "kind: input should be"),
        (json.dumps(some(listeners=[])), "trial 1 of listener a: there is no such listener"),
        (json.dumps(some(listeners=[{"id": "a"}] * 2)), "listener a is there twice"),
        (json.dumps(some(scale=[1, 5])), "50 is not between 1 and 5"),
        (json.dumps(some(scale=[5, 5])), "the scale must end above where it begins"),
        (json.dumps(some(ratings=some()["ratings"] * 2)), "trial 1 of listener a is answered twice"),
        (json.dumps(some(kind="abx")), "a study of the kind abx has no ratings"),
        (json.dumps(some(extra=1)), "extra is not a known key"),
        (json.dumps(some(ratings=[{**some()["ratings"][0], "catch": True}])), "passed goes with catch"),
        (json.dumps(some()).replace("50", "NaN"), "NaN is no answer"),
    ],
)
def test_broken_results_are_named_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ResultsError, match=re.escape(sentence)) as caught:
        parse_results(text)
    assert "\n" not in str(caught.value)


def test_points_outside_of_their_space_are_refused() -> None:
    results = simulate_adjustments(CENTRES, Panel(1))
    data = json.loads(results.to_json())
    data["adjustments"][0]["point"] = [7.0, 0.0]
    with pytest.raises(ResultsError, match="x = 7 of the point is not between -6 and 6"):
        parse_results(json.dumps(data))
    data["adjustments"][0]["point"] = [1.0]
    with pytest.raises(ResultsError, match="the point has 1 coordinates instead of 2"):
        parse_results(json.dumps(data))
