r"""What a ridge regression expects to be wrong with a recording's long-term spectrum: what ``auto`` starts from.

With the level :math:`s` of each sixth octave at the working level, the curve that would bring it into balance is

.. math:: c = b_p + W (s - m_p), \qquad W = S_{cs} (S_{ss} + \lambda I)^{-1}

(A. Hoerl and R. Kennard, *Technometrics* 12, 1970), where :math:`m_p` and :math:`b_p` are means over recordings of the
same profile and :math:`S` covariances within profiles. Bands in which nothing is heard are taken to be as they usually
are. :mod:`tonewright.training.regression` learns it; a weight file holds it as ``ridge.middle``, ``ridge.bias`` and
``ridge.slope``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.networks.frames import BANDS, CENTRE_DB, SCALE_DB
from tonewright.networks.layers import power_mean
from tonewright.networks.specification import PROFILES

Floats = NDArray[np.float32]
Array = NDArray[np.float64]

#: Shapes of the arrays in a weight file, by name.
SHAPES: dict[str, tuple[int, ...]] = {
    "ridge.middle": (len(PROFILES), BANDS),
    "ridge.bias": (len(PROFILES), BANDS),
    "ridge.slope": (BANDS, BANDS),
}
#: Bands this far below the loudest are not heard, in dB.
_AUDIBLE_DB = 75.0
#: No point of the curve is further from 0, in dB: as much as a band may hide.
_LARGEST_DB = 12.0


@dataclass(frozen=True)
class Ridge:
    """A regression from spectra to curves, all in dB.

    Attributes
    ----------
    middle, bias
        Mean spectra and mean curves by profile, (2, 57).
    slope
        (57, 57): each row makes one point of the curve.
    """

    middle: Array
    bias: Array
    slope: Array

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[np.floating]]) -> Ridge:
        """Read it from the arrays of a weight file, which must hold those of :data:`SHAPES`."""
        return cls(*(weights[name].astype(np.float64) for name in SHAPES))

    def arrays(self) -> dict[str, Floats]:
        """Return what :meth:`of` reads, float32."""
        values = (self.middle, self.bias, self.slope)
        return {name: value.astype(np.float32) for name, value in zip(SHAPES, values, strict=True)}

    def curve_db(self, spectrum_db: Array, profile: int) -> Array:
        """Return the curve that is expected to bring a recording into balance.

        Parameters
        ----------
        spectrum_db
            (57,); see :func:`long_term_db`.
        profile
            Place in :data:`~tonewright.networks.specification.PROFILES`.

        Returns
        -------
        (57,), in dB, within 12 dB of 0.
        """
        curve = self.bias[profile] + self.slope @ deviation_db(spectrum_db, self.middle[profile])
        return np.asarray(np.clip(curve, -_LARGEST_DB, _LARGEST_DB))


def long_term_db(values: Floats) -> Array:
    """Return the level of each sixth octave over all frames, (57,), in dB, of frames (frames, 65)."""
    return np.asarray(power_mean(values[:, :BANDS], SCALE_DB).astype(np.float64) * SCALE_DB + CENTRE_DB)


def audible(spectrum_db: Array) -> NDArray[np.bool_]:
    """Tell which bands of spectra, (..., 57), hold more than silence."""
    return np.asarray(spectrum_db > spectrum_db.max(axis=-1, keepdims=True) - _AUDIBLE_DB)


def deviation_db(spectrum_db: Array, middle: Array) -> Array:
    """Return how far spectra, (..., 57), are from a mean; 0 in bands in which nothing is heard."""
    return np.where(audible(spectrum_db), spectrum_db - middle, 0.0)
