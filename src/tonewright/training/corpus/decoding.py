"""Bring any recording to one channel at 44.1 kHz."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.audio.reader import Reader
from tonewright.errors import AudioError
from tonewright.training.corpus.entries import SAMPLE_RATE
from tonewright.training.corpus.musdb18 import STEMS, read_mixture

#: What libsndfile never reads; other files are tried with it first.
FFMPEG_ONLY = frozenset({".g722", ".gsm"})
#: Energy of the mean of the channels against that of the loudest one, below which the channels cancel.
CANCELLED = 1e-3
#: The resampler's filter: zero crossings on each side, Kaiser's beta (about 90 dB), and pass band.
_CROSSINGS = 48
_BETA = 9.0
_PASS = 0.95

Mono = NDArray[np.float32]


def decode(path: Path, maximum_s: float) -> tuple[Mono, int]:
    """Read a recording from its beginning, as one channel at 44.1 kHz.

    Parameters
    ----------
    path
        What libsndfile reads, or ffmpeg where it is installed, or a stem file of MUSDB18.
    maximum_s
        What lies behind is not read, in seconds.

    Returns
    -------
    samples, source_rate
        Shape (frames,); the sample rate of the file in Hz.

    Raises
    ------
    AudioError
        If neither reads the file.
    MissingExtraError
        If it is a stem file, and stempeg is not installed.
    """
    (one,) = decode_all([path], maximum_s)
    return one


def decode_all(paths: Sequence[Path], maximum_s: float) -> Iterator[tuple[Mono, int]]:
    """Read the parts of a work one after the other, each as :func:`decode` does, until `maximum_s` seconds are there.

    Files for ffmpeg are decoded by one run of it: starting it costs more than decoding a prompt.
    """
    with tempfile.TemporaryDirectory() as folder:
        through_ffmpeg = [path for path in paths if path.suffix.lower() in FFMPEG_ONLY]
        decoded = dict(zip(through_ffmpeg, _through_ffmpeg(through_ffmpeg, maximum_s, Path(folder)), strict=True))
        left = maximum_s
        for path in paths:
            if left <= 0.0:
                break
            channels, rate = _read(decoded[path], left) if path in decoded else _channels(path, left)
            samples = resample(to_mono(channels), rate)
            left -= samples.size / SAMPLE_RATE
            yield samples, rate


def to_mono(channels: NDArray[np.float32]) -> Mono:
    """Return the mean of the channels, shape (channels, frames) to (frames,), or the loudest one if they cancel.

    They cancel if the mean has less than 1/1000 of the loudest channel's energy (-30 dB): a channel turned upside
    down for effect, or by a wrong cable, would otherwise leave only what was not meant to be heard alone.
    """
    if channels.shape[0] == 1:
        return channels[0, :]
    mean: Mono = channels.mean(axis=0, dtype=np.float32)
    energies = [float(np.dot(channel, channel)) for channel in channels]
    loudest = int(np.argmax(energies))
    if float(np.dot(mean, mean)) < CANCELLED * energies[loudest]:
        mean[:] = channels[loudest]
    return mean


def resample(samples: Mono, rate: int) -> Mono:
    """Bring samples of shape (frames,) from `rate` in Hz to 44.1 kHz with a windowed sinc in polyphase form.

    The filter is flat to 0.9 of the lower rate's half and 90 dB down at it, which is steeper than scipy's own.
    """
    if rate == SAMPLE_RATE:
        return samples
    import scipy.signal

    common = gcd(rate, SAMPLE_RATE)
    up, down = SAMPLE_RATE // common, rate // common
    result: Mono = scipy.signal.resample_poly(samples, up, down, window=_taps(max(up, down)))
    return result.astype(np.float32, copy=False)


@lru_cache(maxsize=8)
def _taps(longest: int) -> Any:
    """Return the filter for a ratio whose larger term is `longest`."""
    import scipy.signal

    taps = scipy.signal.firwin(2 * _CROSSINGS * longest + 1, _PASS / longest, window=("kaiser", _BETA))
    return np.asarray(taps, np.float32)


def _channels(path: Path, maximum_s: float) -> tuple[NDArray[np.float32], int]:
    if path.name.endswith(STEMS):
        return read_mixture(path, maximum_s)
    try:
        return _read(path, maximum_s)
    except AudioError:
        if shutil.which("ffmpeg") is None or not path.is_file():
            raise
    with tempfile.TemporaryDirectory() as folder:
        (decoded,) = _through_ffmpeg([path], maximum_s, Path(folder))
        return _read(decoded, maximum_s)


def _read(path: Path, maximum_s: float) -> tuple[NDArray[np.float32], int]:
    with Reader(path) as reader:
        wanted = min(reader.frames, int(maximum_s * reader.sample_rate))
        return reader.read(wanted), reader.sample_rate


def _through_ffmpeg(paths: Sequence[Path], maximum_s: float, folder: Path) -> list[Path]:
    """Decode files to WAV files in `folder`, with rate and channels kept."""
    if not paths:
        return []
    program = shutil.which("ffmpeg")
    if program is None:
        raise AudioError(f"{paths[0]} needs ffmpeg to be read; install it, or convert the file to WAV.")
    targets = [folder / f"{index}.wav" for index in range(len(paths))]
    command = [program, "-v", "error", "-nostdin"]
    for path in paths:
        command += ["-i", str(path)]
    for index, target in enumerate(targets):
        command += ["-map", f"{index}:a:0", "-t", f"{maximum_s:.6f}", "-c:a", "pcm_f32le", str(target)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if run.returncode or not all(target.exists() for target in targets):
        reason = run.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise AudioError(f"{paths[0]} can be read neither by libsndfile nor by ffmpeg ({reason[0]}); is it whole?")
    return targets
