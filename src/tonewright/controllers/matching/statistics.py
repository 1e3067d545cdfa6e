"""Long-term spectrum and spread of levels of a set of segments, and their adjoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from tonewright.analysis import kernels
from tonewright.analysis.bands import band_weights, hann, power_spectra, range_weights, sums, window_length
from tonewright.threads import spread as spread_over_threads

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Window of the level statistics, in seconds: 2048 samples at 44.1 kHz. Half of it is the hop.
WINDOW_S = 0.0464
#: Quantiles of the levels over time that describe their spread.
QUANTILES: Array = np.linspace(0.05, 0.95, 10)
_DB = 10.0 / np.log(10.0)
#: Power floors per band and per range: -120 and -90 dB.
_BAND_FLOOR, _RANGE_FLOOR = 1e-12, 1e-9


@dataclass(frozen=True)
class Statistics:
    """What is compared.

    Attributes
    ----------
    spectrum_db
        Mean power per band, (bands,), in dB.
    spread_db
        Quantiles of the level over time in each range, relative to the range's mean power, (quantiles, ranges), in dB.
    """

    spectrum_db: Array
    spread_db: Array


class Listener:
    """Measures segments at one sample rate (in Hz), and turns gradients by the measures into gradients by samples."""

    def __init__(self, sample_rate: float) -> None:
        self.length = window_length(sample_rate, WINDOW_S)
        self.hop = self.length // 2
        self._bands = band_weights(self.length, sample_rate)
        self._ranges = range_weights(self.length, sample_rate)

    def measure(self, segments: Floats) -> Statistics:
        """Measure segments, (segments, frames)."""
        return self._measure(segments)[0]

    def _measure(self, segments: Floats) -> tuple[Statistics, dict[str, Any]]:
        window = hann(self.length)

        def listen(segment: Floats) -> tuple[NDArray[np.complex64], Array, Floats]:
            frames = np.lib.stride_tricks.sliding_window_view(segment, self.length)[:: self.hop]
            spectrum, power = power_spectra(np.multiply(frames, window, dtype=np.float32))
            return spectrum, power.sum(axis=0, dtype=np.float64), sums(power, self._ranges)

        heard = spread_over_threads(listen, list(segments))
        spectra = [spectrum for spectrum, _, _ in heard]
        count = sum(len(spectrum) for spectrum in spectra)
        whole = np.sum([total for _, total, _ in heard], axis=0)[None] / count
        mean = sums(whole.astype(np.float32), self._bands)[0].astype(np.float64) + _BAND_FLOOR
        ranges = np.concatenate([one for _, _, one in heard]).astype(np.float64) + _RANGE_FLOOR
        level, range_mean = _DB * np.log(ranges), ranges.mean(axis=0)
        order = np.argsort(level, axis=0)
        position = QUANTILES * (len(level) - 1)
        below = np.minimum(position.astype(int), max(0, len(level) - 2))
        part = (position - below)[:, None]
        lower = np.take_along_axis(level, order[below], axis=0)
        upper = np.take_along_axis(level, order[np.minimum(below + 1, len(level) - 1)], axis=0)
        spread = lower * (1.0 - part) + upper * part - _DB * np.log(range_mean)
        kept = {
            "spectra": spectra, "mean": mean, "ranges": ranges, "range_mean": range_mean, "order": order,
            "below": below, "part": part, "shape": segments.shape,
        }  # fmt: skip
        return Statistics(_DB * np.log(mean), spread), kept

    def measure_with_gradient(self, segments: Floats) -> tuple[Statistics, Any]:
        """Measure segments; also return a function from gradients by the two statistics to that by the segments.

        The function may be called once: it works in the spectra's own memory.
        """
        statistics, kept = self._measure(segments)

        def back(by_spectrum: Array, by_spread: Array) -> Floats:
            return self._back(kept, by_spectrum, by_spread)

        return statistics, back

    def _back(self, kept: dict[str, Any], by_spectrum: Array, by_spread: Array) -> Floats:
        ranges, order, below, part = kept["ranges"], kept["order"], kept["below"], kept["part"]
        count = len(ranges)
        columns = np.arange(ranges.shape[1])
        by_level = np.zeros_like(ranges)
        for j, row in enumerate(below):
            by_level[order[row], columns] += by_spread[j] * (1.0 - part[j])
            by_level[order[min(row + 1, count - 1)], columns] += by_spread[j] * part[j]
        by_ranges = _DB * (by_level / ranges - by_spread.sum(axis=0) / (kept["range_mean"] * count))
        by_range = np.ascontiguousarray(by_ranges, dtype=np.float32)
        by_band = (_DB * by_spectrum / (kept["mean"] * count)).astype(np.float32)
        by_bin = np.sum(by_band[:, None] * self._bands.values, axis=0)
        window, bins = hann(self.length), self.length // 2 + 1
        windows = len(kept["spectra"][0])
        result = np.zeros(kept["shape"], dtype=np.float32)

        def turn(index: int) -> None:
            gradient = kept["spectra"][index]
            here = by_range[index * windows : (index + 1) * windows]
            kernels.scale_back(gradient.view(np.float32), by_bin, here, *self._ranges)
            # The transform of real samples counts every inner bin twice.
            gradient[:, 1 : bins - 1] *= np.float32(0.5)
            frames = scipy.fft.irfft(gradient, self.length, axis=-1, norm="forward") * window
            for half in range(2):
                piece = frames[:, half * self.hop : (half + 1) * self.hop]
                result[index, half * self.hop : (half + windows) * self.hop] += piece.reshape(-1)

        spread_over_threads(turn, range(len(result)))
        return result
