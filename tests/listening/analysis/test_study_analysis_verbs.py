"""``study analyse``, ``power`` and ``simulate`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import scipy.stats


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tonewright.cli.main import run

    path = tmp_path_factory.mktemp("trial") / "r.json"
    truth = ["--truth", "auto=70", "--truth", "original=50", "--listeners", "8", "--careless", "1", "--items", "4"]
    assert run(["study", "simulate", "mushra", "-o", str(path), *truth]) == 0
    return path


def test_analyse_prints_the_paragraph_and_writes_a_folder(cli: Any, trial: Path, tmp_path: Path) -> None:
    done = cli("study", "analyse", trial, "-o", tmp_path / "out")
    assert done.code == 0
    assert done.out.startswith("The listeners of this study are simulated. 8 people took part; 1 is left out: p008")
    assert done.out == (tmp_path / "out" / "analysis.txt").read_text(encoding="utf-8")
    assert "analysis.html" in done.err


def test_analyse_as_json(cli: Any, trial: Path) -> None:
    found = json.loads(cli("study", "analyse", trial, "--json", "--margin", "5").out)
    assert found["verb"] == "study analyse"
    assert list(found["screening"]["excluded"]) == ["p008"]
    (pair,) = found["findings"]["pairs"]
    assert {pair["first"], pair["second"]} == {"auto", "original"}
    assert pair["equivalence"]["margin"] == 5.0
    assert found["with_everybody"]["listeners"] == 8


def test_screening_rules_are_options(cli: Any, trial: Path) -> None:
    kept = json.loads(cli("study", "analyse", trial, "--json", "--reference-below", "0").out)
    assert kept["screening"]["excluded"] == {}
    assert kept["with_everybody"] is None


def test_past_choices_are_analysed_as_they_are(cli: Any, tmp_path: Path) -> None:
    rows = ["prompt,listener,x,y"]
    rows += [f"{word},l{n},{x + n / 9},{y - n / 9}" for word, x, y in (("a", 1, 2), ("b", -2, 0)) for n in range(4)]
    (tmp_path / "past.csv").write_text("\n".join(rows), encoding="utf-8")
    found = json.loads(cli("study", "analyse", tmp_path / "past.csv", "--json").out)
    assert (found["kind"], found["findings"]["listeners"], found["findings"]["prompts"]) == ("adjustment", 4, 2)


def exact_power(count: int, share: float) -> float:
    tests = [scipy.stats.binomtest(right, count).pvalue for right in range(count + 1)]
    return float(sum(scipy.stats.binom.pmf(right, count, share) for right, p in enumerate(tests) if p <= 0.05))


def test_power_by_formula_and_by_simulation(cli: Any, trial: Path) -> None:
    wanted = ("--difference", "5", "--margin", "5", "--share", "0.7", "--sensitivity", "2")
    found = json.loads(cli("study", "power", "--liking", "5", "--rating", "0", *wanted, "--json").out)
    difference, equivalence, share, abx = found["plans"]
    # sqrt(2) * 5 is the deviation of differences: dz is 0.7071, for which G*Power gives 18 listeners.
    assert difference["count"] == 18
    assert difference["simulated"]["low"] < difference["power"] + 0.03
    assert equivalence["count"] > difference["count"]
    # The power of the exact test saws: 49 choices reach 0.8 (G*Power), 53 do not, and from 54 on all do.
    assert share["count"] == 54
    assert [exact_power(count, 0.7) >= 0.8 for count in (49, 53, 54, 55)] == [True, False, True, True]
    assert abx["unit"] == "choices"
    assert cli("study", "power", trial, "--difference", "5").out.count("listeners show") == 1


@pytest.mark.parametrize("kind", ["adjustment", "rating", "ab", "abx", "preference"])
def test_every_kind_is_simulated_and_analysed(cli: Any, tmp_path: Path, kind: str) -> None:
    assert cli("study", "simulate", kind, "-o", tmp_path / "r.json", "--listeners", "5", "--items", "3").code == 0
    done = cli("study", "analyse", tmp_path / "r.json")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("The listeners of this study are simulated. 5 people took part")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("analyse", "missing.json"), 1, "There are no results missing.json"),
        (("power", "--difference", "5"), 2, "--liking and --rating"),
        (("power",), 2, "say what shall be shown"),
        (("power", "--share", "0.5"), 1, "other than one half"),
        (("simulate", "rating", "-o", "x.json", "--truth", "a"), 2, "is not NAME=NUMBER"),
        (("simulate", "rating", "-o", "none/x.json"), 5, "does not exist"),
        (("simulate", "rating", "-o", "x.json", "--careless", "30"), 2, "no more than there are listeners"),
    ],
)
def test_faults_are_one_sentence(cli: Any, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = cli("study", *arguments)
    assert (done.code, done.out) == (code, "")
    assert sentence in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err
