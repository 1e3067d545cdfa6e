#!/usr/bin/env python3
"""Make the page of audio examples: hidden settings on recordings nobody trained on, and what `auto` and `match` do.

    python scripts/fetch_music.py openclonk-data corpora/clonk
    python scripts/audio_examples.py corpora/clonk docs/examples

Writes short OGG files, settings, plots and README.md. Everything follows from the recordings, the weights that ship and
the seeds below; nothing was picked by its outcome.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright import Audio, auto, match, read
from tonewright.audio import write
from tonewright.controllers.result import Result
from tonewright.evaluation.hidden import draw_settings
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.processor.render import render_array
from tonewright.settings import Settings

#: Recording, seed of the hidden settings, where the excerpt and the reference for `match` begin, in seconds.
CASES = (("IslandDreams.ogg", 1, 60.0, 100.0), ("Motorway.ogg", 2, 60.0, 100.0))
LENGTH_S = 10.0
LEVEL_DB = -20.0
_HEAD = """\
# Audio examples

Made by `python scripts/audio_examples.py` from *Island Dreams* and *Motorway* by K-Pone (Martin Strohmeier), music of
the game OpenClonk, [CC BY 3.0](https://creativecommons.org/licenses/by/3.0/); ten seconds of each, mixed to mono,
changed as described. Both belong to the test set: no network was trained on them.

Hidden settings, drawn by a seed from the protocol of the evaluation, were put on a part of a recording. `auto` hears
the damaged part alone and should undo the damage. `match` hears the undamaged part, and as the reference another part
with the same damage, and should do to the one what was done to the other. All files are equally loud (RMS). *Distance*
is MRSTFT to the target; lower is better. Two examples prove nothing: the tables in the [README](../../README.md) do.
"""


@dataclass(frozen=True)
class Shown:
    """One file of the page: its name, what it is, and its distance to the target."""

    name: str
    what: str
    distance: float


def main() -> int:
    """Read the command line, make the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="where openclonk-data was fetched to")
    parser.add_argument("folder", type=Path, help="where the page goes")
    given = parser.parse_args()
    folder: Path = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    page = [_HEAD]
    for recording, seed, start, other in CASES:
        found = sorted(given.corpus.rglob(recording))
        if not found:
            print(f"{recording} is not below {given.corpus}: fetch openclonk-data first.", file=sys.stderr)
            return 1
        page += _case(folder, found[0], seed, start, other)
    (folder / "README.md").write_text("\n".join(page) + "\n", encoding="utf-8")
    return 0


def _case(folder: Path, recording: Path, seed: int, start: float, other: float) -> list[str]:
    whole = read(recording)
    rate, length = whole.sample_rate, round(LENGTH_S * whole.sample_rate)
    clean, elsewhere = (
        at_rms(whole.samples[:, round(at * rate) : round(at * rate) + length].mean(axis=0, keepdims=True), LEVEL_DB)
        for at in (start, other)
    )
    hidden = draw_settings(np.random.default_rng(seed))
    damaged, reference = (at_rms(render_array(part, rate, hidden), LEVEL_DB) for part in (clean, elsewhere))
    stem = recording.stem
    repaired = auto(Audio(damaged, rate), ceiling_db=None)
    matched = match(Audio(clean, rate), Audio(reference, rate), ceiling_db=None)
    hidden.save(folder / f"{stem}-hidden.json")
    lines = [f"## {stem}", "", f"Hidden settings: [{stem}-hidden.json]({stem}-hidden.json), seed {seed}.", ""]
    for verb, result, given, target in (
        ("auto", repaired, damaged, clean),
        ("match", matched, clean, damaged),
    ):
        output = at_rms(render_array(given, rate, result.settings), LEVEL_DB)
        lines += _rows(folder, stem, verb, rate, [given, output, target], reference if verb == "match" else None)
        lines += _told(folder, stem, verb, result)
    return lines


def _rows(
    folder: Path,
    stem: str,
    verb: str,
    rate: int,
    files: list[NDArray[np.float32]],
    reference: NDArray[np.float32] | None,
) -> list[str]:
    given, output, target = files
    shown = [
        ("input", "what it hears", given),
        ("output", f"what `{verb}` makes of it", output),
        ("target", "what it should become", target),
    ]
    if reference is not None:
        shown.insert(1, ("reference", "the reference", reference))
    lines = [f"### {verb}", "", "| | | distance |", "|---|---|---|"]
    for name, what, samples in shown:
        path = folder / f"{stem}-{verb}-{name}.ogg"
        write(path, Audio(samples, rate))
        distance = "" if name in ("reference", "target") else f"{mrstft(samples, target):.2f}"
        lines.append(f"| [{path.name}]({path.name}) | {what} | {distance} |")
    return [*lines, ""]


def _told(folder: Path, stem: str, verb: str, result: Result) -> list[str]:
    settings: Settings = result.settings
    settings.save(folder / f"{stem}-{verb}.json")
    result.plot(folder / f"{stem}-{verb}.png")
    words = "\n".join(f"    {line}" if line else "" for line in result.explain().splitlines()[2:])
    return [
        f"Found: [{stem}-{verb}.json]({stem}-{verb}.json)",
        "",
        words,
        "",
        f"![spectra and filters]({stem}-{verb}.png)",
        "",
    ]


if __name__ == "__main__":
    raise SystemExit(main())
