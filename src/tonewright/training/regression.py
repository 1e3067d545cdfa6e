r"""The regression from which ``auto`` starts: learned before the network, from the spectra of training works.

What hidden equalizers do to a long-term spectrum is known in closed form, so nothing is rendered: each excerpt's
spectrum :math:`s` is bent by the responses :math:`r` of many hidden settings, and :math:`-r` is regressed on
:math:`s + r` at the working level. Compressors are left out: they act on the whole band, so they hardly bend it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, usable_bands
from tonewright.networks.frames import FLOOR_DB, K_WEIGHTS, WORKING_DB
from tonewright.networks.ridge import Ridge, audible, deviation_db
from tonewright.networks.specification import PROFILES
from tonewright.processor.filters import biquad, response
from tonewright.training.degradations import DEGRADATIONS
from tonewright.training.examples import Examples, Spectra

Array = NDArray[np.float64]

#: Excerpts, and settings that are hidden on each.
EXCERPTS, HIDINGS = 1200, 8
#: Penalty per case, in dB^2: the variance that a spectrum has in each band for no reason. On validation works less is
#: hardly better where much is hidden, and changes more where nothing is.
_STRENGTH = 30.0


def fit_ridge(examples: Examples) -> Ridge:
    """Learn the regression for an experiment's examples: its works, its degradations, its seed."""
    spectra = examples.spectra(EXCERPTS, HIDINGS)
    return solve(*bent(spectra, examples.rate))


def bent(spectra: Spectra, sample_rate: float) -> tuple[Array, Array, NDArray[np.int64]]:
    """Bend each excerpt's spectrum by each of its settings.

    Returns
    -------
    Spectra at the working level and the curves that would undo what was hidden, (cases, 57) in dB each, and profiles,
    (cases,).
    """
    change = responses_db(spectra.hidden, sample_rate)
    each = len(change) // len(spectra.level_db)
    level = np.repeat(spectra.level_db, each, axis=0) + change
    loudness = 10.0 * np.log10(10.0 ** (level / 10.0) @ (K_WEIGHTS * usable_bands(sample_rate))) - 0.691
    heard = np.maximum(level + WORKING_DB - loudness[:, None], FLOOR_DB)
    return heard, -change, np.repeat(spectra.profile, each)


def responses_db(hidden: list[tuple[str, Array]], sample_rate: float) -> Array:
    """Return what the filters of hidden settings do to each sixth octave, (settings, 57), in dB."""
    total = np.zeros((len(hidden), CENTRES.size))
    for name in {one[0] for one in hidden}:
        rows = [index for index, one in enumerate(hidden) if one[0] == name]
        values = np.stack([hidden[index][1] for index in rows])
        names = DEGRADATIONS[name].plan.names
        for index, (kind, _) in enumerate(DEGRADATIONS[name].bands):
            gain, frequency, q = (
                values[:, names.index(f"bands.{index}.{key}")] for key in ("gain_db", "frequency_hz", "q")
            )
            sections = biquad(kind, gain, frequency, q, sample_rate)
            total[rows] += 20.0 * np.log10(np.abs(response(sections, CENTRES, sample_rate)))
    return total


def solve(spectra_db: Array, curves_db: Array, profile: NDArray[np.int64], strength: float = _STRENGTH) -> Ridge:
    r"""Solve the regression: means by profile, slopes from what deviates from them.

    Parameters
    ----------
    spectra_db, curves_db
        (cases, 57), in dB.
    profile
        (cases,); one that no case has gets the means of all.
    strength
        :math:`\lambda` per case, in dB^2.
    """
    middle, bias = np.empty((2, len(PROFILES), spectra_db.shape[1]))
    for index in range(len(PROFILES)):
        rows = profile == index
        rows = rows if rows.any() else np.ones_like(rows)
        heard = audible(spectra_db[rows])
        middle[index] = (spectra_db[rows] * heard).sum(axis=0) / np.maximum(heard.sum(axis=0), 1)
        bias[index] = curves_db[rows].mean(axis=0)
    s = deviation_db(spectra_db, middle[profile])
    inner = s.T @ s + strength * len(s) * np.eye(s.shape[1])
    slope = np.asarray(np.linalg.solve(inner, s.T @ (curves_db - bias[profile])).T)
    return Ridge(middle, bias, slope)
