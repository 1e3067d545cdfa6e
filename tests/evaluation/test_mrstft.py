"""The distance against auraloss, against its own definition written out, and against the clock."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.mrstft import RESOLUTIONS, distance, mrstft

RATE = 44_100


def music_like(seconds: float, seed: int, channels: int = 1) -> NDArray[np.float32]:
    """Pink-ish noise with a slow beat and a stretch of silence, so that the floor is met."""
    rng = np.random.default_rng(seed)
    frames = int(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.arange(1, spectrum.shape[1] + 1))
    x = np.fft.irfft(spectrum, frames) * (1.1 + np.sin(np.arange(frames) * 2 * np.pi * 2 / RATE))
    x[:, frames // 3 : frames // 2] = 0
    scaled: NDArray[np.float32] = (0.1 * x / np.sqrt(np.mean(x**2))).astype(np.float32)
    return scaled


def written_out(x: NDArray[Any], y: NDArray[Any]) -> float:
    """The module's formula, in float64, one frame after the other."""
    total = 0.0
    for length in RESOLUTIONS:
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
        magnitudes = []
        for signal in (x, y):
            padded = np.pad(signal.astype(np.float64), length // 2, mode="reflect")
            rows = [
                np.abs(np.fft.rfft(window * padded[start : start + length]))
                for start in range(0, len(padded) - length + 1, length // 2)
            ]
            magnitudes.append(np.maximum(np.array(rows), 1e-4))
        a, b = magnitudes
        total += np.linalg.norm(b - a) / np.linalg.norm(b) + np.mean(np.abs(np.log(a) - np.log(b)))
    return total / len(RESOLUTIONS)


@pytest.mark.parametrize("channels", [1, 2])
def test_equals_auraloss(channels: int) -> None:
    auraloss = pytest.importorskip("auraloss", reason="auraloss is not installed")
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, y = music_like(4.0, 1, channels), music_like(4.0, 2, channels)
    y = 0.7 * x + 0.3 * y
    sizes = list(RESOLUTIONS)
    loss = auraloss.freq.MultiResolutionSTFTLoss(
        fft_sizes=sizes, win_lengths=sizes, hop_sizes=[size // 2 for size in sizes]
    )
    expected = float(loss(torch.from_numpy(x)[None], torch.from_numpy(y)[None]))
    assert mrstft(x, y) == pytest.approx(expected, abs=1e-4)


def test_equals_its_definition() -> None:
    x, y = music_like(1.0, 3)[0], music_like(1.0, 4)[0]
    assert mrstft(x, y) == pytest.approx(written_out(x, y), rel=1e-5)


def test_zero_for_equal_and_not_symmetric() -> None:
    x, y = music_like(0.5, 5), 0.5 * music_like(0.5, 6)
    assert mrstft(x, x) == 0.0
    assert mrstft(x, y) != pytest.approx(mrstft(y, x), rel=1e-3)


def test_a_pure_gain_is_known() -> None:
    x = np.random.default_rng(7).standard_normal(RATE).astype(np.float32)
    terms = distance(2.0 * x, x)
    assert terms.convergence == pytest.approx(1.0, rel=1e-4)
    assert terms.log_magnitude == pytest.approx(np.log(2.0), rel=1e-4)
    assert terms.total == mrstft(2.0 * x, x)


def test_refuses_in_one_sentence() -> None:
    with pytest.raises(AudioError, match="same shape"):
        mrstft(np.zeros(9000), np.zeros(9001))
    with pytest.raises(AudioError, match="at least 4097 samples"):
        mrstft(np.zeros(4096), np.zeros(4096))


def test_eighteen_seconds_take_under_a_second() -> None:
    x, y = music_like(18.0, 8), music_like(18.0, 9)
    times = []
    for _ in range(5):  # the fastest run: other work on the machine must not fail the test
        start = time.perf_counter()
        mrstft(x, y)
        times.append(time.perf_counter() - start)
    assert min(times) < 1.0
