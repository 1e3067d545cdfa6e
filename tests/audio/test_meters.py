"""The meters on the standards' own test signals: EBU Tech 3341, EBU Tech 3342, ITU-R BS.1770-5."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tonewright.audio import Audio, Loudness, Meter, measure, warmup
from tonewright.audio import meter_kernels as kernels
from tonewright.audio.meter_kernels import TRUE_PEAK_TAPS
from tonewright.audio.weighting import k_weighting
from tonewright.errors import AudioError

RATE = 48000


def tone(parts: list[tuple[float, float]], channels: int = 2, rate: int = RATE, frequency: float = 1000.0) -> Audio:
    """Return a sine of (dBFS, seconds) parts, the same in all channels, its phase running on."""
    levels = np.concatenate([np.full(round(seconds * rate), 10 ** (level / 20)) for level, seconds in parts])
    sine = levels * np.sin(2 * np.pi * frequency * np.arange(len(levels)) / rate)
    return Audio(np.tile(sine, (channels, 1)), rate)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize(
    "parts",
    [
        [(-23, 20)],
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
    ids=["case 1", "case 3", "case 4", "case 5"],
)
def test_tech_3341_integrated(parts: list[tuple[float, float]], rate: int) -> None:
    assert measure(tone(parts, rate=rate)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_tech_3341_cases_1_and_2_all_three_times(level: float) -> None:
    meter = Meter(RATE, 2)
    meter.feed(tone([(level, 20)]).samples)
    assert meter.result().integrated_lufs == pytest.approx(level, abs=0.1)
    assert meter.momentary()[-1] == pytest.approx(level, abs=0.1)
    assert meter.short_term()[-1] == pytest.approx(level, abs=0.1)


def test_tech_3341_case_6_surround() -> None:
    levels = [-28, -28, -24, -30, -30]  # left, right, centre, surrounds
    mono = tone([(0, 20)], 1).samples
    surround = np.concatenate([10 ** (level / 20) * mono for level in levels])
    assert measure(Audio(surround, RATE)).integrated_lufs == pytest.approx(-23.0, abs=0.1)
    loud = np.full_like(mono, 0.9)
    with_low = np.concatenate([surround[:3], loud, surround[3:]])  # whatever the low-frequency channel holds
    assert measure(Audio(with_low, RATE)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_case_9_short_term() -> None:
    meter = Meter(RATE, 2)
    meter.feed(tone([(-20, 1.34), (-30, 1.66)] * 5).samples)
    assert np.abs(meter.short_term() + 23.0).max() <= 0.1


@pytest.mark.parametrize("index", range(0, 20, 3))
def test_tech_3341_case_10_short_term_maximum(index: int) -> None:
    audio = tone([(-200, 0.15 * index), (-23, 3), (-200, 1)])
    assert measure(audio).short_term_max_lufs == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_case_12_momentary() -> None:
    meter = Meter(RATE, 2)
    meter.feed(tone([(-20, 0.18), (-30, 0.22)] * 25).samples)
    assert np.abs(meter.momentary()[6:] + 23.0).max() <= 0.1


@pytest.mark.parametrize("index", range(20))
def test_tech_3341_case_13_momentary_maximum(index: int) -> None:
    audio = tone([(-200, 0.02 * index), (-23, 0.4), (-200, 1)])
    assert measure(audio).momentary_max_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize(
    ("divisor", "degrees", "peak", "expected"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45, 1.41, 3.0)],
    ids=["case 15", "case 16", "case 17", "case 18", "case 19"],
)
def test_tech_3341_true_peak(rate: int, divisor: int, degrees: float, peak: float, expected: Any) -> None:
    frames = np.arange(2 * rate)
    fade = np.clip(np.minimum(frames, frames[::-1]) / (0.1 * rate), 0, 1)
    sine = peak * fade * np.sin(2 * np.pi * frames / divisor + np.radians(degrees))
    read = measure(Audio(np.stack([sine, sine]), rate))
    assert expected - 0.4 <= read.true_peak_dbtp <= expected + 0.2
    assert read.sample_peak_dbfs <= read.true_peak_dbtp


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
def test_true_peak_of_band_limited_bursts(rate: int, seed: int) -> None:
    # A smooth burst below 20 kHz (0.4 of the rate at most), its real maximum found on a grid 32 times finer.
    rng = np.random.default_rng(seed)
    length, finer = 4096, 32
    highest = int(min(20000, 0.4 * rate) / rate * length)
    spectrum = np.zeros(length // 2 + 1, complex)
    spectrum[1:highest] = rng.normal(size=highest - 1) + 1j * rng.normal(size=highest - 1)
    fine = np.fft.irfft(spectrum, length * finer)
    coarse = np.fft.irfft(spectrum, length) / finer
    scale = 0.9 / np.abs(fine).max()
    samples = np.tile(coarse * scale, 3)  # periodic, so that its edges do not count
    read = measure(Audio(samples, rate)).true_peak_dbtp
    edge = 20 * math.log10(0.9)
    assert edge - 0.65 <= read <= edge + 0.35


def test_the_interpolator_is_the_standards() -> None:
    assert TRUE_PEAK_TAPS.shape == (4, 12)
    np.testing.assert_array_equal(TRUE_PEAK_TAPS, TRUE_PEAK_TAPS[::-1, ::-1])
    # The standard's table has gains of 1 at 0 Hz up to its rounding.
    np.testing.assert_allclose(TRUE_PEAK_TAPS.sum(axis=1), 1.0, atol=0.03)
    np.testing.assert_array_equal(TRUE_PEAK_TAPS * 2**13, np.rint(TRUE_PEAK_TAPS * 2**13))


def true_peak_of(samples: npt.NDArray[Any]) -> float:
    """Return the true peak by plain convolution."""
    largest = np.abs(samples).max()
    for phase in TRUE_PEAK_TAPS.astype(np.float64):
        largest = max(largest, np.abs(np.convolve(samples, phase[::-1])).max())
    return 20 * math.log10(largest)


@pytest.mark.parametrize("kind", ["noise", "one loud click", "rising", "falling", "quiet"])
@pytest.mark.parametrize("length", [1, 5, 63, 64, 65, 10_000])
def test_what_is_skipped_never_held_the_true_peak(kind: Any, length: int) -> None:
    rng = np.random.default_rng(length)
    samples = rng.uniform(-0.5, 0.5, length)
    if kind == "one loud click":
        samples[length // 2] = 0.9
    elif kind == "rising":
        samples *= np.linspace(0.01, 1, length)
    elif kind == "falling":
        samples *= np.linspace(1, 0.01, length)
    elif kind == "quiet":
        samples *= 1e-6
    read = measure(Audio(samples, 44100))
    assert read.true_peak_dbtp == pytest.approx(true_peak_of(samples.astype(np.float32)), abs=1e-4)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
)
def test_tech_3342_loudness_range(parts: list[tuple[float, float]], expected: Any) -> None:
    assert measure(tone(parts)).loudness_range_lu == pytest.approx(expected, abs=1.0)


def test_bs_1770_mono_full_scale_sine_is_minus_3_01() -> None:
    assert measure(tone([(0, 5)], 1, frequency=997.0)).integrated_lufs == pytest.approx(-3.01, abs=0.01)


def test_k_weighting_is_the_standards_table_at_48_khz() -> None:
    shelf, high_pass = k_weighting(48000)
    expected = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585]
    np.testing.assert_allclose(shelf, expected, atol=1e-9)
    np.testing.assert_allclose(high_pass, [1, -2, 1, -1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 88200, 96000, 192000, 384000])
def test_k_weighting_is_the_same_at_every_rate(rate: int) -> None:
    def response(at: float, frequencies: npt.NDArray[Any]) -> npt.NDArray[Any]:
        z = np.exp(-2j * np.pi * frequencies / at)
        total = np.ones_like(z)
        for b0, b1, b2, a1, a2 in k_weighting(at):
            total *= (b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2)
        return 20 * np.log10(np.abs(total))

    frequencies = np.geomspace(20, min(rate / 8, 4000), 50)
    tolerance = 0.25 if rate < 22050 else 0.06  # the bilinear transform bends the shelf's upper flank
    np.testing.assert_allclose(response(rate, frequencies), response(48000, frequencies), atol=tolerance)
    low = frequencies[frequencies < 500]
    np.testing.assert_allclose(response(rate, low), response(48000, low), atol=0.03)


@pytest.mark.parametrize(("channels", "surrounds"), [(4, [2, 3]), (5, [3, 4]), (6, [4, 5]), (7, [5, 6]), (8, [6, 7])])
def test_surrounds_weigh_1_5_db_more(channels: int, surrounds: list[int]) -> None:
    sine = tone([(-20, 1)], 1).samples[0]
    for channel in range(channels):
        samples = np.zeros((channels, len(sine)))
        samples[channel] = sine
        read = measure(Audio(samples, RATE)).integrated_lufs
        if channels >= 6 and channel == 3:
            assert read == -math.inf
        else:
            assert read == pytest.approx(-23.0 + (1.49 if channel in surrounds else 0), abs=0.05)


def test_other_weights() -> None:
    audio = tone([(-20, 1)], 2)
    assert measure(audio, weights=[1, 0]).integrated_lufs == pytest.approx(-23.0, abs=0.05)
    with pytest.raises(AudioError, match="2 channels need"):
        measure(audio, weights=[1, 1, 1])
    with pytest.raises(AudioError, match="2 channels need"):
        measure(audio, weights=[1, -1])


def test_levels_and_crest() -> None:
    read = measure(tone([(-6.0206, 3)], 2))
    assert read.sample_peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert read.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert read.crest_db == pytest.approx(3.01, abs=0.01)
    assert read.duration == 3.0
    square = Audio(np.tile([0.5, 0.5, -0.5, -0.5], 4000), 8000)
    assert measure(square).rms_dbfs == pytest.approx(-6.02, abs=0.01)
    assert measure(square).crest_db == pytest.approx(0.0, abs=0.01)


def test_each_channel_has_its_true_peak() -> None:
    samples = np.zeros((3, 1000))
    samples[1, 500], samples[2, 500] = 0.5, 0.25
    read = measure(Audio(samples, RATE))
    assert read.true_peaks_dbtp[0] == -math.inf
    assert read.true_peaks_dbtp[1] - read.true_peaks_dbtp[2] == pytest.approx(6.02, abs=0.01)
    assert max(read.true_peaks_dbtp) == read.true_peak_dbtp


SILENT = Loudness(-math.inf, -math.inf, -math.inf, 0.0, -math.inf, -math.inf, -math.inf, 0.0, (-math.inf,), 0.0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("frames", [0, 1, 100, 48000, 480000])
def test_silence_gives_minus_infinity_and_no_warning(frames: int) -> None:
    read = measure(Audio(np.zeros(frames), RATE))
    assert read == Loudness(**{**SILENT.__dict__, "duration": frames / RATE})
    assert read.as_dict()["integrated_lufs"] is None
    assert read.as_dict()["true_peaks_dbtp"] == [None]


@pytest.mark.filterwarnings("error")
def test_short_audio_has_peaks_but_no_loudness() -> None:
    read = measure(tone([(-20, 0.399)], 2))
    assert read.integrated_lufs == read.momentary_max_lufs == read.short_term_max_lufs == -math.inf
    assert read.true_peak_dbtp == pytest.approx(-20, abs=0.2)
    assert math.isfinite(measure(tone([(-20, 0.4)], 2)).integrated_lufs)
    assert math.isfinite(measure(tone([(-20, 3.0)], 2)).short_term_max_lufs)
    assert not math.isfinite(measure(tone([(-20, 2.99)], 2)).short_term_max_lufs)


def test_very_quiet_audio_is_below_the_gate() -> None:
    assert measure(tone([(-75, 3)], 2)).integrated_lufs == -math.inf
    assert measure(tone([(-75, 3)], 2)).momentary_max_lufs == pytest.approx(-75, abs=0.1)


@pytest.mark.parametrize("frame", [0, 4799, 4800, 60_000, 95_999])
def test_not_finite_samples_are_refused(frame: int) -> None:
    samples = np.zeros((2, 96_010), np.float32)
    samples[1, frame] = np.nan
    meter = Meter(RATE, 2)

    def work() -> None:
        meter.feed(samples[:, :50_000])
        meter.feed(samples[:, 50_000:])
        meter.result()

    with pytest.raises(AudioError, match=f"NaN in channel 2 at frame {frame};"):
        work()


def test_warmup_compiles_what_is_needed() -> None:
    warmup()
    compiled: list[Any] = [kernels.weigh, kernels.find_peaks]
    assert all(each.signatures for each in compiled)


def test_blocks_and_rates_that_do_not_fit() -> None:
    with pytest.raises(AudioError, match="2 channels"):
        Meter(RATE, 2).feed(np.zeros((1, 10)))
    with pytest.raises(AudioError, match="not defined at 3000"):
        Meter(3000, 2)
    with pytest.raises(AudioError, match="1 channel or more"):
        Meter(RATE, 0)
