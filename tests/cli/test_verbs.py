"""Each verb does what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import Audio, Format, measure, read, write
from tonewright.cli.match import spread_values
from tonewright.cli.show import text_curve
from tonewright.rendering import render
from tonewright.settings import Band, Settings

Command = Any  # of conftest.py


def data(done: Any, verb: str) -> dict[str, Any]:
    """Return the JSON on standard output, which holds nothing else."""
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    assert (found["version"], found["verb"]) == (1, verb)
    return found


class TestRender:
    def test_file(self, cli: Command, song: Path, settings_file: Path, settings: Settings, tmp_path: Path) -> None:
        done = cli("render", song, "--settings", settings_file, "-o", tmp_path / "out.wav")
        assert done.code == 0
        assert "out.wav" in done.out
        out = read(tmp_path / "out.wav")
        expected = render(read(song), settings)
        assert out.format == Format("WAV", "PCM_16")
        assert dict(out.tags) == {"title": "Ton", "artist": "Wir"}
        assert np.abs(out.samples - expected.samples).max() < 2.0 / 32768

    def test_json(self, cli: Command, song: Path, settings_file: Path, settings: Settings, tmp_path: Path) -> None:
        out = tmp_path / "out.flac"
        found = data(cli("render", song, "--settings", settings_file, "-o", out, "--json"), "render")
        assert found["output"] == str(out)
        assert found["format"] == "FLAC PCM_16"
        assert Settings.from_dict(found["settings"]) == settings
        assert found["lowered_db"] == 0.0

    def test_ceiling(self, cli: Command, song: Path, tmp_path: Path) -> None:
        Settings(preamp_db=20.0).save(tmp_path / "loud.json")
        out = tmp_path / "out.wav"
        done = cli("render", song, "--settings", tmp_path / "loud.json", "-o", out, "--ceiling", "-3", "--json")
        assert data(done, "render")["lowered_db"] > 5.0
        assert "lowered" in done.err
        assert measure(read(out)).true_peak_dbtp == pytest.approx(-3.0, abs=0.1)
        done = cli("render", song, "--settings", tmp_path / "loud.json", "-o", out, "--ceiling", "off", "--json")
        assert data(done, "render")["clipped"] > 0
        assert "clipped" in done.err

    @pytest.mark.parametrize("ceiling", ["1", "-100", "nan", "loud"])
    def test_ceilings_that_make_no_sense(
        self, cli: Command, song: Path, settings_file: Path, tmp_path: Path, ceiling: str
    ) -> None:
        done = cli("render", song, "--settings", settings_file, "-o", tmp_path / "out.wav", "--ceiling", ceiling)
        assert done.code == 2

    def test_amount(self, cli: Command, song: Path, settings_file: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.wav"
        found = data(cli("render", song, "--settings", settings_file, "-o", out, "--amount", "0.5", "--json"), "render")
        assert found["settings"]["bands"][0]["gain_db"] == 2.0
        assert cli("render", song, "--settings", settings_file, "-o", out, "--amount", "0").code == 0
        assert np.array_equal(read(out).samples, read(song).samples)
        assert cli("render", song, "--settings", settings_file, "-o", out, "--amount", "2").code == 2

    def test_an_older_result_is_replaced(self, cli: Command, song: Path, settings_file: Path, tmp_path: Path) -> None:
        (tmp_path / "out.wav").write_bytes(b"older")
        assert cli("render", song, "--settings", settings_file, "-o", tmp_path / "out.wav").code == 0
        assert read(tmp_path / "out.wav").frames == read(song).frames

    def test_a_band_that_cannot_act_is_said(self, cli: Command, song: Path, tmp_path: Path) -> None:
        Settings(bands=(Band(type="peak", frequency_hz=30_000.0, gain_db=3.0),)).save(tmp_path / "high.json")
        done = cli("render", song, "--settings", tmp_path / "high.json", "-o", tmp_path / "out.wav", "--json")
        assert "bypassed" in done.err
        assert "bypassed" in data(done, "render")["notes"][0]


class TestShow:
    def test_table_and_curve(self, cli: Command, settings_file: Path) -> None:
        done = cli("show", settings_file)
        assert done.code == 0
        for word in (
            "low shelf",
            "120 Hz",
            "+4.0 dB",
            "2.5:1 above -30.0 dB",
            "for a test",
            "preamp +1.0 dB",
            "10k Hz",
        ):
            assert word in done.out
        assert done.err == ""

    def test_json(self, cli: Command, settings_file: Path, settings: Settings) -> None:
        found = data(cli("show", settings_file, "--json", "--rate", "44100"), "show")
        assert Settings.from_dict(found["settings"]) == settings
        assert found["sample_rate"] == 44_100
        low, high = found["response"]["gain_db"][0], found["response"]["gain_db"][-1]
        assert low == pytest.approx(5.0, abs=0.2)
        assert high == pytest.approx(1.0, abs=0.2)

    def test_neutral(self, cli: Command, tmp_path: Path) -> None:
        Settings().save(tmp_path / "neutral.json")
        assert "neutral" in cli("show", tmp_path / "neutral.json").out

    def test_plot(self, cli: Command, settings_file: Path, tmp_path: Path) -> None:
        pytest.importorskip("tonewright.reporting")
        done = cli("show", settings_file, "--plot", tmp_path / "curve.png")
        assert done.code == 0, done.err
        assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
        assert cli("show", settings_file, "--plot", settings_file).code == 5
        assert cli("show", settings_file, "--plot", tmp_path / "no" / "curve.png").code == 5

    def test_curve_of_nothing_is_the_axis(self) -> None:
        assert len(text_curve([0.0] * 61)) == 2

    def test_curve_reaches_its_extremes(self) -> None:
        lines = text_curve([12.0] * 30 + [-6.0] * 31, unicode=False)
        assert lines[0].startswith(" +12.0 dB ###")
        assert lines[-2].startswith("  -6.0 dB")


class TestMeasure:
    def test_text(self, cli: Command, song: Path) -> None:
        done = cli("measure", song)
        assert done.code == 0
        for word in ("LUFS", "dBTP", "LU", "crest", "Hz", "44100 Hz", "WAV PCM_16"):
            assert word in done.out
        assert done.err == ""

    def test_json_equals_the_library(self, cli: Command, song: Path) -> None:
        (found,) = data(cli("measure", song, "--json"), "measure")["files"]
        expected = measure(read(song))
        for name in ("integrated_lufs", "true_peak_dbtp", "loudness_range_lu", "crest_db", "short_term_max_lufs"):
            assert found[name] == pytest.approx(getattr(expected, name))
        assert found["duration_s"] == pytest.approx(6.0)

    def test_spectrum_of_white_noise(self, cli: Command, tmp_path: Path) -> None:
        noise = np.random.default_rng(0).normal(0.0, 0.1, (1, 44_100 * 20)).astype(np.float32)
        write(tmp_path / "white.wav", Audio(noise, 44_100, format=Format("WAV", "FLOAT")))
        (found,) = data(cli("measure", tmp_path / "white.wav", "--json"), "measure")["files"]
        centres = np.array(found["spectrum"]["frequency_hz"])
        levels = np.array(found["spectrum"]["level_db"])
        expected = -20.0 + 10 * np.log10(centres * (2 ** (1 / 6) - 2 ** (-1 / 6)) / 22_050)
        assert np.abs(levels - expected)[centres > 150].max() < 0.4

    def test_silence_and_several_files(self, cli: Command, song: Path, tmp_path: Path) -> None:
        write(tmp_path / "silence.wav", Audio(np.zeros((1, 8000), np.float32), 8000))
        write(tmp_path / "short.wav", Audio(np.full((1, 3), 0.5, np.float32), 8000))
        done = cli("measure", tmp_path / "silence.wav", tmp_path / "short.wav", song, "--json")
        silence, short, whole = data(done, "measure")["files"]
        assert silence["integrated_lufs"] is None
        assert silence["true_peak_dbtp"] is None
        assert short["frames"] == 3
        assert whole["integrated_lufs"] < 0
        assert cli("measure", tmp_path / "silence.wav", tmp_path / "short.wav").code == 0


def test_schema(cli: Command) -> None:
    done = cli("schema")
    assert done.code == 0
    assert json.loads(done.out)["properties"]["bands"]


def test_warmup_compiles_once(process: Command) -> None:
    assert process("warmup").code == 0
    done = process("warmup", "--json")
    found = data(done, "warmup")
    assert len(found["steps"]) >= 9
    if found["cached"]:
        assert found["compiled"] == 0
        assert done.err == ""


class TestEvaluate:
    def test_match(self, cli: Command, tmp_path: Path) -> None:
        folder = tmp_path / "corpus"
        folder.mkdir()
        noise = np.random.default_rng(0).normal(0.0, 0.1, (1, 44_100 * 61)).astype(np.float32)
        write(folder / "work.wav", Audio(noise, 44_100))
        out = tmp_path / "report.json"
        call = ("evaluate", "match", folder, "--systems", "nothing", "--draws", "1")
        found = data(cli(*call, "-o", out, "--json"), "evaluate match")
        assert found["systems"] == ["nothing"]
        assert found["works"] == 1
        assert json.loads(out.read_text())["works"] == 1
        done = cli(*call)
        assert done.code == 0
        assert "MRSTFT" in done.out

    def test_auto_with_a_folder(self, cli: Command, tmp_path: Path) -> None:
        folder = tmp_path / "corpus"
        folder.mkdir()
        noise = np.random.default_rng(0).normal(0.0, 0.1, (1, 44_100 * 61)).astype(np.float32)
        write(folder / "work.wav", Audio(noise, 44_100))
        call = ("evaluate", "auto", folder, "--draws", "1", "--excerpt-s", "2", "--degradation", "none")
        done = cli(*call, "--metrics", "rmse", "--report", tmp_path / "report", "--json")
        found = data(done, "evaluate auto")
        assert found["systems"] == ["nothing", "average-spectrum", "ridge", "auto"]
        assert found["metrics"] == ["mrstft", "rmse"]
        assert found["protocol"]["degradation"] == "none"
        assert found["summary"]["average-spectrum"]["change"]["median_db"][0] > 0
        assert "average-spectrum" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
        assert cli("evaluate", "auto", folder, "--metrics", "beauty").code == 1

    def test_errors(self, cli: Command, tmp_path: Path) -> None:
        assert cli("evaluate", "match", tmp_path, "--systems", "nothing").code == 4
        done = cli("evaluate", "match", tmp_path, "--systems", "magic")
        assert done.code == 1
        assert "magic" in done.err
        assert cli("evaluate", "match", tmp_path, "--draws", "0").code == 2
        assert cli("evaluate", "match", tmp_path, "-o", tmp_path / "no" / "file.json").code == 5


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("in --reference a b -o c", "in --reference a --reference b -o c"),
        ("in --reference=a b --json", "in --reference=a --reference b --json"),
        ("--reference a in", "--reference a in"),
        ("--reference a in --reference b c", "--reference a in --reference b --reference c"),
        (
            "--amount 0.5 in --weight 1 2 --reference a b",
            "--amount 0.5 in --weight 1 --weight 2 --reference a --reference b",
        ),
        ("--json in --reference a b --ceiling -1", "--json in --reference a --reference b --ceiling -1"),
        ("in --reference a -- b", "in --reference a -- b"),
        ("--reference a b in", "--reference a b in"),
    ],
)
def test_several_values_behind_one_option(given: str, meant: str) -> None:
    assert spread_values(given.split()) == meant.split()
