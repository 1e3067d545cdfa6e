"""The benchmark on a small made corpus: scores, summaries, processes, refusals, the file and the table."""

from __future__ import annotations

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
from tonewright.evaluation.match_benchmark import MatchReport, judge_case, run
from tonewright.evaluation.match_protocol import Clip, Protocol, Work, cases_of
from tonewright.evaluation.match_report import print_report
from tonewright.evaluation.metrics import SI_SDR_CEILING_DB, at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.systems import SYSTEMS, find_system, label
from tonewright.processor.render import render_array

RATE = 44_100
SMALL = Protocol(excerpt_s=1.0, minimum_s=4.0, draws=2, seed=5)

ENTRANTS = """
import numpy as np
from tonewright.errors import AudioError

def louder(a, b):
    return 3 * a.samples

def spectrum(a, b):
    x, y = np.abs(np.fft.rfft(a.samples)), np.abs(np.fft.rfft(b.samples))
    smooth = lambda s: np.convolve(s[0] ** 2, np.ones(301) / 301, mode="same")
    return np.fft.irfft(np.fft.rfft(a.samples) * np.sqrt(smooth(y) / smooth(x)), a.samples.shape[1])

def shy(a, b):
    raise AudioError("Not today.")

def short(a, b):
    return a.samples[:, :100]
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

    def oracle(a: Clip, b: Clip) -> NDArray[np.float32]:
        return np.asarray(0.5 * render_array(a.samples, a.sample_rate, case.settings), dtype=np.float32)

    row = judge_case(case, {"nothing": SYSTEMS["nothing"], "oracle": oracle}, -20.0)
    assert row.scores["oracle"].mrstft == pytest.approx(0.0, abs=1e-4)
    assert row.scores["oracle"].lsd_db == pytest.approx(0.0, abs=1e-4)
    assert row.scores["oracle"].si_sdr_db == pytest.approx(SI_SDR_CEILING_DB, abs=20)
    assert row.scores["nothing"].mrstft == mrstft(at_rms(case.input.samples), case.target.samples) > 0.1


def test_a_run_and_its_summary(corpus: Path) -> None:
    done: list[str] = []
    report = run(
        corpus, entrants("louder", "spectrum"), SMALL, progress=lambda i, n, work: done.append(f"{i}/{n} {work}")
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
    assert report.tests()["spectrum", "nothing"].median_difference < 0


def test_rows_do_not_depend_on_processes_or_company(corpus: Path) -> None:
    def scores(report: MatchReport) -> list[tuple[str, int, float]]:
        return [(row.work, row.draw, row.scores["spectrum"].mrstft) for row in report.rows]

    alone = run(corpus, entrants("spectrum"), SMALL)
    together = run(corpus, entrants("louder", "spectrum"), SMALL, jobs=2)
    assert scores(alone) == scores(together)
    fewer = run(corpus, entrants("spectrum"), SMALL, limit=3)
    assert len(fewer.works) <= 3
    assert set(scores(fewer)) < set(scores(alone))


def test_refusals_are_told_and_count_as_doing_nothing(corpus: Path) -> None:
    report = run(corpus, entrants("shy", "short"), replace(SMALL, draws=1))
    np.testing.assert_array_equal(report.column("shy"), report.column("nothing"))
    assert {row.scores["shy"].error for row in report.rows} == {"Not today."}
    assert "shape (1, 100)" in report.rows[0].scores["short"].error
    assert report.summary("shy").errors == 4


def test_file_and_table(corpus: Path, tmp_path: Path) -> None:
    report = run(corpus, entrants("spectrum", "shy"), SMALL, limit=4)
    path = tmp_path / "match.json"
    report.write(path)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["protocol"]["seed"] == 5
    assert data["works"] == len(report.works)
    assert data["summary"]["spectrum"]["ratio"][0] == pytest.approx(report.summary("spectrum").ratio.estimate)
    assert data["rows"][0]["settings"]["bands"][0]["type"] == "low_shelf"
    assert data["rows"][0]["scores"]["spectrum"]["mrstft"] == report.rows[0].scores["spectrum"].mrstft
    assert len(data["tests"]) == 3
    assert [file.name for file in tmp_path.glob("match.json*")] == ["match.json"]

    text = io.StringIO()
    print_report(report, Console(file=text, width=120))
    shown = text.getvalue()
    for part in ("spectrum", "shy (", "refused)", "p (Holm)", "seed 5", "%"):
        assert part in shown
    with pytest.raises(OutputError, match="cannot be written"):
        report.write(tmp_path / "nowhere" / "match.json")


def test_one_work_gives_no_interval_but_a_valid_file(corpus: Path, tmp_path: Path) -> None:
    for name in ("1.wav", "2.wav", "3.wav", "silent.wav"):
        (corpus / name).unlink()
    report = run(corpus, entrants("spectrum"), SMALL)
    report.write(tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text())["summary"]["spectrum"]["ratio"][1:] == [None, None]
    print_report(report, Console(file=io.StringIO()))


def test_systems_are_found_by_name_or_refused(corpus: Path) -> None:
    assert find_system("nothing") is SYSTEMS["nothing"]
    assert label("peer=package.module:function") == "peer"
    assert label("match") == "match"
    with pytest.raises(TonewrightError, match="no system 'magic'"):
        find_system("magic")
    with pytest.raises(TonewrightError, match="cannot be imported"):
        find_system("magic=no_such_module:f")
    with pytest.raises(TonewrightError, match="cannot be imported"):
        find_system("match_entrants:no_such_function")


def test_a_corpus_without_works_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no usable work"):
        run(tmp_path, ["nothing"], SMALL)
