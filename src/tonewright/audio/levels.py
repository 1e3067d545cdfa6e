"""Gains that bring audio to a loudness, to another's loudness, or below a ceiling."""

from __future__ import annotations

import math

import numpy as np

from tonewright.audio.meters import Loudness, measure
from tonewright.audio.sound import Audio
from tonewright.errors import AudioError


def db_to_gain(db: float) -> float:
    """Turn decibels into a factor; -inf into 0."""
    return float(10.0 ** (db / 20.0))


def loudness_gain_db(audio: Audio | Loudness, target_lufs: float) -> float:
    """Return the gain in dB that brings audio to a loudness.

    One gain is exact as long as the gate at -70 LUFS leaves the same parts in: always, but for audio near silence.

    Parameters
    ----------
    audio
        The recording, or what a meter has read of it.
    target_lufs
        Wanted integrated loudness, finite.

    Raises
    ------
    AudioError
        If the audio has no loudness: silent, or shorter than 400 ms.
    """
    if not math.isfinite(target_lufs):
        raise AudioError(f"A loudness of {target_lufs} LUFS cannot be aimed at; give a finite number.")
    loudness = measure(audio) if isinstance(audio, Audio) else audio
    if not math.isfinite(loudness.integrated_lufs):
        name = audio.name if isinstance(audio, Audio) else "The audio"
        raise AudioError(f"{name} is silent or shorter than 400 ms and has no loudness to change; use a longer part.")
    return target_lufs - loudness.integrated_lufs


def apply_gain(audio: Audio, gain_db: float) -> Audio:
    """Return audio with a gain in dB; nothing is clipped."""
    factor = audio.samples.dtype.type(db_to_gain(gain_db))
    return audio.with_samples(np.multiply(audio.samples, factor))
