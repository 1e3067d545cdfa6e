"""The settings that a protocol hides: six bands in real units, drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.hidden_ranges import BANDS, COMPRESSOR, COMPRESSOR_ON, GAIN_DB, Q
from tonewright.parameters import Range
from tonewright.settings import Settings


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
