"""The settings that a protocol hides: six bands in real units, drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.parameters import PARAMETERS, Range
from tonewright.settings import Settings

#: Band types and their frequency ranges in Hz, log-uniform, in the order of the chain.
BANDS = (
    ("low_shelf", Range(30, 120, "log")),
    ("peak", Range(60, 400, "log")),
    ("peak", Range(250, 1200, "log")),
    ("peak", Range(800, 4000, "log")),
    ("peak", Range(2500, 10000, "log")),
    ("high_shelf", Range(6000, 16000, "log")),
)
GAIN_DB = Range(-12, 12)
Q = Range(0.3, 4, "log")
COMPRESSOR_ON = 0.5
#: Thresholds hold for audio at -20 dBFS RMS; times and knee go over the parameter table.
COMPRESSOR = {
    "threshold_db": Range(-30, 0),
    "ratio": Range(1, 4),
    "attack_ms": PARAMETERS["attack_ms"].search,
    "release_ms": PARAMETERS["release_ms"].search,
    "knee_db": PARAMETERS["knee_db"].search,
    "makeup_db": Range(0, 4),
}


def draw_settings(rng: np.random.Generator) -> Settings:
    """Draw hidden settings: six bands in real units, each with a compressor half of the time."""
    bands: list[dict[str, Any]] = []
    for kind, frequencies in BANDS:
        band: dict[str, Any] = {
            "type": kind,
            "frequency_hz": _draw(frequencies, rng),
            "gain_db": _draw(GAIN_DB, rng),
            "q": _draw(Q, rng),
        }
        compressor = {name: _draw(values, rng) for name, values in COMPRESSOR.items()}
        if rng.random() < COMPRESSOR_ON:
            band["compressor"] = compressor
        bands.append(band)
    return Settings.model_validate({"bands": bands})


def _draw(values: Range, rng: np.random.Generator) -> float:
    return float(values.to_units(rng.random()))
