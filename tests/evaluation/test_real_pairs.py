"""Pairs of different songs: what is drawn, and that coming nearer is measured as coming nearer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile as sf
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import rms_db, spectrum_error_db
from tonewright.evaluation.pairs_protocol import cases_of, partners
from tonewright.evaluation.protocol import Case, Protocol, Work, find_works
from tonewright.evaluation.real_pairs import CREST_BANDS, pair_distances
from tonewright.evaluation.tasks import TASKS

RATE = 44_100
SMALL = Protocol(excerpt_s=3.5, minimum_s=8.0, draws=2)


def noise(seconds: float = 4.0, seed: int = 0) -> NDArray[np.float64]:
    return 0.1 * np.random.default_rng(seed).standard_normal((1, int(seconds * RATE)))


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> list[Work]:
    folder: Path = tmp_path_factory.mktemp("songs")
    for number in range(4):
        rate = 48_000 if number == 3 else RATE
        colour = scipy.signal.lfilter([1], [1, -0.3 * number], noise(9.0, number))
        sf.write(folder / f"{number}.flac", 0.5 * np.asarray(colour).T, rate)
    sf.write(folder / "4.flac", noise(9.0, 4).T, 48_000)
    return find_works(folder, SMALL)[0]


def song_pairs(works: list[Work], protocol: Protocol) -> list[Case]:
    return [case for work, others in partners(works).items() for case in cases_of(work, protocol, others)]


def test_equal_recordings_and_levels_cost_nothing() -> None:
    x = noise()
    assert set(pair_distances(x, x, RATE)) == {"spectrum_db", "band_crest_db", "loudness_range_lu"}
    np.testing.assert_allclose(list(pair_distances(0.3 * x, x, RATE).values()), 0.0, atol=1e-4)


def test_it_is_symmetric_and_takes_stereo_other_lengths_and_rates() -> None:
    x, y = noise(4.0, 1), np.concatenate([noise(5.0, 2), noise(5.0, 3)])
    there, back = pair_distances(x, y, RATE, 32_000), pair_distances(y, x, 32_000, RATE)
    assert there == pytest.approx(back)


def test_the_spectrum_is_that_of_the_metric() -> None:
    x = noise(4.0, 1)
    y = np.asarray(scipy.signal.lfilter([1], [1, -0.9], noise(4.0, 2)))
    assert pair_distances(x, y, RATE)["spectrum_db"] == pytest.approx(spectrum_error_db(x, y, RATE), rel=1e-4)


def test_the_crest_of_a_band_is_that_of_what_is_in_it() -> None:
    """A burst in one band moves the peak of that band, and hardly that of the others."""
    x = noise(4.0)
    time = np.arange(x.shape[1]) / RATE
    y = x + 0.5 * np.sin(2 * np.pi * 2000 * time) * np.exp(-(((time - 2) / 0.02) ** 2))
    inside = (1200.0, 3000.0)
    assert inside in CREST_BANDS
    moved = pair_distances(y, x, RATE)["band_crest_db"]
    sos = scipy.signal.butter(2, inside, "bandpass", fs=RATE, output="sos")
    peak, level = [], []
    for each in (x, y):
        band = scipy.signal.sosfilt(sos, each)
        peak.append(20 * np.log10(np.max(np.abs(band))))
        level.append(rms_db(band))
    alone = abs(peak[1] - level[1] - peak[0] + level[0])
    assert alone > 3
    assert alone / len(CREST_BANDS) <= moved < 2 * alone / len(CREST_BANDS)


def test_the_loudness_range_follows_the_dynamics() -> None:
    x = noise(24.0)
    swelling = x * np.repeat([1.0, 0.25], x.shape[1] // 2)
    assert pair_distances(x, swelling, RATE)["loudness_range_lu"] == pytest.approx(12.04, abs=0.5)


def test_refusals() -> None:
    x = noise()
    with pytest.raises(AudioError, match="silent"):
        pair_distances(0 * x, x, RATE)
    with pytest.raises(AudioError, match="at least 132300 samples"):
        pair_distances(x, x[:, :1000], RATE)
    with pytest.raises(AudioError, match="not finite"):
        pair_distances(x * np.nan, x, RATE)


def test_pairs_are_of_different_works_at_one_rate_and_level(works: list[Work]) -> None:
    pairs = song_pairs(works, SMALL)
    assert [(pair.work, pair.draw) for pair in pairs] == [(work.name, draw) for work in works for draw in (0, 1)]
    for pair in pairs:
        assert pair.work != pair.reference_work
        assert pair.reference is not None
        assert pair.scale is not None
        assert pair.target is pair.reference
        assert pair.input.sample_rate == pair.reference.sample_rate == pair.scale.sample_rate
        assert abs(pair.starts_s[1] - pair.starts_s[2]) >= SMALL.excerpt_s
        for clip in (pair.input, pair.reference, pair.scale):
            assert clip.samples.shape == (1, round(3.5 * clip.sample_rate))
            assert rms_db(clip.samples) == pytest.approx(-20, abs=1e-3)
    assert {pair.reference_work for pair in pairs if pair.work == "4.flac"} == {"3.flac"}


def test_pairs_come_again_from_their_seed_and_no_other(works: list[Work]) -> None:
    def drawn(seed: int) -> list[tuple[str, tuple[float, ...]]]:
        protocol = Protocol(excerpt_s=3.5, minimum_s=8.0, draws=2, seed=seed)
        return [(pair.reference_work, pair.starts_s) for pair in song_pairs(works, protocol)]

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)


def test_a_work_alone_at_its_rate_is_left_out(works: list[Work]) -> None:
    assert {pair.work for pair in song_pairs(works[:4], SMALL)} == {"0.flac", "1.flac", "2.flac"}
    for alone in ([], works[:1], works[2:4]):
        with pytest.raises(AudioError, match="two works at the same sample rate"):
            partners(alone)


def test_an_output_that_is_the_reference_has_arrived(works: list[Work]) -> None:
    pair = next(pair for pair in song_pairs(works, SMALL) if pair.work == "0.flac")
    task = TASKS["pairs"]
    assert pair.reference is not None
    after = task.measured(pair, pair.reference.samples, ())
    assert after == {"spectrum_db": 0.0, "band_crest_db": 0.0, "loudness_range_lu": 0.0}
    before = task.measured(pair, pair.input.samples, ())
    assert before == pair_distances(pair.input.samples, pair.reference.samples, RATE)
    # Excerpts of one noise are alike, and unlike those of a noise of another colour.
    assert task.about(pair)["scale"]["spectrum_db"] < 0.5 * before["spectrum_db"]
