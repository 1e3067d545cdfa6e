"""The tones of the headphone test.

K. J. P. Woods, M. H. Siegel, J. Traer, J. H. McDermott: Headphone screening to facilitate web-based auditory
experiments. Attention, Perception & Psychophysics 79 (2017), 2064-2072. Three tones of 200 Hz, one 6 dB quieter, one
with its channels in antiphase: over loudspeakers that one cancels in the air and seems the quietest, over headphones it
does not.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache

import numpy as np

from tonewright.audio import db_to_gain

FREQUENCY_HZ = 200.0
RATE = 44_100
_SECONDS, _RAMP_S = 1.0, 0.1
#: Of the quiet one, in dB.
QUIETER_DB = -6.0


@lru_cache(maxsize=8)
def tone(kind: str, loudness_lufs: float) -> bytes:
    """Return a tone as a WAV file in 16 bit, two channels; the plain one is about as loud as the study's stimuli.

    Parameters
    ----------
    kind
        ``plain``, ``quiet`` or ``antiphase``.
    loudness_lufs
        Of the study.
    """
    time = np.arange(round(_SECONDS * RATE)) / RATE
    ramp = np.minimum(1.0, np.minimum(time, time[::-1]) / _RAMP_S)
    # Two equal sines of amplitude a have a loudness of 20 log10(a) - 0.7 LUFS or so at this frequency.
    level = db_to_gain(min(loudness_lufs, -8.0) + 0.7 + (QUIETER_DB if kind == "quiet" else 0.0))
    left = level * np.sin(0.5 * math.pi * ramp) ** 2 * np.sin(2.0 * math.pi * FREQUENCY_HZ * time)
    both = np.stack([left, -left if kind == "antiphase" else left], axis=1)
    return wav(np.round(both * 32_767.0).astype("<i2"), RATE)


def wav(samples: np.ndarray[tuple[int, int], np.dtype[np.int16]], sample_rate: int) -> bytes:
    """Return integers, (frames, channels), as a WAV file in 16 bit with nothing but the samples."""
    data = samples.tobytes()
    channels = samples.shape[1]
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, channels),
        *(sample_rate, sample_rate * channels * 2, channels * 2, 16, b"data", len(data)),
    )
    return head + data
