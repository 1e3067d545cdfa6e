"""One pass over a recording of any length: loudness, and the spectrum of every tenth of a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import (
    CENTRES,
    band_weights,
    decibels,
    hann,
    power_spectra,
    sums,
    usable_bands,
    window_length,
)
from tonewright.analysis.dynamics import MEASURES, window_dynamics
from tonewright.audio.meters import Loudness, Meter
from tonewright.threads import spread

#: Length of an analysis window, in seconds, before rounding to a power of two samples (93 ms at 44.1 kHz).
WINDOW_S = 0.093
#: Bands this far below the loudest one, in dB, hold noise of codecs and dither rather than music.
_AUDIBLE_DB = 75.0


@dataclass(frozen=True)
class Survey:
    """What a recording is like over its whole length.

    Attributes
    ----------
    sample_rate, channels, frames
        Of the recording.
    loudness
        Meter readings of the whole.
    powers
        Mean power per window and band, averaged over channels, (windows, bands), float32. Windows do not overlap.
    dynamics
        Levels inside the same windows, (windows, 8), float32; see :mod:`tonewright.analysis.dynamics`.
    window
        Frames from one window to the next.
    """

    sample_rate: float
    channels: int
    frames: int
    loudness: Loudness
    powers: NDArray[np.float32]
    dynamics: NDArray[np.float32]
    window: int

    @property
    def window_s(self) -> float:
        """Length of a window in seconds."""
        return self.window / self.sample_rate

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear: no integrated loudness, and hardly any power."""
        return not np.isfinite(self.loudness.integrated_lufs) and not self.powers.max(initial=0.0) > 1e-9

    @property
    def level_db(self) -> float:
        """Integrated loudness in LUFS; for recordings too short for that, their RMS in dBFS."""
        lufs = self.loudness.integrated_lufs
        return lufs if np.isfinite(lufs) else self.loudness.rms_dbfs

    def spectrum_db(self) -> NDArray[np.float64]:
        """Return the long-term spectrum: mean power per band in dB, (bands,)."""
        return decibels(self.powers.mean(axis=0, dtype=np.float64), 1e-12)

    def audible(self) -> NDArray[np.bool_]:
        """Tell which bands hold something of the recording rather than a noise floor, (bands,)."""
        spectrum = self.spectrum_db()
        return np.asarray(usable_bands(self.sample_rate) & (spectrum > spectrum.max() - _AUDIBLE_DB))


def _call(job: Callable[[], None]) -> None:
    job()


def window_powers(samples: NDArray[Any], sample_rate: float, length: int, hop: int) -> NDArray[np.float32]:
    """Return mean power per window and band, averaged over channels.

    Parameters
    ----------
    samples
        (channels, frames), at least ``length`` frames.
    length, hop
        Of the windows, in frames.

    Returns
    -------
    Array of shape (windows, bands).
    """
    weights = band_weights(length, sample_rate)
    total = np.zeros((0, CENTRES.size), dtype=np.float32)
    for channel in samples:
        frames = np.lib.stride_tricks.sliding_window_view(channel, length)[::hop]
        bands = sums(power_spectra(np.multiply(frames, hann(length), dtype=np.float32))[1], weights)
        total = total + bands if total.size else bands
    return total / np.float32(len(samples))


def survey(
    blocks: Iterable[NDArray[Any]], sample_rate: int, channels: int, progress: Callable[[int], None] | None = None
) -> Survey:
    """Hear a recording from beginning to end.

    Parameters
    ----------
    blocks
        Arrays of shape (channels, frames) in order, of any lengths.
    sample_rate
        In Hz.
    progress
        Called with the number of frames of each block.
    """
    length = window_length(sample_rate, WINDOW_S)
    meter = Meter(sample_rate, channels)
    rows: list[NDArray[np.float32]] = []
    moves: list[NDArray[np.float32]] = []
    rest: NDArray[Any] = np.zeros((channels, 0), dtype=np.float32)
    frames = 0
    coming = iter(blocks)
    block = next(coming, None)
    while block is not None:
        after: list[NDArray[Any]] = []
        whole = np.concatenate([rest, block], axis=1) if rest.size else block
        usable = whole.shape[1] // length * length

        def read_meter(block: NDArray[Any] = block) -> None:
            meter.feed(block)

        def read_spectrum(windows: NDArray[Any] = whole[:, :usable]) -> None:
            if windows.shape[1]:
                rows.append(window_powers(windows, sample_rate, length, length))
                moves.append(window_dynamics(windows, sample_rate, length))

        def read_ahead(after: list[NDArray[Any]] = after) -> None:
            after.extend(islice(coming, 1))

        jobs: tuple[Callable[[], None], ...] = (read_meter, read_spectrum, read_ahead)
        spread(_call, jobs)
        rest = whole[:, usable:].copy()
        frames += block.shape[1]
        if progress is not None:
            progress(block.shape[1])
        block = after[0] if after else None
    if not rows and frames:
        padded = np.zeros((channels, length), dtype=np.float32)
        padded[:, : rest.shape[1]] = rest
        rows.append(window_powers(padded, sample_rate, length, length))
        moves.append(window_dynamics(padded, sample_rate, length))
    powers = np.concatenate(rows) if rows else np.zeros((0, CENTRES.size), dtype=np.float32)
    dynamics = np.concatenate(moves) if moves else np.zeros((0, len(MEASURES)), dtype=np.float32)
    return Survey(sample_rate, channels, frames, meter.result(), powers, dynamics, length)
