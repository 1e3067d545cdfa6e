"""From two recordings heard to settings: expected curve, bands, descent, and the choice of what is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.matching.bands import fit_bands
from tonewright.controllers.matching.curve import Expectation, expect_curve
from tonewright.controllers.matching.descent import (
    GAIN,
    PLAN,
    SLOPE,
    Goal,
    descend,
    limited,
    start_values,
    to_plan_values,
)
from tonewright.controllers.matching.hearing import Hearing
from tonewright.controllers.matching.learned import suggest
from tonewright.controllers.matching.moments import moments, refine
from tonewright.controllers.matching.statistics import Listener, Statistics
from tonewright.networks.network import Network
from tonewright.processor.gradients import Tape
from tonewright.settings import Settings

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Segments listened to, and every which of them is kept from the descent for the check.
SEGMENTS, CHECK_EVERY = 11, 4
#: Gradient steps.
STEPS = 30
#: Part of the network's curve in the goal of the descent; the rest is the closed form's.
_SUGGESTED = 0.4
#: What is smaller is left out: gains in dB, slopes 1 - 1/ratio.
_LEAST_GAIN_DB, _LEAST_SLOPE = 0.15, 0.03
#: Slopes below this are left out too if the distance grows by no more than this factor: fewer compressors, same sound.
_SPARSE_SLOPE, _SPARSE_LOSS = 0.06, 1.01


@dataclass(frozen=True)
class Fit:
    """What was found.

    Attributes
    ----------
    settings
        For the input at the working level of -23 LUFS; without any change of level.
    chosen
        ``descent``, ``sparse`` (the same with fewer compressors), ``start`` (what the network answers, or bands that
        follow the closed form's curve) or ``nothing``.
    distances
        Of each candidate to the goal on segments that the descent did not use; see :class:`Goal`.
    expectation
        The closed form's answer.
    difference_db, known
        Reference minus input, (bands,), in dB, and where it could be measured.
    change_db
        What the settings do to the spectrum of the check's segments, compressors included, (bands,), in dB.
    spread_before_db, spread_goal_db, spread_after_db
        Quantiles of levels of the input, of the reference, and of the result on the check's segments, in dB.
    """

    settings: Settings
    chosen: str
    distances: dict[str, float]
    expectation: Expectation
    difference_db: Array
    known: NDArray[np.bool_]
    change_db: Array
    spread_before_db: Array
    spread_goal_db: Array
    spread_after_db: Array


def fit(
    heard: Hearing,
    references: Sequence[Hearing],
    weights: Sequence[float],
    *,
    tone: bool = True,
    dynamics: bool = True,
    max_gain_db: float = 12.0,
    steps: int = STEPS,
    network: Network | None = None,
    progress: Callable[[float], None] | None = None,
) -> Fit:
    """Find settings that bring one recording nearer to others.

    Parameters
    ----------
    heard, references
        What was heard of the input and of each reference.
    weights
        Of the references, not negative, not all 0.
    tone, dynamics
        What may be changed: gains of bands; compressors.
    max_gain_db
        Largest gain of a band, in dB.
    steps
        Of the descent; 0 stops at the start: the network's bands and compressors, or the closed form's bands.
    network
        Suggests the start; without one the closed form does.
    """
    rate = float(heard.survey.sample_rate)
    shares = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    difference, known = _difference(heard, references, shares)
    expectation, each = _expectations(heard, references, shares, difference, known)
    suggestion = None if network is None else suggest(network, heard, references, shares, each)
    if suggestion is None:
        theta = fit_bands(expectation.curve_db if tone else np.zeros_like(difference), rate, max_gain_db)
        start = start_values(theta, tone=tone, dynamics=False)
        moving = start_values(theta, tone=tone, dynamics=dynamics)
    else:
        start = moving = limited(suggestion.values, tone=tone, dynamics=dynamics, max_gain_db=max_gain_db)

    segments = heard.segments(SEGMENTS)
    held = np.zeros(len(segments), dtype=bool)
    held[CHECK_EVERY // 2 :: CHECK_EVERY] = True
    if len(segments) < CHECK_EVERY:
        held[:] = False
    spreads = [Listener(r.survey.sample_rate).measure(r.segments(SEGMENTS)).spread_db for r in references]
    spread = np.tensordot(shares, np.array(spreads), axes=1)
    listener = Listener(rate)
    before = listener.measure(segments)
    wanted = expectation.curve_db
    if suggestion is not None and tone:
        wanted = _blend(wanted, _change(segments, rate, start, listener).spectrum_db, known)
    goal = Goal(wanted, spread - before.spread_db, expectation.precision, expectation.scale)

    candidates = {"nothing": start_values(start[:, :3], tone=False, dynamics=False), "start": start}
    if steps > 0:
        candidates["descent"] = descend(
            segments[~held], rate, goal, moving, max_gain_db=max_gain_db, tone=tone, dynamics=dynamics, steps=steps,
            middles=None if suggestion is None else start, progress=progress,
        )  # fmt: skip
    candidates = {name: _pruned(values, _LEAST_SLOPE) for name, values in candidates.items()}
    if "descent" in candidates:
        candidates["sparse"] = _pruned(candidates["descent"], _SPARSE_SLOPE)
    check = segments[held] if held.any() else segments
    outcomes = {name: _change(check, rate, values, listener) for name, values in candidates.items()}
    distances = {name: goal.distance(change) for name, change in outcomes.items()}
    chosen = min(distances, key=lambda name: distances[name])
    if chosen == "descent" and distances["sparse"] <= _SPARSE_LOSS * distances["descent"]:
        chosen = "sparse"
    return Fit(
        settings=_settings(candidates[chosen]),
        chosen=chosen,
        distances=distances,
        expectation=expectation,
        difference_db=difference,
        known=known,
        change_db=outcomes[chosen].spectrum_db,
        spread_before_db=before.spread_db,
        spread_goal_db=spread,
        spread_after_db=before.spread_db + outcomes[chosen].spread_db,
    )


def _expectations(
    heard: Hearing, references: Sequence[Hearing], shares: Array, difference: Array, known: NDArray[np.bool_]
) -> tuple[Expectation, list[Expectation]]:
    """Expect a curve from the whole, then listen to moments that sound alike; for all references and for each."""
    first = expect_curve(difference, known)
    own = moments(heard.survey.powers, heard.gain_db, heard.survey.window_s)
    refined, each = np.zeros_like(difference), []
    for reference, share in zip(references, shares, strict=True):
        one, one_known = _difference(heard, [reference], np.ones(1))
        others = moments(reference.survey.powers, reference.gain_db, reference.survey.window_s)
        better = np.where(one_known, refine(first, one, one_known, own, others)[1], 0.0)
        refined += share * np.where(known, better, 0.0)
        each.append(expect_curve(better, one_known))
    return expect_curve(refined, known), each


def _blend(expected: Array, suggested: Array, known: NDArray[np.bool_]) -> Array:
    """Mix the closed form's curve with what the network's settings do, levels aside."""
    if not known.any():
        return suggested
    rest = 1.0 - _SUGGESTED
    return np.asarray(_SUGGESTED * (suggested - suggested[known].mean()) + rest * (expected - expected[known].mean()))


def _difference(heard: Hearing, references: Sequence[Hearing], shares: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Average the references' spectra minus the input's, over those references that hold something in a band."""
    own, own_audible = heard.survey.spectrum_db() + heard.gain_db, heard.survey.audible()
    total, weight = np.zeros_like(own), np.zeros_like(own)
    for reference, share in zip(references, shares, strict=True):
        known = reference.survey.audible() & own_audible
        total += np.where(known, share * (reference.survey.spectrum_db() + reference.gain_db - own), 0.0)
        weight += np.where(known, share, 0.0)
    known = weight > 0.0
    return np.where(known, total / np.where(known, weight, 1.0), 0.0), known


def _change(segments: Floats, rate: float, values: Array, listener: Listener) -> Statistics:
    before = listener.measure(segments)
    tape = Tape(segments[:, None, :], rate, PLAN, to_plan_values(values))
    after = listener.measure(tape.output[:, 0])
    return Statistics(after.spectrum_db - before.spectrum_db, after.spread_db - before.spread_db)


def _pruned(values: Array, least_slope: float) -> Array:
    values = values.copy()
    values[np.abs(values[:, GAIN]) < _LEAST_GAIN_DB, GAIN] = 0.0
    values[values[:, SLOPE] < least_slope, SLOPE] = 0.0
    return values


def _settings(values: Array) -> Settings:
    """Return settings without the compressors that do nothing."""
    whole = PLAN.settings(to_plan_values(values))
    return whole.with_each_compressor(lambda one: None if one.is_neutral else one)
