"""Settings as people and networks make them, drawn; and rows of stages in one form, so that they can be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tonewright.formats.stages import Dynamics, Filter, Gain, Stage
from tonewright.settings import Band, BandType, Compressor, Settings

TYPES: tuple[BandType, ...] = ("low_shelf", "peak", "high_shelf", "low_pass", "high_pass")


def drawn_compressor(rng: np.random.Generator, highest_ratio: float = 10.0) -> Compressor:
    return Compressor(
        threshold_db=float(rng.uniform(-50.0, -12.0)),
        ratio=float(rng.uniform(1.05, highest_ratio)),
        attack_ms=float(np.exp(rng.uniform(0.0, np.log(100.0)))),
        release_ms=float(np.exp(rng.uniform(np.log(10.0), np.log(500.0)))),
        knee_db=float(rng.uniform(0.0, 12.0)),
        makeup_db=float(rng.uniform(0.0, 12.0)),
    )


def drawn_settings(
    rng: np.random.Generator, *, compressors: bool = True, passes: bool = True, bands: int = 8, gain_db: float = 20.0
) -> Settings:
    """Draw serial settings with up to so many bands."""
    weights = [0.2, 0.4, 0.2, 0.1, 0.1] if passes else [0.25, 0.5, 0.25]
    rows = []
    for _ in range(int(rng.integers(1, bands + 1))):
        kind = TYPES[int(rng.choice(len(weights), p=weights))]
        rows.append(
            Band(
                type=kind,
                frequency_hz=float(np.exp(rng.uniform(np.log(20.0), np.log(20_000.0)))),
                gain_db=0.0 if kind.endswith("pass") else float(rng.choice([-1.0, 1.0]) * rng.uniform(0.1, gain_db)),
                q=float(np.exp(rng.uniform(np.log(0.1), np.log(6.0)))),
                compressor=drawn_compressor(rng) if compressors and rng.random() < 0.4 else None,
            )
        )
    return Settings(
        preamp_db=float(rng.uniform(-12.0, 3.0)),
        bands=tuple(rows),
        compressor=drawn_compressor(rng) if compressors and rng.random() < 0.2 else None,
        output_db=float(rng.uniform(-6.0, 3.0)),
    )


def canonical(stages: tuple[Stage, ...] | list[Stage]) -> tuple[list[Filter | Dynamics], float]:
    """Move all gains to the end, makeup too: a gain before a compressor is a lower threshold and a gain behind it."""
    level = 0.0
    row: list[Filter | Dynamics] = []
    for stage in stages:
        if isinstance(stage, Gain):
            level += stage.db
        elif isinstance(stage, Dynamics):
            row.append(replace(stage, threshold_db=stage.threshold_db - level, makeup_db=0.0, outer=False))
            level += stage.makeup_db
        else:
            row.append(stage)
    return row, level


def worst_difference(a: tuple[Stage, ...] | list[Stage], b: tuple[Stage, ...] | list[Stage]) -> float:
    """Return the largest difference between two rows: dB, and relative for the rest; infinite if they are unlike."""
    (row_a, level_a), (row_b, level_b) = canonical(a), canonical(b)
    if [type(one) for one in row_a] != [type(one) for one in row_b]:
        return float("inf")
    off = abs(level_a - level_b)
    for one, other in zip(row_a, row_b, strict=True):
        if isinstance(one, Filter) and isinstance(other, Filter):
            if one.type != other.type:
                return float("inf")
            off = max(off, abs(one.gain_db - other.gain_db), abs(one.q / other.q - 1.0))
            off = max(off, abs(one.frequency_hz / other.frequency_hz - 1.0))
        elif isinstance(one, Dynamics) and isinstance(other, Dynamics):
            off = max(off, *(abs(getattr(one, n) - getattr(other, n)) for n in ("threshold_db", "knee_db")))
            off = max(
                off, *(abs(getattr(one, n) / getattr(other, n) - 1.0) for n in ("ratio", "attack_ms", "release_ms"))
            )
    return off
