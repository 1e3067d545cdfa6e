"""What ``auto`` makes of a network's answer: settings for the whole file, or for each of its sections.

A section's answer counts the more the longer the section is; the rest is the answer for the whole. So short sections,
of which little is known, stay near what holds everywhere.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.analysis.sections import find_sections
from tonewright.analysis.survey import Survey
from tonewright.controllers.balance_hints import balance_hint
from tonewright.networks.frames import Frames, hear_frames, level_db, to_frames
from tonewright.networks.network import Network, Prediction
from tonewright.networks.specification import Profile
from tonewright.networks.trust import Trust, trust
from tonewright.parameters import limits
from tonewright.processor.filters import response_db
from tonewright.rendering import Section, Timeline
from tonewright.rendering.timeline import between, same_structure
from tonewright.settings import Settings

#: What is smaller is left out: gains in dB, slopes 1 - 1/ratio.
_LEAST_GAIN_DB, _LEAST_SLOPE = 0.1, 0.12
#: A section of this length counts half, in seconds.
_HALF_S = 15.0
#: A section so far below the whole, in dB, is a pause and treated like the whole.
_PAUSE_DB = -40.0


def decide(
    network: Network, outline: Survey, profile: Profile, *, amount: float, what: str, max_gain_db: float
) -> tuple[Prediction, Trust, Settings]:
    """Ask the network and return its answer, how far it is followed, and settings for the recording as it is.

    Parameters
    ----------
    outline
        Of the whole recording.
    profile
        What it is.
    amount, what, max_gain_db
        As for :func:`~tonewright.controllers.auto.auto`.
    """
    prediction, followed, settings = _answer(network, hear_frames(outline), profile, amount, outline.sample_rate)
    return prediction, followed, same_structure([_calm(settings.only(what).limited(max_gain_db))])[0]


def decide_sections(
    network: Network, outline: Survey, profile: Profile, *, amount: float, what: str, max_gain_db: float
) -> Timeline:
    """Ask the network about each section and return settings for all of them, of one structure.

    Parameters are those of :func:`decide`. Sections keep their levels relative to each other: what the filters add to
    one more than to the whole, its preamp takes away, and thresholds move with it.
    """
    starts = find_sections(outline.powers, outline.window_s)
    rate = outline.sample_rate
    frames = hear_frames(outline)
    whole = _answer(network, frames, profile, amount, rate)[2].only(what).limited(max_gain_db)
    found, parts = [], []
    for first, last in pairwise([*starts, len(outline.powers)]):
        powers = outline.powers[first:last]
        heard = frames if len(starts) == 1 else to_frames(powers, outline.dynamics[first:last], rate)
        settings = whole
        if len(starts) > 1 and heard.level_db - frames.level_db > _PAUSE_DB:
            own = _answer(network, heard, profile, amount, rate)[2].only(what).limited(max_gain_db)
            seconds = (last - first) * outline.window_s
            settings = between(whole, own, seconds / (seconds + _HALF_S))
        found.append(_calm(settings))
        parts.append(powers)
    common = added_db(_calm(whole), outline.powers, rate)
    levelled = [
        quieter(one, added_db(one, powers, rate) - common)
        for one, powers in zip(same_structure(found), parts, strict=True)
    ]
    return Timeline(tuple(Section(start * outline.window_s, one) for start, one in zip(starts, levelled, strict=True)))


def _answer(
    network: Network, frames: Frames, profile: Profile, amount: float, sample_rate: float
) -> tuple[Prediction, Trust, Settings]:
    """Return the network's answer, how far it is followed, and settings scaled so for audio at its own level."""
    hint = balance_hint(network.ridge, frames, profile, network.layout, sample_rate)
    prediction = network.predict([frames], hint)
    followed = trust(network, prediction.log_ratio)
    return prediction, followed, prediction.settings.scaled(followed.amount).scaled(amount).at_level(-frames.gain_db)


def _calm(settings: Settings) -> Settings:
    """Make neutral what does next to nothing; a compressor that hardly compresses loses its makeup too."""
    bands = (band.with_gain(0.0) if abs(band.gain_db) < _LEAST_GAIN_DB else band for band in settings.bands)
    return settings.with_bands(bands).with_each_compressor(
        lambda one: one if 1.0 - 1.0 / one.ratio >= _LEAST_SLOPE else one.idle()
    )


def added_db(settings: Settings, powers: NDArray[np.float32], sample_rate: float) -> float:
    """Return by how much the filters raise the K-weighted level of windows of band powers, in dB."""
    gain = 10.0 ** (response_db(settings, CENTRES, sample_rate) / 10.0)
    mean = powers.mean(axis=0, keepdims=True, dtype=np.float64)
    return level_db(mean * gain, sample_rate) - level_db(mean, sample_rate)


def quieter(settings: Settings, by_db: float) -> Settings:
    """Return settings that do the same to audio and leave it ``by_db`` quieter."""
    low, high = limits("preamp_db")
    preamp = float(np.clip(settings.preamp_db - by_db, low, high))
    return settings.at_level(preamp - settings.preamp_db).with_preamp(preamp)
