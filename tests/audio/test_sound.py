"""`Audio` itself: what it accepts, what it refuses."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tonewright.audio import Audio, refuse_not_finite
from tonewright.errors import AudioError

Array = npt.NDArray[Any]


def test_properties() -> None:
    audio = Audio(np.zeros((2, 44100), np.float32), 22050)
    assert (audio.channels, audio.frames, audio.duration) == (2, 44100, 2.0)
    assert repr(audio) == "<Audio The audio: 2.000 s, 2 channels, 22050 Hz>"


def test_types_and_shapes() -> None:
    assert Audio(np.zeros(10), 8000).samples.shape == (1, 10)
    assert Audio(np.zeros((1, 10), np.float64), 8000).samples.dtype == np.float64
    assert Audio(np.zeros((1, 10), np.float16), 8000).samples.dtype == np.float32
    assert Audio(np.zeros((10, 2)).T, 8000).samples.flags.c_contiguous
    samples = np.zeros((2, 10), np.float32)
    assert Audio(samples, 8000).samples is samples


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (np.zeros((2, 3, 4)), 44100, "shape"),
        (np.zeros((0, 4)), 44100, "shape"),
        (np.zeros((1, 4), np.int16), 44100, "int16"),
        (np.zeros((1, 4)), 0, "sample rate"),
        (np.zeros((1, 4)), 44100.5, "sample rate"),
    ],
)
def test_what_makes_no_sense_is_refused(samples: Array, rate: int, words: str) -> None:
    with pytest.raises(AudioError, match=words):
        Audio(samples, rate)


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
@pytest.mark.parametrize("frame", [0, 70_000, 199_999])
def test_the_first_sample_that_is_not_finite_is_named(value: float, word: str, frame: int) -> None:
    samples = np.zeros((3, 200_000), np.float32)
    samples[1, frame] = value
    samples[2, frame] = np.nan
    samples[0, frame + 1 :] = np.nan
    with pytest.raises(AudioError, match=rf"The audio holds {word} in channel 2 at frame {frame};"):
        Audio(samples, 44100)
    with pytest.raises(AudioError, match=rf"x\.wav holds {word} in channel 2 at frame {frame + 1000};"):
        refuse_not_finite(samples, "x.wav", first_frame=1000)


def test_with_samples_keeps_the_rest() -> None:
    audio = Audio(np.zeros((1, 10)), 8000, {"title": "t"}, processed=False)
    other = audio.with_samples(np.ones((1, 5)))
    assert (other.tags, other.sample_rate, other.frames) == ({"title": "t"}, 8000, 5)
    assert other.processed
    assert not audio.processed


def test_the_package_is_cheap_to_import() -> None:
    code = "import sys, tonewright.audio as a; a.Audio; print({'numba', 'soundfile', 'scipy'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"
