"""The songs that benchmarks work on: stereo, 44.1 kHz, of a given length, from real music.

Taken from a folder of music, or else from the two recordings in ``examples/``, and repeated where too short.

    python -m benchmarks.songs TARGET_FOLDER [--corpus FOLDER]     # writes song.wav and reference.wav, 16 bit
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from tonewright.audio import Audio, Format, read, write
from tonewright.evaluation.protocol import AUDIO_SUFFIXES

SAMPLE_RATE = 44_100
#: Lengths in seconds.
SONG_S, REFERENCE_S = 240.0, 210.0

_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def sources(corpus: Path | None) -> tuple[Path, Path]:
    """Return the two longest stereo recordings at 44.1 kHz below a folder, or the two in ``examples/``."""
    if corpus is None:
        return _EXAMPLES / "song.ogg", _EXAMPLES / "reference.ogg"
    lengths: dict[Path, int] = {}
    for path in corpus.rglob("*"):
        if path.suffix.lower() in AUDIO_SUFFIXES:
            try:
                info = sf.info(str(path))
            except sf.LibsndfileError:
                continue
            if (info.samplerate, info.channels) == (SAMPLE_RATE, 2):
                lengths[path] = info.frames
    if len(lengths) < 2:
        raise SystemExit(f"{corpus} holds fewer than two stereo recordings at {SAMPLE_RATE} Hz.")
    first, second = sorted(lengths, key=lambda path: (-lengths[path], path.name))[:2]
    return first, second


def song(path: Path, seconds: float) -> Audio:
    """Read a recording as stereo and cut or repeat it to a length."""
    audio = read(path)
    if audio.sample_rate != SAMPLE_RATE:
        raise SystemExit(f"{path} has {audio.sample_rate} Hz; the benchmarks use {SAMPLE_RATE} Hz.")
    frames = round(seconds * SAMPLE_RATE)
    stereo = np.broadcast_to(audio.samples[:2], (2, audio.frames))
    return Audio(np.tile(stereo, -(-frames // audio.frames))[:, :frames], SAMPLE_RATE)


def describe(path: Path) -> dict[str, Any]:
    """Name a source and its length, for the record."""
    return {"name": path.name, "seconds": sf.info(str(path)).duration}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the songs of the benchmarks.")
    parser.add_argument("target", type=Path)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    described = {}
    names = {"song": SONG_S, "reference": REFERENCE_S}
    for (name, seconds), path in zip(names.items(), sources(given.corpus), strict=True):
        write(given.target / f"{name}.wav", song(path, seconds), like=Format("WAV", "PCM_16"))
        described[name] = describe(path)
    print(json.dumps(described))


if __name__ == "__main__":
    main()
