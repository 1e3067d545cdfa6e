"""``tonewright auto`` from file to file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.rendering import Timeline, load_chain
from tonewright.settings import Settings

Command = Any  # of conftest.py


@pytest.fixture
def changing(tmp_path: Path) -> Path:
    """Half a minute of noise, then half a minute of darker, louder noise."""
    random = np.random.default_rng(0)
    bright = 0.05 * random.standard_normal((1, 30 * 16_000))
    dark = 0.1 * np.convolve(random.standard_normal(30 * 16_000), np.ones(8) / 2.0, "same")[None]
    path = tmp_path / "changing.wav"
    write(
        path, Audio(np.concatenate([bright, dark], axis=1).astype(np.float32), 16_000, format=Format("WAV", "PCM_16"))
    )
    return path


def test_auto(cli: Command, song: Path, auto_weights: Path) -> None:
    before = song.read_bytes()
    done = cli("auto", song, "--model", auto_weights)
    assert done.code == 0, done.err
    out = song.with_name("song.auto.wav")
    found, source = read(out), read(song)
    assert found.format == Format("WAV", "PCM_16")
    assert dict(found.tags) == {"title": "Ton", "artist": "Wir"}
    assert found.samples.shape == source.samples.shape
    assert not np.array_equal(found.samples, source.samples)
    assert measure(found).integrated_lufs == pytest.approx(measure(source).integrated_lufs, abs=0.1)
    assert measure(found).true_peak_dbtp <= -1.0
    assert song.read_bytes() == before
    assert "How sure" in done.out
    assert str(out) in done.out


def test_json_settings_and_report(cli: Command, song: Path, auto_weights: Path, tmp_path: Path) -> None:
    out, chosen, report = tmp_path / "out.wav", tmp_path / "chosen.json", tmp_path / "report"
    places = ("-o", out, "--settings-out", chosen, "--report", report)
    done = cli("auto", song, "--model", auto_weights, *places, "--profile", "speech", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["version"], found["verb"], found["output"]) == (1, "auto", str(out))
    assert (found["profile"], found["timeline"]) == ("speech", None)
    assert Settings.from_dict(found["settings"]) == Settings.load(chosen)
    assert all(Path(page).is_file() for page in found["report"])
    assert cli("render", song, "--settings", chosen, "-o", tmp_path / "again.wav").code == 0
    assert np.array_equal(read(out).samples, read(tmp_path / "again.wav").samples)


def test_sections_make_a_timeline_that_renders(
    cli: Command, changing: Path, auto_weights: Path, tmp_path: Path
) -> None:
    out, chosen, again = tmp_path / "out.wav", tmp_path / "chosen.json", tmp_path / "again.wav"
    call = ("auto", changing, "--model", auto_weights, "--sections", "-o", out, "--settings-out", chosen, "--json")
    done = cli(*call)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    timeline = load_chain(chosen)
    assert isinstance(timeline, Timeline)
    assert len(timeline.sections) == 2
    assert found["timeline"] == json.loads(chosen.read_text())
    assert found["settings_file"] == str(chosen)
    done = cli("render", changing, "--settings", chosen, "-o", again, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["timeline"] == found["timeline"]
    assert np.array_equal(read(out).samples, read(again).samples)
    assert cli("render", changing, "--settings", chosen, "--amount", "0", "-o", again).code == 0
    assert np.array_equal(read(again).samples, read(changing).samples)


def test_nothing_of_it_is_the_input(cli: Command, song: Path, auto_weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    assert cli("auto", song, "--model", auto_weights, "-o", out, "--amount", "0", "--sections").code == 0
    assert np.array_equal(read(out).samples, read(song).samples)


def test_errors_are_one_sentence(cli: Command, song: Path, auto_weights: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"nonsense")
    done = cli("auto", song, "--model", bad)
    assert done.code == 1
    assert "cannot be read as a network" in done.err
    assert "Traceback" not in done.err
    silent = tmp_path / "silent.wav"
    write(silent, Audio(np.zeros((1, 16_000), np.float32), 16_000))
    done = cli("auto", silent, "--model", auto_weights)
    assert (done.code, "silent" in done.err) == (4, True)
    assert not silent.with_name("silent.auto.wav").exists()
    assert cli("auto", song, "--model", auto_weights, "-o", song).code == 5
    assert cli("auto", song, "--profile", "podcast").code == 2
    assert cli("auto", song, "--loudness", "reference").code == 2
    twice = cli("auto", song, "--model", auto_weights, "-o", tmp_path / "a.wav", "--settings-out", tmp_path / "a.wav")
    assert twice.code == 5


def test_without_weights_it_says_so(cli: Command, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tonewright.networks.shipped.FOLDER", tmp_path)
    done = cli("auto", song)
    assert done.code == 1
    assert "no weights for auto" in done.err
