"""GraphicEQ text: a sampled curve; Wavelet's with exactly AutoEq's 127 frequencies."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import SettingsError
from tonewright.formats.contract import Job, Limits, Notes, Parsed, Program
from tonewright.formats.curve_fitting import filters_of_curve
from tonewright.formats.numbers import number, short
from tonewright.formats.stages import Gain
from tonewright.parameters import HIGHEST_OF_RATE
from tonewright.processor.filters import response_db
from tonewright.settings import Settings

Array = NDArray[np.float64]
_STEP = 1.0563
#: What several low-passes leave far above them is not worth more digits.
_SILENCE_DB = -120.0
_LINE = re.compile(r"^[ \t]*graphic ?eq[ \t]*:[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
_TITLE = "GraphicEQ"


def wavelet_frequencies() -> list[int]:
    """Return the only frequencies Wavelet accepts, as AutoEq computes them: 127 from 20 to 19871 Hz."""
    count = math.ceil(math.log(20_000 / 20) / math.log(_STEP))
    return sorted({int(20 * _STEP**n) for n in range(count)})


def _gains(settings: Settings, frequency: Array, rate_hz: float) -> Array:
    return np.maximum(response_db(settings, np.minimum(frequency, HIGHEST_OF_RATE * rate_hz), rate_hz), _SILENCE_DB)


def _line(frequency: Array, gains: Array, decimals: int) -> str:
    pairs = zip(frequency, gains, strict=True)
    return "GraphicEQ: " + "; ".join(f"{short(f, 2)} {g + 0.0:.{decimals}f}" for f, g in pairs) + "\n"


def _write(job: Job) -> str:
    job.notes.converted("The filters are sampled as a curve, which the program rebuilds with a filter of its own.")
    frequency = np.array(wavelet_frequencies(), dtype=np.float64)
    # Sharp bands fall between the points: Equalizer APO takes any further ones.
    own = [
        f for b in job.settings.bands for f in b.frequency_hz * 2.0 ** (np.arange(-8, 9) / (8.0 * max(b.q, 0.35)))
    ]  # fmt: skip
    frequency = np.unique(
        np.round(np.concatenate([frequency, [f for f in own if 20.0 <= f <= 20_000.0], [20_000.0]]), 2)
    )
    return _line(frequency, _gains(job.settings, frequency, job.rate_hz), 2)


def _write_wavelet(job: Job) -> str:
    job.notes.converted(
        "The filters are sampled at 127 frequencies, and Wavelet rebuilds the curve with its own filter."
    )
    job.notes.tell("Wavelet normalises the level.")
    frequency = np.array(wavelet_frequencies(), dtype=np.float64)
    return _line(frequency, _gains(job.settings, frequency, job.rate_hz), 1)


def points(text: str) -> tuple[Array, Array]:
    """Return frequencies in Hz, ascending, and gains in dB; raises :class:`SettingsError`."""
    found = _LINE.search(text)
    if not found:
        raise SettingsError(f"{_TITLE}: the text has no line that starts with GraphicEQ.")
    pairs: list[tuple[float, float]] = []
    for part in found[1].split("#")[0].strip().rstrip(";").split(";"):
        words = part.split()
        try:
            if len(words) != 2:
                raise ValueError
            pairs.append((number(words[0]), number(words[1])))
        except ValueError:
            raise SettingsError(f"{_TITLE}: {part.strip()[:30]!r} is no pair of frequency and gain.") from None
    frequency, gains = np.array(sorted(pairs)).T
    if frequency[0] <= 0.0 or frequency[-1] > 1e6 or np.abs(gains).max() > 200.0:
        raise SettingsError(f"{_TITLE}: a frequency or gain lies beyond what can be heard.")
    if np.unique(frequency).size != frequency.size:
        raise SettingsError(f"{_TITLE}: a frequency is given twice.")
    return frequency, gains


def _response(text: str | bytes, frequency: Array, rate_hz: float) -> Array:
    """Interpolate as Equalizer APO does: straight lines in dB over the logarithm of frequency."""
    del rate_hz
    at, gains = points(text if isinstance(text, str) else text.decode())
    return np.asarray(np.interp(np.log(frequency), np.log(at), gains))


def _read(text: str, notes: Notes) -> Parsed:
    if len(_LINE.findall(text)) > 1:
        notes.lost("The text holds several curves; the first is taken.")
    other = [line for line in text.split("\n") if line.strip() and not _LINE.match(line) and line.lstrip()[0] != "#"]
    before = [number(m[1]) for line in other if (m := re.match(r"\s*preamp\s*:\s*(\S+)\s*dB\s*$", line, re.IGNORECASE))
              and re.fullmatch(r"[-+]?\d+(?:[.,]\d+)?", m[1])]  # fmt: skip
    if len(before) != len(other):
        notes.lost("Lines beside the curve are left out.")
    at, gains = points(text)
    fitted, level = filters_of_curve(at, gains)
    notes.converted(
        f"The curve is rebuilt with {len(fitted.filters)} filters, {fitted.worst_db:.2f} dB off at worst, "
        f"{fitted.rms_db:.2f} dB root mean square."
    )
    return Parsed([Gain(sum(before) + level), *fitted.filters])


def _looks(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(_LINE.search(text)) and len(lines) <= 3


PROGRAMS = (
    Program(
        name="graphic-eq",
        title="GraphicEQ",
        suffix=".txt",
        instruction="Put the line into Equalizer APO's config.txt, or into JamesDSP's arbitrary response equalizer.",
        write=_write,
        read=_read,
        looks=_looks,
        limits=Limits(),
        crossover=True,
        response=_response,
        aliases=("autoeq-graphic-eq",),
    ),
    Program(
        name="wavelet",
        title="Wavelet",
        suffix=".txt",
        instruction="Save as NAME GraphicEQ.txt and import it in Wavelet under AutoEq; NAME becomes the preset's.",
        write=_write_wavelet,
        read=_read,
        limits=Limits(),
        crossover=True,
        response=_response,
    ),
)
