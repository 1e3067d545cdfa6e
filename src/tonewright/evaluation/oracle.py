"""How near six bands and their compressors can come at all: a gradient fit straight to the target.

An oracle sees the target and is no competitor. It says which part of a system's distance is the processor's, and which
is the choice of settings. It is a bound from one descent, not a proof: a better fit may exist.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis import kernels
from tonewright.analysis.bands import (
    band_weights,
    decibels,
    hann,
    power_spectra,
    sums,
    usable_bands,
    window_length,
)
from tonewright.controllers.matching.bands import BANDS, Q_RANGE, fit_bands
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.spectra import difference_db, spectrum_of
from tonewright.parameters import PARAMETERS, Range
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan, PlanBand

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Gradient steps, and the first step's length as a part of each parameter's range.
STEPS, RATE = 60, 0.025
_MOMENTUM, _SECOND = 0.9, 0.99
#: Window of the loss in seconds (2048 samples at 44.1 kHz); half of it is the hop.
_WINDOW_S = 0.0464
_FLOOR = 1e-10
_GAIN = Range(-20, 20)
#: Where compressors start: hardly acting, so that the descent decides.
_START = {"threshold_db": -25.0, "ratio": 1.2, "attack_ms": 10.0, "release_ms": 80.0, "knee_db": 6.0}


class Likeness:
    r"""Mean squared difference of band levels over time, overall level removed, and its gradient.

    .. math:: \frac{1}{TB} \sum_{t,b} (d_{tb} - \bar d)^2, \quad d_{tb} = L_{tb}(\text{output}) - L_{tb}(\text{target})

    over windows and sixth-octave bands that the sample rate (in Hz) can hold, in dB^2. Target: ``(1, frames)``.
    """

    def __init__(self, target: Floats, sample_rate: float) -> None:
        self._length = window_length(sample_rate, _WINDOW_S)
        self._weights = band_weights(self._length, sample_rate)
        self._usable = usable_bands(sample_rate)
        self._target = decibels(self._powers(target)[1], _FLOOR)

    def _powers(self, samples: Floats) -> tuple[NDArray[np.complex64], Floats]:
        frames = np.lib.stride_tricks.sliding_window_view(samples[0], self._length)[:: self._length // 2]
        spectrum, power = power_spectra(np.multiply(frames, hann(self._length), dtype=np.float32))
        return spectrum, sums(power, self._weights)

    def with_gradient(self, output: Floats) -> tuple[float, Floats]:
        """Return the loss of an output, ``(1, frames)``, and its gradient of that shape."""
        spectrum, powers = self._powers(output)
        gap = np.where(self._usable, decibels(powers, _FLOOR) - self._target, 0.0)
        count = len(gap) * int(self._usable.sum())
        gap = np.where(self._usable, gap - gap.sum() / count, 0.0)
        by_power = 20.0 / np.log(10.0) / count * gap / (powers + _FLOOR)
        bins = spectrum.shape[1]
        kernels.scale_back(
            spectrum.view(np.float32), np.zeros(bins, np.float32), by_power.astype(np.float32), *self._weights
        )
        # The transform of real samples counts every inner bin twice.
        spectrum[:, 1 : bins - 1] *= np.float32(0.5)
        frames = np.fft.irfft(spectrum, self._length, axis=-1, norm="forward") * hann(self._length)
        gradient, hop = np.zeros(output.shape, np.float32), self._length // 2
        for half in range(2):
            piece = frames[:, half * hop : (half + 1) * hop]
            gradient[0, half * hop : (half + len(frames)) * hop] += piece.reshape(-1)
        return float(np.sum(gap * gap) / count), gradient


class Search:
    """The free parameters of six bands as a vector in [0, 1], makeup and overall gains left at 0."""

    def __init__(self, *, dynamics: bool) -> None:
        self.plan = Plan(bands=tuple(PlanBand(kind, dynamics) for kind, _ in BANDS))
        ranges = [self._range(name) for name in self.plan.names]
        self._free = np.array([r is not None for r in ranges])
        self._ranges = [r for r in ranges if r is not None]

    def _range(self, name: str) -> Range | None:
        *path, last = name.split(".")
        if last in ("preamp_db", "output_db", "makeup_db"):
            return None
        own = {"gain_db": _GAIN, "frequency_hz": BANDS[int(path[1])][1], "q": Q_RANGE}
        return own.get(last, PARAMETERS[last].search)

    def start(self, theta: Array) -> Array:
        """Return the vector of bands (6, 3) of gain in dB, log Hz and log Q, with compressors that hardly act."""
        bands = np.column_stack([theta[:, 0], np.exp(theta[:, 1:])])
        values = np.zeros(len(self.plan.names))
        for index, name in enumerate(self.plan.names):
            values[index] = _START.get(name.rpartition(".")[2], 0.0)
        for band in range(len(BANDS)):
            values[self.plan.filter_columns(band)] = bands[band]
        return np.array([float(r.from_units(v)) for r, v in zip(self._ranges, values[self._free], strict=True)])

    def values(self, u: Array) -> Array:
        """Return the plan's values in real units, ``(len(plan.names),)``."""
        values = np.zeros(len(self.plan.names))
        values[self._free] = [float(r.to_units(x)) for r, x in zip(self._ranges, u, strict=True)]
        return values

    def pull_back(self, u: Array, by_values: Array) -> Array:
        """Turn a gradient by the plan's values into one by the vector."""
        slopes = [
            (r.high - r.low) if r.scale == "linear" else float(r.to_units(x)) * np.log(r.high / r.low)
            for r, x in zip(self._ranges, u, strict=True)
        ]
        return np.asarray(by_values[self._free] * slopes)


def oracle(input_audio: Clip, target_audio: Clip) -> Floats:
    """Return the nearest that six bands with compressors were found to come to the target."""
    return _fitted(input_audio, target_audio, dynamics=True)


def oracle_eq(input_audio: Clip, target_audio: Clip) -> Floats:
    """Return the nearest that six bands alone were found to come to the target."""
    return _fitted(input_audio, target_audio, dynamics=False)


def _fitted(heard: Clip, wanted: Clip, *, dynamics: bool) -> Floats:
    rate = float(heard.sample_rate)
    search, loss = Search(dynamics=dynamics), Likeness(wanted.samples, rate)
    gap = difference_db(spectrum_of(wanted), spectrum_of(heard))
    u = search.start(fit_bands(gap - np.median(gap), rate, _GAIN.high))
    best: tuple[float, Floats] = (loss.with_gradient(heard.samples)[0], heard.samples)
    first, second = np.zeros_like(u), np.zeros_like(u)
    for step in range(STEPS + 1):
        tape = Tape(heard.samples[None], rate, search.plan, search.values(u))
        output = tape.output[0]
        distance, by_output = loss.with_gradient(output)
        if distance < best[0]:
            best = (distance, output)
        if step == STEPS:
            break
        gradient = search.pull_back(u, tape.gradient(by_output[None])[1])
        first = _MOMENTUM * first + (1.0 - _MOMENTUM) * gradient
        second = _SECOND * second + (1.0 - _SECOND) * gradient**2
        move = first / (1.0 - _MOMENTUM ** (step + 1)) / (np.sqrt(second / (1.0 - _SECOND ** (step + 1))) + 1e-12)
        u = np.clip(u - RATE * (1.0 - 0.9 * step / STEPS) * move, 0.0, 1.0)
    # The loss is smooth, the benchmark's distance is what counts: never worse than the input by that.
    nearest = min((best[1], heard.samples), key=lambda samples: mrstft(at_rms(samples), at_rms(wanted.samples)))
    return np.asarray(nearest, dtype=np.float32)
