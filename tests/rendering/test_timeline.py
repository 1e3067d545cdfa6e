"""Timelines: sections sound like their settings, transitions are smooth, files make the round trip, memory stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.errors import OutputError, SettingsError
from tonewright.processor.render import render_array
from tonewright.rendering import Section, Timeline, load_chain, open_source, render, render_file, settle, work
from tonewright.rendering.timeline import TRANSITION_S, between, same_structure
from tonewright.settings import Band, Compressor, Settings

RATE = 22_050


def chain(bass_db: float, ratio: float, output_db: float = 0.0) -> Settings:
    return Settings(
        bands=(
            Band(type="low_shelf", frequency_hz=150.0, gain_db=bass_db),
            Band(
                type="peak",
                frequency_hz=1500.0,
                compressor=Compressor(threshold_db=-30.0, ratio=ratio, attack_ms=5.0, release_ms=50.0),
            ),
        ),
        output_db=output_db,
    )


FIRST, SECOND = chain(6.0, 1.0), chain(-6.0, 3.0)
NEUTRAL = chain(0.0, 1.0)
TWO = Timeline((Section(0.0, FIRST), Section(4.0, SECOND)))


def noise(seconds: float, channels: int = 2, peak: float = 0.3) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(3)
    samples = random.standard_normal((channels, round(seconds * RATE)))
    return np.asarray(peak * samples / np.abs(samples).max(), dtype=np.float32)


def test_sections_away_from_boundaries_sound_like_their_settings() -> None:
    audio = Audio(noise(8.0), RATE)
    whole = render(audio, TWO).samples
    change = round((4.0 - TRANSITION_S / 2) * RATE)
    assert np.abs(whole[:, :change] - render_array(audio.samples[:, :change], RATE, FIRST)).max() < 1e-6
    # Filters and detectors forget within a second.
    settled = round((4.0 + TRANSITION_S / 2 + 1.0) * RATE)
    assert np.abs(whole - render_array(audio.samples, RATE, SECOND))[:, settled:].max() < 1e-4


def test_one_section_is_the_setting_itself() -> None:
    audio = Audio(noise(1.0), RATE)
    alone = Timeline((Section(0.0, SECOND.with_output(-2.0)),))
    assert np.abs(render(audio, alone).samples - render(audio, alone.sections[0].settings).samples).max() < 1e-6


def test_transitions_are_smooth() -> None:
    """A tone whose level changes by 12 dB: no step of the envelope is larger than the ramp of one small step."""
    t = np.arange(8 * RATE) / RATE
    tone = Audio(0.2 * np.sin(2 * np.pi * 50.0 * t)[None].astype(np.float32), RATE)
    gains = Timeline((Section(0.0, chain(6.0, 1.0)), Section(4.0, chain(-6.0, 1.0))))
    out = render(tone, gains).samples[0]
    cycles = out.reshape(-1, RATE // 50)
    level = 20.0 * np.log10(np.sqrt(2.0 * np.mean(cycles**2, axis=1)) / 0.2)
    assert level[20:140].mean() - level[270:].mean() == pytest.approx(11.4, abs=0.7)
    assert np.abs(np.diff(level[5:])).max() < 1.0
    assert np.all(np.diff(level[150:250]) < 0.05), "from one to the other without detours"
    # No click: nothing above the tone stands out of what is there in a steady part.
    spectrum = [
        np.abs(np.fft.rfft(part * np.hanning(part.size)))
        for part in (out[RATE : 2 * RATE], out[7 * RATE // 2 :][:RATE])
    ]
    assert spectrum[1][1000:].max() < 1e-4 * spectrum[1].max()
    assert spectrum[0][1000:].max() < 1e-4 * spectrum[0].max()


@pytest.mark.parametrize("frames", [1, 999, 1 << 20])
def test_blocks_do_not_matter(frames: int) -> None:
    source = open_source(Audio(noise(1.2, 1), RATE))
    timeline = Timeline((Section(0.0, FIRST), Section(0.5, SECOND)))
    whole = np.concatenate(list(work.processed(source, timeline)), axis=1)
    through = work.player(source, timeline)
    assert through is not None
    blocks = source.blocks(frames) if frames > 1 else source.blocks(7, start=0, stop=7000)
    parts = np.concatenate([through.process(block) for block in blocks], axis=1)
    assert np.abs(parts - whole[:, : parts.shape[1]]).max() < 1e-6


def test_neutral_timelines_copy_the_bits(tmp_path: Path) -> None:
    write(tmp_path / "in.wav", Audio(noise(1.0), RATE, format=Format("WAV", "PCM_16")))
    neutral = Timeline((Section(0.0, NEUTRAL), Section(0.4, NEUTRAL)))
    settled = settle(tmp_path / "in.wav", neutral)
    assert settled.timeline == neutral
    done = render_file(tmp_path / "in.wav", tmp_path / "out.wav", neutral)
    assert done.timeline == neutral
    assert (tmp_path / "in.wav").read_bytes() == (tmp_path / "out.wav").read_bytes()


@pytest.mark.parametrize("keep", [True, False])
def test_level_and_ceiling_hold_for_all_sections(tmp_path: Path, keep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not keep:
        monkeypatch.setattr(work, "KEPT_BYTES", 0)
    write(tmp_path / "in.wav", Audio(noise(6.0, peak=0.25), RATE, format=Format("WAV", "PCM_24")))
    source = open_source(tmp_path / "in.wav")
    loud = settle(source, TWO, keep=True)
    assert loud.timeline is not None
    assert loud.timeline.output_db == loud.settings.output_db
    assert loud.after.integrated_lufs == pytest.approx(loud.before.integrated_lufs, abs=0.01)
    done = render_file(source, tmp_path / "out.wav", loud.timeline, settled=loud)
    assert done.timeline == loud.timeline
    found = measure(read(tmp_path / "out.wav"))
    assert found.integrated_lufs == pytest.approx(loud.after.integrated_lufs, abs=0.02)
    assert found.true_peak_dbtp <= -1.0
    again = render_file(source, tmp_path / "again.wav", loud.timeline)
    assert again.lowered_db == 0.0
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "again.wav").read_bytes()
    limited = settle(source, TWO, ceiling_db=-20.0)
    assert limited.limited_db > 0.0
    assert limited.after.true_peak_dbtp <= -20.0


def test_files_make_the_round_trip(tmp_path: Path) -> None:
    TWO.save(tmp_path / "two.json")
    assert load_chain(tmp_path / "two.json") == TWO
    FIRST.save(tmp_path / "one.json")
    assert load_chain(tmp_path / "one.json") == FIRST
    with pytest.raises(OutputError, match="does not exist"):
        TWO.save(tmp_path / "nowhere" / "two.json")
    with pytest.raises(SettingsError, match="There is no settings file"):
        load_chain(tmp_path / "missing.json")


def described(**changes: Any) -> dict[str, Any]:
    return {**TWO.to_dict(), **changes}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (described(version=2), "version 1"),
        (described(more=1), "nothing else"),
        (described(sections=3), "must be a list"),
        (described(sections=[]), "must start at 0 s"),
        (described(sections=[{"start_s": 1.0, "settings": FIRST.to_dict()}]), "must start at 0 s"),
        (described(sections=[{"start_s": 0.0}]), "sections.0 must have start_s and settings"),
        (described(sections=[{"start_s": "0", "settings": FIRST.to_dict()}]), "must be a number of seconds"),
        (described(sections=[TWO.to_dict()["sections"][0]] * 2), "one after another"),
        (described(sections=[{"start_s": 0, "settings": {**FIRST.to_dict(), "gain": 1}}]), "sections.0: gain"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, data: dict[str, Any], words: str) -> None:
    (tmp_path / "bad.json").write_text(json.dumps(data))
    with pytest.raises(SettingsError, match=words) as error:
        load_chain(tmp_path / "bad.json")
    assert "bad.json" in str(error.value)


def test_sections_of_different_structure_are_refused() -> None:
    with pytest.raises(SettingsError, match="Section 2 of the timeline has other bands"):
        Timeline((Section(0.0, FIRST), Section(1.0, Settings())))
    with pytest.raises(SettingsError, match="another output_db"):
        Timeline((Section(0.0, FIRST), Section(1.0, chain(6.0, 1.0, output_db=1.0))))


def test_halfway_is_half_the_decibels() -> None:
    middle = between(chain(6.0, 1.0), chain(-4.0, 4.0), 0.5)
    assert middle.bands[0].gain_db == 1.0
    assert middle.bands[1].compressor is not None
    assert middle.bands[1].compressor.ratio == pytest.approx(2.0)
    assert between(FIRST, SECOND, 0.0) is FIRST
    assert between(FIRST, SECOND, 1.0) is SECOND


def test_steps_stay_within_short_sections() -> None:
    three = Timeline((Section(0.0, FIRST), Section(0.3, SECOND), Section(0.5, FIRST)))
    frames = [frame for frame, _ in three.steps(RATE)]
    assert frames == sorted(frames)
    assert frames[0] == 0
    assert frames[-1] <= 0.6 * RATE
    same = Timeline((Section(0.0, FIRST), Section(9.0, FIRST)))
    assert same.steps(RATE) == [(0, FIRST)]


def test_amount() -> None:
    assert TWO.scaled(0.5).sections[0].settings == FIRST.scaled(0.5)
    assert TWO.scaled(0.0).is_neutral


def test_what_acts_nowhere_is_left_out() -> None:
    kept = same_structure([chain(0.0, 1.0), chain(0.0, 2.0)])
    assert [len(one.bands) for one in kept] == [1, 1]
    kept = same_structure([chain(3.0, 1.0), chain(0.0, 1.0)])
    assert [(len(one.bands), one.bands[0].compressor) for one in kept] == [(1, None), (1, None)]
    Timeline((Section(0.0, kept[0]), Section(1.0, kept[1])))
