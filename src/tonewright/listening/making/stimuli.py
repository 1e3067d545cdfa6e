"""All stimuli of a study: which there are, made once, kept by what they are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tonewright import __version__
from tonewright.audio import Audio, Format, read, write
from tonewright.errors import OutputError
from tonewright.files import make_folder, write_text
from tonewright.listening.making.systems import Made, make
from tonewright.listening.study.model import StudyError, in_language
from tonewright.listening.study.reading import Opened, digest, file_hash
from tonewright.listening.study.recipes import Auto, FromSettings, LowPass, Match, Rendered, Request, Say, System, Track
from tonewright.rendering import Progress

#: What catch trials hide: so dull that nobody takes it for the original.
CATCH = LowPass(name="catch", make="low_pass", frequency_hz=1000.0)
#: Stimuli are stored in 24 bit: rounding lies 120 dB below anything that is heard at the study's loudness.
_FORMAT = Format("WAV", "PCM_24")


class Key(NamedTuple):
    """Which stimulus: names of track and system, and of the request where the system answers it."""

    track: str
    system: str
    request: str = ""


@dataclass(frozen=True)
class Stimulus:
    """A stimulus on disk.

    Attributes
    ----------
    key
        Which one.
    path
        A WAV file in 24 bit without tags.
    sha256
        Of the file.
    loudness_lufs, true_peak_dbtp, gain_db, duration_s, sample_rate, channels
        Measured when it was made.
    settings
        What the system chose; ``None`` where it chose nothing.
    """

    key: Key
    path: Path
    sha256: str
    loudness_lufs: float
    true_peak_dbtp: float
    gain_db: float
    duration_s: float
    sample_rate: int
    channels: int
    settings: dict[str, Any] | None


class Wanted(NamedTuple):
    """A stimulus that a study needs."""

    key: Key
    system: System
    track: Track
    request: Request | None


def key_of(system: System, track: Track, request: Request | None) -> Key:
    """Return the key of what a system makes of a track for a request."""
    own = isinstance(system, Say) and system.prompt is None and request is not None
    return Key(track.name, system.name, request.label if own and request is not None else "")


def wanted(opened: Opened) -> list[Wanted]:
    """Return every stimulus that a study needs, each once."""
    study = opened.study
    found: dict[Key, Wanted] = {}
    for system, track, request in _all(opened):
        key = key_of(system, track, request)
        found.setdefault(key, Wanted(key, system, track, request))
    if study.order.catches and study.kind != "adjustment":
        for track in study.tracks:
            for system in (study.original, CATCH):
                key = key_of(system, track, None)
                found.setdefault(key, Wanted(key, system, track, None))
    return list(found.values())


def _all(opened: Opened) -> Iterator[tuple[System, Track, Request | None]]:
    study = opened.study
    systems: tuple[System, ...] = (*study.systems, *study.anchors)
    if study.kind == "adjustment":
        systems = (study.original,)
    for _, track, request in study.items():
        for system in systems:
            yield system, track, request


def prepare(opened: Opened, cache: Path | None = None, progress: Progress | None = None) -> dict[Key, Stimulus]:
    """Make what is not there yet, and return all stimuli of a study.

    Parameters
    ----------
    opened
        The study.
    cache
        Folder that keeps stimuli by a hash of everything they are made of; ``STUDY.stimuli`` beside the study file if
        absent.
    progress
        Called with what is being made.

    Raises
    ------
    StudyError, AudioError, OutputError
        If one cannot be made or kept.
    """
    folder = make_folder(cache if cache is not None else opened.path.with_suffix(".stimuli"))
    todo = wanted(opened)
    hashes: dict[Path, str] = {}
    found: dict[Key, Stimulus] = {}
    for number, each in enumerate(todo):
        if progress is not None:
            progress(f"{each.system.name} of {each.track.name}", number / len(todo))
        name = digest(_recipe(opened, each, hashes))[:32]
        stimulus = _kept(folder, name, each.key)
        if stimulus is None:
            made = make(opened, each.system, each.track, each.request)
            stimulus = _keep(folder, name, each.key, made)
        found[each.key] = stimulus
    _check_alike(opened, found)
    return found


def _recipe(opened: Opened, each: Wanted, hashes: dict[Path, str]) -> dict[str, Any]:
    def content(path: Path) -> str:
        place = opened.place(path)
        if place not in hashes:
            hashes[place] = file_hash(place)
        return hashes[place]

    system, track = each.system, each.track
    inputs = [content(track.file)]
    if isinstance(system, Match):
        inputs.append(content(system.reference))
    if isinstance(system, FromSettings):
        inputs.append(content(system.file))
    if isinstance(system, Rendered) and track.name in system.files:
        inputs.append(content(system.files[track.name]))
    asked = "" if each.request is None or not each.key.request else in_language(each.request.prompt, "en")
    context = each.request.context.model_dump() if each.request is not None and each.key.request else None
    return {
        "system": system.model_dump(mode="json", exclude={"name", "file", "files", "reference"}),
        "inputs": inputs,
        "models": _models(system),
        "excerpt": [track.start_s, track.duration_s],
        "asked": asked,
        "context": context,
        "loudness": opened.study.sound.loudness_lufs,
        "seed": opened.study.seed,
        "tonewright": __version__,
    }


def _models(system: System) -> list[str]:
    """Return hashes of the weights that a system's answer depends on."""
    from tonewright.controllers.say import shipped
    from tonewright.networks.shipped import shipped_path

    if isinstance(system, Auto | Match):
        path = shipped_path("auto" if isinstance(system, Auto) else "match")
        return [file_hash(path)] if path.exists() else []
    if isinstance(system, Say):
        return [file_hash(path) for path in sorted(shipped.FOLDER.iterdir()) if path.is_file()]
    return []


def _kept(folder: Path, name: str, key: Key) -> Stimulus | None:
    path, record = folder / f"{name}.wav", folder / f"{name}.json"
    try:
        data = json.loads(record.read_text(encoding="utf-8"))
        if file_hash(path) != data["sha256"]:
            return None
        return Stimulus(key=key, path=path, **data)
    except (OSError, ValueError, KeyError, TypeError, StudyError):
        return None


def _keep(folder: Path, name: str, key: Key, made: Made) -> Stimulus:
    path = folder / f"{name}.wav"
    try:
        write(path, Audio(made.audio.samples, made.audio.sample_rate), like=_FORMAT, dither=False)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror or error}); check free space.") from None
    data: dict[str, Any] = {
        "sha256": file_hash(path),
        "loudness_lufs": made.loudness.integrated_lufs,
        "true_peak_dbtp": made.loudness.true_peak_dbtp,
        "gain_db": made.gain_db,
        "duration_s": made.audio.duration,
        "sample_rate": made.audio.sample_rate,
        "channels": made.audio.channels,
        "settings": made.settings,
    }
    write_text(folder / f"{name}.json", json.dumps(data, indent=1) + "\n")
    return Stimulus(key=key, path=path, **data)


def _check_alike(opened: Opened, found: dict[Key, Stimulus]) -> None:
    """Stimuli of one track must not be told apart by the size of their files."""
    for track in opened.study.tracks:
        shapes = {
            (one.sample_rate, one.channels, one.path.stat().st_size): one.key.system
            for one in found.values()
            if one.key.track == track.name
        }
        if len(shapes) > 1:
            (_, first), (_, second) = list(shapes.items())[:2]
            raise StudyError(
                f"tracks.{track.name}: {first!r} and {second!r} differ in rate, channels or length; make them alike."
            )


def load_samples(stimulus: Stimulus) -> Audio:
    """Return a stimulus as audio."""
    return read(stimulus.path)
