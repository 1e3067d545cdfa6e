#!/usr/bin/env python3
r"""Write the model card of a weight file.

    tonewright train CONFIG --export auto.safetensors --json > export.json
    tonewright evaluate auto store-folder -o evaluation.json
    python scripts/model_card.py export.json --store store/music --evaluation evaluation.json \
        --command "tonewright train CONFIG" -o src/tonewright/networks/weights/auto.md

Everything in it is read from files: what was trained, on what, by which commit, and how it did on works it never heard.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

_LICENCES = """\
The weights are Apache-2.0 like the code. The recordings they were trained on are not part of them: a few hundred
thousand numbers cannot give back a recording. They were free to download and use under the licences above, mostly
copyleft. Whether training makes weights a derived work is not settled everywhere; who must be certain trains their own
on recordings they own, by the command above.
"""


def main() -> int:
    """Read the command line, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path, help="what tonewright train --export --json printed")
    parser.add_argument("--store", type=Path, action="append", required=True, help="a corpus it was trained on")
    parser.add_argument("--evaluation", type=Path, action="append", default=[], help="JSON of tonewright evaluate")
    parser.add_argument("--command", required=True, help="what trained it")
    parser.add_argument("--note", action="append", default=[], help="a sentence that belongs on the card")
    parser.add_argument("--output", "-o", type=Path, required=True)
    given = parser.parse_args()
    export = json.loads(given.export.read_text(encoding="utf-8"))
    lines = [*_head(export, given.command, given.note), *_data(given.store)]
    for path in given.evaluation:
        lines += _results(json.loads(path.read_text(encoding="utf-8")))
    lines += ["## Licence", "", _LICENCES]
    given.output.write_text("\n".join(lines), encoding="utf-8")
    return 0


def _head(export: dict[str, Any], command: str, notes: list[str]) -> list[str]:
    experiment = export["experiment"]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    task = experiment["task"]
    purpose = {
        "auto": "Hears a recording and suggests settings that bring it into balance.",
        "match": "Hears a recording and a reference, and suggests settings that make the one sound like the other.",
    }[task]
    return [
        f"# The network of `tonewright {task}`",
        "",
        purpose,
        "",
        "| | |",
        "|---|---|",
        f"| sha256 | `{export['sha256']}` |",
        f"| parameters | {export['parameters']} |",
        f"| predicts | layout `{experiment['layout']}` |",
        f"| trained by | `{command}` |",
        f"| seed, batch | {experiment['seed']}, {experiment['batch']} |",
        f"| steps | {export['step']} of {experiment['steps']} |",
        f"| degradations | {', '.join(f'{k} {v:g}' for k, v in experiment['data']['degradations'].items())} |",
        f"| error left on validation works, of doing nothing | {export['ratio']:.3f} (all kinds of degradation) |",
        f"| code | commit {commit.stdout.strip() or 'unknown'} |",
        "",
        *notes,
        "",
    ]


def _data(stores: list[Path]) -> list[str]:
    lines = ["## Training data", "", "| source | works | minutes | split | licence |", "|---|---|---|---|---|"]
    for store in stores:
        works = json.loads((store / "corpus.json").read_text(encoding="utf-8"))["works"]
        counts: Counter[tuple[str, str, str]] = Counter()
        minutes: Counter[tuple[str, str, str]] = Counter()
        for work in works:
            key = (work["source"], work["split"], work["licence"])
            counts[key] += 1
            minutes[key] += work["frames"] / 44100 / 60
        for key in sorted(counts):
            source, split, licence = key
            lines.append(f"| {source} | {counts[key]} | {minutes[key]:.0f} | {split} | {_short(licence, source)} |")
    return [*lines, ""]


def _short(licence: str, source: str) -> str:
    """Return a licence to print; a path into a package is said as what it is."""
    return f"see the package's copyright file ({source})" if "/" in licence else licence or "not stated"


def _results(report: dict[str, Any]) -> list[str]:
    works, cases = report["works"], len(report["rows"])
    if report["protocol"].get("degradation") == "none":
        changes = {name: report["summary"][name]["change"]["median_db"] for name in report["systems"]}
        return [
            f"On the same {works} works with nothing hidden, the median change per third octave, in dB: "
            + ", ".join(f"{name} {_interval(value)}" for name, value in changes.items() if name != "nothing")
            + ".",
            "",
        ]
    lines = [
        f"## Results: `evaluate {report['benchmark']}` on {report['corpus']}",
        "",
        f"{works} works, {cases} cases, seed {report['protocol']['seed']}; MRSTFT relative to doing nothing, 95 % "
        "intervals over works. None of these works, nor of their producers, was trained or tuned on.",
        "",
        "| system | ratio | works better |",
        "|---|---|---|",
    ]
    for system in report["systems"]:
        found = report["summary"][system]
        ratio, better = found["ratio"], found["better"]
        if system == "nothing" or ratio is None or None in list(ratio):
            continue
        lines.append(f"| {system} | {_interval(ratio)} | {_interval(better, 100.0, 0)} % |")
    return [*lines, ""]


def _interval(value: Any, factor: float = 1.0, digits: int = 3) -> str:
    if isinstance(value, dict):
        value = [value["estimate"], value["low"], value["high"]]
    estimate, low, high = (factor * number for number in value)
    return f"{estimate:.{digits}f} [{low:.{min(digits, 2)}f}, {high:.{min(digits, 2)}f}]"


if __name__ == "__main__":
    raise SystemExit(main())
