#!/usr/bin/env python3
"""Cut the two bundled demo recordings from the package they come from (``examples/CREDITS.md``).

python scripts/fetch_music.py naev-data corpora/naev
python scripts/cut_examples.py corpora/naev/naev-data/usr/share/naev/dat/snd/music examples
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

#: Gain that keeps decoded peaks below full scale after the second encoding.
GAIN_DB = -3.0
FADE_IN_S, FADE_OUT_S = 0.05, 2.0
#: libsndfile's Vorbis quality 0.5, about 160 kbit/s.
COMPRESSION = 0.5


@dataclass(frozen=True)
class Excerpt:
    """Which part of which file, and what it is called."""

    source: str
    output: str
    title: str
    start_s: float
    length_s: float


EXCERPTS = (
    Excerpt("automat.ogg", "song.ogg", "Automat (excerpt)", 30.0, 26.0),
    Excerpt("zalek1.ogg", "reference.ogg", "Za'lek 1 (excerpt)", 50.0, 24.0),
)


def cut(excerpt: Excerpt, source: Path, output: Path) -> None:
    """Cut, fade, lower and encode one excerpt, with its tags."""
    with sf.SoundFile(source / excerpt.source) as file:
        rate = file.samplerate
        file.seek(int(excerpt.start_s * rate))
        samples = file.read(int(excerpt.length_s * rate), dtype="float64", always_2d=True)
    rise, fall = int(FADE_IN_S * rate), int(FADE_OUT_S * rate)
    samples *= 10 ** (GAIN_DB / 20)
    samples[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise))[:, None] ** 2
    samples[-fall:] *= np.cos(np.linspace(0, np.pi / 2, fall))[:, None] ** 2
    with sf.SoundFile(
        output / excerpt.output,
        "w",
        samplerate=rate,
        channels=samples.shape[1],
        format="OGG",
        subtype="VORBIS",
        compression_level=COMPRESSION,
    ) as file:
        file.title = excerpt.title
        file.artist = "Nikola Whallon"
        file.album = "Naev"
        file.copyright = "Nikola Whallon"
        file.license = "CC BY 3.0, https://creativecommons.org/licenses/by/3.0/"
        for start in range(0, len(samples), 4096):  # libsndfile's Vorbis encoder wants short writes
            file.write(samples[start : start + 4096])


def main() -> None:
    """Read the command line and cut both excerpts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the package's music folder")
    parser.add_argument("output", type=Path, help="where to write the two files")
    arguments = parser.parse_args()
    for excerpt in EXCERPTS:
        cut(excerpt, arguments.source, arguments.output)


if __name__ == "__main__":
    main()
