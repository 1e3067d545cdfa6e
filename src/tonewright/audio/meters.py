"""Loudness, true peak, level and crest, for blocks as they come or for a whole recording.

References
----------
ITU-R BS.1770-5 (loudness, true peak), EBU Tech 3341 (momentary, short-term), EBU Tech 3342 (loudness range).
"""

from __future__ import annotations

import dataclasses
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tonewright.audio import meter_kernels as kernels
from tonewright.audio.gating import integrated, loudness_range, lufs, window_powers
from tonewright.audio.sound import Audio, Samples, refuse_not_finite
from tonewright.audio.weighting import channel_weights, k_weighting
from tonewright.errors import AudioError

_MOMENTARY, _SHORT_TERM = 20, 150  # windows in steps of 20 ms
_HOP = 5  # steps from one gating block to the next
_BATCH = 50  # steps measured at once: whole hops, so many that calls cost nothing beside the work


def _db(ratio: float) -> float:
    return 20.0 * math.log10(ratio) if ratio > 0 else -math.inf


@dataclass(frozen=True)
class Loudness:
    """What a meter read. Levels of silence, and loudness of what is too short for it, are minus infinity; never NaN.

    Parameters
    ----------
    integrated_lufs
        Gated loudness of the whole, in LUFS; -inf if shorter than 400 ms or all below -70 LUFS.
    momentary_max_lufs, short_term_max_lufs
        Loudest 400 ms and 3 s, in LUFS, ungated, looked for every 20 ms; -inf if the audio is shorter.
    loudness_range_lu
        Between the 10th and the 95th percentile of gated short-term loudness, in LU; 0 if shorter than 3 s or silent.
    true_peak_dbtp, sample_peak_dbfs
        Largest magnitude over the channels, interpolated four times and as stored, in dB over full scale.
    rms_dbfs
        Power over all channels and samples; a full-scale square wave has 0 dB, a sine -3.01.
    crest_db
        Sample peak over RMS, 0 for silence.
    true_peaks_dbtp
        Of each channel.
    duration
        In seconds.
    """

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    loudness_range_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    rms_dbfs: float
    crest_db: float
    true_peaks_dbtp: tuple[float, ...]
    duration: float

    def as_dict(self) -> dict[str, float | list[float | None] | None]:
        """Return all figures for JSON, which knows no infinity: it becomes ``None``."""
        plain: dict[str, float | list[float | None] | None] = {}
        for name, value in dataclasses.asdict(self).items():
            if isinstance(value, tuple):
                plain[name] = [each if math.isfinite(each) else None for each in value]
            else:
                plain[name] = value if math.isfinite(value) else None
        return plain


class Meter:
    """Reads all figures in one pass over blocks; the figures do not depend on how the audio is cut into blocks.

    Memory is 8 bytes for each 20 ms. True peak is interpolated four times at every sample rate: BS.1770 asks for no
    more than 192 kHz, but a closer look costs nothing. A true peak is never below the sample peak. Before the first
    and after the last sample there is silence.

    Parameters
    ----------
    sample_rate
        In Hz, 8000 to 384000 and beyond.
    channels
        1 or more, in the order of WAV files (5.1: left, right, centre, low frequencies, surrounds).
    weights
        Power weights of the channels in place of the standard's for that number of channels.

    Raises
    ------
    AudioError
        If the rate is too low for the weighting, or the weights do not fit.
    """

    def __init__(self, sample_rate: int, channels: int, *, weights: Sequence[float] | None = None) -> None:
        if channels < 1:
            raise AudioError(f"A meter needs 1 channel or more, not {channels}.")
        self.sample_rate = sample_rate
        self.channels = channels
        self.frames = 0
        self._weights = channel_weights(channels, weights)
        self._sections = k_weighting(sample_rate)
        self._buffer = np.zeros((channels, kernels.HISTORY + sample_rate * _BATCH // 50 + 1), np.float32)
        self._filled = 0
        self._state = np.zeros((channels, 4))
        self._power = np.zeros(channels)
        self._peak = np.zeros(channels, np.float32)
        self._true_peak = np.zeros(channels, np.float32)
        self._energies = array("d")

    def feed(self, block: Samples) -> None:
        """Take the next block: shape (channels, frames), any length, full scale at +-1.

        Raises
        ------
        AudioError
            If the shape is wrong, or a sample is NaN or infinite (channel and position of the first are named).
        """
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise AudioError(
                f"A block of shape {block.shape} does not fit a meter of {self.channels} channels; transpose it."
            )
        taken = 0
        while taken < block.shape[1]:
            done = len(self._energies)
            batch = self._boundary(done + _BATCH) - self._boundary(done)
            part = block[:, taken : taken + batch - self._filled]
            start = kernels.HISTORY + self._filled
            with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused below
                self._buffer[:, start : start + part.shape[1]] = part
            self._filled += part.shape[1]
            taken += part.shape[1]
            if self._filled == batch:
                energies = self._measure(self._state, self._power, self._peak, self._true_peak)
                self._energies.extend(energies)
                self._buffer[:, : kernels.HISTORY] = self._buffer[:, batch : batch + kernels.HISTORY].copy()
                self._filled = 0
                self.frames += batch

    def _boundary(self, step: int) -> int:
        """Return the frame at which a step of 20 ms begins, rounded where the rate is no multiple of 50 Hz."""
        return (step * self.sample_rate + 25) // 50

    def _measure(
        self,
        state: npt.NDArray[np.float64],
        power: npt.NDArray[np.float64],
        peak: npt.NDArray[np.float32],
        true_peak: npt.NDArray[np.float32],
    ) -> npt.NDArray[np.float64]:
        """Measure what the buffer holds, update the arrays, and return the weighted energy of each whole step."""
        edges = (np.arange(len(self._energies), len(self._energies) + _BATCH + 1) * self.sample_rate + 25) // 50
        edges -= edges[0]
        within = edges[edges <= self._filled]
        energy = np.empty((self.channels, len(within) - 1))
        kernels.weigh(self._buffer, within, self._filled, self._sections, state, energy, power)
        if not math.isfinite(power.sum()):
            held = self._buffer[:, kernels.HISTORY : kernels.HISTORY + self._filled]
            refuse_not_finite(held, first_frame=self.frames)
        kernels.find_peaks(self._buffer, self._filled, kernels.TRUE_PEAK_TAPS, kernels.TRUE_PEAK_BOUND, peak, true_peak)
        weighted: npt.NDArray[np.float64] = self._weights @ energy
        return weighted

    def short_term(self) -> npt.NDArray[np.float64]:
        """Return the loudness of the 3 s that end at 3.0 s, 3.1 s, ..., in LUFS, -inf for silence."""
        return lufs(self._powers(self._so_far(), _SHORT_TERM)[::_HOP])

    def momentary(self) -> npt.NDArray[np.float64]:
        """Return the loudness of the 400 ms that end at 0.4 s, 0.5 s, ..., in LUFS, -inf for silence."""
        return lufs(self._powers(self._so_far(), _MOMENTARY)[::_HOP])

    def _so_far(self) -> array[float]:
        """Return the weighted energy of every whole step heard, those of the unfinished batch too."""
        rest = self._measure(self._state.copy(), self._power.copy(), self._peak.copy(), self._true_peak.copy())
        return self._energies + array("d", rest)

    def _powers(self, energies: array[float], steps: int) -> npt.NDArray[np.float64]:
        boundaries = (np.arange(len(energies) + 1, dtype=np.int64) * self.sample_rate + 25) // 50
        return window_powers(np.array(energies), np.diff(boundaries), steps)

    def result(self) -> Loudness:
        """Return the figures for everything fed so far; feeding may go on afterwards.

        Raises
        ------
        AudioError
            If the last samples hold NaN or infinity.
        """
        power, peak, true_peak = self._power.copy(), self._peak.copy(), self._true_peak.copy()
        # What is left of the last batch, then silence for the interpolator to ring out.
        rest = self._measure(self._state.copy(), power, peak, true_peak)
        energies = self._energies + array("d", rest)
        end = kernels.HISTORY + self._filled
        tail = np.zeros((self.channels, 2 * kernels.HISTORY), np.float32)
        tail[:, : kernels.HISTORY] = self._buffer[:, end - kernels.HISTORY : end]
        kernels.find_peaks(tail, kernels.HISTORY, kernels.TRUE_PEAK_TAPS, kernels.TRUE_PEAK_BOUND, peak, true_peak)
        frames = self.frames + self._filled
        momentary, short_term = self._powers(energies, _MOMENTARY), self._powers(energies, _SHORT_TERM)
        rms = _db(math.sqrt(float(power.sum()) / max(1, frames * self.channels)))
        sample_peak = _db(float(peak.max()))
        return Loudness(
            integrated_lufs=integrated(momentary[::_HOP]),
            momentary_max_lufs=float(lufs(momentary).max(initial=-math.inf)),
            short_term_max_lufs=float(lufs(short_term).max(initial=-math.inf)),
            loudness_range_lu=loudness_range(short_term[::_HOP]),
            true_peak_dbtp=_db(float(true_peak.max())),
            sample_peak_dbfs=sample_peak,
            rms_dbfs=rms,
            crest_db=sample_peak - rms if math.isfinite(rms) else 0.0,
            true_peaks_dbtp=tuple(_db(float(each)) for each in true_peak),
            duration=frames / self.sample_rate,
        )


def measure(audio: Audio, *, weights: Sequence[float] | None = None) -> Loudness:
    """Read all figures of a recording; see :class:`Meter` for ``weights`` and errors.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 997 * np.arange(48000 * 5) / 48000)
    >>> round(measure(Audio(0.1 * np.stack([tone, tone]), 48000)).integrated_lufs, 1)
    -20.0
    """
    meter = Meter(audio.sample_rate, audio.channels, weights=weights)
    meter.feed(audio.samples)
    return meter.result()
