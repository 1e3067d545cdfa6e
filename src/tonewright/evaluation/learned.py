r"""Baselines learned from the long-term spectrum alone: the mean of a corpus, and ridge regression.

The weights are in ``data/baselines.json``, made by ``benchmarks/learn_baselines.py``, which names the corpus in the
file. With :math:`s` the level-free long-term spectrum of what is heard (for matching: reference minus input), the
ridge's curve is

.. math:: c = m_c + W (s - m_s), \qquad W = S_{cs} (S_{ss} + \lambda I)^{-1}

(A. Hoerl and R. Kennard, *Technometrics* 12, 1970), with :math:`\lambda` chosen by cross-validation over works.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.spectra import Spectrum, corrected, difference_db, spectrum_of

Array = NDArray[np.float64]

#: How much of the way to the mean spectrum is gone: music may differ from the mean for good reasons.
STRENGTH = 0.25


class Ridge(NamedTuple):
    """Regression from a spectrum to a correction curve, both ``(bands,)`` in dB; `weights` is ``(bands, bands)``."""

    mean: Array
    curve_mean: Array
    weights: Array

    def predict(self, spectrum_db: Array) -> Array:
        """Return the curve, shape ``(bands,)``, in dB."""
        return np.asarray(self.curve_mean + self.weights @ (spectrum_db - self.mean))


def solve_ridge(spectra_db: Array, curves_db: Array, strength: float) -> Ridge:
    r"""Solve the regression.

    Parameters
    ----------
    spectra_db, curves_db
        One row per case, shape ``(cases, bands)``, in dB.
    strength
        :math:`\lambda` per case, in dB^2: the variance that a spectrum has in each band for no reason.
    """
    mean, curve_mean = spectra_db.mean(axis=0), curves_db.mean(axis=0)
    s, c = spectra_db - mean, curves_db - curve_mean
    inner = s.T @ s + strength * len(s) * np.eye(s.shape[1])
    return Ridge(mean, curve_mean, np.linalg.solve(inner, s.T @ c).T)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = files("tonewright.evaluation").joinpath("data", "baselines.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def mean_spectrum() -> Spectrum:
    """Return the mean long-term spectrum of the corpus that the baselines were learned on."""
    level = np.array(_data()["mean_spectrum_db"])
    return Spectrum(level, np.ones(level.size, dtype=bool))


def ridge(task: str) -> Ridge:
    """Return the regression learned for ``auto`` or ``match``."""
    return Ridge(*(np.array(_data()["ridge"][task][name]) for name in Ridge._fields))


def average_spectrum(input_audio: Clip) -> NDArray[np.float32]:
    """Go a quarter of the way to the corpus' mean spectrum, with six bands."""
    return corrected(input_audio, STRENGTH * difference_db(mean_spectrum(), spectrum_of(input_audio)))


def ridge_auto(input_audio: Clip) -> NDArray[np.float32]:
    """Correct by the curve that regression expects from the input's spectrum."""
    return corrected(input_audio, ridge("auto").predict(spectrum_of(input_audio).level_db))


def ridge_match(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Correct by the curve that regression expects from the difference of the spectra."""
    gap = difference_db(spectrum_of(reference_audio), spectrum_of(input_audio))
    return corrected(input_audio, ridge("match").predict(gap))
