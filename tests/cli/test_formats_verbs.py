"""``tonewright export``, ``import`` and ``programs`` from the outside."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tonewright.settings import Settings

Command = Any  # of conftest.py


class TestExport:
    def test_text_to_standard_output(self, cli: Command, settings_file: Path) -> None:
        done = cli("export", settings_file, "--to", "equalizer-apo")
        assert done.code == 0
        assert done.out.startswith("Preamp: ")
        assert done.out.count("\nFilter ") == 2
        assert "has no compressors" in done.err
        assert "lossy" in done.err

    def test_file(self, cli: Command, settings_file: Path, tmp_path: Path) -> None:
        target = tmp_path / "eq.yml"
        done = cli("export", settings_file, "--to", "CamillaDSP", "-o", target)
        assert done.code == 0
        assert "approximate" in done.out
        assert "Merge the sections" in done.out
        assert target.read_text().startswith("filters:")

    def test_json(self, cli: Command, settings_file: Path) -> None:
        done = cli("export", settings_file, "--to", "easyeffects", "--rate", "44100", "--json")
        data = json.loads(done.out)
        assert data["verb"] == "export"
        assert data["rate_hz"] == 44_100
        assert data["exactness"] == "approximate"
        assert data["max_error_db"] < 1e-4
        assert json.loads(data["text"])["output"]["plugins_order"][0] == "equalizer#0"
        assert data["warnings"]

    def test_sound_needs_a_place(self, cli: Command, settings_file: Path, tmp_path: Path) -> None:
        done = cli("export", settings_file, "--to", "impulse-response")
        assert done.code == 5
        assert "sound file" in done.err
        assert cli("export", settings_file, "--to", "impulse-response", "-o", tmp_path / "x.wav").code == 0
        assert (tmp_path / "x.wav").read_bytes()[:4] == b"RIFF"

    def test_profile(self, cli: Command, settings_file: Path, tmp_path: Path) -> None:
        profile = tmp_path / "box.json"
        profile.write_text('{"name": "box", "bands": 1}')
        done = cli("export", settings_file, "--to", "opra", "--profile", profile, "--json")
        data = json.loads(done.out)
        assert len(json.loads(data["text"])["parameters"]["bands"]) == 1
        assert "The profile box holds at most 1 filters" in done.err
        assert data["max_error_db"] > 0.1
        profile.write_text('{"bands": "many"}')
        assert cli("export", settings_file, "--to", "opra", "--profile", profile).code == 3

    def test_headroom(self, cli: Command, tmp_path: Path) -> None:
        Settings(preamp_db=3.0).save(tmp_path / "loud.json")
        kept = cli("export", tmp_path / "loud.json", "--to", "equalizer-apo", "--no-headroom")
        assert "Preamp: 3.00 dB" in kept.out
        assert "Preamp: 0.00 dB" in cli("export", tmp_path / "loud.json", "--to", "equalizer-apo").out

    def test_material(self, cli: Command, settings_file: Path, song: Path) -> None:
        done = cli("export", settings_file, "--to", "equalizer-apo", "--material", song)
        assert done.code == 0
        assert "On the material the compressors change the level" in done.err
        assert cli("export", settings_file, "--to", "equalizer-apo", "--material", settings_file).code == 4

    def test_standard_input(
        self, cli: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(settings.to_json().encode())))
        assert cli("export", "-", "--to", "sox", "-o", tmp_path / "sox.txt").code == 0
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
        assert cli("export", "-", "--to", "sox").code == 3

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (("none.json", "--to", "sox"), 3, "no settings file"),
            (("settings.json", "--to", "winamp"), 2, "no program"),
            (("settings.json",), 2, "--to"),
            (("settings.json", "--to", "sox", "--rate", "1"), 2, "rate"),
            (("settings.json", "--to", "sox", "-o", "settings.json"), 5, "input"),
            (("settings.json", "--to", "sox", "-o", "no/where.txt"), 5, "does not exist"),
            (("settings.json", "--to", "sox", "--profile", "none.json"), 3, "no profile"),
        ],
    )
    def test_errors(
        self, cli: Command, settings_file: Path, monkeypatch: pytest.MonkeyPatch,
        arguments: tuple[str, ...], code: int, words: str,
    ) -> None:  # fmt: skip
        monkeypatch.chdir(settings_file.parent)
        before = settings_file.read_bytes()
        done = cli("export", *arguments)
        assert done.code == code, done.err
        assert words in done.err
        assert "Traceback" not in done.err
        assert settings_file.read_bytes() == before
        assert [path.name for path in settings_file.parent.iterdir()] == ["settings.json"]


class TestImport:
    TEXT = "Preamp: -6.2 dB\nFilter 1: ON PK Fc 1000 Hz Gain -2.4 dB Q 1.41\nFilter 2: ON NO Fc 50 Hz\n"

    @pytest.fixture
    def preset(self, tmp_path: Path) -> Path:
        path = tmp_path / "preset.txt"
        path.write_text(self.TEXT)
        return path

    def test_to_standard_output(self, cli: Command, preset: Path) -> None:
        done = cli("import", preset)
        assert done.code == 0
        read = Settings.from_json(done.out)
        assert (read.preamp_db, read.bands[0].gain_db) == (-6.2, -2.4)
        assert "Line 3 is left out" in done.err
        assert "Equalizer APO" in done.err

    def test_file_and_there_again(self, cli: Command, preset: Path, tmp_path: Path) -> None:
        target = tmp_path / "settings.json"
        done = cli("import", preset, "-o", target)
        assert done.code == 0
        assert "1 bands from Equalizer APO" in done.out
        assert Settings.load(target).bands[0].q == 1.41
        again = cli("export", target, "--to", "equalizer-apo")
        assert again.out.splitlines()[:2] == [
            "Preamp: -6.20 dB",
            "Filter 1: ON PK Fc 1000.00 Hz Gain -2.40 dB Q 1.4100",
        ]

    def test_json_and_named_program(self, cli: Command, preset: Path) -> None:
        data = json.loads(cli("import", preset, "--from", "peace", "--json").out)
        assert data["program"] == "equalizer-apo"
        assert data["settings"]["bands"][0]["frequency_hz"] == 1000.0
        assert len(data["warnings"]) == 1

    def test_standard_input(self, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(self.TEXT.encode("utf-16"))))
        assert Settings.from_json(cli("import", "-").out).preamp_db == -6.2

    def test_errors(self, cli: Command, preset: Path, tmp_path: Path) -> None:
        before = preset.read_bytes()
        for arguments, code, words in (
            ((tmp_path / "none.txt",), 3, "no preset"),
            ((tmp_path,), 3, "cannot be read"),
            ((preset, "--from", "winamp"), 2, "no program"),
            ((preset, "--from", "opra"), 3, "not JSON"),
            ((preset, "--from", "impulse-response"), 3, "not read"),
            ((preset, "-o", preset), 5, "input"),
        ):
            done = cli("import", *arguments)
            assert done.code == code, done.err
            assert words in done.err
            assert "Traceback" not in done.err
        assert preset.read_bytes() == before
        (tmp_path / "prose.txt").write_text("Dear reader")
        assert cli("import", tmp_path / "prose.txt").code == 3


def test_programs(cli: Command) -> None:
    from tonewright.formats import programs

    table = cli("programs")
    assert table.code == 0
    assert all(name in table.out for name in programs())
    data = json.loads(cli("programs", "--json").out)["programs"]
    assert [one["name"] for one in data] == list(programs())
    camilla = next(one for one in data if one["name"] == "camilladsp")
    assert camilla["dynamics"] == "serial"
    assert camilla["reads"] is True
