"""Settings on whole arrays of audio: the reference for every other way of making the sound."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.arrays import as_rows, check_finite, check_rate
from tonewright.processor.engine import Engine
from tonewright.processor.plan import Plan
from tonewright.settings import Settings


def render_array(samples: Any, sample_rate: float, settings: Settings) -> NDArray[Any]:
    """Process audio by settings.

    Parameters
    ----------
    samples
        (frames,), (channels, frames) or (rows, channels, frames), floating point, full scale 1.0. Float64 is processed
        and returned in float64, everything else in float32 with float64 recursions. Rows are independent; the
        channels of a row share one detector unless ``settings.link`` is ``none``.
    sample_rate
        In Hz, 8000 to 384000.

    Returns
    -------
    Array of the shape of ``samples``. Neutral settings return a copy of the samples, bit for bit.

    Raises
    ------
    AudioError
        If the input is not finite (naming the first bad sample), not floating point, or the rate is out of range.
    """
    rate = check_rate(sample_rate)
    x = as_rows(samples)
    check_finite(x)
    shape = np.shape(samples)
    plan, values = Plan.of(settings)
    if settings.is_neutral or x.size == 0:
        return x.reshape(shape).copy()
    if plan.link == "none":
        x = x.reshape(-1, 1, x.shape[-1])
    rows, channels, _ = x.shape
    engine = Engine(plan, np.broadcast_to(values, (rows, values.size)), rate)
    y, _ = engine.run(x, engine.zero_states(rows, channels))
    return y.reshape(shape)
