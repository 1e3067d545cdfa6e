"""One stimulus: the whole track through a system, then its excerpt, at the study's loudness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio, Loudness, apply_gain, loudness_gain_db, measure, read
from tonewright.errors import AudioError
from tonewright.listening.making.degrading import degrade
from tonewright.listening.study.model import StudyError, in_language
from tonewright.listening.study.reading import Opened
from tonewright.listening.study.recipes import (
    Auto,
    Clipped,
    FromSettings,
    LowPass,
    Match,
    Noise,
    Original,
    Rendered,
    Request,
    Say,
    System,
    Track,
)

#: Raised-cosine fades at both ends, so that a loop does not click, in ms.
FADE_MS = 10.0
#: How near to the wanted loudness a stimulus must come, in LU.
TOLERANCE_LU = 0.1


@dataclass(frozen=True)
class Made:
    """A stimulus.

    Attributes
    ----------
    audio
        The excerpt at the wanted loudness.
    loudness
        What a meter reads of it.
    gain_db
        What brought it there.
    settings
        What the system chose, as plain data; ``None`` where it chose nothing.
    """

    audio: Audio
    loudness: Loudness
    gain_db: float
    settings: dict[str, Any] | None


def make(opened: Opened, system: System, track: Track, request: Request | None) -> Made:
    """Make a stimulus.

    Parameters
    ----------
    opened
        The study, for the places of its files, its loudness and seed.
    system, track, request
        What is made of what; the request counts for :class:`~tonewright.listening.study.recipes.Say` only.

    Raises
    ------
    StudyError, AudioError
        In one sentence.
    """
    where = f"tracks.{track.name}"
    whole, settings = _whole(opened, system, track, request)
    excerpt = cut(whole, track, where)
    if isinstance(system, LowPass | Noise | Clipped):
        excerpt = excerpt.with_samples(degrade(excerpt.samples, excerpt.sample_rate, system, opened.study.seed))
    excerpt = excerpt.with_samples(faded(excerpt.samples, excerpt.sample_rate))
    levelled, gain_db, loudness = at_loudness(excerpt, opened.study.sound.loudness_lufs, f"{where} with {system.name}")
    return Made(levelled, loudness, gain_db, settings)


def cut(whole: Audio, track: Track, where: str) -> Audio:
    """Return a track's excerpt, without tags.

    Raises
    ------
    StudyError
        If the excerpt reaches beyond the recording.
    """
    rate = whole.sample_rate
    start = round(track.start_s * rate)
    stop = whole.frames if track.duration_s is None else start + round(track.duration_s * rate)
    if stop > whole.frames or stop - start < rate // 2:
        raise StudyError(
            f"{where}: the excerpt from {track.start_s:g} s to {stop / rate:g} s does not lie in the recording, which "
            f"has {whole.duration:.2f} s."
        )
    return Audio(whole.samples[:, start:stop].astype(np.float32), rate)


def faded(samples: NDArray[Any], sample_rate: int) -> NDArray[Any]:
    """Return audio with raised-cosine fades at both ends."""
    frames = min(round(FADE_MS * 1e-3 * sample_rate), samples.shape[1] // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / max(frames, 1))
    samples = samples.copy()
    samples[:, :frames] *= ramp.astype(samples.dtype)
    samples[:, samples.shape[1] - frames :] *= ramp[::-1].astype(samples.dtype)
    return samples


def at_loudness(audio: Audio, loudness_lufs: float, where: str) -> tuple[Audio, float, Loudness]:
    """Return audio at a loudness within 0.1 LU, the gain in dB that brought it there, and what a meter reads of it."""
    total = 0.0
    heard = measure(audio)
    for _ in range(3):
        if not math.isfinite(heard.integrated_lufs):
            raise StudyError(f"{where} is silent or nearly so; choose another excerpt.")
        gain_db = loudness_gain_db(heard, loudness_lufs)
        if abs(gain_db) <= 0.01:
            break
        audio, total = apply_gain(audio, gain_db), total + gain_db
        heard = measure(audio)
    if abs(heard.integrated_lufs - loudness_lufs) > TOLERANCE_LU:
        raise StudyError(f"{where} cannot be brought to {loudness_lufs:g} LUFS; it is nearly silent.")
    return audio, total, heard


def _whole(
    opened: Opened, system: System, track: Track, request: Request | None
) -> tuple[Audio, dict[str, Any] | None]:
    path = opened.place(track.file)
    if isinstance(system, Rendered):
        return _rendered(opened, system, track, path), None
    if isinstance(system, Original | LowPass | Noise | Clipped):
        return read(path), None
    result: Any
    if isinstance(system, Auto):
        from tonewright.controllers.auto import auto

        result = auto(path, amount=system.amount, profile=system.profile, what=system.what, ceiling_db=None)
    elif isinstance(system, Match):
        from tonewright.controllers.match import match

        reference = opened.place(system.reference)
        result = match(path, reference, amount=system.amount, what=system.what, ceiling_db=None)
    elif isinstance(system, Say):
        from tonewright.controllers.say.saying import say

        asked = system.prompt or ("" if request is None else in_language(request.prompt, "en"))
        context = None if request is None or system.prompt is not None else request.context
        if not asked:
            raise StudyError(f"systems.{system.name}: there is no prompt for {track.name}; give the system one.")
        result = say(asked, path, amount=system.amount, context=context, seed=opened.study.seed, ceiling_db=None)
    else:
        return _processed(opened, system, path)
    return result.audio, result.settings.to_dict()


def _processed(opened: Opened, system: FromSettings, path: Path) -> tuple[Audio, dict[str, Any]]:
    from tonewright.rendering import render
    from tonewright.settings import Settings

    settings = Settings.load(opened.place(system.file)).scaled(system.amount)
    return render(read(path), settings), settings.to_dict()


def _rendered(opened: Opened, system: Rendered, track: Track, original: Path) -> Audio:
    if track.name not in system.files:
        raise StudyError(f"systems.{system.name}.files has none for the track {track.name!r}.")
    own = opened.place(system.files[track.name])
    audio, source = read(own), read(original)
    if (audio.sample_rate, audio.frames) != (source.sample_rate, source.frames):
        raise AudioError(
            f"{own} has {audio.frames} frames at {audio.sample_rate} Hz and {original} {source.frames} at "
            f"{source.sample_rate} Hz; stimuli must be in time with their track: render it at the same rate and length."
        )
    return audio
