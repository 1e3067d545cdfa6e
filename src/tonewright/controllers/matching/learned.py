"""What a trained network suggests for a match: a start that knows music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.matching.bands import BANDS
from tonewright.controllers.matching.curve import Expectation
from tonewright.controllers.matching.descent import SLOPE
from tonewright.controllers.matching.hearing import Hearing
from tonewright.controllers.matching.hints import expectation_hint
from tonewright.networks.frames import hear_frames
from tonewright.networks.network import Network
from tonewright.settings import Settings

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Suggestion:
    """A network's answer at the working level of ``match``.

    Attributes
    ----------
    values
        Free values of the descent, (6, 8).
    log_ratio
        Expected logarithm of what is left; see :class:`~tonewright.networks.network.Prediction`.
    """

    values: Array
    log_ratio: float


def suggest(
    network: Network, heard: Hearing, references: Sequence[Hearing], shares: Array, expectations: Sequence[Expectation]
) -> Suggestion:
    """Ask a network about every reference and average its answers by their shares.

    Parameters
    ----------
    expectations
        The closed form's answer for each reference alone.
    """
    own, rate = hear_frames(heard.survey), heard.survey.sample_rate
    answers = [
        network.predict([own, hear_frames(reference.survey)], expectation_hint(expectation, network.layout, rate))
        for reference, expectation in zip(references, expectations, strict=True)
    ]
    vector = np.tensordot(shares, np.array([one.vector for one in answers]), axes=1)
    settings = network.layout.decode(vector).at_level(heard.gain_db - own.gain_db)
    return Suggestion(free_values(settings), float(shares @ [one.log_ratio for one in answers]))


def free_values(settings: Settings) -> Array:
    """Turn settings with the descent's six bands into its free values, (6, 8).

    Makeup gains go into the thresholds behind them: a gain between two stages is the same as lower thresholds after it
    and the gain at the end, which ``match`` settles anyway.
    """
    if tuple(band.type for band in settings.bands) != tuple(kind for kind, _ in BANDS):
        raise ValueError("The settings do not have the bands of match.")
    values, ahead = np.zeros((len(settings.bands), 8)), settings.preamp_db
    for row, band in zip(values, settings.bands, strict=True):
        c = band.compressor
        row[:3] = band.gain_db, np.log(band.frequency_hz), np.log(band.q)
        if c is None:
            continue
        row[3:] = c.threshold_db - ahead, 1.0 - 1.0 / c.ratio, np.log(c.attack_ms), np.log(c.release_ms), c.knee_db
        ahead += c.makeup_db
    values[:, SLOPE] = np.clip(values[:, SLOPE], 0.0, None)
    return values
