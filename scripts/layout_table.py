#!/usr/bin/env python3
r"""Write the comparison of layouts: PEQ (18), PEQ+DRC (24), NDMP (42) and NDMP (54), beside the paper's Table 3.

    tonewright evaluate auto corpora/test --draws 1 --metrics all -o auto.json \
        --systems auto-even18.safetensors,auto-even24.safetensors,auto-even42.safetensors,auto-even54.safetensors
    python scripts/layout_table.py auto.json match.json style.json --docs docs/layouts.md --json layouts.json

Each file is what ``tonewright evaluate auto|match|style -o`` wrote; its systems are recognised by the ends of their
labels (``even18``, ``even24``, ``even42``, ``even54``). Means are over works with BCa intervals; NDMP is tested against
PEQ and PEQ+DRC by Wilcoxon's signed-rank test on the works' means, with Holm's correction over all metrics and pairs of
a benchmark together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import OutputError, SettingsError, TonewrightError
from tonewright.evaluation.plain import plain
from tonewright.evaluation.registry import METRICS
from tonewright.evaluation.tables import number
from tonewright.files import write_text
from tonewright.statistics import Comparison, Interval, bootstrap, compare_pairs, holm

BEGIN, END = "<!-- layouts: begin -->", "<!-- layouts: end -->"

#: What the ends of labels mean, in the order of the columns.
LAYOUTS = {"even18": "PEQ (18)", "even24": "PEQ+DRC (24)", "even42": "NDMP (42)", "even54": "NDMP (54)"}
BASELINES, CANDIDATES = ("even18", "even24"), ("even42", "even54")
NOTHING = "nothing"
#: Below this a difference is called one.
SIGNIFICANT = 0.05

#: Table 3 of "Neural-Driven Multi-Band Processing for Automatic Equalization and Style Transfer" (DAFx 2025), as
#: printed: PEQ, PEQ+DRC, NDMP. The left half is automatic equalization, the right half production style transfer.
PAPER: dict[str, dict[str, tuple[str, str, str]]] = {
    "auto": {
        "si_sdr_db": ("14.38", "14.25", "14.47"),
        "pesq": ("4.11", "4.03", "4.18"),
        "rmse": ("0.0511", "0.0479", "0.0498"),
        "lufs_signed": ("-2.63", "-2.63", "-2.63"),
        "mrstft": ("1.61", "1.52", "1.57"),
        "centroid_hz": ("327.65", "322.68", "316.18"),
        "bandwidth_hz": ("1.48", "1.18", "1.35"),
        "flatness": ("0.0199", "0.0211", "0.0197"),
        "harmonic_distortion": ("0", "0", "0"),
        "phase_distortion": ("0.77", "0.79", "1.02"),
        "transient_preservation": ("0.0171", "0.0043", "0.0140"),
        "crest_db": ("0.47", "0.52", "0.41"),
    },
    "style": {
        "si_sdr_db": ("6.46", "9.94", "9.40"),
        "pesq": ("3.73", "3.91", "2.97"),
        "rmse": ("0.0471", "0.0374", "0.0358"),
        "lufs_signed": ("1.46", "0.88", "0.20"),
        "mrstft": ("0.77", "0.81", "0.69"),
        "centroid_hz": ("117.66", "98.78", "481.96"),
        "bandwidth_hz": ("59.72", "48.56", "193.75"),
        "flatness": ("0.0153", "0.0158", "0.0299"),
        "harmonic_distortion": ("-1.11e-04", "-9.73e-05", "3.38e-05"),
        "phase_distortion": ("0.50", "0.64", "0.66"),
        "transient_preservation": ("1.61", "2.62", "1.07"),
        "crest_db": ("1.39", "1.00", "1.86"),
    },
}
TITLES = {
    "auto": "Automatic equalization: hidden settings undone unheard (`evaluate auto`)",
    "match": "Matching: hidden settings found from another part (`evaluate match`)",
    "style": "Style transfer: the original's sound found again from a preset (`evaluate style`)",
}


@dataclass(frozen=True)
class Layouts:
    """One benchmark's comparison.

    Attributes
    ----------
    report
        What ``tonewright evaluate`` wrote.
    labels
        The label of each layout in it.
    means
        By metric, then by layout or ``nothing``.
    tests
        By metric and pair (candidate, baseline); a negative median difference: the candidate is better.
    """

    report: dict[str, Any]
    labels: dict[str, str]
    means: dict[str, dict[str, Interval]]
    tests: dict[tuple[str, str, str], Comparison]

    @property
    def benchmark(self) -> str:
        """``auto``, ``match`` or ``style``."""
        return str(self.report["benchmark"])

    def verdict(self, metric: str, candidate: str, baseline: str) -> str:
        """Return ``better``, ``worse`` or ``no difference shown``."""
        test = self.tests.get((metric, candidate, baseline))
        if test is None or test.p_holm >= SIGNIFICANT or test.median_difference == 0.0:
            return "no difference shown"
        return "better" if test.median_difference < 0.0 else "worse"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, write the page and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluations", type=Path, nargs="+", help="JSON of tonewright evaluate")
    parser.add_argument("--docs", type=Path, help="a page with markers, between which the tables are put")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    given = parser.parse_args(arguments)
    try:
        found = [compare(json.loads(path.read_text(encoding="utf-8")), str(path)) for path in given.evaluations]
        text = "\n\n".join(part for one in found for part in page(one))
        if given.docs is None:
            print(text)
        else:
            write_text(given.docs, between(given.docs.read_text(encoding="utf-8"), text, str(given.docs)))
        if given.json is not None:
            write_text(given.json, json.dumps(plain([figures(one) for one in found]), indent=1) + "\n")
    except (TonewrightError, OSError) as error:
        print(f"layout_table: {error}", file=sys.stderr)
        return 1
    return 0


def compare(report: dict[str, Any], name: str) -> Layouts:
    """Average and test one evaluation; `name` is said in errors.

    Raises
    ------
    SettingsError
        If a layout is missing, or two systems have the same one.
    """
    labels: dict[str, str] = {}
    for layout in LAYOUTS:
        ours = [system for system in report["systems"] if system.endswith(layout)]
        if len(ours) != 1:
            raise SettingsError(f"{name} has {len(ours)} systems whose names end in {layout}; it needs one.")
        labels[layout] = ours[0]
    seed = int(report["protocol"]["seed"])
    means: dict[str, dict[str, Interval]] = {}
    alone: dict[tuple[str, str, str], Comparison] = {}
    for metric in chosen_metrics(report):
        columns = {key: column(report, system, metric) for key, system in {NOTHING: NOTHING, **labels}.items()}
        known = np.all([np.isfinite(values) for values in columns.values()], axis=0)
        works = [row["work"] for row, good in zip(report["rows"], known, strict=True) if good]
        if not works:
            continue
        means[metric] = {key: bootstrap(values[known], works, seed=seed) for key, values in columns.items()}
        pairs = [(candidate, baseline) for candidate in CANDIDATES for baseline in BASELINES]
        worse = {layout: loss(columns[layout][known], metric) for layout in LAYOUTS}
        for (first, second), test in compare_pairs(worse, works, pairs).items():
            alone[metric, first, second] = test
    corrected = holm([test.p for test in alone.values()])
    tests = {key: test._replace(p_holm=p) for (key, test), p in zip(alone.items(), corrected, strict=True)}
    return Layouts(report, labels, means, tests)


def chosen_metrics(report: dict[str, Any]) -> list[str]:
    """Return the metrics to show, in the registry's order; MRSTFT is the paper's STFT loss."""
    return [name for name in METRICS if name in report["metrics"]]


def column(report: dict[str, Any], system: str, metric: str) -> NDArray[np.float64]:
    """Return one metric of a system on every row; NaN where it has none."""
    values = [row["scores"][system]["metrics"][metric] for row in report["rows"]]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def loss(values: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Turn a metric so that less is better; of signed ones the size counts."""
    return -values if METRICS[metric].better == "higher" else np.abs(values)


def page(found: Layouts) -> Iterator[str]:
    """Yield the paragraphs of one benchmark: heading, table, verdicts."""
    report = found.report
    yield f"## {TITLES.get(found.benchmark, found.benchmark)}"
    yield (
        f"{report['corpus']}: {report['works']} works, {len(report['rows'])} cases, seed {report['protocol']['seed']}, "
        f"excerpts of {report['protocol']['excerpt_s']:g} s. Means over works with 95 % intervals. Bold: better than "
        f"PEQ (18) and than PEQ+DRC (24), p < {SIGNIFICANT:g} each, paired Wilcoxon test, Holm over all "
        f"{len(found.tests)} tests of this table."
    )
    paper = PAPER.get(found.benchmark, {})
    heads = ["metric", NOTHING, *LAYOUTS.values()]
    heads += ["paper: PEQ", "paper: PEQ+DRC", "paper: NDMP"] if paper else []
    lines = [heads, ["---", *("---:" for _ in heads[1:])]]
    for metric, means in found.means.items():
        cells = [_cell(found, metric, key, value) for key, value in means.items()]
        lines.append([_name(metric), *cells, *(paper.get(metric, ("",) * 3) if paper else ())])
    yield "\n".join("| " + " | ".join(line) + " |" for line in lines)
    yield "\n".join(f"- {sentence}" for sentence in verdicts(found))


def verdicts(found: Layouts) -> Iterator[str]:
    """Yield a sentence per pair: where NDMP is better, where worse, and where nothing is shown."""
    for candidate in CANDIDATES:
        for baseline in BASELINES:
            by: dict[str, list[str]] = {"better": [], "worse": [], "no difference shown": []}
            for metric in found.means:
                by[found.verdict(metric, candidate, baseline)].append(METRICS[metric].label)
            parts = [f"{verdict}: {', '.join(names) or 'nowhere'}" for verdict, names in by.items()]
            yield f"{LAYOUTS[candidate]} against {LAYOUTS[baseline]}: {'; '.join(parts)}."


def figures(found: Layouts) -> dict[str, Any]:
    """Return everything about one benchmark as plain data."""
    return {
        "benchmark": found.benchmark,
        "tonewright": found.report["tonewright"],
        "corpus": found.report["corpus"],
        "protocol": found.report["protocol"],
        "works": found.report["works"],
        "cases": len(found.report["rows"]),
        "systems": found.labels,
        "means": {
            metric: {key: value._asdict() for key, value in means.items()} for metric, means in found.means.items()
        },
        "tests": [
            {
                "metric": metric,
                "pair": [first, second],
                **test._asdict(),
                "verdict": found.verdict(metric, first, second),
            }
            for (metric, first, second), test in found.tests.items()
        ],
        "paper": {
            metric: dict(zip(("PEQ", "PEQ+DRC", "NDMP"), values, strict=True))
            for metric, values in PAPER.get(found.benchmark, {}).items()
        },
    }


def between(page_text: str, tables: str, name: str) -> str:
    """Put tables between a page's markers.

    Raises
    ------
    OutputError
        If the page lacks one of them.
    """
    head, begin, rest = page_text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise OutputError(f"{name} lacks the markers {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n\n{tables}\n\n{END}{tail}"


def _cell(found: Layouts, metric: str, layout: str, value: Interval) -> str:
    low, high = (number(bound, metric) for bound in (value.low, value.high))
    text = f"{number(value.estimate, metric)} [{low}, {high}]"
    wins = layout in CANDIDATES and all(found.verdict(metric, layout, rival) == "better" for rival in BASELINES)
    return f"**{text}**" if wins else text


def _name(metric: str) -> str:
    about = METRICS[metric]
    return f"{about.label}, {about.unit}" if about.unit else about.label


if __name__ == "__main__":
    raise SystemExit(main())
