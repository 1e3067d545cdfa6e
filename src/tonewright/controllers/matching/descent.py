"""Gradient descent through the exact chain: bands and compressors together, from the closed form's answer.

Minimised is a negative log posterior: the difference of long-term spectra in the metric of :mod:`curve` (content is
forgiven as far as the pair showed it), the difference of level spreads, and a pull to the start: bands want to stay
where the closed form put them, compressors want to be weak, thresholds and times to stay where they began.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.matching.bands import BANDS, LOG_WIDTHS, clip_bands
from tonewright.controllers.matching.statistics import QUANTILES, Listener, Statistics
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan, PlanBand

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Free values of a band, in order: gain/dB, log Hz, log Q, threshold/dB, slope 1 - 1/ratio, log ms, log ms, knee/dB.
GAIN, FREQUENCY, Q, THRESHOLD, SLOPE, ATTACK, RELEASE, KNEE = range(8)
_TONE, _DYNAMICS = slice(GAIN, THRESHOLD), slice(THRESHOLD, KNEE + 1)

#: The pull to the start: how far gain (dB), log Hz (parts of the band's own width) and log Q may stray, as standard
#: deviations. Free bands would follow the content that the closed form has averaged out.
_GAIN_PULL_DB, _FREQUENCY_PULL, _Q_PULL = 1.5, 0.35, 0.25
#: The pull to slopes that a network suggested, which knows more than the prior below.
_SLOPE_PULL = 0.2
#: Priors of the compressors: middle and standard deviation of each value. Thresholds hold for audio at -23 LUFS.
_SLOPE_START, _SLOPE_PRIOR = 0.15, 0.6
_THRESHOLD_START_DB, _THRESHOLD_PRIOR_DB = -25.0, 10.0
_ATTACK_START, _RELEASE_START, _TIME_PRIOR = np.log(10.0), np.log(80.0), 1.2
_KNEE_START_DB, _KNEE_PRIOR_DB = 6.0, 6.0
_LOW = np.array([-40.0, 0.0, -5.0, -48.0, 0.0, np.log(1.0), np.log(10.0), 0.0])
_HIGH = np.array([40.0, 99.0, 5.0, 0.0, 0.8, np.log(100.0), np.log(500.0), 12.0])

#: Standard deviation of a level quantile between two parts of one work, in dB, and how much quantiles count.
_SPREAD_DB, _SPREAD_WEIGHT = 2.5, 2.0
#: Adam (D. Kingma and J. Ba, 2015) in units of each value's prior.
_RATE, _MOMENTUM, _SECOND = 0.06, 0.8, 0.95

PLAN = Plan(bands=tuple(PlanBand(kind, True) for kind, _ in BANDS))


@dataclass(frozen=True)
class Goal:
    """What the processed segments are to become, in differences to the unprocessed ones.

    Attributes
    ----------
    spectrum_db, spread_db
        Reference minus input, (bands,) and (quantiles, ranges), in dB.
    precision
        Metric for differences of spectra, (bands, bands), in 1/dB^2.
    scale
        How different the music of the two is (see :mod:`curve`): the spread counts the less, the more it differs.
    """

    spectrum_db: Array
    spread_db: Array
    precision: Array
    scale: float

    def distance(self, change: Statistics) -> float:
        """Return how far a change is from the goal: 0 when reached."""
        return self.distance_with_gradient(change)[0]

    def distance_with_gradient(self, change: Statistics) -> tuple[float, Array, Array]:
        """Return the distance and its gradients by spectrum and spread."""
        d = change.spectrum_db - self.spectrum_db
        by_spectrum = self.precision @ d
        q = change.spread_db - self.spread_db
        weight = _SPREAD_WEIGHT / (_SPREAD_DB**2 * (1.0 + self.scale) * len(QUANTILES))
        return float(d @ by_spectrum + weight * np.sum(q * q)), 2.0 * by_spectrum, 2.0 * weight * q


def start_values(theta: Array, *, tone: bool, dynamics: bool) -> Array:
    """Return the values to start from, (6, 8), for bands (6, 3); gains are 0 without tone, slopes without dynamics."""
    values = np.zeros((len(BANDS), 8))
    values[:, _TONE] = theta
    if not tone:
        values[:, GAIN] = 0.0
    values[:, _DYNAMICS] = _middles(theta)[:, _DYNAMICS]
    values[:, SLOPE] = _SLOPE_START if dynamics else 0.0
    return values


def limited(values: Array, *, tone: bool, dynamics: bool, max_gain_db: float) -> Array:
    """Keep free values, (6, 8), inside their ranges, and only those that may move away from doing nothing."""
    values = np.clip(values, _LOW, _HIGH)
    values[:, GAIN] = np.clip(values[:, GAIN], -max_gain_db, max_gain_db) if tone else 0.0
    if not dynamics:
        values[:, SLOPE] = 0.0
    return values


def _middles(theta: Array) -> Array:
    middles = np.zeros((len(BANDS), 8))
    middles[:, _TONE] = theta
    middles[:, THRESHOLD] = _THRESHOLD_START_DB
    middles[:, ATTACK], middles[:, RELEASE] = _ATTACK_START, _RELEASE_START
    middles[:, KNEE] = _KNEE_START_DB
    return middles


def _widths() -> Array:
    widths = np.empty((len(BANDS), 8))
    widths[:] = [
        _GAIN_PULL_DB, 1.0, _Q_PULL, _THRESHOLD_PRIOR_DB, _SLOPE_PRIOR, _TIME_PRIOR, _TIME_PRIOR, _KNEE_PRIOR_DB,
    ]  # fmt: skip
    widths[:, FREQUENCY] = _FREQUENCY_PULL * LOG_WIDTHS
    return widths


def to_plan_values(values: Array) -> Array:
    """Turn free values, (6, 8), into real units in the order of ``PLAN.names``, with makeup, preamp and output 0."""
    rows = np.column_stack(
        [
            values[:, GAIN],
            np.exp(values[:, FREQUENCY]),
            np.exp(values[:, Q]),
            values[:, THRESHOLD],
            1.0 / (1.0 - values[:, SLOPE]),
            np.exp(values[:, ATTACK]),
            np.exp(values[:, RELEASE]),
            values[:, KNEE],
            np.zeros(len(values)),
        ]
    )
    return np.concatenate([[0.0], rows.ravel(), [0.0]])


def _pull_back(values: Array, gradient: Array) -> Array:
    """Turn the gradient by plan values into that by free values, (6, 8)."""
    g = gradient[1:-1].reshape(len(values), 9)
    units = to_plan_values(values)[1:-1].reshape(len(values), 9)
    return np.column_stack(
        [g[:, 0], g[:, 1] * units[:, 1], g[:, 2] * units[:, 2], g[:, 3], g[:, 4] * units[:, 4] ** 2,
         g[:, 5] * units[:, 5], g[:, 6] * units[:, 6], g[:, 7]]
    )  # fmt: skip


def descend(
    segments: Floats,
    sample_rate: float,
    goal: Goal,
    start: Array,
    *,
    max_gain_db: float,
    tone: bool,
    dynamics: bool,
    steps: int,
    middles: Array | None = None,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Improve values by Adam through the exact chain and return the best ones met.

    Parameters
    ----------
    segments
        Of the input at -23 LUFS, (segments, frames), float32.
    sample_rate
        In Hz.
    goal
        What to reach on them.
    start
        (6, 8), from :func:`start_values`.
    max_gain_db
        Largest gain of a band.
    tone, dynamics
        What may move.
    steps
        Gradient steps, 0 or more.
    middles
        Where values are pulled to, (6, 8); the bands of the start and the priors of compressors if absent.

    Returns
    -------
    Array of shape (6, 8).
    """
    listener = Listener(sample_rate)
    before = listener.measure(segments)
    widths = _widths()
    if middles is None:
        middles = _middles(start[:, _TONE])
    else:
        widths[:, SLOPE] = _SLOPE_PULL
    free = np.zeros(8, dtype=bool)
    free[_TONE], free[_DYNAMICS] = tone, dynamics
    values, best = start.copy(), (np.inf, start)
    first, second = np.zeros_like(values), np.zeros_like(values)
    rows = segments[:, None, :]
    for step in range(steps + 1):
        tape = Tape(rows, sample_rate, PLAN, to_plan_values(values))
        now, back = listener.measure_with_gradient(tape.output[:, 0])
        change = Statistics(now.spectrum_db - before.spectrum_db, now.spread_db - before.spread_db)
        distance, by_spectrum, by_spread = goal.distance_with_gradient(change)
        pull = (values - middles) / widths
        cost = distance + float(np.sum(pull[:, free] ** 2))
        if cost < best[0]:
            best = (cost, values.copy())
        if progress is not None:
            progress(step / max(1, steps))
        if step == steps:
            break
        _, by_plan = tape.gradient(back(by_spectrum, by_spread)[:, None, :])
        gradient = _pull_back(values, by_plan) * widths + 2.0 * pull
        gradient[:, ~free] = 0.0
        first = _MOMENTUM * first + (1.0 - _MOMENTUM) * gradient
        second = _SECOND * second + (1.0 - _SECOND) * gradient**2
        rate = _RATE * (1.0 - 0.8 * step / steps)
        move = first / (1.0 - _MOMENTUM ** (step + 1)) / (np.sqrt(second / (1.0 - _SECOND ** (step + 1))) + 1e-8)
        values = np.clip(values - rate * widths * move, _LOW, _HIGH)
        values[:, _TONE] = clip_bands(values[:, _TONE], sample_rate, max_gain_db)
    return best[1]
