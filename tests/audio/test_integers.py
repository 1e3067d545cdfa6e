"""From floating point to integers: exact rounding, clipping that never wraps, dither with the right statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tonewright.audio import Audio, Format, read, write
from tonewright.audio.integers import quantise

Array = npt.NDArray[Any]


def in_steps(samples: Array, bits: int, **options: Any) -> tuple[npt.NDArray[np.int64], int]:
    """Return the integers at their own width, (channels, frames), and the count of clipped samples."""
    integers, clipped = quantise(samples, bits, **options)
    if bits == 16:
        assert integers.dtype == np.int16
        return integers.T.astype(np.int64), clipped
    assert integers.dtype == np.int32
    assert not np.any(integers.astype(np.int64) & ((1 << (32 - bits)) - 1))
    return integers.T.astype(np.int64) >> (32 - bits), clipped


@given(
    samples=arrays(np.float64, (2, 50), elements=st.floats(-3, 3)),
    bits=st.sampled_from([8, 16, 24, 32]),
)
@settings(max_examples=60, deadline=None)
def test_rounding_is_to_the_nearest_and_clipping_never_wraps(samples: Array, bits: int) -> None:
    scale = 2.0 ** (bits - 1)
    integers, clipped = in_steps(samples, bits)
    np.testing.assert_array_equal(integers, np.clip(np.rint(samples * scale), -scale, scale - 1))
    assert clipped == np.sum(np.abs(samples) > 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_dither_never_wraps(bits: int) -> None:
    samples = np.repeat([[1.0, -1.0, 40.0, -40.0]], 1000, axis=1)
    integers, clipped = in_steps(samples, bits, dither=True)
    top = 2 ** (bits - 1) - 1
    assert np.abs(integers - np.where(samples > 0, top, -top - 1)).max() <= 1
    assert clipped == 2000


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5, 0.8])
def test_the_error_has_mean_zero_and_constant_power(bits: int, offset: float) -> None:
    lsb = 2.0 ** (1 - bits)
    samples = np.full((1, 400_000), offset * lsb)
    integers, _ = in_steps(samples, bits, dither=True)
    error = integers - offset
    # Standard errors over 400 000 samples: 0.0008 of the mean, 0.0006 of the power.
    assert abs(error.mean()) < 0.004
    assert error.var() == pytest.approx(0.25, abs=0.004)
    assert np.abs(error).max() <= 1.5


def test_the_error_has_nothing_of_the_signal_and_no_memory() -> None:
    lsb = 2.0**-15
    time = np.arange(400_000) / 44100
    signal = 2.3 * lsb * np.sin(2 * np.pi * 441 * time)
    stereo = np.stack([signal, signal])
    error = in_steps(stereo, 16, dither=True)[0] - stereo / lsb
    plain = in_steps(stereo, 16)[0][0] - signal / lsb
    harmonics = np.exp(2j * np.pi * 441 * time * np.arange(1, 6)[:, None])
    level = np.abs(harmonics @ error[0]) / len(time)
    assert level.max() < 0.004
    assert (np.abs(harmonics @ plain) / len(time)).max() > 0.02  # without dither the harmonics are there
    between: Array = np.atleast_2d(np.corrcoef(error))
    assert abs(between[0, 1]) < 0.01
    assert abs(np.corrcoef(error[0, 1:], error[0, :-1])[0, 1]) < 0.01
    assert abs(np.corrcoef(error[0] ** 2, stereo[0])[0, 1]) < 0.01
    assert abs(np.corrcoef(error[0] ** 2, stereo[0] ** 2)[0, 1]) < 0.01


def test_dither_is_a_function_of_seed_channel_and_frame() -> None:
    samples = np.zeros((2, 1000), np.float32)
    whole, _ = quantise(samples, 16, dither=True, seed=5)
    parts = [quantise(samples[:, a : a + 77], 16, dither=True, seed=5, first_frame=a)[0] for a in range(0, 1000, 77)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert np.any(quantise(samples, 16, dither=True, seed=6)[0] != whole)
    assert np.any(whole[:, 0] != whole[:, 1])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_24_bit_rounds_half_a_step(kind: Any, tmp_path: Path) -> None:
    steps = np.array([[-(2**23), -5.25, -0.75, -0.25, 0.25, 0.75, 1000.75, 2**23 - 1]])
    samples = (steps / 2.0**23).astype(kind)
    write(tmp_path / "a.wav", Audio(samples, 48000, format=Format("WAV", "PCM_24")))
    stored = read(tmp_path / "a.wav").samples * 2.0**23
    np.testing.assert_array_equal(stored, np.rint(steps))


def noisy(path: Path) -> bool:
    return bool(np.any(read(path).samples != 0))


def test_when_dither_is_added(tmp_path: Path) -> None:
    silence = np.zeros((1, 2000), np.float32)
    sixteen, wide = Format("WAV", "PCM_16"), Format("WAV", "PCM_24")
    unread = Audio(silence, 44100, format=sixteen)
    write(tmp_path / "a.wav", unread, dither=False)
    write(tmp_path / "b.wav", Audio(silence, 44100, format=wide))
    plain, deep = read(tmp_path / "a.wav"), read(tmp_path / "b.wav")
    assert not noisy(tmp_path / "a.wav")
    assert not noisy(tmp_path / "b.wav")  # 24 bit: never

    assert not noisy(write(tmp_path / "c.wav", plain).path)  # as it was read
    assert noisy(write(tmp_path / "c.wav", unread).path)  # made in memory
    assert noisy(write(tmp_path / "c.wav", plain.with_samples(plain.samples)).path)  # processed
    assert not noisy(write(tmp_path / "c.wav", plain.with_samples(silence), dither=False).path)
    assert noisy(write(tmp_path / "c.wav", deep, like=sixteen).path)  # fewer bits than it had
    assert not noisy(write(tmp_path / "c.flac", plain).path)


def test_clipping_is_counted_and_floats_are_never_clipped(tmp_path: Path) -> None:
    samples = np.array([[0.0, 1.5, -2.0, 1.0, -1.0]])
    written = write(tmp_path / "a.wav", Audio(samples, 44100, format=Format("WAV", "PCM_16")), dither=False)
    assert written.clipped == 2
    np.testing.assert_array_equal(read(written.path).samples, [[0.0, 1 - 2**-15, -1.0, 1 - 2**-15, -1.0]])
    written = write(tmp_path / "b.wav", Audio(samples, 44100, format=Format("WAV", "FLOAT")))
    assert written.clipped == 0
    np.testing.assert_array_equal(read(written.path).samples, samples)
