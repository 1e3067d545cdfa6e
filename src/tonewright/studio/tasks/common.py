"""What several tasks need: sources by path, chains from plain data, words about bands, spectra on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.analysis.bands import CENTRES, usable_bands
from tonewright.processor.filters import response_db
from tonewright.rendering import Chain, Source, Timeline
from tonewright.reporting import describe_band, describe_settings
from tonewright.reporting.reasons import Comparison
from tonewright.settings import Settings


def source_of(recording: Mapping[str, Any]) -> Source:
    """Return a recording of the server (``path`` and ``name``) under the name that its owner knows."""
    source = Source(recording["path"])
    source.name = recording["name"]
    return source


def chain_of(data: Any) -> Chain:
    """Return settings or a timeline; raises :class:`~tonewright.errors.SettingsError`."""
    if isinstance(data, dict) and "sections" in data:
        return Timeline.from_dict(data)
    return Settings.from_dict(data)


def chain_to_dict(chain: Chain) -> dict[str, Any]:
    """Return ``settings`` (of a timeline those at its start) and ``timeline``, as plain data."""
    if isinstance(chain, Timeline):
        return {"settings": chain.sections[0].settings.to_dict(), "timeline": chain.to_dict()}
    return {"settings": chain.to_dict(), "timeline": None}


def first_of(chain: Chain) -> Settings:
    """Return settings that stand for a chain in words and curves: of a timeline those at its start."""
    return chain.sections[0].settings if isinstance(chain, Timeline) else chain


def spectra_of(
    base_db: ArrayLike, settings: Settings, sample_rate: float, found: Mapping[str, ArrayLike] | None = None
) -> dict[str, Any]:
    """Return the spectra of a result on the scale of the recording's own.

    Parameters
    ----------
    base_db
        The recording's, (57,), NaN where it has nothing.
    settings
        What is done to it; the output gain does not count.
    found
        ``input`` and ``output`` or ``reference``, level removed, on any one scale; the filters' response stands in for
        an output that is not there.
    """
    base, found = np.asarray(base_db, dtype=np.float64), found or {}
    known = np.isfinite(base)
    yours = np.asarray(found.get("input", base), dtype=np.float64)
    change = response_db(settings.with_output(0.0), CENTRES, sample_rate)
    output = np.asarray(found["output"], np.float64) - yours if "output" in found else change
    wanted = np.asarray(found["reference"], np.float64) - yours if "reference" in found else None
    return {
        "frequency_hz": CENTRES,
        "input_db": base,
        "output_db": base + _level_removed(output, known),
        "reference_db": None if wanted is None else base + _level_removed(wanted, known),
    }


def base_of(recording: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the spectrum that was measured when the recording came, (57,), NaN where it has nothing."""
    return levels(recording["level_db"])


def _level_removed(difference: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    usable = known & np.isfinite(difference)
    return difference - difference[usable].mean() if usable.any() else difference


def words_of(
    settings: Settings, sample_rate: float, spectra: Mapping[str, Any] | None = None, labels: Mapping[str, str] = {}
) -> dict[str, Any]:
    """Say of each band what it does and why, and what is done to the whole.

    Parameters
    ----------
    spectra
        As :func:`spectra_of` returns them.
    labels
        Of ``input`` and ``reference``.
    """
    comparison = Comparison(CENTRES, compared(spectra), {}, **called(labels))
    bands = [
        {"index": index, "why": describe_band(settings, index, comparison, sample_rate)}
        for index in range(len(settings.bands))
    ]
    rest = settings.without_bands()
    whole = [] if rest.is_neutral else describe_settings(rest, sample_rate=sample_rate)
    return {"bands": bands, "whole": whole}


def compared(spectra: Mapping[str, Any] | None) -> dict[str, NDArray[np.float64]]:
    """Return ``input`` and ``reference`` of spectra that have both; nothing otherwise."""
    if spectra is None or spectra["reference_db"] is None:
        return {}
    names = {"input": "input_db", "reference": "reference_db"}
    return {name: levels(spectra[key]) for name, key in names.items()}


def called(labels: Mapping[str, str]) -> dict[str, str]:
    """Return what the recording and the other side are called in a sentence."""
    return {"yours": "your song", "wanted": labels.get("reference", "the reference")}


def levels(values: Sequence[float | None] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return levels as an array, NaN where there is none."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def usable_spectrum(level_db: NDArray[np.float64], sample_rate: float) -> NDArray[np.float64]:
    """Return levels with NaN where the sample rate holds nothing."""
    return np.where(usable_bands(sample_rate), level_db, np.nan)
