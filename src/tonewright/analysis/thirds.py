"""The long-term spectrum in third octaves, in dBFS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, PER_OCTAVE, usable_bands
from tonewright.analysis.survey import Survey

Array = NDArray[np.float64]

#: Centre frequencies in Hz, 25 Hz to 16 kHz, (29,).
THIRDS: Array = CENTRES[::2]


def third_octaves(measured: Survey) -> tuple[Array, Array]:
    """Return centre frequencies in Hz and levels in dBFS of the third-octave bands that the sample rate holds.

    Power is averaged over time and channels; white noise's bands add up to its RMS.
    """
    # A band's value is a mean power over the bins of a triangle one sixth of an octave in effective width.
    width = CENTRES * np.log(2.0) / PER_OCTAVE
    mean = measured.powers.mean(axis=0, dtype=np.float64) if len(measured.powers) else np.zeros(CENTRES.size)
    power = np.pad(2.0 * width / measured.sample_rate * mean, 1, mode="edge")
    thirds = (0.5 * power[:-2] + power[1:-1] + 0.5 * power[2:])[::2]
    usable = usable_bands(measured.sample_rate)[::2]
    return THIRDS[usable], 10.0 * np.log10(np.maximum(thirds[usable], 1e-20))
