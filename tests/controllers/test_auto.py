"""``auto``: contracts with made-up weights, and with the shipped ones that it does what it is for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.analysis.survey import survey
from tonewright.audio import Audio, Format, measure, read, write
from tonewright.controllers.auto import AutoResult, auto
from tonewright.controllers.deciding import added_db, decide, quieter
from tonewright.errors import AudioError, SettingsError
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.networks.network import Network
from tonewright.networks.shipped import shipped_path
from tonewright.networks.specification import NetworkError
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
needs_shipped = pytest.mark.skipif(
    not shipped_path("auto").exists(), reason="the package holds no weights for auto yet"
)
RATE = 22_050


@lru_cache
def song(seconds: float = 6.0) -> Audio:
    whole = read(EXAMPLES / "song.ogg")
    return whole.with_samples(whole.samples[:, : round(seconds * whole.sample_rate)])


def noise(seconds: float, channels: int, rate: int, peak: float = 0.4, seed: int = 0) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / rate), 20.0))
    samples = np.fft.irfft(spectrum, frames)
    return np.asarray(peak * samples / np.abs(samples).max(), dtype=np.float32)


@lru_cache
def sung() -> Audio:
    """A dark, loud half minute between two bright, softer ones: three sections at a low rate, to be quick."""
    parts = [noise(30.0, 1, RATE, 0.1, seed=1), noise(30.0, 1, RATE, 0.6, seed=2), noise(30.0, 1, RATE, 0.1, seed=3)]
    for index in (0, 2):
        parts[index] = np.diff(parts[index], prepend=0.0, axis=1).astype(np.float32)
    return Audio(np.concatenate(parts, axis=1), RATE)


def compressors(settings: Settings) -> list[Compressor]:
    found = [band.compressor for band in settings.bands] + [settings.compressor]
    return [one for one in found if one is not None]


def gains(settings: Settings) -> dict[float, float]:
    return {round(band.frequency_hz, 3): band.gain_db for band in settings.bands if band.gain_db}


@pytest.fixture(scope="module")
def result(auto_weights: Path) -> AutoResult:
    return auto(song(), model=auto_weights)


def test_it_acts_at_the_input_s_level(result: AutoResult) -> None:
    assert not result.settings.is_neutral
    assert result.timeline is None
    out = measure(result.audio)
    assert out.integrated_lufs == pytest.approx(result.before.integrated_lufs, abs=0.05)
    assert out.true_peak_dbtp <= -1.0
    assert result.audio.samples.shape == song().samples.shape


def test_it_says_what_it_did(result: AutoResult) -> None:
    data = result.to_dict()
    assert (data["profile"], data["what"], data["amount"], data["timeline"]) == ("music", "both", 1.0, None)
    assert Settings.from_dict(data["settings"]) == result.settings
    text = result.explain()
    assert "brought into balance" in text
    assert "How sure" in text
    assert "Sections" not in text


def test_the_answer_depends_on_nothing_else(result: AutoResult, auto_weights: Path) -> None:
    assert auto(song(), model=auto_weights).settings == result.settings


def test_amount_zero_is_neutral_bit_for_bit(auto_weights: Path, tmp_path: Path) -> None:
    write(tmp_path / "in.wav", Audio(song().samples, song().sample_rate, format=Format("WAV", "PCM_16")))
    for sections in (False, True):
        nothing = auto(tmp_path / "in.wav", amount=0.0, sections=sections, model=auto_weights)
        assert nothing.settings.is_neutral
        nothing.write(tmp_path / "out.wav")
        assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "in.wav").read_bytes()
        assert "the amount is 0" in nothing.explain()


def test_half_the_amount_is_half_the_decibels(result: AutoResult, auto_weights: Path) -> None:
    half = gains(auto(song(), amount=0.5, model=auto_weights).settings)
    whole = gains(result.settings)
    assert half
    assert all(gain == pytest.approx(0.5 * whole[frequency]) for frequency, gain in half.items())


def test_tone_or_dynamics_alone(auto_weights: Path) -> None:
    tone = auto(song(), what="tone", model=auto_weights).settings
    assert not compressors(tone)
    assert gains(tone)
    dynamics = auto(song(), what="dynamics", model=auto_weights).settings
    assert compressors(dynamics)
    assert not gains(dynamics)


def test_no_band_goes_beyond_the_largest_gain(result: AutoResult, auto_weights: Path) -> None:
    assert max(map(abs, gains(result.settings).values())) > 0.5
    limited = auto(song(), max_gain_db=0.5, model=auto_weights).settings
    assert max(map(abs, gains(limited).values())) == pytest.approx(0.5)


def test_the_profile_is_heard(result: AutoResult, auto_weights: Path) -> None:
    speech = auto(song(), profile="speech", model=auto_weights)
    assert speech.profile == "speech"
    assert speech.settings != result.settings
    assert "speech as it usually is" in speech.story.labels["reference"]


def test_louder_means_higher_thresholds(auto_weights: Path) -> None:
    network = Network.load(auto_weights)
    options: dict[str, Any] = {"amount": 1.0, "what": "both", "max_gain_db": 12.0}
    outlines = [survey([np.float32(gain) * song().samples], song().sample_rate, 2) for gain in (0.1, 0.1 * 10**0.6)]
    soft, loud = (decide(network, outline, "music", **options)[2] for outline in outlines)
    assert list(gains(loud).values()) == pytest.approx(list(gains(soft).values()), abs=0.05)
    pairs = list(zip(compressors(soft), compressors(loud), strict=True))
    assert pairs
    for a, b in pairs:
        assert b.threshold_db - a.threshold_db == pytest.approx(12.0, abs=0.1)
        assert b.ratio == pytest.approx(a.ratio, rel=0.01)


def test_an_unsure_network_stays_neutral(made_up_network: Any, tmp_path: Path) -> None:
    table = {"trust__log_ratio": [-2.0, -1.9], "trust__amount": [1.0, 0.0], "trust__actual": [-2.0, 0.0]}
    unsure = auto(song(), model=made_up_network(tmp_path / "unsure.safetensors", **table))
    assert unsure.trust.amount == 0.0
    assert unsure.settings.is_neutral
    assert "not sure that anything would help" in unsure.explain()


def test_without_weights_it_says_so() -> None:
    with pytest.raises(NetworkError, match="no weights for auto"):
        auto(song(), model="none")


@pytest.mark.parametrize(
    ("channels", "rate", "seconds"),
    [(1, 44_100, 2.0), (6, 48_000, 1.0), (1, 8_000, 2.0), (2, 96_000, 1.0), (2, 44_100, 0.6)],
)
@pytest.mark.parametrize("sections", [False, True])
def test_any_format(auto_weights: Path, channels: int, rate: int, seconds: float, sections: bool) -> None:
    found = auto(Audio(noise(seconds, channels, rate), rate), sections=sections, model=auto_weights)
    assert found.audio.samples.shape == (channels, round(seconds * rate))
    assert np.isfinite(found.audio.samples).all()
    assert found.after.true_peak_dbtp <= -1.0


def test_an_offset_is_no_fault(auto_weights: Path) -> None:
    found = auto(Audio(noise(1.0, 1, RATE, 0.2) + np.float32(0.3), RATE), model=auto_weights)
    assert np.isfinite(found.audio.samples).all()


def test_what_is_refused(auto_weights: Path) -> None:
    with pytest.raises(AudioError, match=r"is silent; auto has nothing to hear\.$"):
        auto(Audio(np.zeros((2, RATE), np.float32), RATE), model=auto_weights)
    with pytest.raises(AudioError, match=r"0\.30 s long; auto needs at least 0\.5 s\.$"):
        auto(Audio(noise(0.3, 1, RATE), RATE), model=auto_weights)
    with pytest.raises(SettingsError, match="profile must be music or speech"):
        auto(song(), profile="podcast", model=auto_weights)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="amount"):
        auto(song(), amount=2.0, model=auto_weights)


def test_nan_in_a_file_is_refused(auto_weights: Path, tmp_path: Path) -> None:
    import soundfile

    samples = noise(1.0, 1, RATE)
    samples[0, 500] = np.nan
    soundfile.write(tmp_path / "nan.wav", samples.T, RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"nan\.wav"):
        auto(tmp_path / "nan.wav", model=auto_weights)


@pytest.fixture(scope="module")
def found(auto_weights: Path) -> AutoResult:
    return auto(sung(), sections=True, model=auto_weights)


class TestSections:
    def test_they_are_where_the_music_changes(self, found: AutoResult) -> None:
        assert found.timeline is not None
        starts = [one.start_s for one in found.timeline.sections]
        assert starts == [0.0, pytest.approx(30.0, abs=1.0), pytest.approx(60.0, abs=1.0)]
        outer, inner, last = (one.settings for one in found.timeline.sections)
        assert outer != inner
        near, far = (max(abs(a.gain_db - b.gain_db) for a, b in zip(outer.bands, other.bands, strict=True))
                     for other in (last, inner))  # fmt: skip
        assert near < 0.5 * far, "what sounds alike is treated alike"

    def test_sections_keep_their_levels(self, auto_weights: Path) -> None:
        """Tone only: what filters add to one section more than to another is taken back."""
        tone = auto(sung(), sections=True, what="tone", model=auto_weights)
        changes = []
        for first in (5, 35, 65):
            part = slice(first * RATE, (first + 20) * RATE)
            levels = [measure(Audio(audio.samples[:, part], RATE)).integrated_lufs for audio in (sung(), tone.audio)]
            changes.append(levels[1] - levels[0])
        assert np.ptp(changes) < 1.0

    def test_one_output_gain_and_the_asked_level(self, found: AutoResult) -> None:
        assert found.timeline is not None
        assert found.timeline.output_db == found.settings.output_db
        out = measure(found.audio)
        assert out.integrated_lufs == pytest.approx(found.after.integrated_lufs, abs=0.02)
        assert out.true_peak_dbtp <= -1.0

    def test_they_are_told(self, found: AutoResult) -> None:
        data = found.to_dict()
        assert len(data["timeline"]["sections"]) == 3
        text = found.explain()
        assert "Sections" in text
        assert "0:00 to 0:30: " in text
        assert " to 1:30: " in text

    def test_written_and_in_memory_are_the_same(self, found: AutoResult, tmp_path: Path) -> None:
        done = found.write(tmp_path / "out.wav")
        assert done.timeline == found.timeline
        assert done.settings == found.settings
        assert np.abs(read(tmp_path / "out.wav").samples - found.audio.samples).max() < 1e-4

    def test_a_steady_recording_gets_the_whole_s_setting(self, result: AutoResult, auto_weights: Path) -> None:
        alone = auto(song(), sections=True, model=auto_weights)
        assert alone.timeline is not None
        assert [one.settings for one in alone.timeline.sections] == [result.settings]
        assert "one setting holds for all of it" in alone.explain()


LOUDER = Settings(
    bands=(
        Band(type="low_shelf", frequency_hz=200.0, gain_db=9.0),
        Band(
            type="peak",
            frequency_hz=1000.0,
            gain_db=6.0,
            compressor=Compressor(threshold_db=-30.0, ratio=3.0, attack_ms=5.0, release_ms=80.0),
        ),
    )
)


def test_what_filters_add_is_foreseen() -> None:
    samples = noise(4.0, 1, 44_100, 0.2)
    tone = LOUDER.with_bands(tuple(b.with_compressor(None) for b in LOUDER.bands))
    levels = [measure(Audio(each, 44_100)).integrated_lufs for each in (samples, render_array(samples, 44_100, tone))]
    expected = added_db(tone, survey([samples], 44_100, 1).powers, 44_100)
    assert levels[1] - levels[0] == pytest.approx(expected, abs=0.2)
    assert expected > 2.0


def test_quieter_is_only_quieter() -> None:
    samples = noise(1.0, 1, 44_100)
    expected = render_array(samples, 44_100, LOUDER) * 10.0 ** (-4.0 / 20.0)
    assert np.abs(render_array(samples, 44_100, quieter(LOUDER, 4.0)) - expected).max() < 1e-5


@needs_shipped
class TestShipped:
    HIDDEN = Settings(
        bands=(
            Band(type="low_shelf", frequency_hz=120.0, gain_db=10.0),
            Band(type="peak", frequency_hz=900.0, gain_db=-8.0, q=0.8),
            Band(type="high_shelf", frequency_hz=5000.0, gain_db=-10.0),
        )
    )

    @staticmethod
    def distance(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
        return mrstft(at_rms(a, -20.0), at_rms(b, -20.0), (512, 2048))

    def test_it_repairs_what_was_bent(self) -> None:
        whole = song(30.0)
        bent = whole.with_samples(render_array(at_rms(whole.samples, -20.0), whole.sample_rate, self.HIDDEN))
        repaired = auto(bent)
        before = self.distance(bent.samples, whole.samples)
        assert self.distance(repaired.audio.samples, whole.samples) < 0.92 * before

    def test_it_changes_little_of_what_is_in_balance(self) -> None:
        whole = song(30.0)
        bent = render_array(at_rms(whole.samples, -20.0), whole.sample_rate, self.HIDDEN)
        done = auto(whole)
        assert self.distance(done.audio.samples, whole.samples) < 0.5 * self.distance(bent, whole.samples)
