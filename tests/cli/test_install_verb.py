"""``tonewright install`` from the outside."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from tonewright.settings import Settings

Command = Any  # of conftest.py


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home with nothing in it."""
    place = tmp_path / "home"
    place.mkdir()
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("USERPROFILE", str(place))
    return place


def data(done: Any) -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    assert (found["version"], found["verb"]) == (1, "install")
    return found


def preset(home: Path, name: str = "Tonewright") -> Path:
    return home / ".local" / "share" / "easyeffects" / "output" / f"{name}.json"


def test_easyeffects_and_back(cli: Command, home: Path, settings_file: Path) -> None:
    done = cli("install", settings_file, "--to", "easyeffects", "--name", "Late dinner")
    assert done.code == 0
    assert f"new       {preset(home, 'Late dinner')}" in done.out
    assert "easyeffects -l 'Late dinner'" in done.out
    assert "approximate" in done.out
    assert "Note: " in done.err
    assert "output" in json.loads(preset(home, "Late dinner").read_text())
    again = cli("install", settings_file, "--to", "easyeffects", "--name", "Late dinner")
    assert "unchanged" in again.out
    undone = cli("install", "--to", "easyeffects", "--undo")
    assert "undone: Late dinner" in undone.out
    assert not preset(home, "Late dinner").exists()
    nothing = cli("install", "--to", "easyeffects", "--undo")
    assert (nothing.code, nothing.out) == (5, "")
    assert "nothing to undo" in nothing.err


def test_json_and_dry_run(cli: Command, home: Path, settings_file: Path) -> None:
    found = data(cli("install", settings_file, "--to", "pipewire", "--dry-run", "--json"))
    path = home / ".config" / "pipewire" / "filter-chain.conf.d" / "tonewright.conf"
    assert found["files"] == [{"path": str(path), "change": "new"}]
    assert found["dry_run"] is True
    assert found["exactness"] == "lossy"
    assert "restart filter-chain" in found["next_step"]
    assert list(home.iterdir()) == []
    data(cli("install", settings_file, "--to", "pipewire", "--json"))
    assert path.exists()
    found = data(cli("install", "--to", "pipewire", "--undo", "--dry-run", "--json"))
    assert found["files"] == [{"path": str(path), "change": "removed"}]
    assert path.exists()
    assert data(cli("install", "--to", "pipewire", "--undo", "--json"))["undone"] is True
    assert not path.exists()


def test_equalizer_apo(cli: Command, home: Path, settings_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "apo"
    folder.mkdir()
    (folder / "config.txt").write_bytes(b"Preamp: -3 dB\r\n")
    missing = cli("install", settings_file, "--to", "equalizer-apo")
    assert missing.code == 5
    assert "--to-folder" in missing.err
    assert cli("install", settings_file, "--to", "equalizer-apo", "--to-folder", folder).code == 0
    assert (folder / "config.txt").read_bytes() == b"Include: tonewright.txt\r\nPreamp: -3 dB\r\n"
    (folder / "config.txt").write_bytes(b"mine")
    refused = cli("install", "--to", "equalizer-apo", "--undo")
    assert refused.code == 5
    assert "--force" in refused.err
    assert (folder / "config.txt").read_bytes() == b"mine"
    assert cli("install", "--to", "equalizer-apo", "--undo", "--force").code == 0
    assert (folder / "config.txt").read_bytes() == b"Preamp: -3 dB\r\n"
    assert not (folder / "tonewright.txt").exists()


def test_camilladsp(cli: Command, home: Path, settings_file: Path, tmp_path: Path) -> None:
    config = tmp_path / "active.yml"
    config.write_text("devices:\n  samplerate: 48000\n  capture: {type: Stdin, channels: 2, format: S16LE}\n")
    kept = config.read_bytes()
    assert cli("install", settings_file, "--to", "camilladsp", "--config", config).code == 0
    assert "tonewright_" in config.read_text()
    assert cli("install", "--to", "camilladsp", "--undo").code == 0
    assert config.read_bytes() == kept


def test_live_camilladsp_that_is_not_there(cli: Command, home: Path, settings_file: Path) -> None:
    pytest.importorskip("websockets", reason="the package websockets is not installed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = cli("install", settings_file, "--to", "camilladsp", "--live", "--address", f"127.0.0.1:{port}")
    assert (done.code, done.out) == (5, "")
    assert "cannot be reached" in done.err


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets on this system")
def test_live_easyeffects(
    cli: Command,
    home: Path,
    settings_file: Path,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = cli("install", settings_file, "--to", "easyeffects", "--live")
    assert done.code == 5
    assert not preset(home).exists()
    runtime = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    heard: list[bytes] = []

    def listen(server: socket.socket) -> None:
        for _ in range(2):
            line, _ = server.accept()
            with line:
                heard.append(line.makefile("rb").read())

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(runtime / "EasyEffectsServer"))
        server.listen()
        thread = threading.Thread(target=listen, args=(server,))
        thread.start()
        done = cli("install", settings_file, "--to", "easyeffects", "--live")
        assert (done.code, done.out.splitlines()[-1]) == (0, "EasyEffects plays it now.")
        bands = (*settings.bands[:1], settings.bands[1].with_gain(-4.0))
        settings.with_bands(bands).save(settings_file)
        assert cli("install", settings_file, "--to", "easyeffects", "--adjust").code == 0
        thread.join(timeout=10)
    assert heard[0] == b"load_preset:output:Tonewright\n"
    assert heard[1].splitlines() == [
        f"set_property:output:equalizer:1:{s}:band0Gain:-4.0".encode() for s in ("left", "right")
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--to", "easyeffects"),
        ("{}",),
        ("{}", "--to", "winamp"),
        ("{}", "--to", "easyeffects", "--undo"),
        ("{}", "--to", "easyeffects", "--config", "x.yml"),
        ("{}", "--to", "camilladsp", "--to-folder", "x"),
        ("{}", "--to", "pipewire", "--live"),
        ("{}", "--to", "equalizer-apo", "--live"),
        ("{}", "--to", "pipewire", "--adjust"),
        ("{}", "--to", "easyeffects", "--force"),
        ("{}", "--to", "easyeffects", "--rate", "5"),
    ],
)
def test_bad_usage(cli: Command, home: Path, settings_file: Path, arguments: tuple[str, ...]) -> None:
    done = cli("install", *(one.format(settings_file) for one in arguments))
    assert (done.code, done.out) == (2, "")
    assert list(home.iterdir()) == []


def test_bad_settings_and_names(cli: Command, home: Path, settings_file: Path, tmp_path: Path) -> None:
    assert cli("install", tmp_path / "none.json", "--to", "easyeffects").code == 3
    done = cli("install", settings_file, "--to", "easyeffects", "--name", "../escape")
    assert done.code == 5
    assert "no name for a preset" in done.err
    assert list(home.iterdir()) == []


def test_a_running_program_that_cannot_be_told_leaves_everything(cli: Command, home: Path, settings_file: Path) -> None:
    assert cli("install", settings_file, "--to", "easyeffects").code == 0
    done = cli("install", "--to", "easyeffects", "--undo", "--live")
    assert (done.code, done.out) == (5, "")
    assert preset(home).exists()
