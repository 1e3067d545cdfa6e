"""Results that were kept are read again: the committed figures come again from the committed rows, and are printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.errors import TonewrightError
from tonewright.evaluation.reading import read_report
from tonewright.evaluation.say_report import SayReport

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
#: One of each benchmark on music, the smallest.
KEPT = ("auto_unharmed", "match_quality_short_reference", "style_transfer", "real_pairs")


def alike(found: Any, kept: Any, slack: float, place: str = "") -> None:
    """Everything is equal, but for bounds of intervals, which another resampling moves by a part of their distance."""
    if isinstance(kept, dict) and {"estimate", "low", "high"} <= kept.keys():
        found, kept = list(found.values()), list(kept.values())
    if isinstance(kept, dict):
        assert list(found) == list(kept), place
        for name, value in kept.items():
            alike(found[name], value, slack, f"{place}/{name}")
    elif isinstance(kept, list) and len(kept) == 3 and all(isinstance(one, float) for one in kept):
        assert found[0] == pytest.approx(kept[0], rel=1e-9, abs=1e-12), place
        np.testing.assert_allclose(found[1:], kept[1:], atol=slack * (kept[2] - kept[1]) + 1e-9, err_msg=place)
    elif isinstance(kept, list):
        assert len(found) == len(kept), place
        for index, (one, other) in enumerate(zip(found, kept, strict=True)):
            alike(one, other, slack, f"{place}/{index}")
    elif isinstance(kept, float):
        assert found == pytest.approx(kept, rel=1e-9, abs=1e-12), place
    else:
        assert found == kept, place


@pytest.mark.parametrize("name", KEPT)
def test_the_committed_figures_come_again_from_their_rows(name: str) -> None:
    path = RESULTS / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    report = read_report(path)
    found = json.loads(json.dumps(report.to_dict()))
    del found["tonewright"], kept["tonewright"]
    alike(found, kept, slack=0.1)


def test_so_do_the_means_of_predictions() -> None:
    kept = json.loads((RESULTS / "say_population.json").read_text(encoding="utf-8"))
    report = read_report(RESULTS / "say_population.json")
    assert isinstance(report, SayReport)
    assert (len(report.rows), len(report.works)) == (kept["items"], kept["prompts"])
    for system in ("prompt-blind", "retest", "readout"):
        said = kept["summary"][system]
        alike(report.mean(system, "energy")._asdict(), said["means"]["energy"], slack=0.1)
        assert 1 - report.ratio(system, "energy").estimate == pytest.approx(said["skill"]["energy"]["estimate"])
        people = report.skill_people[system]
        assert (None if people is None else people._asdict()) == said["skill_people"]
    assert json.loads(json.dumps(report.tests_data("w2"))) == kept["tests"]["w2"]


def test_the_verb_prints_them(cli: Callable[..., Any], tmp_path: Path) -> None:
    paths = [RESULTS / f"{name}.json" for name in ("auto_unharmed", "real_pairs")]
    done = cli("evaluate", "show", *paths, "--report", tmp_path / "all")
    assert done.code == 0, done.err
    for part in ("nothing", "average-spectrum", "matchering", "reference's work to itself", "seed 0"):
        assert part in done.out
    assert (tmp_path / "all" / "real_pairs" / "report.md").exists()
    assert (tmp_path / "all" / "auto_unharmed" / "change.png").exists()


def test_metrics_that_there_are_no_more_are_left_out() -> None:
    path = RESULTS / "transients.json"
    assert "stft_loss" in json.loads(path.read_text(encoding="utf-8"))["metrics"]
    report = read_report(path)
    assert "stft_loss" not in report.rows[0].scores["nothing"].metrics
    assert {"mrstft", "transient_preservation"} <= report.rows[0].scores["nothing"].metrics.keys()


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    for content in ("[]", "{}", '{"benchmark": "auto_song"}', '{"benchmark": "auto", "protocol": {}}', "RIFF"):
        (tmp_path / "other.json").write_text(content)
        with pytest.raises(TonewrightError, match="holds no result of tonewright evaluate"):
            read_report(tmp_path / "other.json")
    with pytest.raises(TonewrightError, match="cannot be read"):
        read_report(tmp_path / "none.json")
