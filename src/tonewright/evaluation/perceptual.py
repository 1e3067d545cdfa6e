"""Two models of listeners, from optional packages: PESQ (speech) and ViSQOL (audio).

PESQ is a measure of speech over telephones that papers report on music too; use it to compare with their figures only.
The package ``pesq`` holds the reference code of the ITU, whose notice restricts its use, so that no extra installs it:
who wants the figure reads the notice and installs it. ViSQOL's audio mode was fitted to listening tests with music
(Chinen et al., arXiv:2004.09584). Both compare mono recordings: the score of several channels is the mean of theirs.
Both bring level and delay in order themselves.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any

import numpy as np
import scipy.signal
from numpy.typing import ArrayLike, NDArray

from tonewright.errors import MissingExtraError
from tonewright.evaluation.metrics import SILENCE_DB, rms_db
from tonewright.evaluation.pairs import rows_of

PESQ_RATE, VISQOL_RATE = 16_000, 48_000
#: PESQ keeps a fixed number of utterances: longer recordings are scored in equal parts of at most this, in seconds.
PESQ_LONGEST_S = 30.0
#: Below this both models have too little to go by, in seconds.
SHORTEST_S = 1.0

#: ViSQOL's compiled loops must not be entered by two threads at once.
_one_at_a_time = Lock()


def pesq_score(output: ArrayLike, target: ArrayLike, sample_rate: int) -> float:
    """Return the mean opinion score of wideband PESQ (ITU-T P.862.2), 1.04 to 4.64, at 16 kHz; higher is better.

    Recordings are resampled by ``scipy.signal.resample_poly`` with its default filter.

    Returns
    -------
    float
        NaN if a recording is silent or shorter than 1 s, or no part of it is taken for speech.

    Raises
    ------
    MissingExtraError
        If the package ``pesq`` is not installed.
    AudioError
        If the shapes differ or a sample is not finite.
    """
    package = _package("pesq", "pesq")
    x, y = rows_of(output, target)
    if _nothing_to_hear(x, y, sample_rate):
        return math.nan
    x, y = (_at_rate(rows, sample_rate, PESQ_RATE) for rows in (x, y))
    parts = math.ceil(x.shape[1] / (PESQ_LONGEST_S * PESQ_RATE))
    scores = []
    for o, t in zip(x, y, strict=True):
        for own, other in zip(np.array_split(o, parts), np.array_split(t, parts), strict=True):
            if min(rms_db(own), rms_db(other)) >= SILENCE_DB:
                score = package.pesq(PESQ_RATE, other, own, "wb", on_error=package.PesqError.RETURN_VALUES)
                scores.append(float(score))
    valid = [score for score in scores if score > 0]  # errors are returned as -1
    return float(np.mean(valid)) if valid else math.nan


def visqol_score(output: ArrayLike, target: ArrayLike, sample_rate: int) -> float:
    """Return the mean opinion score of ViSQOL v3 in audio mode, 1 to about 4.73, at 48 kHz; higher is better.

    Returns
    -------
    float
        NaN if a recording is silent or shorter than 1 s.

    Raises
    ------
    MissingExtraError
        If the package ``visqol-python`` is not installed.
    AudioError
        If the shapes differ or a sample is not finite.
    """
    model = _visqol()
    x, y = rows_of(output, target)
    if _nothing_to_hear(x, y, sample_rate):
        return math.nan
    x, y = (_at_rate(rows, sample_rate, VISQOL_RATE) for rows in (x, y))
    with _one_at_a_time:
        scores = [model.measure_from_arrays(t, o, VISQOL_RATE).moslqo for o, t in zip(x, y, strict=True)]
    return float(np.mean(scores))


@lru_cache(maxsize=1)
def _visqol() -> Any:
    model = _package("visqol", "visqol-python").VisqolApi()
    model.create(mode="audio")
    return model


def _package(module: str, name: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"This metric needs the package {name}: install it with pip install {name}.") from error


def _nothing_to_hear(x: NDArray[np.float32], y: NDArray[np.float32], sample_rate: int) -> bool:
    # Channel by channel, because the models take one at a time and know no silence.
    levels = [rms_db(channel) for rows in (x, y) for channel in rows]
    return min(levels) < SILENCE_DB or x.shape[1] < SHORTEST_S * sample_rate


def _at_rate(rows: NDArray[np.float32], sample_rate: int, wanted: int) -> NDArray[np.float32]:
    ratio = Fraction(wanted, int(sample_rate))
    if ratio == 1:
        return rows
    changed = scipy.signal.resample_poly(rows, ratio.numerator, ratio.denominator, axis=1)
    return np.asarray(changed, dtype=np.float32)
