"""The mel spectral distance against auraloss' formula written out, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from tonewright.errors import AudioError
from tonewright.evaluation.mel import mel_distance, mel_filters

RATE = 44_100
NOISE, OTHER = 0.1 * np.random.default_rng(2).standard_normal((2, 4 * RATE))


def test_filters_have_area_one_and_known_centres() -> None:
    filters = mel_filters(65536, RATE, 128)
    assert filters.shape == (128, 32769)
    np.testing.assert_allclose(filters.sum(axis=1) * RATE / 65536, 1.0, rtol=1e-3)
    centres = filters.argmax(axis=1) * RATE / 65536
    # 200/3 Hz per mel up to 1 kHz (mel 15), then 6.4 times per 27: the top is mel 15 + 27 log(22.05) / log(6.4).
    step = (15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)) / 129
    assert centres[0] == pytest.approx(step * 200 / 3, abs=1)
    assert centres[-1] == pytest.approx(RATE / 2 * 6.4 ** (-step / 27), rel=1e-3)


def test_it_agrees_with_a_slow_loop() -> None:
    def mel(x: np.ndarray) -> np.ndarray:
        padded, rows = np.pad(x, 32768, mode="reflect"), []
        for start in range(0, len(padded) - 65535, 65536):
            spectrum = np.fft.rfft(padded[start : start + 65536] * scipy.signal.get_window("hann", 65536))
            rows.append(mel_filters(65536, RATE, 128) @ np.maximum(np.abs(spectrum), 1e-4))
        return np.array(rows)

    ours, theirs = mel(NOISE), mel(3 * OTHER)
    expected = np.abs(ours - theirs).mean() + np.abs(np.log(ours / theirs)).mean()
    assert mel_distance(NOISE, 3 * OTHER, RATE) == pytest.approx(expected, rel=1e-5)


def test_doubling_costs_the_mel_spectrum_and_a_logarithm() -> None:
    alone = mel_distance(2 * NOISE, NOISE, RATE) - np.log(2)
    assert alone > 0.1
    assert mel_distance(4 * NOISE, 2 * NOISE, RATE) == pytest.approx(2 * alone + np.log(2), rel=1e-4)


def test_a_longer_cut_costs_more() -> None:
    values = []
    for order in (1, 2, 3):
        b, a = scipy.signal.butter(order, 2000, fs=RATE)
        values.append(mel_distance(scipy.signal.lfilter(b, a, NOISE), NOISE, RATE))
    assert values == sorted(values)


@pytest.mark.parametrize("frames", [1025, 2048, 2049, 32_768, 32_769])
def test_short_recordings_take_shorter_windows(frames: int) -> None:
    value = mel_distance(NOISE[:frames], OTHER[:frames], RATE)
    assert np.isfinite(value)
    assert value > 0


def test_refusals() -> None:
    with pytest.raises(AudioError, match="at least 1025 samples, got 1024"):
        mel_distance(NOISE[:1024], NOISE[:1024], RATE)
    assert mel_distance(0 * NOISE, 0 * NOISE, RATE) == 0.0
