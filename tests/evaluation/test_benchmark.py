"""The benchmarks on a small made corpus: scores, summaries, processes, refusals, the file and the table."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray
from rich.console import Console

from tonewright.errors import AudioError, OutputError, TonewrightError
from tonewright.evaluation.auto_protocol import AutoProtocol
from tonewright.evaluation.benchmark import DEFAULT_METRICS, choose_metrics, judge_case, run
from tonewright.evaluation.folder import write_folder
from tonewright.evaluation.match_protocol import MatchProtocol, cases_of
from tonewright.evaluation.metrics import SI_SDR_CEILING_DB, at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.printing import print_report
from tonewright.evaluation.protocol import Clip, Work
from tonewright.evaluation.systems import System, label
from tonewright.evaluation.tasks import TASKS
from tonewright.evaluation.truth_report import TruthReport
from tonewright.processor.render import render_array

RATE = 44_100
MATCH, AUTO = TASKS["match"], TASKS["auto"]
QUICK = ("mrstft", "lsd_db")
SMALL = MatchProtocol(excerpt_s=1.0, minimum_s=4.0, draws=2, seed=5)

ENTRANTS = """
import numpy as np
from tonewright.errors import AudioError

def louder(a, b):
    return 3 * a.samples

def spectrum(a, b):
    x, y = np.abs(np.fft.rfft(a.samples)), np.abs(np.fft.rfft(b.samples, a.samples.shape[1]))
    smooth = lambda s: np.convolve(s[0] ** 2, np.ones(301) / 301, mode="same")
    return np.fft.irfft(np.fft.rfft(a.samples) * np.sqrt(smooth(y) / smooth(x)), a.samples.shape[1])

def shy(a, b):
    raise AudioError("Not today.")

def short(a, b):
    return a.samples[:, :100]

def brighter(a):
    return np.diff(a.samples, prepend=0) + 0.3 * a.samples
"""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for seed in range(4):
        noise = np.random.default_rng(seed).standard_normal(5 * RATE)
        sf.write(folder / f"{seed}.wav", 0.1 * noise, RATE, subtype="FLOAT")
    sf.write(folder / "silent.wav", np.zeros(5 * RATE), RATE)
    (tmp_path / "match_entrants.py").write_text(ENTRANTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def entrants(*names: str) -> list[str]:
    return [f"{name}=match_entrants:{name}" for name in names]


def test_knowing_the_settings_is_perfect_and_nothing_is_the_baseline(corpus: Path) -> None:
    case = next(iter(cases_of(Work("0.wav", corpus / "0.wav"), SMALL)))

    assert case.settings is not None
    hidden = case.settings

    def oracle(a: Clip, b: Clip) -> NDArray[np.float32]:
        return np.asarray(0.5 * render_array(a.samples, a.sample_rate, hidden), dtype=np.float32)

    knowing = System(oracle, ("input", "reference"))
    row = judge_case(MATCH, case, {"nothing": MATCH.systems["nothing"], "oracle": knowing}, -20.0)
    found = row.scores["oracle"].metrics
    assert tuple(sorted(found)) == tuple(sorted(DEFAULT_METRICS))
    assert found["mrstft"] == pytest.approx(0.0, abs=1e-4)
    assert found["lsd_db"] == pytest.approx(0.0, abs=1e-4)
    assert found["si_sdr_db"] == pytest.approx(SI_SDR_CEILING_DB, abs=20)
    assert row.scores["nothing"].metrics["mrstft"] == mrstft(at_rms(case.input.samples), case.target.samples) > 0.1


def test_a_run_and_its_summary(corpus: Path) -> None:
    done: list[str] = []
    report = run(
        MATCH,
        corpus,
        entrants("louder", "spectrum"),
        SMALL,
        progress=lambda i, n, work: done.append(f"{i}/{n} {work}"),
    )
    assert report.systems == ("nothing", "louder", "spectrum")
    assert done == ["1/5 0.wav", "2/5 1.wav", "3/5 2.wav", "4/5 3.wav", "5/5 silent.wav"]
    assert report.works == ["0.wav", "1.wav", "2.wav", "3.wav"]
    assert len(report.rows) == 8
    assert "no two separate excerpts" in report.skipped["silent.wav"]

    np.testing.assert_allclose(report.column("louder"), report.column("nothing"), rtol=1e-5)  # level is removed
    found = report.summary("spectrum")  # on noise, the reference's spectrum is the whole answer
    assert found.ratio.high < 0.6
    assert found.ratio.estimate == pytest.approx(report.column("spectrum").sum() / report.column("nothing").sum())
    assert found.better.estimate == 1.0
    assert found.lost == {}
    assert found.errors == 0
    assert report.tests("mrstft")["spectrum", "nothing"].median_difference < 0


def test_rows_do_not_depend_on_processes_or_company(corpus: Path) -> None:
    def scores(report: TruthReport) -> list[tuple[str, int, float]]:
        return [(row.unit, row.about["draw"], row.scores["spectrum"].metrics["mrstft"]) for row in report.rows]

    alone = run(MATCH, corpus, entrants("spectrum"), SMALL, metrics=QUICK)
    together = run(MATCH, corpus, entrants("louder", "spectrum"), SMALL, metrics=QUICK, jobs=2)
    assert scores(alone) == scores(together)
    fewer = run(MATCH, corpus, entrants("spectrum"), SMALL, metrics=QUICK, limit=3)
    assert len(fewer.works) <= 3
    assert set(scores(fewer)) < set(scores(alone))


def test_refusals_are_told_and_count_as_doing_nothing(corpus: Path) -> None:
    report = run(MATCH, corpus, entrants("shy", "short"), replace(SMALL, draws=1))
    np.testing.assert_array_equal(report.column("shy"), report.column("nothing"))
    assert {row.scores["shy"].error for row in report.rows} == {"Not today."}
    assert "shape (1, 100)" in report.rows[0].scores["short"].error
    assert report.summary("shy").errors == 4


def test_file_and_table(corpus: Path, tmp_path: Path) -> None:
    report = run(MATCH, corpus, entrants("spectrum", "shy"), SMALL, limit=4)
    path = tmp_path / "match.json"
    report.write(path)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["protocol"]["seed"] == 5
    assert data["works"] == len(report.works)
    assert data["summary"]["spectrum"]["ratio"][0] == pytest.approx(report.summary("spectrum").ratio.estimate)
    assert data["rows"][0]["settings"]["bands"][0]["type"] == "low_shelf"
    assert (
        data["rows"][0]["scores"]["spectrum"]["metrics"]["mrstft"]
        == report.rows[0].scores["spectrum"].metrics["mrstft"]
    )
    assert data["summary"]["spectrum"]["lsd_db"] == pytest.approx(report.column("spectrum", "lsd_db").mean())
    assert len(data["tests"]) == 3
    assert data["tests_by_metric"].keys() == {"lsd_db", "mel_distance", "crest_db", "si_sdr_db"}
    assert (data["baselines"], data["sees_target"]) == (["nothing"], [])
    assert [file.name for file in tmp_path.glob("match.json*")] == ["match.json"]

    text = io.StringIO()
    print_report(report, Console(file=text, width=120))
    shown = text.getvalue()
    for part in ("spectrum", "shy (", "refused)", "p (Holm)", "seed 5", "%", "Spectrum error, dB", "SI-SDR"):
        assert part in shown
    with pytest.raises(OutputError, match="does not exist"):
        report.write(tmp_path / "nowhere" / "match.json")


def test_one_work_gives_no_interval_but_a_valid_file(corpus: Path, tmp_path: Path) -> None:
    for name in ("1.wav", "2.wav", "3.wav", "silent.wav"):
        (corpus / name).unlink()
    report = run(MATCH, corpus, entrants("spectrum"), SMALL)
    report.write(tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text())["summary"]["spectrum"]["ratio"][1:] == [None, None]
    print_report(report, Console(file=io.StringIO()))


def test_systems_are_found_by_name_or_refused(corpus: Path) -> None:
    assert MATCH.find("nothing") is MATCH.systems["nothing"]
    assert label("peer=package.module:function") == "peer"
    assert label("match") == "match"
    assert MATCH.find("match_entrants:shy").hears == ("input", "reference")
    assert AUTO.find("match_entrants:brighter").hears == ("input",)
    with pytest.raises(TonewrightError, match="no system 'magic'"):
        MATCH.find("magic")
    with pytest.raises(TonewrightError, match="cannot be imported"):
        MATCH.find("magic=no_such_module:f")
    with pytest.raises(TonewrightError, match="cannot be imported"):
        MATCH.find("match_entrants:no_such_function")


def test_metrics_are_chosen_by_name_or_refused() -> None:
    assert choose_metrics("default") == DEFAULT_METRICS
    assert choose_metrics("rmse,centroid_hz") == ("mrstft", "rmse", "centroid_hz")
    assert {"mrstft", "rmse", "flatness", "phase_distortion", "mel_distance"} < set(choose_metrics("all"))
    with pytest.raises(TonewrightError, match="no metric 'beauty'"):
        choose_metrics("beauty")


def test_a_corpus_without_works_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no usable work"):
        run(MATCH, tmp_path, ["nothing"], SMALL)


def test_pairs_leave_oracles_out_and_baselines_alone() -> None:
    report = TruthReport(
        "match", "x", SMALL, ("nothing", "a", "ridge", "oracle", "b"), ("nothing", "ridge"), ("oracle",), []
    )
    assert report.pairs == [
        ("ridge", "nothing"),
        ("a", "nothing"),
        ("b", "nothing"),
        ("a", "ridge"),
        ("b", "ridge"),
        ("b", "a"),
    ]


def test_metrics_of_which_more_is_better_are_turned_round(corpus: Path) -> None:
    report = run(MATCH, corpus, entrants("spectrum"), SMALL, metrics=("si_sdr_db", "lufs_signed"))
    better = report.column("spectrum", "si_sdr_db") - report.column("nothing", "si_sdr_db")
    assert np.median(better.reshape(4, 2).mean(axis=1)) == pytest.approx(
        -report.tests("si_sdr_db")["spectrum", "nothing"].median_difference
    )
    summary = report.summary("spectrum").metrics["si_sdr_db"]
    means = report.column("spectrum", "si_sdr_db").reshape(4, 2).mean(axis=1)
    assert (summary.mean.estimate, summary.median.estimate) == pytest.approx((means.mean(), np.median(means)))


def test_where_nothing_is_hidden_the_change_is_measured(corpus: Path, tmp_path: Path) -> None:
    protocol = AutoProtocol(excerpt_s=1.0, minimum_s=4.0, draws=2, degradation="none")
    report = run(AUTO, corpus, entrants("brighter"), protocol, metrics=QUICK)
    still, changed = report.change("nothing"), report.change("brighter")
    assert still is not None
    assert changed is not None
    assert still.median_db.estimate == max(still.bands_db) == 0.0
    # |1.3 - exp(-i w)| against its mean over the bands: nearly 13 dB of tilt, most of it in the top octaves.
    frequencies = np.array(1000.0 * 10 ** (np.arange(-16, 13) / 10))
    gain = 20 * np.log10(np.abs(1.3 - np.exp(-2j * np.pi * frequencies / RATE)))
    expected = np.abs(gain - gain.mean())
    np.testing.assert_allclose(changed.bands_db[8:], expected[8:], atol=0.6)
    assert changed.median_db.estimate == pytest.approx(np.median(expected), abs=0.5)
    data = report.to_dict()
    assert data["summary"]["brighter"]["ratio"] == [None, None, None]
    assert len(data["summary"]["brighter"]["change"]["bands_db"]) == 29
    names = {path.name for path in write_folder(report, tmp_path / "report")}
    assert names == {"change.png", "report.md", "rows.csv", "tests.csv", "report.json"}
    print_report(report, Console(file=io.StringIO()))


def test_the_folder_holds_tables_rows_and_pictures(corpus: Path, tmp_path: Path) -> None:
    report = run(MATCH, corpus, entrants("spectrum", "shy"), replace(SMALL, reference_s=0.5), metrics=QUICK)
    folder = tmp_path / "new" / "report"
    assert {path.name for path in write_folder(report, folder)} == {path.name for path in folder.iterdir()}
    page = (folder / "report.md").read_text(encoding="utf-8")
    for part in ("# tonewright evaluate match", "reference_s 0.5", "| spectrum |", "## Spectrum error", "## Skipped"):
        assert part in page
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 2 * 3
    assert float(rows[1]["mrstft"]) == report.rows[0].scores["spectrum"].metrics["mrstft"]
    assert (folder / "ratios.png").read_bytes()[:4] == b"\x89PNG"
    with (folder / "tests.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2 * 3
