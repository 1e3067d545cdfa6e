"""The protocol by which matching is judged: hidden settings are put on one part of a work, and must be found from it.

For a work and a draw, with two excerpts *a* and *b* of the work that do not overlap, and hidden settings *h*:

    input = a        reference = h(b)        target = h(a)

all mono, at the work's own sample rate and at equal RMS. A system hears input and reference and returns its version of
the input; the closer to the target the better. Nobody ever hears *a* and *b* with the same content, so that copying the
reference's spectrum is not enough.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import at_rms, rms_db
from tonewright.parameters import PARAMETERS, Range
from tonewright.processor.render import render_array
from tonewright.settings import Settings

AUDIO_SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}

#: Band types and their frequency ranges in Hz, log-uniform, in the order of the chain.
BANDS = (
    ("low_shelf", Range(30, 120, "log")),
    ("peak", Range(60, 400, "log")),
    ("peak", Range(250, 1200, "log")),
    ("peak", Range(800, 4000, "log")),
    ("peak", Range(2500, 10000, "log")),
    ("high_shelf", Range(6000, 16000, "log")),
)
GAIN_DB = Range(-12, 12)
Q = Range(0.3, 4, "log")
COMPRESSOR_ON = 0.5
#: Thresholds hold for audio at -20 dBFS RMS; times and knee go over the parameter table.
COMPRESSOR = {
    "threshold_db": Range(-30, 0),
    "ratio": Range(1, 4),
    "attack_ms": PARAMETERS["attack_ms"].search,
    "release_ms": PARAMETERS["release_ms"].search,
    "knee_db": PARAMETERS["knee_db"].search,
    "makeup_db": Range(0, 4),
}

#: Excerpts quieter than this against the whole work, or in absolute terms, are not music to judge by, in dB.
QUIETEST_OF_WORK_DB = -20.0
QUIETEST_DB = -60.0
_TRIES = 500

_Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Protocol:
    """What may be chosen about a run; the defaults are the published protocol.

    Attributes
    ----------
    excerpt_s, minimum_s
        Length of an excerpt and of the shortest work, in seconds.
    draws
        Cases per work, each with its own excerpts and hidden settings.
    level_db
        RMS of everything heard or compared, in dBFS.
    sample_rates
        Works at other rates are skipped.
    seed
        Together with a work's name and the number of the draw it fixes the case, whatever else runs.
    """

    excerpt_s: float = 18.0
    minimum_s: float = 60.0
    draws: int = 3
    level_db: float = -20.0
    sample_rates: tuple[int, ...] = (44_100, 48_000)
    seed: int = 0


class Clip(NamedTuple):
    """Audio as a system hears it: float32 samples of shape ``(1, frames)`` and their rate in Hz."""

    samples: _Samples
    sample_rate: int


class Work(NamedTuple):
    """A recording: its name (path below the corpus folder, with forward slashes) and where it lies."""

    name: str
    path: Path


@dataclass(frozen=True)
class Case:
    """One thing to solve. `starts_s` tells where excerpts *a* and *b* begin, in seconds."""

    work: str
    draw: int
    starts_s: tuple[float, float]
    settings: Settings
    input: Clip
    reference: Clip
    target: Clip


def find_works(folder: Path, protocol: Protocol | None = None) -> tuple[list[Work], dict[str, str]]:
    """List the works of a corpus folder that the protocol can use, and why it cannot use the others.

    The folder's ``manifest.json`` (``scripts/fetch_music.py``) says which files are works; without one, every audio
    file below the folder is.

    Returns
    -------
    works, skipped
        Works by name, and the reason for each name left out.
    """
    protocol = protocol or Protocol()
    if not folder.is_dir():
        raise AudioError(f"{folder} is not a folder of music: give one, or fetch one with scripts/fetch_music.py.")
    manifest = folder / "manifest.json"
    if manifest.exists():
        names = [row["path"] for row in json.loads(manifest.read_text(encoding="utf-8"))["works"]]
    else:
        files = (path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file())
        names = [path.relative_to(folder).as_posix() for path in files]
    works, skipped = [], {}
    for name in sorted(names):
        reason = _unusable(folder / name, protocol)
        if reason:
            skipped[name] = reason
        else:
            works.append(Work(name, folder / name))
    return works, skipped


def _unusable(path: Path, protocol: Protocol) -> str:
    try:
        info = sf.info(str(path))
    except (sf.LibsndfileError, OSError) as error:
        return f"cannot be read: {error}"
    if info.samplerate not in protocol.sample_rates:
        return f"has {info.samplerate} Hz"
    if info.frames < protocol.minimum_s * info.samplerate:
        return f"is only {info.frames / info.samplerate:.0f} s long"
    return ""


def case_generator(protocol: Protocol, work: str, draw: int) -> np.random.Generator:
    """Return the generator of one case, which depends on the seed, the work's name and the draw alone."""
    name = int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], "big")
    return np.random.default_rng([protocol.seed, name, draw])


def draw_settings(rng: np.random.Generator) -> Settings:
    """Draw hidden settings: six bands in real units, each with a compressor half of the time."""
    bands: list[dict[str, Any]] = []
    for kind, frequencies in BANDS:
        band: dict[str, Any] = {
            "type": kind,
            "frequency_hz": _draw(frequencies, rng),
            "gain_db": _draw(GAIN_DB, rng),
            "q": _draw(Q, rng),
        }
        compressor = {name: _draw(values, rng) for name, values in COMPRESSOR.items()}
        if rng.random() < COMPRESSOR_ON:
            band["compressor"] = compressor
        bands.append(band)
    return Settings.model_validate({"bands": bands})


def _draw(values: Range, rng: np.random.Generator) -> float:
    return float(values.to_units(rng.random()))


def choose_excerpts(mono: _Samples, length: int, rng: np.random.Generator) -> tuple[int, int]:
    """Choose where *a* and *b* begin: uniformly among pairs that do not overlap and of which neither is near silence.

    Parameters
    ----------
    mono
        The whole work, shape ``(frames,)``.
    length
        Of an excerpt, in samples.

    Raises
    ------
    AudioError
        If no such pair was found in 500 tries.
    """
    quietest = max(QUIETEST_DB, rms_db(mono) + QUIETEST_OF_WORK_DB)
    last = len(mono) - length
    for _ in range(_TRIES if last >= length else 0):
        a, b = (int(start) for start in rng.integers(0, last + 1, size=2))
        if abs(a - b) >= length and all(rms_db(mono[start : start + length]) >= quietest for start in (a, b)):
            return a, b
    raise AudioError("The work has no two separate excerpts that are both loud enough.")


def cases_of(work: Work, protocol: Protocol) -> Iterator[Case]:
    """Read a work and yield its cases, one per draw."""
    samples, rate = sf.read(str(work.path), dtype="float32", always_2d=True)
    mono = samples.mean(axis=1, dtype=np.float32)
    length = round(protocol.excerpt_s * rate)
    for draw in range(protocol.draws):
        rng = case_generator(protocol, work.name, draw)
        a, b = choose_excerpts(mono, length, rng)
        hidden = draw_settings(rng)
        clean_a, clean_b = (at_rms(mono[None, start : start + length], protocol.level_db) for start in (a, b))
        target, reference = (
            at_rms(render_array(clean, rate, hidden), protocol.level_db) for clean in (clean_a, clean_b)
        )
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(a / rate, b / rate),
            settings=hidden,
            input=Clip(clean_a, rate),
            reference=Clip(reference, rate),
            target=Clip(target, rate),
        )
