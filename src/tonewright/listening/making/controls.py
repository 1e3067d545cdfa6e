"""What a control of an adjustment study does to the sound: coordinates to settings."""

from __future__ import annotations

from collections.abc import Sequence

from tonewright.layouts import LAYOUTS
from tonewright.listening.study.kinds import AdjustmentPart
from tonewright.population.plane import to_settings
from tonewright.settings import Settings


def base_settings(part: AdjustmentPart) -> Settings:
    """Return the bands that the control moves, neutral: two shelves of the plane, or six bands spread evenly."""
    if part.control == "plane":
        flat = to_settings((0.0, 0.0))
        return flat.with_bands((flat.bands[0], flat.bands[-1]))
    layout = LAYOUTS["even18"]
    return layout.settings(layout.to_units(layout.neutral))


def settings_at(part: AdjustmentPart, point: Sequence[float]) -> Settings:
    """Return the settings of a point of the plane, or of six gains in dB."""
    if part.control == "plane":
        whole = to_settings(point)
        return whole.with_bands((whole.bands[0], whole.bands[-1]))
    base = base_settings(part)
    return base.with_bands(band.with_gain(float(gain)) for band, gain in zip(base.bands, point, strict=True))
