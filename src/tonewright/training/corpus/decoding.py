"""Bring any recording to one channel at 44.1 kHz."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
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
    if path.name.endswith(STEMS):
        channels, rate = read_mixture(path, maximum_s)
    elif path.suffix.lower() in FFMPEG_ONLY:
        channels, rate = _through_ffmpeg(path, maximum_s)
    else:
        try:
            channels, rate = _read(path, maximum_s)
        except AudioError:
            if shutil.which("ffmpeg") is None or not path.is_file():
                raise
            channels, rate = _through_ffmpeg(path, maximum_s)
    return resample(to_mono(channels), rate), rate


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
    largest = max(up, down)
    taps: Any = scipy.signal.firwin(2 * _CROSSINGS * largest + 1, _PASS / largest, window=("kaiser", _BETA))
    result: Mono = scipy.signal.resample_poly(samples, up, down, window=taps.astype(np.float32))
    return result.astype(np.float32, copy=False)


def _read(path: Path, maximum_s: float) -> tuple[NDArray[np.float32], int]:
    with Reader(path) as reader:
        wanted = min(reader.frames, int(maximum_s * reader.sample_rate))
        return reader.read(wanted), reader.sample_rate


def _through_ffmpeg(path: Path, maximum_s: float) -> tuple[NDArray[np.float32], int]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise AudioError(f"{path} needs ffmpeg to be read; install it, or convert the file to WAV.")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "decoded.wav"
        command = [program, "-v", "error", "-nostdin", "-i", str(path), "-vn", "-t", f"{maximum_s:.6f}"]
        run = subprocess.run(
            [*command, "-c:a", "pcm_f32le", str(target)], capture_output=True, text=True, errors="replace", check=False
        )
        if run.returncode or not target.exists():
            reason = run.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise AudioError(f"{path} can be read neither by libsndfile nor by ffmpeg ({reason[0]}); is it whole?")
        return _read(target, maximum_s)
