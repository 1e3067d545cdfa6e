"""Rendering: streamed files equal the whole in memory, loudness and ceiling hold, neutral copies, memory stays."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import tonewright
from tonewright.audio import Audio, Format, Reader, Writer, measure, read, write
from tonewright.errors import AudioError, OutputError, SettingsError
from tonewright.processor.render import render_array
from tonewright.rendering import Source, check_target, open_source, render, render_file, settle, work
from tonewright.settings import Band, Compressor, Settings

RATE = 44_100
Samples = np.ndarray[Any, Any]

ACTIVE = Settings(
    preamp_db=2.0,
    bands=(
        Band(type="low_shelf", frequency_hz=100.0, gain_db=6.0, compressor=Compressor(threshold_db=-35.0, ratio=3.0)),
        Band(type="peak", frequency_hz=1200.0, gain_db=-7.0, q=2.0),
        Band(type="high_shelf", frequency_hz=6000.0, gain_db=5.0),
    ),
    compressor=Compressor(threshold_db=-20.0, ratio=2.0, makeup_db=1.0),
    output_db=-1.5,
)


def music(seconds: float, channels: int = 2, rate: int = RATE, peak: float = 0.5, seed: int = 1) -> Samples:
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / rate), 20.0))
    noise = np.fft.irfft(spectrum, frames) * (0.55 + 0.45 * np.sin(2 * np.pi * 1.7 * np.arange(frames) / rate))
    return np.asarray(peak * noise / np.abs(noise).max(), dtype=np.float32)


@pytest.fixture(params=[True, False], ids=["kept", "streamed"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways to the file: the processed audio kept between the passes, or processed twice."""
    if not request.param:
        monkeypatch.setattr(work, "KEPT_BYTES", 0)
    return bool(request.param)


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("ceiling_db", [-1.0, None])
def test_file_equals_memory(tmp_path: Path, kept: bool, channels: int, ceiling_db: float | None) -> None:
    audio = Audio(music(4.0, channels), RATE, {"title": "t"}, Format("WAV", "FLOAT"))
    write(tmp_path / "in.wav", audio)
    done = render_file(tmp_path / "in.wav", tmp_path / "out.wav", ACTIVE, ceiling_db=ceiling_db)
    assert done.lowered_db == 0.0
    assert done.settings == ACTIVE
    expected = render_array(audio.samples, RATE, ACTIVE)
    assert np.abs(read(tmp_path / "out.wav").samples - expected).max() < 1e-6
    assert np.array_equal(render(audio, ACTIVE).samples, expected)


def test_memory_and_path_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "in.wav", Audio(music(3.0), RATE, format=Format("WAV", "PCM_16")))
    render_file(tmp_path / "in.wav", tmp_path / "a.wav", ACTIVE)
    render_file(read(tmp_path / "in.wav"), tmp_path / "b.wav", ACTIVE)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_kept_and_streamed_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = Audio(music(5.0, peak=0.9), RATE, format=Format("WAV", "PCM_16"))
    render_file(audio, tmp_path / "a.wav", ACTIVE)
    monkeypatch.setattr(work, "KEPT_BYTES", 0)
    render_file(audio, tmp_path / "b.wav", ACTIVE)
    settled = settle(audio, ACTIVE, keep=True)
    assert not settled.kept
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


class TestCeiling:
    @pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
    @pytest.mark.parametrize("ceiling_db", [-1.0, -6.0])
    def test_holds_after_rounding(self, tmp_path: Path, kept: bool, subtype: str, ceiling_db: float) -> None:
        audio = Audio(music(3.0, peak=0.9), RATE, format=Format("WAV", subtype))
        loud = ACTIVE.with_output(12.0)
        done = render_file(audio, tmp_path / "out.wav", loud, ceiling_db=ceiling_db)
        peak = measure(read(tmp_path / "out.wav")).true_peak_dbtp
        assert ceiling_db - (0.6 if subtype == "PCM_U8" else 0.05) < peak <= ceiling_db
        assert done.lowered_db > 5.0
        assert done.settings.output_db == pytest.approx(12.0 - done.lowered_db)
        assert "lowered" in done.notes[0]
        assert done.true_peak_dbtp is not None
        assert done.written.clipped == 0

    def test_is_a_gain_and_nothing_else(self, tmp_path: Path, kept: bool) -> None:
        audio = Audio(music(3.0, peak=0.9), RATE, format=Format("WAV", "FLOAT"))
        loud = ACTIVE.with_output(12.0)
        done = render_file(audio, tmp_path / "out.wav", loud)
        unlimited = render(audio, loud).samples
        ratio = read(tmp_path / "out.wav").samples.astype(np.float64) / unlimited
        heard = np.abs(unlimited) > 1e-3
        assert 20 * np.log10(ratio[heard].mean()) == pytest.approx(-done.lowered_db, abs=1e-4)
        assert ratio[heard].std() < 1e-6

    def test_off_lets_a_float_file_exceed_full_scale(self, tmp_path: Path) -> None:
        audio = Audio(music(2.0, peak=0.9), RATE, format=Format("WAV", "FLOAT"))
        loud = Settings(output_db=20.0)
        done = render_file(audio, tmp_path / "out.wav", loud, ceiling_db=None)
        assert np.abs(read(tmp_path / "out.wav").samples).max() == pytest.approx(9.0, rel=1e-5)
        assert (done.written.clipped, done.true_peak_dbtp) == (0, None)

    def test_off_says_what_an_integer_file_clips(self, tmp_path: Path) -> None:
        audio = Audio(music(2.0, peak=0.9), RATE, format=Format("WAV", "PCM_16"))
        done = render_file(audio, tmp_path / "out.wav", Settings(output_db=20.0), ceiling_db=None)
        assert done.written.clipped > 0
        assert "clipped" in done.notes[0]

    @pytest.mark.parametrize("name", ["out.ogg", "out.mp3"])
    def test_holds_in_what_a_lossy_file_decodes_to(self, tmp_path: Path, name: str) -> None:
        random = np.random.default_rng(0)
        harsh = np.clip(random.normal(0, 1.0, (2, RATE * 3)), -0.7, 0.7).astype(np.float32)
        render_file(Audio(harsh, RATE), tmp_path / name, Settings(preamp_db=6.0))
        assert measure(read(tmp_path / name)).true_peak_dbtp <= -1.0

    @pytest.mark.parametrize("ceiling_db", [0.5, -80.0, math.nan])
    def test_nonsense_is_refused(self, tmp_path: Path, ceiling_db: float) -> None:
        with pytest.raises(SettingsError, match="ceiling"):
            render_file(Audio(music(1.0), RATE), tmp_path / "out.wav", ACTIVE, ceiling_db=ceiling_db)
        with pytest.raises(SettingsError, match="ceiling"):
            settle(Audio(music(1.0), RATE), ACTIVE, ceiling_db=ceiling_db)


class TestSettle:
    @pytest.mark.parametrize("loudness", [None, -14.0, -30.0])
    def test_loudness(self, tmp_path: Path, kept: bool, loudness: float | None) -> None:
        audio = Audio(music(6.0, peak=0.3), RATE, format=Format("WAV", "PCM_16"))
        settled = settle(audio, ACTIVE, loudness=loudness, ceiling_db=None, keep=True)
        done = render_file(audio, tmp_path / "out.wav", settled.settings, ceiling_db=None, settled=settled)
        wanted = measure(audio).integrated_lufs if loudness is None else loudness
        found = measure(read(tmp_path / "out.wav"))
        assert found.integrated_lufs == pytest.approx(wanted, abs=0.1)
        assert settled.wanted_lufs == pytest.approx(wanted)
        assert settled.after.integrated_lufs == pytest.approx(wanted, abs=1e-6)
        assert settled.before == measure(audio)
        assert done.settings == settled.settings
        assert settled.gain_db == pytest.approx(settled.settings.output_db - ACTIVE.output_db)

    def test_prediction_is_exact(self) -> None:
        audio = Audio(music(5.0, peak=0.3), RATE)
        settled = settle(audio, ACTIVE, loudness=-25.0)
        found = measure(render(audio, settled.settings))
        for name in ("integrated_lufs", "true_peak_dbtp", "loudness_range_lu", "crest_db", "rms_dbfs"):
            assert getattr(settled.after, name) == pytest.approx(getattr(found, name), abs=1e-4), name

    def test_the_ceiling_wins_and_says_so(self) -> None:
        audio = Audio(music(5.0, peak=0.8), RATE)
        settled = settle(audio, ACTIVE, loudness=-5.0)
        assert settled.after.true_peak_dbtp == pytest.approx(-1.0, abs=0.02)
        assert settled.after.true_peak_dbtp <= -1.0
        assert settled.limited_db == pytest.approx(-5.0 - settled.after.integrated_lufs, abs=1e-6)
        assert "quieter" in settled.notes[0]
        assert not settle(audio, ACTIVE, loudness=-40.0).notes

    def test_level_may_be_left_to_the_settings(self) -> None:
        audio = Audio(music(3.0, peak=0.2), RATE)
        assert settle(audio, ACTIVE, keep_level=False).settings == ACTIVE
        loud = ACTIVE.with_output(30.0)
        assert settle(audio, loud, keep_level=False).after.true_peak_dbtp == pytest.approx(-1.0, abs=0.02)

    @pytest.mark.parametrize("samples", [np.zeros((2, RATE), np.float32), music(0.3)])
    def test_what_has_no_loudness_keeps_its_gain(self, samples: Samples) -> None:
        settled = settle(Audio(samples, RATE), ACTIVE, loudness=-14.0)
        assert settled.settings == ACTIVE
        assert settled.wanted_lufs is None

    def test_neutral_stays_neutral(self) -> None:
        hot = Audio(music(3.0, peak=1.2), RATE)
        settled = settle(hot, Settings())
        assert settled.settings.is_neutral
        assert settled.before == settled.after
        assert settle(hot, Settings(), loudness=-20.0).after.integrated_lufs == pytest.approx(-20.0)

    def test_a_known_input_is_not_measured_again(self) -> None:
        audio = Audio(music(3.0), RATE)
        known = measure(audio)
        assert settle(audio, ACTIVE, before=known).before is known

    def test_settled_for_other_settings_is_not_used(self, tmp_path: Path) -> None:
        audio = Audio(music(3.0, peak=0.9), RATE, format=Format("WAV", "FLOAT"))
        settled = settle(audio, Settings(output_db=-20.0), keep=True)
        loud = ACTIVE.with_output(12.0)
        render_file(audio, tmp_path / "out.wav", loud, settled=settled)
        assert measure(read(tmp_path / "out.wav")).true_peak_dbtp <= -1.0

    def test_writing_twice_gives_the_same_bytes(self, tmp_path: Path) -> None:
        audio = Audio(music(3.0), RATE, format=Format("WAV", "PCM_16"))
        settled = settle(audio, ACTIVE, keep=True)
        assert settled.kept
        render_file(audio, tmp_path / "a.wav", settled.settings, settled=settled)
        assert not settled.kept
        render_file(audio, tmp_path / "b.wav", settled.settings, settled=settled)
        render_file(audio, tmp_path / "c.wav", settled.settings)
        assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
        assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "c.wav").read_bytes()

    @pytest.mark.parametrize("loudness", [3.0, -90.0, math.nan])
    def test_nonsense_is_refused(self, loudness: float) -> None:
        with pytest.raises(SettingsError, match="loudness"):
            settle(Audio(music(1.0), RATE), ACTIVE, loudness=loudness)


class TestNeutral:
    @pytest.mark.parametrize(
        ("name", "subtype"),
        [
            ("a.wav", "PCM_16"),
            ("a.wav", "PCM_24"),
            ("a.wav", "PCM_32"),
            ("a.wav", "FLOAT"),
            ("a.wav", "DOUBLE"),
            ("a.wav", "PCM_U8"),
            ("a.flac", "PCM_16"),
            ("a.flac", "PCM_24"),
            ("a.aiff", "PCM_24"),
        ],
    )
    @pytest.mark.parametrize("ceiling_db", [-1.0, None])
    def test_copies_the_samples(self, tmp_path: Path, name: str, subtype: str, ceiling_db: float | None) -> None:
        random = np.random.default_rng(0)
        dtype = "float64" if subtype in ("DOUBLE", "FLOAT") else "int32"
        samples = (
            random.uniform(-1, 1, (50_000, 2))
            if dtype == "float64"
            else random.integers(-(2**31), 2**31, (50_000, 2), dtype=np.int32)
        )
        soundfile.write(tmp_path / name, samples, RATE, subtype)
        target = tmp_path / f"out-{name}"
        neutral = Settings(bands=(Band(type="peak", frequency_hz=1000.0, gain_db=0.0),))
        done = render_file(tmp_path / name, target, neutral, ceiling_db=ceiling_db)
        assert done.settings == neutral
        before, after = (soundfile.read(path, dtype=dtype)[0] for path in (tmp_path / name, target))
        assert np.array_equal(before, after)
        assert soundfile.info(target).subtype == subtype

    def test_copies_a_lossy_file_whole(self, tmp_path: Path) -> None:
        write(tmp_path / "a.ogg", Audio(music(2.0), RATE, {"title": "t"}))
        done = render_file(tmp_path / "a.ogg", tmp_path / "b.ogg", Settings())
        assert (tmp_path / "a.ogg").read_bytes() == (tmp_path / "b.ogg").read_bytes()
        assert done.written.frames == read(tmp_path / "b.ogg").frames

    def test_in_memory_is_a_copy_that_needs_no_dither(self) -> None:
        audio = Audio(music(1.0), RATE, processed=False)
        same = render(audio, Settings())
        assert np.array_equal(same.samples, audio.samples)
        assert not np.shares_memory(same.samples, audio.samples)
        assert not same.processed
        assert render(audio, ACTIVE).processed


class TestSource:
    def test_path_and_memory_are_alike(self, tmp_path: Path) -> None:
        write(tmp_path / "a.wav", Audio(music(3.0), RATE, {"title": "t"}, Format("WAV", "PCM_16")))
        file, memory = open_source(str(tmp_path / "a.wav")), open_source(read(tmp_path / "a.wav"))
        for name in ("sample_rate", "channels", "frames", "format", "tags", "path", "name", "dtype", "processed"):
            assert getattr(file, name) == getattr(memory, name), name
        for _ in range(2):
            blocks = list(file.blocks(10_000)), list(memory.blocks(10_000))
            assert [block.shape for block in blocks[0]] == [block.shape for block in blocks[1]]
            assert np.array_equal(np.concatenate(blocks[0], axis=1), memory.part())
        for source in (file, memory):
            assert np.array_equal(source.part(1234, 70_000), memory.part()[:, 1234:71_234])
            assert source.part(RATE * 3 - 5, 100).shape == (2, 5)
            assert source.part(RATE * 4, 10).shape == (2, 0)
        assert open_source(file) is file

    def test_empty(self, tmp_path: Path) -> None:
        write(tmp_path / "a.wav", Audio(np.zeros((1, 0), np.float32), RATE))
        done = render_file(tmp_path / "a.wav", tmp_path / "b.wav", ACTIVE)
        assert done.written.frames == 0
        assert settle(tmp_path / "a.wav", ACTIVE).settings == ACTIVE

    def test_a_file_that_changes_is_noticed(self, tmp_path: Path) -> None:
        write(tmp_path / "a.wav", Audio(music(1.0, 1), RATE))
        source = Source(tmp_path / "a.wav")
        write(tmp_path / "a.wav", Audio(music(1.0, 2), RATE))
        with pytest.raises(AudioError, match="changed"):
            list(source.blocks())

    def test_doubles_are_processed_as_doubles(self, tmp_path: Path) -> None:
        samples = music(1.0).astype(np.float64) + 1e-10
        soundfile.write(tmp_path / "a.wav", samples.T, RATE, "DOUBLE")
        render_file(tmp_path / "a.wav", tmp_path / "b.wav", ACTIVE)
        out = soundfile.read(tmp_path / "b.wav")[0].T
        assert np.abs(out - render_array(samples, RATE, ACTIVE)).max() < 1e-12


class TestFiles:
    def test_inputs_are_never_written_over(self, tmp_path: Path) -> None:
        write(tmp_path / "a.wav", Audio(music(1.0), RATE))
        before = (tmp_path / "a.wav").read_bytes()
        for source in (tmp_path / "a.wav", read(tmp_path / "a.wav")):
            for settings in (ACTIVE, Settings()):
                with pytest.raises(OutputError, match="input"):
                    render_file(source, tmp_path / "a.wav", settings)
        with pytest.raises(OutputError, match="input"):
            render_file(Audio(music(1.0), RATE), tmp_path / "a.wav", ACTIVE, inputs=[tmp_path / "a.wav"])
        assert (tmp_path / "a.wav").read_bytes() == before

    def test_impossible_targets_are_refused_before_the_work(self, tmp_path: Path) -> None:
        source = open_source(Audio(music(1.0, 3), RATE))
        with pytest.raises(OutputError, match="channels"):
            check_target(source, tmp_path / "a.mp3")
        with pytest.raises(OutputError, match="folder"):
            check_target(source, tmp_path / "no" / "a.wav")
        assert check_target(source, tmp_path / "a.flac").subtype == "PCM_24"

    def test_failure_leaves_the_older_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "out.wav").write_bytes(b"older")
        audio = Audio(music(6.0), RATE)

        def broken(self: Writer, block: Samples) -> None:
            raise OutputError("The disk is full.")

        monkeypatch.setattr(Writer, "_write", broken)
        with pytest.raises(OutputError, match="full"):
            render_file(audio, tmp_path / "out.wav", ACTIVE)
        assert (tmp_path / "out.wav").read_bytes() == b"older"
        assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]

    def test_rf64_stays(self, tmp_path: Path) -> None:
        soundfile.write(tmp_path / "a.wav", music(1.0).T, RATE, "PCM_24", format="RF64")
        for settings in (ACTIVE, Settings()):
            render_file(tmp_path / "a.wav", tmp_path / "b.wav", settings)
            assert (tmp_path / "b.wav").read_bytes()[:4] == b"RF64"
            with Reader(tmp_path / "b.wav") as reader:
                assert (reader.format.container, reader.frames) == ("RF64", RATE)

    def test_progress_ends_at_one(self, tmp_path: Path) -> None:
        said: list[tuple[str, float]] = []
        render_file(
            Audio(music(5.0), RATE), tmp_path / "a.wav", ACTIVE, progress=lambda stage, part: said.append((stage, part))
        )
        assert list(dict.fromkeys(stage for stage, _ in said)) == ["Measuring", "Writing"]
        for stage in ("Measuring", "Writing"):
            parts = [part for name, part in said if name == stage]
            assert parts == sorted(parts)
            assert parts[-1] == 1.0


_MEMORY = """
import resource, sys
from pathlib import Path
from tonewright.rendering import render_file, settle, work
from tonewright.settings import Settings
work.KEPT_BYTES = 1 << 20
settings = Settings.load(sys.argv[1])
settled = settle(sys.argv[2], settings, keep=True)
render_file(sys.argv[2], sys.argv[3], settled.settings, settled=settled)
render_file(sys.argv[2], sys.argv[3], settings)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    ACTIVE.save(tmp_path / "settings.json")
    minute = music(60.0, 1)

    def peak(minutes: int) -> float:
        path = tmp_path / f"{minutes}.wav"
        with Writer(path, RATE, 1) as writer:
            for block in _repeated(minute, minutes):
                writer.write(block)
        source = str(Path(tonewright.__file__).parents[1])
        done = subprocess.run(
            [sys.executable, "-c", _MEMORY, tmp_path / "settings.json", path, tmp_path / "out.wav"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": source},
        )
        return int(done.stdout) / (1024.0 if sys.platform != "darwin" else 1024.0**2)

    short, long = peak(1), peak(8)
    assert long - short < 8.0, (short, long)  # 8 minutes of mono are 85 MB


def _repeated(block: Samples, times: int) -> Iterator[Samples]:
    for _ in range(times):
        yield block
