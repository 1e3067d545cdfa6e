"""Our parts in a CamillaDSP configuration, and everything else as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tonewright.formats.installing import camilladsp_merge as merging
from tonewright.formats.installing import installer
from tonewright.formats.installing.contract import InstallError
from tonewright.formats.installing.places import Places
from tonewright.settings import Band, Compressor, Settings

OWN = """\
# my room
title: on
devices:
  samplerate: 96000
  capture: {type: Alsa, channels: 2, device: "hw:1,0", format: S32LE}
  playback: {type: Alsa, channels: 4, device: "hw:0", format: S32LE}
  volume_ramp_time: 1e3
filters:
  room: {type: Biquad, parameters: {type: Peaking, freq: 55, gain: -6, q: 4}}
mixers:
  split: {channels: {in: 2, out: 4}, mapping: []}
pipeline:
- {type: Mixer, name: split}
- {type: Filter, channels: [0], names: [room], bypassed: null}
"""


def settings(gain_db: float = 3.0, link: Any = "max") -> Settings:
    compressor = Compressor(threshold_db=-24.0, ratio=3.0)
    return Settings(bands=(Band(type="peak", frequency_hz=1000.0, gain_db=gain_db, compressor=compressor),), link=link)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places({}, tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "own.yml"
    path.write_text(OWN)
    return path


def install(config: Path, places: Places, chosen: Settings) -> list[str]:
    planned = installer.plan(chosen, "camilladsp", config=config, places=places)
    return [one.change for one in installer.install(planned, places)]


def others(config: dict[str, Any]) -> dict[str, Any]:
    rest, _ = merging.without_ours(config)
    return {key: value for key, value in rest.items() if value}


def test_everything_else_stays(config: Path, places: Places) -> None:
    assert install(config, places, settings()) == ["changed"]
    old, new = merging.load(OWN, "old"), merging.load(config.read_text(), "new")
    assert others(new) == old
    assert new["title"] == "on"
    assert new["devices"]["volume_ramp_time"] == 1000.0
    assert [step["type"] for step in new["pipeline"]][-2:] == ["Mixer", "Filter"]
    # Ours stand before the mixer, on the captured channels.
    assert new["pipeline"][0]["channels"] == [0, 1]
    used = {name for step in new["pipeline"] for name in [*step.get("names", []), step.get("name")]}
    assert {*new["filters"], *new["processors"]} <= used


def test_again_and_back(config: Path, places: Places) -> None:
    assert install(config, places, settings(3.0)) == ["changed"]
    first = config.read_bytes()
    assert install(config, places, settings(3.0)) == ["unchanged"]
    assert install(config, places, settings(-3.0)) == ["changed"]
    assert sum(name.startswith("tonewright_") for name in yaml.safe_load(config.read_text())["processors"]) == 1
    installer.undo("camilladsp", places=places)
    assert config.read_bytes() == first
    installer.undo("camilladsp", places=places)
    assert config.read_text() == OWN


def test_our_steps_keep_the_place_the_user_gives_them(config: Path, places: Places) -> None:
    install(config, places, settings())
    moved = merging.load(config.read_text(), "moved")
    ours = merging.ours(moved)["pipeline"]
    rest = [step for step in moved["pipeline"] if step not in ours]
    moved["pipeline"] = [rest[0], *ours, rest[1]]
    config.write_text(merging.dump(moved))
    install(config, places, settings(1.0))
    new = merging.load(config.read_text(), "new")["pipeline"]
    assert [new[0], new[-1]] == rest


def test_a_step_that_holds_filters_of_both(places: Places) -> None:
    both = {"pipeline": [{"type": "Filter", "channels": [0], "names": ["tonewright_filter1", "room"]}]}
    rest, place = merging.without_ours(both)
    assert rest["pipeline"] == [{"type": "Filter", "channels": [0], "names": ["room"]}]
    assert place == 0


def test_more_channels(config: Path, places: Places) -> None:
    config.write_text(OWN.replace("capture: {type: Alsa, channels: 2", "capture: {type: Alsa, channels: 6"))
    install(config, places, settings())
    new = merging.load(config.read_text(), "new")
    assert new["pipeline"][0]["channels"] == list(range(6))
    assert [one["parameters"]["channels"] for one in new["processors"].values()] == [6]
    with pytest.raises(InstallError, match="for 2 channels only, not for 6"):
        install(config, places, settings(link="none"))


def test_each_channel_by_itself(config: Path, places: Places) -> None:
    install(config, places, settings(link="none"))
    new = merging.load(config.read_text(), "new")
    assert [one["parameters"]["process_channels"] for one in new["processors"].values()] == [[0], [1]]


def test_the_configuration_says_the_rate(config: Path, places: Places) -> None:
    config.write_text(OWN.replace("96000", "22050"))
    high = Settings(bands=(Band(type="peak", frequency_hz=15_000.0, gain_db=3.0),))
    assert any(
        "15000" in one or "15 kHz" in one
        for one in installer.plan(high, "camilladsp", config=config, places=places).notes
    )


def test_comments_are_said_to_be_lost(config: Path, places: Places) -> None:
    assert any(
        "Comments" in one for one in installer.plan(settings(), "camilladsp", config=config, places=places).notes
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"devices: [", "no YAML"),
        (b"a: b: c", "no YAML that can be read at line 1"),
        (b"", "no CamillaDSP configuration"),
        (b"- 1", "no CamillaDSP configuration"),
        (b"filters: []\ndevices: {}", "filters is of another kind"),
        (b"pipeline: {}", "pipeline is of another kind"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"x: !!python/object:os.system {}", "no YAML"),
    ],
)
def test_what_is_no_configuration(config: Path, places: Places, content: bytes, said: str) -> None:
    config.write_bytes(content)
    with pytest.raises(InstallError, match=said):
        installer.plan(settings(), "camilladsp", config=config, places=places)
    assert config.read_bytes() == content


def test_a_configuration_that_is_not_there(tmp_path: Path, places: Places) -> None:
    with pytest.raises(InstallError, match="camilladsp-full"):
        installer.plan(settings(), "camilladsp", config=tmp_path / "none.yml", places=places)


def test_the_statefile_names_it(config: Path, places: Places, tmp_path: Path) -> None:
    (tmp_path / "camilladsp").mkdir()
    (tmp_path / "camilladsp" / "statefile.yml").write_text(f"config_path: {config}\n")
    assert installer.plan(settings(), "camilladsp", places=places).files[0].path == config
