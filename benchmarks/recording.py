"""What every benchmark shares: interleaved rounds, the machine they ran on, the bars, a table and a JSON file.

Light on purpose (standard library only): benchmarks of whole processes must stay small themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

Round = dict[str, dict[str, float]]

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Bar:
    """A promise and what was measured.

    Attributes
    ----------
    name
        What is promised.
    value, bar
        Measured, and the least (``at_least``) or most allowed.
    """

    name: str
    value: float
    bar: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar


@dataclass
class Recording:
    """One run of one benchmark."""

    benchmark: str
    about: str
    threads: int | None
    packages: Sequence[str]
    rounds: list[Round] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load_before: float | None = field(default_factory=lambda: load())

    def median(self, name: str, measure: str) -> float:
        """Return the median over rounds of one measure of one candidate."""
        return median(each[name][measure] for each in self.rounds)

    def ratio(self, name: str, to: str, measure: str) -> float:
        """Return the median over rounds of the ratio of two candidates in the same round."""
        return median(each[name][measure] / each[to][measure] for each in self.rounds)

    def medians(self) -> Round:
        """Return the medians of everything measured."""
        first = self.rounds[0]
        return {name: {measure: self.median(name, measure) for measure in first[name]} for name in first}

    def print(self, columns: Mapping[str, tuple[str, float, str]], ours: str) -> None:
        """Print medians as a table, then details, bars and notes.

        Parameters
        ----------
        columns
            Measure -> (heading, factor, format).
        ours
            The candidate that the others are divided by, in the first column's measure.
        """
        first = next(iter(columns))
        rows = [["", *(heading for heading, _, _ in columns.values()), f"x {ours}"]]
        for name, measures in self.medians().items():
            cells = [
                format(measures[key] * factor, form) if key in measures else ""
                for key, (_, factor, form) in columns.items()
            ]
            rows.append([name, *cells, f"{self.ratio(name, ours, first):.2f}"])
        print(f"{self.about}\n{len(self.rounds)} rounds, medians; ratios are medians over rounds of {first}.")
        print_table(rows)
        for bar in self.bars:
            sign, verdict = (">=" if bar.at_least else "<="), ("holds" if bar.holds else "MISSED")
            print(f"  {verdict:7} {bar.name}: {bar.value:.3g} (bar {sign} {bar.bar:g})")
        for note in self.notes:
            print(f"  {note}")

    def write(self, path: Path | None, ours: str, measures: Sequence[str]) -> None:
        """Write everything as JSON; nothing where no path is given."""
        if path is None:
            return
        names = list(self.rounds[0])
        data = {
            "benchmark": self.benchmark,
            "about": self.about,
            "command": command(),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "versions": {"python": platform.python_version(), **versions(self.packages)},
            "machine": machine() | {"load_before": self.load_before, "load_after": load()},
            "threads": self.threads,
            "bars": [asdict(bar) | {"holds": bar.holds} for bar in self.bars],
            "medians": self.medians(),
            f"ratios_to_{ours}": {
                name: {m: self.ratio(name, ours, m) for m in measures if m in self.rounds[0][name]} for name in names
            },
            "details": self.details,
            "notes": self.notes,
            "rounds": self.rounds,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_rounded(data), indent=1) + "\n", encoding="utf-8")


def interleave(candidates: Mapping[str, Callable[[], dict[str, float]]], rounds: int) -> list[Round]:
    """Measure every candidate once per round, starting with another one each round, so that noise hits all alike."""
    names = list(candidates)
    results: list[Round] = []
    progress = sys.stderr.isatty()
    for index in range(rounds):
        turn = names[index % len(names) :] + names[: index % len(names)]
        measured = {name: candidates[name]() for name in turn}
        results.append({name: measured[name] for name in names})
        if progress:
            print(f"\r{index + 1}/{rounds} rounds", end="", file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    return results


def timed(work: Callable[[], object], repeats: int = 1) -> dict[str, float]:
    """Return wall and CPU seconds of one call: medians over ``repeats`` calls in a row."""
    walls, cpus = [], []
    for _ in range(repeats):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"wall_s": median(walls), "cpu_s": median(cpus)}


def arguments(about: str, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark has."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("-o", "--output", type=Path, help="write everything measured as JSON")
    parser.add_argument("--rounds", type=int, default=rounds, help="rounds over all candidates (default: %(default)s)")
    return parser


def restart_with(variables: Mapping[str, str]) -> None:
    """Start this command again where an environment variable is missing that libraries read while being imported."""
    if all(os.environ.get(name) == value for name, value in variables.items()):
        return
    os.environ.update(variables)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def command() -> str:
    """Return the command line without anybody's folders."""
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    spec = sys.modules["__main__"].__spec__
    return " ".join(["python -m", spec.name if spec is not None else "benchmarks", *words])


def commit() -> str | None:
    """Return the commit that is checked out, if this is a checkout; ``+`` if the package has changes on top."""
    try:
        sha = _git("rev-parse", "--short", "HEAD")
        return sha + ("+" if _git("status", "--porcelain", "src") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def versions(packages: Sequence[str]) -> dict[str, str | None]:
    """Return the installed version of each package, ``None`` where there is none."""
    found: dict[str, str | None] = {}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def machine() -> dict[str, Any]:
    """Describe the machine: processor, cores available, system."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count()
    return {"cpu": model, "cores": cores, "system": f"{platform.system()} {platform.machine()}"}


def load() -> float | None:
    """Return the load average of the last minute, where the system keeps one."""
    getloadavg = getattr(os, "getloadavg", None)
    return float(getloadavg()[0]) if getloadavg is not None else None


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  " + "  ".join(cells).rstrip())


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
