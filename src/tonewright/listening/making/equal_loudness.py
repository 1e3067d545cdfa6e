r"""Equal loudness while a control moves: the gain that makes up for a filter, from the excerpt's own spectrum.

The loudness of BS.1770 is the mean power of the K-weighted signal over the 400 ms windows that pass its gates. Through
a filter :math:`H` a window :math:`w` has the power :math:`\sum_b P_{w,b} |H(f_b)|^2`, with :math:`P_{w,b}` its
K-weighted power in narrow bands; the gates then follow as in the standard. The page gets :math:`P` once and computes
the loudness anew wherever the control goes; ``tonewright study check`` measures what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.audio.gating import integrated
from tonewright.audio.weighting import channel_weights, k_weighting
from tonewright.processor.filters import response_db
from tonewright.settings import Settings

Array = NDArray[np.float64]

#: Bands to an octave, from the lowest frequency on.
_LOWEST_HZ, _PER_OCTAVE = 20.0, 12
#: Gating windows of 400 ms begin every 100 ms.
_STEP_S, _STEPS = 0.1, 4
#: Shortest transform in seconds (lines narrower than bands at 100 Hz are), and transforms to a step.
_FRAME_S, _FRAMES_A_STEP = 0.09, 4


@dataclass(frozen=True)
class Spectrum:
    """When and where an excerpt has its loudness.

    Attributes
    ----------
    frequencies_hz
        Middles of bands, ``(bands,)``.
    powers
        K-weighted power of each gating window in each band, ``(windows, bands)``.
    sample_rate
        Of the excerpt, in Hz.
    """

    frequencies_hz: Array
    powers: Array
    sample_rate: int

    def loudness_lufs(self, settings: Settings) -> float:
        """Return the loudness of the excerpt through filters (no compressors)."""
        response = response_db(settings, self.frequencies_hz, self.sample_rate)
        return integrated(self.powers @ 10.0 ** (response / 10.0))

    def gain_db(self, settings: Settings) -> float:
        """Return the gain that keeps the loudness when filters are put on the excerpt."""
        return self.loudness_lufs(Settings()) - self.loudness_lufs(settings)


def loudness_spectrum(audio: Audio) -> Spectrum:
    """Return when and where an excerpt, a second or longer, has its loudness."""
    rate = audio.sample_rate
    length = 1 << int(np.ceil(np.log2(_FRAME_S * rate)))
    hop = round(_STEP_S / _FRAMES_A_STEP * rate)
    frequencies = np.fft.rfftfreq(length, 1.0 / rate)
    edges = _LOWEST_HZ * 2.0 ** (np.arange(np.log2(0.5 * rate / _LOWEST_HZ) * _PER_OCTAVE) / _PER_OCTAVE)
    place = np.searchsorted(edges, frequencies)
    sections = k_weighting(rate)
    sos = np.column_stack([sections[:, :3], np.ones(len(sections)), sections[:, 3:]])
    window = scipy.signal.get_window("hann", length)
    window /= np.sqrt(np.mean(window**2) * length * length / 2.0)
    lines: Array | None = None
    for channel, weight in zip(audio.samples, channel_weights(audio.channels), strict=True):
        weighted = np.pad(scipy.signal.sosfilt(sos, channel.astype(np.float64)), length // 2)
        frames = np.lib.stride_tricks.sliding_window_view(weighted, length)[::hop]
        power = np.abs(np.fft.rfft(frames * window, axis=-1)) ** 2 * weight
        lines = power if lines is None else lines + power
    assert lines is not None
    bands = np.zeros((lines.shape[0], edges.size + 1))
    np.add.at(bands.T, place, lines.T)
    # Of each band the power's own middle: low bands hold a line or two, not in their middle.
    total = lines.sum(axis=0)
    sums = np.bincount(place, total, edges.size + 1)
    there = sums > 1e-12 * sums.max()
    middles = np.bincount(place, total * frequencies, edges.size + 1)[there] / sums[there]
    span = _STEPS * _FRAMES_A_STEP
    count = max(1, (audio.frames - round(_STEPS * _STEP_S * rate)) // round(_STEP_S * rate) + 1)
    starts = np.minimum(np.arange(count) * _FRAMES_A_STEP, max(0, lines.shape[0] - span))
    # Frames are centred on their time: half of the first and of the last belongs to a window.
    weights = np.ones(span + 1)
    weights[[0, -1]] = 0.5
    padded = np.pad(bands, ((0, 1), (0, 0)))
    powers = np.stack([weights @ padded[start : start + span + 1] / span for start in starts])
    return Spectrum(np.maximum(middles, 1.0), powers[:, there], rate)
