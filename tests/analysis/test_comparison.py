"""What is compared: tone at equal loudness and dynamics per band, against closed forms and slow loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.analysis.bands import RANGES
from tonewright.analysis.comparison import Portrait, difference, portrait
from tonewright.analysis.survey import survey
from tonewright.analysis.thirds import THIRDS, third_octaves
from tonewright.errors import AudioError
from tonewright.processor.filters import response_db
from tonewright.processor.render import render_array
from tonewright.settings import Band, Settings

RATE = 44_100


def noise(seconds: float = 8.0, seed: int = 1, slope: float = 0.5) -> NDArray[np.float32]:
    """Noise whose power falls with frequency like music's, without beats."""
    random = np.random.default_rng(seed)
    frames = round(seconds * RATE)
    spectrum = np.fft.rfft(random.standard_normal((2, frames)))
    spectrum /= np.maximum(np.fft.rfftfreq(frames, 1 / RATE), 20.0) ** slope
    samples = np.fft.irfft(spectrum, frames)
    return np.asarray(0.3 * samples / np.abs(samples).max(), dtype=np.float32)


def heard(samples: NDArray[Any], name: str = "it") -> Portrait:
    return portrait(name, [samples], RATE, len(samples))


def test_white_noises_third_octaves_add_up_to_their_share_of_its_power() -> None:
    samples = np.random.default_rng(0).normal(0.0, 0.1, (2, 4 * RATE)).astype(np.float32)
    centres, levels = third_octaves(survey([samples], RATE, 2))
    width = centres[-1] * 2 ** (1 / 6) - centres[0] * 2 ** (-1 / 6)
    wanted = 10 * np.log10(0.01 * width / (RATE / 2))
    assert 10 * np.log10((10 ** (levels / 10)).sum()) == pytest.approx(wanted, abs=0.3)


def test_level_alone_makes_no_difference_but_loudness() -> None:
    samples = noise()
    found = difference(heard(samples), heard(samples * np.float32(10 ** (-6 / 20))))
    assert found.loudness_lu == pytest.approx(-6.0, abs=0.01)
    assert found.true_peak_db == pytest.approx(-6.0, abs=0.01)
    assert np.nanmax(np.abs(found.tone_db)) < 0.01
    assert np.nanmax(np.abs(found.spread_db)) < 0.05
    assert found.tone_distance_db < 0.01
    assert abs(found.peak_to_loudness_lu) < 0.01


def test_a_filter_shows_as_its_response() -> None:
    settings = Settings(bands=(Band(type="low_shelf", frequency_hz=150.0, gain_db=6.0, q=0.7),))
    samples = noise()
    found = difference(heard(samples), heard(render_array(samples, RATE, settings)))
    wanted = response_db(settings, THIRDS, RATE)
    # The loudness changes too: only the shape is known in advance.
    shape = found.tone_db - found.tone_db[-5]
    inside = (THIRDS > 40.0) & (THIRDS < 10_000.0)
    assert np.max(np.abs(shape - (wanted - wanted[-5]))[inside]) < 0.4
    assert found.tone_db[-5] == pytest.approx(-found.loudness_lu, abs=0.3)


def test_one_range_that_moves_is_found_there() -> None:
    low, high = noise(seed=2), noise(seed=3)
    frames = low.shape[1]
    frequency = np.fft.rfftfreq(frames, 1 / RATE)
    time = np.arange(frames) / RATE

    def only(samples: NDArray[Any], first: float, last: float) -> NDArray[Any]:
        spectrum = np.fft.rfft(samples)
        spectrum[:, (frequency < first) | (frequency > last)] = 0.0
        return np.fft.irfft(spectrum, frames)

    still = only(low, 200.0, 500.0) + only(high, 1200.0, 3000.0)
    # 12 dB up and down in the upper range, half a second each.
    moving = np.where(time % 1.0 < 0.5, 1.0, 10 ** (-12 / 20)) * only(high, 1200.0, 3000.0) + only(low, 200.0, 500.0)
    found = difference(heard(still), heard(moving))
    index = {one: i for i, one in enumerate(RANGES)}
    assert found.spread_db[index[1200, 3000]] == pytest.approx(11.0, abs=2.0)
    assert abs(found.spread_db[index[200, 500]]) < 1.0


def test_pauses_do_not_count_as_dynamics() -> None:
    samples = noise()
    gap = np.concatenate([samples, np.zeros_like(samples), samples], axis=1)
    found = difference(heard(samples), heard(gap))
    assert np.nanmax(np.abs(found.spread_db)) < 1.0


def test_what_a_rate_cannot_hold_is_unknown() -> None:
    low = portrait("low", [noise()[:, ::2]], RATE // 2, 2)
    found = difference(heard(noise()), low)
    assert np.isnan(found.tone_db[THIRDS > 10_500.0]).all()
    assert np.isfinite(found.tone_db[THIRDS < 9_000.0]).all()
    assert np.isfinite(found.tone_distance_db)


@pytest.mark.parametrize("samples", [np.zeros((1, RATE)), noise(0.3)])
def test_what_has_no_loudness_is_refused(samples: NDArray[Any]) -> None:
    with pytest.raises(AudioError, match="song is silent or shorter than 400 ms"):
        portrait("song", [samples.astype(np.float32)], RATE, len(samples))
