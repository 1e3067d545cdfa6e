"""``tonewright match`` from file to file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.evaluation.metrics import spectrum_error_db
from tonewright.rendering import render
from tonewright.settings import Band, Settings

pytest.importorskip("tonewright.controllers.match")

Command = Any  # of conftest.py


@pytest.fixture
def reference(song: Path, tmp_path: Path) -> Path:
    """Write the song, brighter and in another format."""
    bright = Settings(
        preamp_db=-3.0,
        bands=(
            Band(type="low_shelf", frequency_hz=150.0, gain_db=-6.0),
            Band(type="high_shelf", frequency_hz=3000.0, gain_db=7.0),
        ),
    )
    path = tmp_path / "reference.flac"
    write(path, render(read(song), bright))
    return path


def test_match(cli: Command, song: Path, reference: Path) -> None:
    before = song.read_bytes()
    done = cli("match", song, "--reference", reference)
    assert done.code == 0, done.err
    out = song.with_name("song.matched.wav")
    found, source, target = read(out), read(song), read(reference)
    assert found.format == Format("WAV", "PCM_16")
    assert dict(found.tags) == {"title": "Ton", "artist": "Wir"}
    assert found.samples.shape == source.samples.shape
    assert spectrum_error_db(found.samples, target.samples, 44_100) < 0.6 * spectrum_error_db(
        source.samples, target.samples, 44_100
    )
    assert measure(found).integrated_lufs == pytest.approx(measure(source).integrated_lufs, abs=0.1)
    assert measure(found).true_peak_dbtp <= -1.0
    assert song.read_bytes() == before
    assert str(out) in done.out
    assert "Traceback" not in done.err


def test_json_settings_and_report(cli: Command, song: Path, reference: Path, tmp_path: Path) -> None:
    out, chosen, report = tmp_path / "out.flac", tmp_path / "chosen.json", tmp_path / "report"
    done = cli(
        "match", song, "--reference", reference, "-o", out, "--settings-out", chosen, "--report", report, "--json"
    )
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["version"], found["verb"], found["output"]) == (1, "match", str(out))
    assert Settings.from_dict(found["settings"]) == Settings.load(chosen)
    assert found["report"]
    assert all(Path(page).is_file() for page in found["report"])
    # The settings written are those that were applied, level and all.
    again = tmp_path / "again.flac"
    assert cli("render", song, "--settings", chosen, "-o", again).code == 0
    assert np.array_equal(read(out).samples, read(again).samples)


def test_nothing_of_it_is_the_input(cli: Command, song: Path, reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    assert cli("match", song, "--reference", reference, "-o", out, "--amount", "0").code == 0
    assert np.array_equal(read(out).samples, read(song).samples)


@pytest.mark.parametrize("loudness", ["-24", "reference"])
def test_loudness(cli: Command, song: Path, reference: Path, tmp_path: Path, loudness: str) -> None:
    out = tmp_path / "out.wav"
    done = cli("match", song, "--reference", reference, "-o", out, "--loudness", loudness, "--ceiling", "off")
    assert done.code == 0, done.err
    wanted = measure(read(reference)).integrated_lufs if loudness == "reference" else float(loudness)
    assert measure(read(out)).integrated_lufs == pytest.approx(wanted, abs=0.1)


def test_several_references(cli: Command, song: Path, reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    done = cli("match", song, "--reference", reference, song, "--weight", "3", "1", "-o", out, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["references"] == [str(reference), str(song)]
    assert cli("match", song, "--reference", reference, song, "--weight", "3", "-o", out).code == 2


def test_as_a_process(process: Command, song: Path, reference: Path, tmp_path: Path) -> None:
    done = process("match", song, "--reference", reference, "-o", tmp_path / "out.wav", "--json")
    assert done.code == 0, done.err
    json.loads(done.out)


class TestErrors:
    def check(self, done: Any, code: int, word: str, folder: Path) -> None:
        assert (done.code, done.out) == (code, "")
        assert word in done.err
        assert done.err.count("\n") == 1, done.err
        assert not list(folder.glob("*.matched.*"))
        assert not list(folder.glob(".*.tonewright-*.tmp"))

    def test_silent_reference(self, cli: Command, song: Path, tmp_path: Path) -> None:
        write(tmp_path / "silence.wav", Audio(np.zeros((2, 44_100 * 3), np.float32), 44_100))
        self.check(cli("match", song, "--reference", tmp_path / "silence.wav"), 4, "silen", tmp_path)

    def test_silent_input(self, cli: Command, reference: Path, tmp_path: Path) -> None:
        write(tmp_path / "silence.wav", Audio(np.zeros((2, 44_100 * 3), np.float32), 44_100))
        self.check(cli("match", tmp_path / "silence.wav", "--reference", reference), 4, "silen", tmp_path)

    def test_missing_files(self, cli: Command, song: Path, reference: Path, tmp_path: Path) -> None:
        self.check(cli("match", song, "--reference", tmp_path / "no.wav"), 4, "no.wav", tmp_path)
        self.check(cli("match", tmp_path / "no.wav", "--reference", reference), 4, "no.wav", tmp_path)

    def test_places(self, cli: Command, song: Path, reference: Path, tmp_path: Path) -> None:
        kept = song.read_bytes(), reference.read_bytes()
        for extra in (
            ("-o", song),
            ("-o", reference),
            ("--settings-out", song),
            ("--settings-out", reference),
            ("-o", tmp_path / "a.wav", "--settings-out", tmp_path / "a.wav"),
            ("--settings-out", tmp_path / "no" / "a.json"),
            ("-o", tmp_path / "no" / "a.wav"),
            ("--report", song),
        ):
            self.check(cli("match", song, "--reference", reference, *extra), 5, "", tmp_path)
        assert (song.read_bytes(), reference.read_bytes()) == kept

    @pytest.mark.parametrize(
        "extra",
        [
            ("--amount", "1.6"),
            ("--what", "everything"),
            ("--max-gain", "-1"),
            ("--loudness", "loud"),
            ("--loudness", "4"),
            ("--ceiling", "2"),
        ],
    )
    def test_bad_usage(self, cli: Command, song: Path, reference: Path, extra: tuple[str, str]) -> None:
        done = cli("match", song, "--reference", reference, *extra)
        assert (done.code, done.out) == (2, "")
