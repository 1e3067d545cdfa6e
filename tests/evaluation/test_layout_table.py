"""The table of layouts: what it averages, what it calls better, and that the paper's figures are the paper's."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats

from tonewright.errors import OutputError, SettingsError
from tonewright.statistics import holm

SCRIPT = Path(__file__).parents[2] / "scripts" / "layout_table.py"
WORKS = 14
SYSTEMS = ("nothing", "auto-even18", "auto-even24", "auto-even42", "auto-even54")
METRICS = ("mrstft", "si_sdr_db", "pesq", "rmse", "lufs_signed", "crest_db")


def load() -> Any:
    spec = importlib.util.spec_from_file_location("layout_table", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["layout_table"] = module
    spec.loader.exec_module(module)
    return module


layout_table = load()


def made_report(benchmark: str = "auto") -> dict[str, Any]:
    """Scores in which 54 wins on SI-SDR and loudness and loses on crest, 42 differs from none, PESQ is missing."""
    rng = np.random.default_rng(3)
    rows = []
    for work in range(WORKS):
        for draw in range(2):
            base = {name: float(rng.normal(5.0, 0.5)) for name in METRICS}
            scores = {}
            for system in SYSTEMS:
                found: dict[str, float | None] = {n: value + float(rng.normal(0, 0.05)) for n, value in base.items()}
                found["pesq"] = None
                if system.endswith("54"):
                    found["si_sdr_db"] = base["si_sdr_db"] + 1.0
                    found["lufs_signed"] = -0.1 if draw else 0.1
                    found["crest_db"] = base["crest_db"] + 1.0
                scores[system] = {"metrics": found}
            rows.append({"work": f"w{work}", "draw": draw, "scores": scores})
    return {
        "benchmark": benchmark,
        "tonewright": "1",
        "corpus": "made",
        "protocol": {"seed": 0, "excerpt_s": 18.0},
        "systems": list(SYSTEMS),
        "metrics": list(METRICS),
        "works": WORKS,
        "rows": rows,
    }


@pytest.fixture(scope="module")
def found() -> Any:
    return layout_table.compare(made_report(), "made")


def test_means_and_verdicts(found: Any) -> None:
    report = made_report()
    assert list(found.means) == ["mrstft", "si_sdr_db", "rmse", "lufs_signed", "crest_db"]
    mean = np.mean([row["scores"]["auto-even24"]["metrics"]["rmse"] for row in report["rows"]])
    assert found.means["rmse"]["even24"].estimate == pytest.approx(mean)
    for rival in ("even18", "even24"):
        assert found.verdict("si_sdr_db", "even54", rival) == "better"
        assert found.verdict("lufs_signed", "even54", rival) == "better"
        assert found.verdict("crest_db", "even54", rival) == "worse"
        assert found.verdict("rmse", "even42", rival) == "no difference shown"


def test_p_values_are_corrected_over_the_whole_table(found: Any) -> None:
    report = made_report()

    def works(system: str, metric: str) -> np.ndarray[Any, Any]:
        values = np.array([row["scores"][system]["metrics"][metric] for row in report["rows"]])
        sign = -1 if metric == "si_sdr_db" else 1
        return np.asarray(sign * np.abs(values).reshape(WORKS, 2).mean(axis=1))

    alone = [
        float(scipy.stats.wilcoxon(works(f"auto-{first}", metric) - works(f"auto-{second}", metric)).pvalue)
        for metric, first, second in found.tests
    ]
    assert len(alone) == 5 * 4
    assert [test.p_holm for test in found.tests.values()] == pytest.approx(holm(alone))


def test_the_page_says_who_wins_and_who_does_not(found: Any) -> None:
    text = "\n".join(layout_table.page(found))
    row = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    assert row["SI-SDR, dB"].count("**") == 2
    assert row["SI-SDR, dB"].endswith("| 14.38 | 14.25 | 14.47 |")
    assert "**" not in row["Crest factor, dB"]
    assert "**" not in row["RMSE"]
    assert "NDMP (54) against PEQ (18): better: SI-SDR, LUFS, signed; worse: Crest factor; no difference shown:" in text
    found.report["benchmark"] = "match"
    assert "paper" not in "\n".join(layout_table.page(found))
    found.report["benchmark"] = "auto"


def test_the_papers_table_is_whole() -> None:
    for half in layout_table.PAPER.values():
        assert len(half) == 12
        assert set(half) < set(layout_table.METRICS)


def test_the_page_and_the_file_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("auto", "style"):
        (tmp_path / f"{name}.json").write_text(json.dumps(made_report(name)))
    docs = tmp_path / "layouts.md"
    docs.write_text(f"# Head\n\n{layout_table.BEGIN}\nstale\n{layout_table.END}\n\nTail\n")
    call = [str(tmp_path / "auto.json"), str(tmp_path / "style.json"), "--docs", str(docs)]
    assert layout_table.main([*call, "--json", str(tmp_path / "out.json")]) == 0
    text = docs.read_text()
    assert text.startswith("# Head")
    assert text.endswith("Tail\n")
    assert "stale" not in text
    assert text.count("| SI-SDR, dB |") == 2
    data = json.loads((tmp_path / "out.json").read_text())
    assert data[1]["paper"]["si_sdr_db"] == {"PEQ": "6.46", "PEQ+DRC": "9.94", "NDMP": "9.40"}
    assert data[0]["tests"][0]["verdict"] in ("better", "worse", "no difference shown")
    assert layout_table.main([str(tmp_path / "none.json")]) == 1
    assert "none.json" in capsys.readouterr().err


def test_what_is_missing_is_refused() -> None:
    report = made_report()
    report["systems"].remove("auto-even42")
    with pytest.raises(SettingsError, match="0 systems whose names end in even42"):
        layout_table.compare(report, "made")
    with pytest.raises(OutputError, match="lacks the markers"):
        layout_table.between("a page", "tables", "page.md")
