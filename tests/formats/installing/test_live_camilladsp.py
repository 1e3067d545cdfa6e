"""A running CamillaDSP is told over its websocket; a fake that follows the documentation listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip("websockets", reason="the package websockets is not installed")

from camilladsp_fake import RUNNING, Camilla, fault, running

from tonewright.formats.installing import installer, live_camilladsp
from tonewright.formats.installing.live_camilladsp import CamillaSocket
from tonewright.formats.installing.live_easyeffects import LiveError
from tonewright.formats.installing.places import Places
from tonewright.settings import Band, Compressor, Settings

SETTINGS = Settings(
    preamp_db=-2.0,
    bands=(
        Band(
            type="low_shelf",
            frequency_hz=105.0,
            gain_db=3.5,
            compressor=Compressor(threshold_db=-24.0, ratio=3.0, knee_db=0.0),
        ),
        Band(type="peak", frequency_hz=1000.0, gain_db=-2.4, q=1.41),
    ),
)


@pytest.fixture
def camilla() -> Iterator[Camilla]:
    with running(Camilla()) as program:
        yield program


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places({}, tmp_path)


def test_the_fake_refuses_what_the_program_would() -> None:
    assert fault(RUNNING) is None
    assert fault("filters: {}") == "missing field `devices`"
    config = yaml.safe_load(RUNNING)
    config["pipeline"].append({"type": "Filter", "channels": [4], "names": ["room"]})
    assert "channel 4" in str(fault(yaml.safe_dump(config)))


def test_our_parts_go_in_and_everything_else_stays(camilla: Camilla, places: Places) -> None:
    done, files = installer.install_live_camilladsp(SETTINGS, None, address=camilla.address, places=places)
    assert camilla.asked == ["GetConfig", "ValidateConfig", "SetConfig"]
    assert files == []
    assert done.exactness == "approximate"
    old, new = yaml.safe_load(RUNNING), yaml.safe_load(camilla.config)
    assert new["devices"] == old["devices"]
    assert new["mixers"] == old["mixers"]
    assert new["filters"]["room"] == old["filters"]["room"]
    assert new["pipeline"][-2:] == old["pipeline"]
    ours = [step for step in new["pipeline"] if step not in old["pipeline"]]
    assert [step["type"] for step in ours] == ["Filter", "Processor", "Filter"]
    names = [name for name in new["filters"] if name.startswith("tonewright_")]
    shelf = next(new["filters"][name]["parameters"] for name in names if "Lowshelf" in str(new["filters"][name]))
    assert (shelf["freq"], shelf["gain"], round(shelf["q"], 3)) == (105.0, 3.5, 0.707)
    (compressor,) = new["processors"].values()
    assert compressor["parameters"]["attack"] == pytest.approx(SETTINGS.bands[0].compressor.attack_ms / 2197, rel=1e-3)  # type: ignore[union-attr]


def test_twice_is_like_once(camilla: Camilla, places: Places) -> None:
    installer.install_live_camilladsp(SETTINGS, None, address=camilla.address, places=places)
    first = camilla.config
    installer.install_live_camilladsp(SETTINGS, None, address=camilla.address, places=places)
    assert camilla.config == first
    other = Settings(bands=(Band(type="peak", frequency_hz=500.0, gain_db=1.0),))
    installer.install_live_camilladsp(other, None, address=camilla.address, places=places)
    new = yaml.safe_load(camilla.config)
    assert not new["processors"]
    assert sum(name.startswith("tonewright_") for name in new["filters"]) in (1, 2)


def test_undo_takes_ours_out(camilla: Camilla, places: Places) -> None:
    installer.install_live_camilladsp(SETTINGS, None, address=camilla.address, places=places)
    said = installer.tell_undone("camilladsp", None, address=camilla.address, places=places)
    assert said == "CamillaDSP plays without our filters."
    new, old = yaml.safe_load(camilla.config), yaml.safe_load(RUNNING)
    assert {key: value for key, value in new.items() if value} == old


def test_the_file_is_written_with_it_and_undone_with_it(camilla: Camilla, places: Places, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(RUNNING)
    planned = installer.plan(SETTINGS, "camilladsp", config=config, places=places)
    installer.install_live_camilladsp(SETTINGS, planned, address=camilla.address, places=places)
    assert yaml.safe_load(config.read_text()) == yaml.safe_load(camilla.config)
    louder = SETTINGS.with_preamp(-8.0)
    planned = installer.plan(louder, "camilladsp", config=config, places=places)
    installer.install_live_camilladsp(louder, planned, address=camilla.address, places=places)
    step, _ = installer.undo("camilladsp", places=places)
    said = installer.tell_undone("camilladsp", step, address=camilla.address, places=places)
    assert said == "CamillaDSP plays the older filters again."
    assert yaml.safe_load(config.read_text()) == yaml.safe_load(camilla.config)
    installer.undo("camilladsp", places=places)
    assert config.read_text() == RUNNING


@pytest.mark.parametrize("version", [3, 4])
def test_what_camilladsp_refuses_is_said_and_nothing_is_written(version: int, places: Places, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(RUNNING)
    planned = installer.plan(SETTINGS, "camilladsp", config=config, places=places)
    broken = RUNNING.replace("names: [room]", "names: [missing]")
    with running(Camilla(version, broken)) as program:
        with pytest.raises(LiveError, match=r"refuses ValidateConfig: .*Use of missing filter"):
            installer.install_live_camilladsp(SETTINGS, planned, address=program.address, places=places)
        assert program.config == broken
        assert "SetConfig" not in program.asked
    assert config.read_text() == RUNNING


@pytest.mark.parametrize("command", ["GetConfig", "ValidateConfig", "SetConfig"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("close", "broke at"),
        ("silence", "does not answer"),
        ("nonsense", "something else"),
        ("error", "the device is busy"),
        ("unknown", "does not know"),
    ],
)
def test_faults_in_the_middle(
    camilla: Camilla, places: Places, monkeypatch: pytest.MonkeyPatch, command: str, kind: str, said: str
) -> None:
    monkeypatch.setattr(CamillaSocket.__init__, "__defaults__", ("", 0.3))
    camilla.faults[command] = kind
    before = camilla.config
    with pytest.raises(LiveError, match=said) as caught:
        installer.install_live_camilladsp(SETTINGS, None, address=camilla.address, places=places)
    assert "\n" not in str(caught.value)
    assert command in str(caught.value)
    assert camilla.config == before


def test_nobody_there(places: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LiveError, match="cannot be reached"):
        CamillaSocket(f"127.0.0.1:{port}", 0.5)
    with pytest.raises(LiveError, match=r"is no address|cannot be reached"):
        CamillaSocket("not an address", 0.5)


def test_somebody_who_never_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(LiveError, match="does not answer within"),
    ):
        CamillaSocket(f"127.0.0.1:{server.getsockname()[1]}", 0.3)


def test_no_configuration_loaded(places: Places) -> None:
    with running(Camilla(config="")) as program, pytest.raises(LiveError, match="no configuration loaded"):
        installer.install_live_camilladsp(SETTINGS, None, address=program.address, places=places)


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from tonewright.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "websockets.sync.client", None)
    with pytest.raises(MissingExtraError, match=r"tonewright\[live\]"):
        live_camilladsp.CamillaSocket()
