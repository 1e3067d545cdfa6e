"""Stimuli: equally loud, of one length, made once; anchors as BS.1534 asks; loudness while a control moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_helpers import EXAMPLES, MUSHRA

from tonewright.audio import Audio, measure, read, write
from tonewright.errors import AudioError
from tonewright.listening.checking import check
from tonewright.listening.making.controls import settings_at
from tonewright.listening.making.degrading import clipped, low_pass, with_noise
from tonewright.listening.making.equal_loudness import loudness_spectrum
from tonewright.listening.making.stimuli import Key, prepare
from tonewright.listening.study.kinds import AdjustmentPart
from tonewright.listening.study.model import StudyError
from tonewright.listening.study.reading import Opened, open_study
from tonewright.processor.render import render_array
from tonewright.settings import Band, Settings

RATE = 44_100


def study(folder: Path, text: str) -> Opened:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return open_study(path)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_anchors_are_those_of_the_standard(rate: int) -> None:
    impulse = np.zeros((1, rate))
    impulse[0, rate // 2] = 1.0
    response = low_pass(impulse, rate, 3500.0)[0]
    assert int(np.argmax(np.abs(response))) == rate // 2  # in time with the original
    frequencies = np.fft.rfftfreq(rate, 1 / rate)
    decibels = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(response)), 1e-9))
    assert np.abs(decibels[frequencies <= 3500]).max() <= 0.1
    assert decibels[frequencies >= 4000].max() <= -25
    assert decibels[frequencies >= 4500].max() <= -50


def test_degradations_do_what_they_say() -> None:
    random = np.random.default_rng(0)
    sound = (0.1 * random.standard_normal((2, RATE))).astype(np.float32)
    noise = with_noise(sound, 20.0, seed=1) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(noise**2)) == pytest.approx(20.0, abs=0.05)
    spectrum = np.abs(np.fft.rfft(noise[0])) ** 2
    octaves = [10 * np.log10(spectrum[low : 2 * low].sum()) for low in (200, 800, 3200)]
    assert np.ptp(octaves) < 1.0  # pink: the same power in every octave
    assert np.array_equal(with_noise(sound, 20.0, seed=1), with_noise(sound, 20.0, seed=1))
    assert np.abs(clipped(sound, 6.0)).max() == pytest.approx(np.abs(sound).max() * 10 ** (-6 / 20), rel=1e-6)
    with pytest.raises(AudioError, match="lower frequency"):
        low_pass(sound, 8000, 3900.0)


def test_stimuli_are_equally_loud_alike_and_made_once(tmp_path: Path) -> None:
    Settings(bands=(Band(type="high_shelf", frequency_hz=3000.0, gain_db=9.0),)).save(tmp_path / "bright.json")
    text = MUSHRA + '[[systems]]\nname = "bright"\nmake = "settings"\nfile = "bright.json"\n'
    opened = study(tmp_path, text)
    found = prepare(opened)
    assert set(found) == {Key("song", name) for name in ("original", "noisy", "bright", "anchor 3.5 kHz")}
    for stimulus in found.values():
        audio = read(stimulus.path)
        assert measure(audio).integrated_lufs == pytest.approx(-23.0, abs=0.1)
        assert audio.tags == {}
    assert len({stimulus.path.stat().st_size for stimulus in found.values()}) == 1
    # What it is made of decides: the same again costs nothing, other settings make another stimulus.
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "study.stimuli").iterdir()}
    assert prepare(opened) == found
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "study.stimuli").iterdir()} == times
    Settings(bands=(Band(type="high_shelf", frequency_hz=3000.0, gain_db=3.0),)).save(tmp_path / "bright.json")
    again = prepare(opened)
    assert again[Key("song", "bright")].sha256 != found[Key("song", "bright")].sha256
    assert again[Key("song", "original")] == found[Key("song", "original")]
    # A damaged file is made anew.
    broken = again[Key("song", "noisy")].path
    broken.write_bytes(broken.read_bytes()[:-1] + b"\x01")
    assert prepare(opened)[Key("song", "noisy")].sha256 == found[Key("song", "noisy")].sha256


def test_a_stimulus_is_the_system_on_the_whole_track(tmp_path: Path) -> None:
    chosen = Settings(bands=(Band(type="low_shelf", frequency_hz=200.0, gain_db=6.0),))
    chosen.save(tmp_path / "warm.json")
    opened = study(tmp_path, MUSHRA.replace('make = "noise"\nsnr_db = 20', 'make = "settings"\nfile = "warm.json"'))
    made = read(prepare(opened)[Key("song", "noisy")].path)
    song = read(EXAMPLES / "song.ogg")
    whole = render_array(song.samples, song.sample_rate, chosen)
    expected = whole[:, 4 * RATE : 4 * RATE + made.frames]
    inner = slice(500, -500)  # without the fades
    gain = float(np.vdot(made.samples[:, inner], expected[:, inner]) / np.vdot(expected[:, inner], expected[:, inner]))
    np.testing.assert_allclose(made.samples[:, inner], gain * expected[:, inner], atol=2e-6)


def test_files_of_other_programs_must_be_in_time(tmp_path: Path) -> None:
    song = read(EXAMPLES / "song.ogg")
    write(tmp_path / "short.wav", Audio(song.samples[:, :-5], song.sample_rate))
    text = MUSHRA.replace('make = "noise"\nsnr_db = 20', 'make = "files"\nfiles = { song = "short.wav" }')
    with pytest.raises(AudioError, match="in time with their track"):
        prepare(study(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("start_s = 4", "start_s = 400", r"tracks\.song: the excerpt from 400 s .* 26\.00 s"),
        (
            "title =",
            "sound = { loudness_lufs = -14, ceiling_dbtp = -6 }\ntitle =",
            r"loudness_lufs: .* use -\d+ or lower",
        ),
    ],
)
def test_check_refuses_what_cannot_be_heard(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=sentence):
        check(study(tmp_path, MUSHRA.replace(old, new)))


def test_check_counts_and_says_what_sounds_the_same(tmp_path: Path) -> None:
    text = MUSHRA + '[[systems]]\nname = "copy"\nmake = "original"\n'
    checked = check(study(tmp_path, text))
    assert checked.worst_lu < 0.1
    assert any("'original' and 'copy' sound the same on song" in note for note in checked.notes)
    data = checked.to_dict()
    assert (data["trials"], data["retests"], data["training"]) == (2, 1, 0)
    assert data["pages"] == {"instructions": 1, "trial": 2}
    assert data["minutes"] > 1


@pytest.fixture(scope="module")
def excerpts() -> list[Audio]:
    found = []
    for name in ("song.ogg", "reference.ogg"):
        audio = read(EXAMPLES / name)
        found.append(Audio(audio.samples[:, 4 * RATE : 8 * RATE], RATE))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1), st.sampled_from(["plane", "gains"]), st.randoms(use_true_random=False))
def test_loudness_stays_while_a_control_moves(excerpts: list[Audio], which: int, control: str, random: object) -> None:
    audio = excerpts[which]
    part = AdjustmentPart(control="plane" if control == "plane" else "gains")
    point = [random.uniform(low, high) for low, high in part.ranges]  # type: ignore[attr-defined]
    chosen = settings_at(part, point)
    spectrum = loudness_spectrum(audio)
    changed = chosen.with_output(spectrum.gain_db(chosen))
    heard = measure(Audio(render_array(audio.samples, RATE, changed), RATE)).integrated_lufs
    assert heard == pytest.approx(measure(audio).integrated_lufs, abs=0.1)
