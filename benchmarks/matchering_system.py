"""The system ``matchering`` of our match benchmark.

    tonewright evaluate match CORPUS --systems match,matchering=benchmarks.matchering_system:system

Limiter and normalisation are off: everything is compared at equal RMS anyway. matchering wants stereo, so the mono
clips are doubled and one channel is taken back. It works at the clip's own rate (its own resampling to 44.1 kHz would
cost a 48 kHz clip everything above 22 kHz). It is GPL software, kept in an environment of its own (see
``matchering_home``).
"""

from __future__ import annotations

import math
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.signal import resample_poly

from benchmarks import matchering_home
from tonewright.errors import TonewrightError
from tonewright.evaluation.protocol import Clip


def system(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Return matchering's version of the input, shape ``(1, frames)``.

    Raises
    ------
    TonewrightError
        If matchering cannot be installed, fails, or returns something of another length.
    """
    rate = input_audio.sample_rate
    try:
        interpreter = matchering_home.python()
    except (RuntimeError, OSError) as error:
        raise TonewrightError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="matchering-") as name:
        folder = Path(name)
        _write(folder / "target.wav", input_audio.samples, rate)
        _write(folder / "reference.wav", _at_rate(reference_audio, rate), rate)
        files = [str(folder / f"{each}.wav") for each in ("target", "reference", "result")]
        command = [str(interpreter), str(matchering_home.WORKER), "bare", *files, str(rate)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            words = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise TonewrightError(f"matchering failed: {words}.")
        result, _ = sf.read(files[2], dtype="float32", always_2d=True)
    mono = np.ascontiguousarray(result[:, 0])[None]
    if mono.shape != input_audio.samples.shape:
        raise TonewrightError(f"matchering returned {mono.shape[1]} samples for {input_audio.samples.shape[1]}.")
    return mono


def _write(path: Path, mono: NDArray[np.float32], rate: int) -> None:
    sf.write(str(path), np.repeat(mono.T, 2, axis=1), rate, subtype="FLOAT")


def _at_rate(clip: Clip, rate: int) -> NDArray[Any]:
    if clip.sample_rate == rate:
        return clip.samples
    common = math.gcd(rate, clip.sample_rate)
    return np.asarray(resample_poly(clip.samples, rate // common, clip.sample_rate // common, axis=1), np.float32)
