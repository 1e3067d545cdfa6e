"""Test vectors for the browser's half: settings and what our processor makes of them.

``python tests/web/browser_vectors.py`` writes ``web/tests/vectors.json``, which node's tests read; a test says whether
it is still what Python gives.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from processor.draws import TOPOLOGIES, random_compressor, random_settings  # noqa: E402
from tonewright.audio import Audio  # noqa: E402
from tonewright.audio.meters import measure  # noqa: E402
from tonewright.population import plane  # noqa: E402
from tonewright.processor.filters import response_db  # noqa: E402
from tonewright.processor.render import render_array  # noqa: E402
from tonewright.processor.stream import Stream  # noqa: E402
from tonewright.settings import Settings  # noqa: E402

VECTORS = ROOT / "web" / "tests" / "vectors.json"
RATES = (44_100, 48_000, 96_000)
FRAMES = 6_000
#: Every so many frames of an output are kept.
EVERY = 61
_MASK = 0xFFFFFFFF

Array = NDArray[np.float64]


def noise(channels: int, frames: int, seed: int) -> Array:
    """Return bursts of noise that every language can make again, (channels, frames): a linear congruential generator.

    ``state = 1664525 state + 1013904223 mod 2^32``, channels in turn; full scale 2^31; each 1500 frames half as loud as
    the 1500 before, then from the start again after four.
    """
    state, rows = seed, np.empty((channels, frames))
    for frame in range(frames):
        level = 0.5 ** (1 + frame // 1500 % 4)
        for channel in range(channels):
            state = (1664525 * state + 1013904223) & _MASK
            rows[channel, frame] = (state / 2.0**31 - 1.0) * level
    return rows


def full_settings(count: int, seed: int = 7) -> list[Settings]:
    """Draw settings with all band types, topologies, ballistics and links, most with compressors inside and outside."""
    rng = np.random.default_rng(seed)
    drawn = []
    for number in range(count):
        more: dict[str, Any] = {
            "preamp_db": float(rng.uniform(-12, 3)),
            "output_db": float(rng.uniform(-6, 6)),
            "ballistics": ("branching", "tied")[number // 3 % 2],
            "link": ("max", "none")[number // 2 % 2],
            "compressor": random_compressor(rng) if number % 4 < 3 else None,
        }
        drawn.append(random_settings(rng, 2 + number % 6, TOPOLOGIES[number % 3], **more))
    return drawn


def vectors() -> dict[str, Any]:
    """Return everything as plain data."""
    frequencies = np.geomspace(20, 20_000, 24)
    cases = []
    for number, settings in enumerate(full_settings(20)):
        rate, channels = RATES[number % 3], 1 + number % 2
        made = render_array(noise(channels, FRAMES, number), rate, settings)
        cases.append(
            {
                "settings": settings.to_dict(),
                "rate": rate,
                "channels": channels,
                "seed": number,
                "samples": made[:, ::EVERY].tolist(),
                "power": float(np.mean(made**2)),
                "responseDb": response_db(settings, frequencies, rate).tolist(),
                "half": settings.scaled(0.5).to_dict(),
            }
        )
    points = [(0.0, 0.0), (6.0, 6.0), (-6.0, 2.5), (1.5, -4.0), (-3.0, -1.0), (2.0, 5.0), (9.0, 0.0)]
    return {
        "frames": FRAMES,
        "every": EVERY,
        "frequencies": frequencies.tolist(),
        "cases": cases,
        "ramps": _ramps(),
        "plane": [{"point": point, "settings": plane.to_settings(point).to_dict()} for point in points],
        "loudness": _loudness(),
    }


def _ramps() -> list[dict[str, Any]]:
    """Settings that change on the way: to the same structure, to another one, and twice in a row."""
    first, second, third = full_settings(3, seed=3)
    moved = first.scaled(0.3)
    neutral = first.scaled(0.0)
    rows = []
    for number, way in enumerate([(first, moved), (first, second, third), (first, neutral, first)]):
        stream = Stream(way[0], 48_000, 2, dtype=np.float64)
        audio = noise(2, FRAMES, 40 + number)
        pieces, start = [], 0
        for index, end in enumerate(np.linspace(0, FRAMES, len(way) + 1).astype(int)[1:].tolist()):
            if index:
                stream.set(way[index])
            pieces.append(stream.process(audio[:, start:end]))
            start = end
        made = np.concatenate(pieces, axis=-1)
        settings = [each.to_dict() for each in way]
        rows.append({"settings": settings, "rate": 48_000, "seed": 40 + number, "samples": made[:, ::EVERY].tolist()})
    return rows


def _loudness() -> list[dict[str, Any]]:
    rows = []
    for rate, channels in ((44_100, 1), (48_000, 2), (96_000, 2), (48_000, 6)):
        audio = Audio(noise(channels, rate * 3 // 2, rate + channels).astype(np.float32), rate)
        read = measure(audio)
        rows.append(
            {
                "rate": rate,
                "channels": channels,
                "seed": rate + channels,
                "frames": rate * 3 // 2,
                "integratedLufs": read.integrated_lufs,
                "truePeakDb": read.true_peak_dbtp,
                "samplePeakDb": read.sample_peak_dbfs,
            }
        )
    return rows


def rounded(data: Any) -> Any:
    """Keep twelve digits: the last ones differ between machines, and short files are kinder."""
    if isinstance(data, float):
        return float(f"{data:.12g}")
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [rounded(value) for value in data]
    return data


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(rounded(vectors())) + "\n", encoding="utf-8")
    print(VECTORS)
