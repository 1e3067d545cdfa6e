"""What ``auto`` tells its network: what the recording is, and what its spectrum alone makes one expect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.matching.hints import SCALE_DB, filters_along
from tonewright.layouts import Layout
from tonewright.networks.frames import Frames
from tonewright.networks.ridge import Ridge, long_term_db
from tonewright.networks.specification import PROFILES, Profile

Array = NDArray[np.float64]


def balance_hint(ridge: Ridge | None, frames: Frames, profile: Profile, layout: Layout, sample_rate: float) -> Array:
    """Return the hint of ``auto``, (2,), or with a regression (77,).

    The profile (music, speech: one is 1), then the regression's curve in units of 10 dB and the filters that follow it:
    gain, frequency and Q of six bands in [0, 1] of the layout's ranges.

    Parameters
    ----------
    frames
        Of the recording.
    sample_rate
        Of the recording, in Hz.
    """
    known = np.array([float(profile == name) for name in PROFILES])
    if ridge is None:
        return known
    curve = ridge.curve_db(long_term_db(frames.values), PROFILES.index(profile))
    return np.concatenate([known, curve / SCALE_DB, filters_along(curve, layout, sample_rate)])
