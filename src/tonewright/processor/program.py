"""From values in real units to the coefficients the kernels run on, and gradients back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.filters import IDENTITY, biquad, jacobian, split_sections, usable_frequency
from tonewright.processor.kernels import COLUMNS, COMPRESSOR, FILTER
from tonewright.processor.plan import Plan

Array = NDArray[np.float64]
_DB = np.log(10.0) / 20.0


@dataclass(frozen=True)
class Stage:
    """One stage of a chain: fixed ``sections`` or the filter of ``band``; the compressor of ``band`` or the outer one.

    Attributes
    ----------
    kind
        Bits ``FILTER`` and ``COMPRESSOR``.
    band
        Index into the plan's bands; ``None`` for the outer compressor and for fixed sections.
    section
        Fixed coefficients b0, b1, b2, a1, a2, of a crossover.
    """

    kind: int
    band: int | None = None
    section: tuple[float, ...] | None = None


def chains(plan: Plan, sample_rate: float) -> tuple[list[list[Stage]], list[Stage]]:
    """Lay a plan out as parallel chains, whose outputs are summed, and the chain after them.

    ``serial`` and ``eq_then_drc`` have one parallel chain, ``crossover`` one per band.
    """
    tail = [Stage(COMPRESSOR)] if plan.outer else []
    kinds = [(FILTER if band.type else 0) | (COMPRESSOR if band.compressor else 0) for band in plan.bands]
    if plan.topology == "crossover" and plan.splits_hz:
        branches = []
        for index, kind in enumerate(kinds):
            sections = split_sections(plan.splits_hz, index, sample_rate)
            fixed = [Stage(FILTER, section=tuple(row)) for row in sections if not np.array_equal(row, IDENTITY)]
            branches.append(fixed + ([Stage(kind, index)] if kind else []))
        return branches, tail
    if plan.topology == "eq_then_drc":
        filters = [Stage(FILTER, index) for index, kind in enumerate(kinds) if kind & FILTER]
        compressors = [Stage(COMPRESSOR, index) for index, kind in enumerate(kinds) if kind & COMPRESSOR]
        return [filters + compressors + tail], []
    return [[Stage(kind, index) for index, kind in enumerate(kinds) if kind] + tail], []


def design(plan: Plan, chain: list[Stage], values: Array, sample_rate: float) -> Array:
    """Compute the coefficients of a chain.

    Parameters
    ----------
    values
        Real units, (rows, len(plan.names)).
    sample_rate
        In Hz.

    Returns
    -------
    Array of shape (rows, stages, 11); columns as in :mod:`tonewright.processor.kernels`.
    """
    rows = values.shape[0]
    stages = np.zeros((rows, len(chain), COLUMNS))
    stages[:, :, 0] = 1.0
    for index, stage in enumerate(chain):
        if stage.section is not None:
            stages[:, index, :5] = stage.section
        elif stage.kind & FILTER and stage.band is not None:
            kind, gain, frequency, q, bypass = _filter(plan, stage.band, values, sample_rate)
            stages[:, index, :5] = np.where(bypass[:, None], IDENTITY, biquad(kind, gain, frequency, q, sample_rate))
        if stage.kind & COMPRESSOR:
            threshold, ratio, attack, release, knee, makeup = values[:, plan.compressor_columns(stage.band)].T
            if plan.ballistics == "tied":
                release = attack
            stages[:, index, 5] = threshold
            stages[:, index, 6] = 1.0 - 1.0 / ratio
            stages[:, index, 7] = knee
            stages[:, index, 8] = _alpha(attack, sample_rate)
            stages[:, index, 9] = _alpha(release, sample_rate)
            stages[:, index, 10] = makeup
    return stages


def pull_back(
    plan: Plan, chain: list[Stage], values: Array, sample_rate: float, g_stages: Array, gradient: Array
) -> None:
    """Add the gradient by the values, (rows, len(plan.names)), given the gradient by :func:`design`'s result."""
    for index, stage in enumerate(chain):
        g = g_stages[:, index]
        if stage.kind & FILTER and stage.band is not None:
            kind, gain, frequency, q, bypass = _filter(plan, stage.band, values, sample_rate)
            by_filter = np.einsum("rc,rcp->rp", g[:, :5], jacobian(kind, gain, frequency, q, sample_rate))
            clamped = values[:, plan.filter_columns(stage.band)][:, 1] > frequency
            by_filter[clamped, 1] = 0.0
            gradient[:, plan.filter_columns(stage.band)] += np.where(bypass[:, None], 0.0, by_filter)
        if stage.kind & COMPRESSOR:
            columns = plan.compressor_columns(stage.band)
            _, ratio, attack, release, _, _ = values[:, columns].T
            tied = plan.ballistics == "tied"
            by_attack = g[:, 8] + (g[:, 9] if tied else 0.0)
            by_release = np.zeros_like(release) if tied else g[:, 9] * _alpha_slope(release, sample_rate)
            gradient[:, columns] += np.stack(
                [
                    g[:, 5],
                    g[:, 6] / ratio**2,
                    by_attack * _alpha_slope(attack, sample_rate),
                    by_release,
                    g[:, 7],
                    g[:, 10],
                ],
                axis=-1,
            )


def factor(level_db: Array) -> Array:
    """Turn dB into a factor on samples."""
    return np.asarray(10.0 ** (level_db / 20.0))


def factor_slope(level_db: Array) -> Array:
    """Return the derivative of :func:`factor` by dB."""
    return np.asarray(_DB * factor(level_db))


def _filter(
    plan: Plan, band: int, values: Array, sample_rate: float
) -> tuple[str, Array, Array, Array, NDArray[np.bool_]]:
    kind = plan.bands[band].type
    assert kind is not None
    gain, frequency, q = values[:, plan.filter_columns(band)].T
    usable, bypass = usable_frequency(kind, frequency, sample_rate)
    return kind, gain, usable, q, bypass


def _alpha(time_ms: Array, sample_rate: float) -> Array:
    """Smoothing constant of a 10-90 % time: ``exp(-ln 9 / (fs t))``."""
    return np.asarray(np.exp(-np.log(9.0) * 1000.0 / (sample_rate * time_ms)))


def _alpha_slope(time_ms: Array, sample_rate: float) -> Array:
    return np.asarray(_alpha(time_ms, sample_rate) * np.log(9.0) * 1000.0 / (sample_rate * time_ms**2))
