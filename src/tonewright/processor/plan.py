"""The structure of a chain without its numbers, and the order of the numbers.

Settings are a plan (which filters and compressors, in which topology) and a vector of values in real units. Everything
differentiable works on values of shape (rows, len(plan.names)) for one plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tonewright.parameters import COMPRESSOR_PARAMETERS, FILTER_PARAMETERS
from tonewright.settings import Band, Compressor, Settings


@dataclass(frozen=True)
class PlanBand:
    """One band of a plan: its filter type (``None``: no filter) and whether it has a compressor."""

    type: str | None
    compressor: bool


@dataclass(frozen=True)
class Plan:
    """Which stages there are, and the order of their values.

    Attributes
    ----------
    bands
        In the order of the settings.
    topology, ballistics, link
        As in :class:`~tonewright.settings.Settings`.
    outer
        Whether a broadband compressor follows the bands.
    splits_hz
        Of topology ``crossover``, else empty.
    """

    bands: tuple[PlanBand, ...]
    topology: str = "serial"
    ballistics: str = "branching"
    link: str = "max"
    outer: bool = False
    splits_hz: tuple[float, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values in order, as paths into the settings: ``bands.0.gain_db``, ``bands.0.compressor.ratio``, ..."""
        names = ["preamp_db"]
        for index, band in enumerate(self.bands):
            if band.type is not None:
                names += [f"bands.{index}.{name}" for name in FILTER_PARAMETERS]
            if band.compressor:
                names += [f"bands.{index}.compressor.{name}" for name in COMPRESSOR_PARAMETERS]
        if self.outer:
            names += [f"compressor.{name}" for name in COMPRESSOR_PARAMETERS]
        return (*names, "output_db")

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    def filter_columns(self, band: int) -> slice:
        """Where gain, frequency and Q of a band stand among the values."""
        first = self._index[f"bands.{band}.gain_db"]
        return slice(first, first + len(FILTER_PARAMETERS))

    def compressor_columns(self, band: int | None) -> slice:
        """Where the six values of a band's compressor (of the outer one for ``None``) stand among the values."""
        path = "compressor" if band is None else f"bands.{band}.compressor"
        first = self._index[f"{path}.threshold_db"]
        return slice(first, first + len(COMPRESSOR_PARAMETERS))

    @classmethod
    def of(cls, settings: Settings, *, everything: bool = False) -> tuple[Self, NDArray[np.float64]]:
        """Take settings apart.

        Parameters
        ----------
        everything
            Keep stages that are neutral (their values may be about to change); otherwise they are left out, so that
            they cost nothing and neutral settings are an empty chain.

        Returns
        -------
        The plan and its values, shape (len(plan.names),).
        """
        bands: list[PlanBand] = []
        values: list[float] = [settings.preamp_db]
        splits = settings.crossover_hz
        if splits and not everything and all(band.is_neutral for band in settings.bands):
            splits = ()
        for band in settings.bands:
            has_filter = everything or not band.filter_is_neutral
            compressor = band.compressor
            has_compressor = compressor is not None and (everything or not compressor.is_neutral)
            bands.append(PlanBand(band.type if has_filter else None, has_compressor))
            if has_filter:
                values += _filter_values(band)
            if compressor is not None and has_compressor:
                values += _compressor_values(compressor)
        outer = settings.compressor
        has_outer = outer is not None and (everything or not outer.is_neutral)
        if outer is not None and has_outer:
            values += _compressor_values(outer)
        values.append(settings.output_db)
        plan = cls(
            bands=tuple(bands),
            topology=settings.topology if settings.topology != "crossover" or splits else "serial",
            ballistics=settings.ballistics,
            link=settings.link,
            outer=has_outer,
            splits_hz=splits,
        )
        return plan, np.array(values, dtype=np.float64)

    def settings(self, values: NDArray[np.float64], note: str = "") -> Settings:
        """Put settings together again from values of shape (len(names),); raises :class:`SettingsError` off limits."""
        row = np.asarray(values, dtype=np.float64)
        bands = []
        for index, band in enumerate(self.bands):
            data: dict[str, object] = {"type": band.type or "peak", "frequency_hz": 1000.0}
            if band.type is not None:
                data |= dict(zip(FILTER_PARAMETERS, row[self.filter_columns(index)].tolist(), strict=True))
            if data["type"] in ("low_pass", "high_pass"):
                data["gain_db"] = 0.0
            if band.compressor:
                data["compressor"] = self._compressor(row, index)
            bands.append(data)
        return Settings.from_dict(
            {
                "topology": self.topology,
                "ballistics": self.ballistics,
                "link": self.link,
                "preamp_db": float(row[0]),
                "output_db": float(row[-1]),
                "bands": bands,
                "compressor": self._compressor(row, None) if self.outer else None,
                "splits_hz": list(self.splits_hz) or None,
                "note": note,
            }
        )

    def _compressor(self, row: NDArray[np.float64], band: int | None) -> dict[str, float]:
        return dict(zip(COMPRESSOR_PARAMETERS, row[self.compressor_columns(band)].tolist(), strict=True))


def _filter_values(band: Band) -> list[float]:
    return [getattr(band, name) for name in FILTER_PARAMETERS]


def _compressor_values(compressor: Compressor) -> list[float]:
    return [getattr(compressor, name) for name in COMPRESSOR_PARAMETERS]
