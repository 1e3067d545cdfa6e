"""The benchmark of different songs: distances before and after, intervals, tests, refusals, files, the verb."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile as sf
from rich.console import Console
from typer.testing import CliRunner

from tonewright.cli.evaluate import app
from tonewright.errors import AudioError, TonewrightError
from tonewright.evaluation.benchmark import run
from tonewright.evaluation.folder import write_folder
from tonewright.evaluation.pair_report import PairReport
from tonewright.evaluation.printing import print_report
from tonewright.evaluation.protocol import Protocol
from tonewright.evaluation.real_pairs import PAIR_METRICS, pair_distances
from tonewright.evaluation.tasks import TASKS

RATE = 44_100
PAIRS = TASKS["pairs"]
SMALL = Protocol(excerpt_s=3.2, minimum_s=8.0, draws=1)

ENTRANTS = """
from tonewright.errors import AudioError

def copies(a, b):
    return 2 * b.samples

def shy(a, b):
    raise AudioError("Not today.")

def short(a, b):
    return a.samples[:, :100]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("songs")
    for number in range(4):
        noise = 0.1 * np.random.default_rng(number).standard_normal((1, 9 * RATE))
        colour = scipy.signal.lfilter([1], [1, -0.3 * number], noise)
        sf.write(folder / f"{number}.flac", 0.5 * np.asarray(colour).T, RATE)
    sf.write(folder / "alone.flac", 0.1 * np.random.default_rng(9).standard_normal(9 * 48_000), 48_000)
    return folder


@pytest.fixture(scope="module")
def report(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> PairReport:
    place = tmp_path_factory.mktemp("entrants")
    (place / "pair_entrants.py").write_text(ENTRANTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        found: PairReport = run(
            PAIRS, folder, [f"{name}=pair_entrants:{name}" for name in ("copies", "shy", "short")], SMALL
        )
        return found


def test_before_and_after(report: PairReport, folder: Path) -> None:
    assert report.systems == ("nothing", "copies", "shy", "short")
    assert report.works == ["0.flac", "1.flac", "2.flac", "3.flac"]
    assert report.skipped == {"alone.flac": "is alone at its sample rate"}
    assert [(row.unit, row.about["draw"]) for row in report.rows] == [(work, 0) for work in report.works]
    for metric in PAIR_METRICS:
        assert report.column("copies", metric) == pytest.approx(0.0, abs=1e-4)
        np.testing.assert_array_equal(report.column("shy", metric), report.column("nothing", metric))
    found = report.summaries["spectrum_db"]
    assert found["nothing"].mean.estimate == pytest.approx(report.column("nothing", "spectrum_db").mean())
    assert found["copies"].ratio.high < 1e-3
    assert found["copies"].nearer.estimate == 1.0
    # A draw's input, measured again from the file.
    row = report.rows[0]
    clips = []
    for name, start in ((row.unit, row.about["starts_s"][0]), (row.about["reference_work"], row.about["starts_s"][1])):
        mono = sf.read(folder / name, dtype="float32")[0]
        first = round(start * RATE)
        clips.append(mono[first : first + round(3.2 * RATE)])
    again = pair_distances(clips[0], clips[1], RATE)
    assert row.scores["nothing"].metrics == pytest.approx(again, rel=1e-3, abs=1e-3)
    # Excerpts of one noise are alike: music like that is near to itself.
    assert report.scale("spectrum_db").estimate < 0.5 * found["nothing"].mean.estimate


def test_refusals_are_told(report: PairReport) -> None:
    assert report.errors("shy") == len(report.rows)
    assert report.rows[0].scores["shy"].error == "Not today."
    assert "shape (1, 100)" in report.rows[0].scores["short"].error
    assert report.errors("copies") == 0


def test_tests_are_paired_over_works(report: PairReport) -> None:
    tests = report.tests("spectrum_db")
    assert ("copies", "nothing") in tests
    assert tests["copies", "nothing"].median_difference < 0
    assert tests["copies", "nothing"].p == pytest.approx(0.125)  # four works: two of sixteen signs
    assert tests["shy", "nothing"].p == 1.0


def test_fewer_works_and_more_draws_change_no_pair(folder: Path, report: PairReport) -> None:
    fewer = run(PAIRS, folder, ["nothing"], replace(SMALL, draws=2), limit=1)
    assert len(fewer.rows) == 2
    (same,) = [row for row in report.rows if row.unit == fewer.rows[0].unit]
    assert fewer.rows[0].about["starts_s"] == same.about["starts_s"] != fewer.rows[1].about["starts_s"]
    assert fewer.rows[0].scores["nothing"].metrics == same.scores["nothing"].metrics


def test_what_cannot_be_judged(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TonewrightError, match="oracle hears the target"):
        run(PAIRS, folder, ["oracle"], SMALL)
    with pytest.raises(AudioError, match="two works at the same sample rate"):
        run(PAIRS, tmp_path, ["nothing"], SMALL)


def test_files_and_tables(report: PairReport, tmp_path: Path) -> None:
    names = {path.name for path in write_folder(report, tmp_path / "out")}
    assert names == {"report.md", "rows.csv", "report.json"}
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert data["summary"]["copies"]["spectrum_db"]["nearer"][0] == 1.0
    assert data["rows"][0]["scale"] == pytest.approx(report.rows[0].about["scale"])
    assert {test["pair"][0] for test in data["tests_by_metric"]["band_crest_db"]} == {"copies", "shy", "short"}
    lines = (tmp_path / "out" / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(report.rows) * (1 + len(report.systems))
    console = Console(width=160, record=True, file=(tmp_path / "screen.txt").open("w", encoding="utf-8"))
    print_report(report, console)
    shown = console.export_text()
    assert "copies - nothing" not in shown
    assert "shy - copies" in shown
    assert "reference's work to itself" in shown


def test_the_verb(folder: Path, tmp_path: Path) -> None:
    """With the verb's own minimum of a minute, this folder holds nothing to judge, and it says so."""
    done = CliRunner().invoke(app, ["pairs", str(folder), "--systems", "nothing"])
    assert isinstance(done.exception, AudioError)
    for seed in range(2):
        noise = 0.1 * np.random.default_rng(seed).standard_normal(61 * RATE)
        sf.write(tmp_path / f"{seed}.wav", noise, RATE)
    call = ["pairs", str(tmp_path), "--systems", "nothing", "--per-segment", "--excerpt-s", "4", "--json"]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    assert '"benchmark": "pairs"' in done.stdout
