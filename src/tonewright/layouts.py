"""Which parameters are free: named layouts, and vectors in [0, 1] <-> Settings.

A layout narrows the table's search ranges per band (NDMP paper, Tables 1 and 2; band ranges of its footnote's
implementation at 44.1 kHz) and fixes what is not free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.parameters import COMPRESSOR_PARAMETERS, PARAMETERS, Range
from tonewright.settings import Band, BandType, Compressor, Settings

Array = NDArray[np.float64]
Mapping = Literal["log", "linear"]

#: The six bands of the paper: filter type and frequency range in Hz.
PAPER_BANDS: tuple[tuple[BandType, float, float], ...] = (
    ("low_shelf", 20.0, 2000.0),
    ("peak", 80.0, 2000.0),
    ("peak", 2000.0, 8000.0),
    ("peak", 8000.0, 12000.0),
    ("peak", 12000.0, 21050.0),
    ("high_shelf", 4000.0, 21050.0),
)

#: The same types, spread evenly over what is heard: half of the paper's peaks lie above 8 kHz, one below 2 kHz.
EVEN_BANDS: tuple[tuple[BandType, float, float], ...] = (
    ("low_shelf", 25.0, 250.0),
    ("peak", 50.0, 500.0),
    ("peak", 200.0, 1500.0),
    ("peak", 700.0, 5000.0),
    ("peak", 2200.0, 12000.0),
    ("high_shelf", 3500.0, 17000.0),
)


@dataclass(frozen=True)
class Free:
    """One free parameter of a layout.

    Attributes
    ----------
    path
        Where it stands in the settings: ``bands.0.gain_db``, ``bands.0.compressor.ratio``, ``compressor.knee_db``.
    range
        What may be searched, in real units, with its scale.
    default
        A value to start from, in real units; neutral wherever the parameter has a neutral value.
    """

    path: str
    range: Range
    default: float


@dataclass(frozen=True)
class Layout:
    """An ordered list of free parameters over fixed settings.

    Attributes
    ----------
    name
        ``full54``, ``paper42``, ``peq18`` or ``peq_drc24`` for those of the paper; ``even54``, ``even42``, ``even18``
        and ``even24`` are the same with bands spread evenly (:data:`EVEN_BANDS`).
    base
        Neutral settings that hold the structure and everything that is not free.
    free
        The free parameters, band by band: gain, frequency, Q, then the compressor's.
    """

    name: str
    base: Settings
    free: tuple[Free, ...]

    @property
    def size(self) -> int:
        """The number of free parameters."""
        return len(self.free)

    @cached_property
    def neutral(self) -> Array:
        """The vector in [0, 1], (size,), that decodes to neutral settings."""
        return self.from_units([free.default for free in self.free])

    def to_units(self, u: ArrayLike) -> Array:
        """Map vectors in [0, 1], (..., size), to real units of the same shape."""
        u = np.asarray(u, dtype=np.float64)
        return np.stack([free.range.to_units(u[..., i]) for i, free in enumerate(self.free)], axis=-1)

    def from_units(self, values: ArrayLike) -> Array:
        """Map real units, (..., size), to [0, 1]; values outside a range go to its end."""
        values = np.asarray(values, dtype=np.float64)
        return np.stack([free.range.from_units(values[..., i]) for i, free in enumerate(self.free)], axis=-1)

    def decode(self, u: ArrayLike) -> Settings:
        """Return the settings of one vector in [0, 1], (size,); values outside are clipped, NaN is an error."""
        u = np.asarray(u, dtype=np.float64)
        if u.shape != (self.size,):
            raise ValueError(f"A vector of layout {self.name} has {self.size} numbers, got shape {u.shape}.")
        if np.isnan(u).any():
            raise ValueError(f"A vector of layout {self.name} must not hold NaN.")
        return self.settings(self.to_units(np.clip(u, 0.0, 1.0)))

    def encode(self, settings: Settings) -> Array:
        """Return the vector in [0, 1] of settings of this layout's structure; out-of-range values are clipped."""
        return self.from_units([_get(settings, free.path) for free in self.free])

    def settings(self, values: ArrayLike) -> Settings:
        """Put real-unit values, (size,), into the base settings."""
        data = self.base.model_dump(mode="json")
        for free, value in zip(self.free, np.asarray(values, dtype=np.float64).tolist(), strict=True):
            _put(data, free.path, value)
        return Settings.from_dict(data, f"layout {self.name}")

    def with_mapping(self, mapping: Mapping) -> Layout:
        """Return the layout with every scale linear (parity with the paper), or each parameter's own (``log``)."""
        if mapping == "log":
            return self
        return replace(self, free=tuple(replace(f, range=replace(f.range, scale="linear")) for f in self.free))


def _get(settings: Settings, path: str) -> float:
    node: object = settings
    for part in path.split("."):
        node = node[int(part)] if isinstance(node, tuple) else getattr(node, part, None)
    if not isinstance(node, int | float):
        raise ValueError(f"These settings have no {path}.")
    return float(node)


def _put(data: dict[str, object], path: str, value: float) -> None:
    node: object = data
    *way, last = path.split(".")
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]  # type: ignore[index]
    node[last] = value  # type: ignore[index]


def _compressor_free(path: str, names: tuple[str, ...]) -> list[Free]:
    rows = []
    for name in names:
        row = PARAMETERS[name]
        default = row.neutral if row.neutral is not None else row.search.middle
        rows.append(Free(f"{path}.{name}", row.search, default))
    return rows


def _build(
    name: str,
    band_compressor: tuple[str, ...],
    outer: bool,
    ranges: tuple[tuple[BandType, float, float], ...] = PAPER_BANDS,
) -> Layout:
    resting = Compressor(
        threshold_db=PARAMETERS["threshold_db"].search.middle,
        ratio=1.0,
        attack_ms=PARAMETERS["attack_ms"].search.middle,
        release_ms=PARAMETERS["release_ms"].search.middle,
    )
    bands, free = [], []
    for index, (kind, low, high) in enumerate(ranges):
        frequency = Range(low, high, "log")
        compressor = resting if band_compressor else None
        bands.append(Band(type=kind, frequency_hz=frequency.middle, q=BUTTERWORTH, compressor=compressor))
        free += [
            Free(f"bands.{index}.gain_db", PARAMETERS["gain_db"].search, 0.0),
            Free(f"bands.{index}.frequency_hz", frequency, frequency.middle),
            Free(f"bands.{index}.q", PARAMETERS["q"].search, BUTTERWORTH),
        ]
        free += _compressor_free(f"bands.{index}.compressor", band_compressor)
    if outer:
        free += _compressor_free("compressor", COMPRESSOR_PARAMETERS)
    return Layout(name, Settings(bands=tuple(bands), compressor=resting if outer else None), tuple(free))


#: Default sharpness of a layout's bands.
BUTTERWORTH = 0.7071

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        _build("full54", COMPRESSOR_PARAMETERS, outer=False),
        _build("paper42", ("threshold_db", "ratio", "attack_ms", "release_ms"), outer=False),
        _build("peq18", (), outer=False),
        _build("peq_drc24", (), outer=True),
        _build("even54", COMPRESSOR_PARAMETERS, outer=False, ranges=EVEN_BANDS),
        _build("even42", ("threshold_db", "ratio", "attack_ms", "release_ms"), outer=False, ranges=EVEN_BANDS),
        _build("even18", (), outer=False, ranges=EVEN_BANDS),
        _build("even24", (), outer=True, ranges=EVEN_BANDS),
    )
}
