"""``tonewright compare`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.processor.filters import response_db
from tonewright.rendering import render
from tonewright.settings import Band, Compressor, Settings

Command = Any  # of conftest.py


@pytest.fixture
def brighter(song: Path, tmp_path: Path) -> Path:
    """The song, 4 dB louder, with more treble and less bass."""
    settings = Settings(
        preamp_db=4.0,
        bands=(
            Band(type="low_shelf", frequency_hz=150.0, gain_db=-6.0),
            Band(type="high_shelf", frequency_hz=5_000.0, gain_db=6.0),
        ),
    )
    path = tmp_path / "brighter.flac"
    write(path, render(read(song), settings))
    return path


def found_by(done: Any) -> dict[str, Any]:
    assert done.code == 0, done.err
    data: dict[str, Any] = json.loads(done.out)
    assert (data["version"], data["verb"]) == (1, "compare")
    return data


def test_words(cli: Command, song: Path, brighter: Path) -> None:
    done = cli("compare", song, brighter)
    assert done.code == 0
    assert "brighter.flac beside song.wav" in done.out
    assert "LU louder than song.wav" in done.out
    tone = next(line for line in done.out.splitlines() if "Tone:" in line)
    assert "more air" in tone
    assert "less bass" in tone
    assert done.err == ""


def test_figures_are_the_meter_s(cli: Command, song: Path, brighter: Path) -> None:
    data = found_by(cli("compare", song, brighter, "--json"))
    assert [one["name"] for one in data["files"]] == ["song.wav", "brighter.flac"]
    for one, path in zip(data["files"], (song, brighter), strict=True):
        read_again = measure(read(path))
        assert one["integrated_lufs"] == pytest.approx(read_again.integrated_lufs)
        assert one["true_peak_dbtp"] == pytest.approx(read_again.true_peak_dbtp)
        assert one["loudness_range_lu"] == pytest.approx(read_again.loudness_range_lu)
    (differs,) = data["differences"]
    a, b = (one["integrated_lufs"] for one in data["files"])
    assert differs["loudness_lu"] == pytest.approx(b - a)
    tone = dict(zip(data["frequency_hz"], differs["tone_db"], strict=True))
    high, low = (np.mean([db for f, db in tone.items() if lo < f < hi]) for lo, hi in ((9e3, 17e3), (30, 80)))
    assert high - low == pytest.approx(12.0, abs=1.5)


def test_copies_are_equally_loud_and_below_the_ceiling(
    cli: Command, song: Path, brighter: Path, tmp_path: Path
) -> None:
    loud = tmp_path / "loud.wav"
    held = read(song)
    write(loud, Audio(np.clip(held.samples * 6.0, -0.9, 0.9), held.sample_rate, format=Format("WAV", "PCM_24")))
    before = {path: path.read_bytes() for path in (song, brighter, loud)}
    folder = tmp_path / "listen"
    data = found_by(cli("compare", loud, brighter, song, "-o", folder, "--json"))
    copies = sorted(folder.iterdir())
    assert [one.name for one in copies] == ["01-loud.wav", "02-brighter.wav", "03-song.wav"]
    assert [Path(one["file"]).name for one in data["copies"]] == [one.name for one in copies]
    readings = [measure(read(one)) for one in copies]
    loudness = [one.integrated_lufs for one in readings]
    assert max(loudness) - min(loudness) < 0.1
    assert max(one.true_peak_dbtp for one in readings) <= -1.0
    # The loudest first file had to come down, as the others cannot go up so far.
    assert loudness[0] < data["files"][0]["integrated_lufs"] - 1.0
    assert {path: path.read_bytes() for path in before} == before


def test_reference(cli: Command, song: Path, brighter: Path, tmp_path: Path) -> None:
    near = tmp_path / "near.wav"
    write(near, render(read(brighter), Settings(bands=(Band(type="peak", frequency_hz=900.0, gain_db=1.0),))))
    data = found_by(cli("compare", song, near, "--reference", brighter, "--json"))
    assert data["reference"] == "brighter.flac"
    assert data["nearest"] == "near.wav"
    assert "near.wav is nearest to brighter.flac" in cli("compare", song, near, "--reference", brighter).out
    assert found_by(cli("compare", song, "--reference", brighter, "--json"))["nearest"] is None


def test_the_same_recording_differs_in_nothing(cli: Command, song: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "song.wav"
    again.write_bytes(song.read_bytes())
    done = cli("compare", song, again)
    assert f"{again} is as loud as {song}" in done.out
    assert "The tone is alike" in done.out
    assert "Range and peaks are alike" in done.out
    assert "in every band the level moves alike" in done.out


def test_report(cli: Command, song: Path, brighter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "why"
    done = cli("compare", song, brighter, "--report", folder)
    assert done.code == 0
    page = (folder / "comparison.html").read_text()
    assert "brighter.flac beside song.wav" in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http-equiv", "")
    data = json.loads((folder / "comparison.json").read_text())
    assert len(data["differences"]) == 1


def test_settings(cli: Command, tmp_path: Path) -> None:
    a = Settings(bands=(Band(type="peak", frequency_hz=1_000.0, gain_db=3.0, q=1.0),))
    compressor = Compressor(threshold_db=-24.0, ratio=3.0)
    b = Settings(preamp_db=-2.0, bands=(Band(type="peak", frequency_hz=1_000.0, gain_db=-3.0, compressor=compressor),))
    a.save(tmp_path / "a.json")
    b.save(tmp_path / "b.json")
    data = found_by(cli("compare", tmp_path / "a.json", tmp_path / "b.json", "--json"))
    (differs,) = data["differences"]
    frequency = np.array(data["frequency_hz"])
    wanted = response_db(b, frequency, 48_000.0) - response_db(a, frequency, 48_000.0)
    assert np.allclose(differs["response_db"], wanted)
    assert differs["largest_db"] == pytest.approx(np.abs(wanted).max())
    said = cli("compare", tmp_path / "a.json", tmp_path / "b.json", "--report", tmp_path / "why").out
    assert "Only in b.json: 3:1 above -24 dB" in said
    assert (tmp_path / "why" / "comparison.html").exists()
    same = cli("compare", tmp_path / "a.json", tmp_path / "a.json").out
    assert "The filters do the same" in same
    assert "Neither compresses" in same


class TestErrors:
    def test_too_few(self, cli: Command, song: Path) -> None:
        assert cli("compare", song).code == 2

    def test_mixed(self, cli: Command, song: Path, settings_file: Path) -> None:
        assert cli("compare", song, settings_file).code == 2
        assert cli("compare", settings_file, settings_file, "-o", "x").code == 2

    def test_missing_and_silent(self, cli: Command, song: Path, tmp_path: Path) -> None:
        done = cli("compare", song, tmp_path / "none.wav")
        assert (done.code, done.out) == (4, "")
        silent = tmp_path / "silent.wav"
        write(silent, Audio(np.zeros((1, 44_100), np.float32), 44_100))
        done = cli("compare", song, silent, "--json")
        assert (done.code, done.out) == (4, "")
        assert "silent.wav is silent" in done.err

    def test_places(self, cli: Command, song: Path, brighter: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        for option in ("-o", "--report"):
            assert cli("compare", song, brighter, option, tmp_path / "file").code == 5

    def test_a_copy_never_replaces_an_input(self, cli: Command, song: Path, brighter: Path, tmp_path: Path) -> None:
        first = song.rename(tmp_path / "02-brighter.wav")
        kept = first.read_bytes()
        done = cli("compare", first, brighter, "-o", tmp_path)
        assert done.code == 5
        assert first.read_bytes() == kept
        assert not (tmp_path / "01-02-brighter.wav").exists()
