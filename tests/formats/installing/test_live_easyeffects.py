"""A running EasyEffects is told over its socket; a fake that follows the documented lines listens."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tonewright.formats.installing import installer
from tonewright.formats.installing.contract import InstallError
from tonewright.formats.installing.live_easyeffects import LiveError, gain_changes, load_preset, send
from tonewright.formats.installing.places import Places
from tonewright.settings import Band, Compressor, Settings

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets on this system")

_PROPERTY = re.compile(r"set_property:output:(\w+):(\d+):(left|right):band(\d+)Gain:(-?\d+(?:\.\d+)?)")


class EasyEffects:
    """The program: the chain that plays, and the lines it could make nothing of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.playing: dict[str, Any] = {}
        self.loads = 0
        self.refused: list[str] = []
        self.fault = ""

    def hear(self, text: str) -> None:
        """Do what one line says; what is not documented does nothing but a line in the log."""
        if found := re.fullmatch(r"load_preset:output:([^\n:]+)", text):
            path = self.folder / f"{found[1]}.json"
            if path.is_file():
                self.playing = json.loads(path.read_text())["output"]
                self.loads += 1
                return
        elif found := _PROPERTY.fullmatch(text):
            plugin = self.playing.get(f"{found[1]}#{found[2]}", {})
            band = plugin.get(found[3], {}).get(f"band{found[4]}")
            if band is not None and -36.0 <= float(found[5]) <= 36.0:
                band["gain"] = float(found[5])
                return
        self.refused.append(text)

    def serve(self, server: socket.socket) -> None:
        """Serve clients until the socket is closed."""
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                if self.fault == "close":
                    line.recv(1)
                    continue
                received = b""
                while part := line.recv(4096):
                    received += part
                for text in received.decode().splitlines():
                    self.hear(text)
                if self.fault == "object":
                    line.sendall(b"unknown preset\n")


@contextmanager
def running(runtime: Path, program: EasyEffects) -> Iterator[EasyEffects]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(runtime / "EasyEffectsServer"))
        server.listen()
        thread = threading.Thread(target=program.serve, args=(server,), daemon=True)
        thread.start()
        yield program
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def settings(gain_db: float = 3.5, ratio: float = 3.0) -> Settings:
    compressor = Compressor(threshold_db=-24.0, ratio=ratio)
    return Settings(
        preamp_db=-6.0,
        bands=(
            Band(type="low_shelf", frequency_hz=105.0, gain_db=gain_db, compressor=compressor),
            Band(type="peak", frequency_hz=1000.0, gain_db=-gain_db, q=1.4),
        ),
    )


@pytest.fixture
def places(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    runtime = tmp_path_factory.mktemp("run")
    (tmp_path / ".local" / "share" / "easyeffects").mkdir(parents=True)
    return Places({"XDG_RUNTIME_DIR": str(runtime)}, tmp_path)


@pytest.fixture
def program(places: Places, tmp_path: Path) -> Iterator[EasyEffects]:
    runtime = places.runtime()
    assert runtime is not None
    with running(runtime, EasyEffects(tmp_path / ".local" / "share" / "easyeffects" / "output")) as one:
        yield one


def install(places: Places, chosen: Settings, *, adjust: bool = False, name: str = "Late dinner") -> None:
    planned = installer.plan(chosen, "easyeffects", name=name, places=places)
    installer.install_live_easyeffects(planned, adjust=adjust, places=places)


def on_disk(program: EasyEffects, name: str = "Late dinner") -> Any:
    return json.loads((program.folder / f"{name}.json").read_text())["output"]


def test_a_preset_is_loaded(program: EasyEffects, places: Places) -> None:
    install(places, settings())
    assert (program.loads, program.refused) == (1, [])
    assert program.playing == on_disk(program)


def test_gains_are_turned_without_loading(program: EasyEffects, places: Places) -> None:
    install(places, settings(3.5))
    install(places, settings(1.25), adjust=True)
    assert (program.loads, program.refused) == (1, [])
    assert program.playing == on_disk(program)
    gains = [
        band["gain"] for plugin in program.playing.values() if "left" in plugin for band in plugin["left"].values()
    ]
    assert gains == [1.25, -1.25]


def test_more_than_gains_is_not_adjusted(program: EasyEffects, places: Places) -> None:
    install(places, settings())
    before = on_disk(program)
    for other in (settings(ratio=5.0), settings().with_bands(settings().bands[:1])):
        with pytest.raises(InstallError, match="more than gains"):
            install(places, other, adjust=True)
    with pytest.raises(InstallError, match="not there"):
        install(places, settings(), adjust=True, name="Never installed")
    assert on_disk(program) == before
    assert not (program.folder / "Never installed.json").exists()


def test_the_documented_line() -> None:
    def preset(gain: float) -> bytes:
        band = {"gain": gain, "frequency": 100.0}
        plugin = {"left": {"band0": band}, "right": {"band0": dict(band)}}
        return json.dumps({"output": {"plugins_order": ["equalizer#0"], "equalizer#0": plugin}}).encode()

    assert gain_changes(preset(0.0), preset(1.5)) == [
        "set_property:output:equalizer:0:left:band0Gain:1.5",
        "set_property:output:equalizer:0:right:band0Gain:1.5",
    ]
    assert gain_changes(preset(1.0), preset(1.0)) == []
    assert gain_changes(None, preset(1.0)) is None
    assert gain_changes(b"broken", preset(1.0)) is None
    assert gain_changes(b'{"output": 3}', preset(1.0)) is None
    assert load_preset("Late dinner") == ["load_preset:output:Late dinner"]


def test_undo_loads_the_older_preset(program: EasyEffects, places: Places) -> None:
    install(places, settings(3.5))
    older = program.playing
    install(places, settings(-2.0))
    step, _ = installer.undo("easyeffects", places=places)
    assert "plays the older" in installer.tell_undone("easyeffects", step, places=places)
    assert program.playing == older
    step, _ = installer.undo("easyeffects", places=places)
    assert "is gone" in installer.tell_undone("easyeffects", step, places=places)


def test_nobody_there_and_nothing_is_written(places: Places, tmp_path: Path) -> None:
    with pytest.raises(LiveError, match="is not running"):
        install(places, settings())
    assert not (tmp_path / ".local" / "share" / "easyeffects" / "output").exists()
    with pytest.raises(LiveError, match="XDG_RUNTIME_DIR"):
        install(Places({}, tmp_path), settings())


def test_a_socket_that_was_left_behind(places: Places) -> None:
    runtime = places.runtime()
    assert runtime is not None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(runtime / "EasyEffectsServer"))
    with pytest.raises(LiveError, match="cannot be told"):
        install(places, settings())


def test_one_that_objects_or_hangs_up(program: EasyEffects, places: Places) -> None:
    program.fault = "object"
    with pytest.raises(LiveError, match="objects: unknown preset"):
        install(places, settings())
    program.fault = "close"
    with pytest.raises(LiveError, match="cannot be told"):
        install(places, settings(1.0))


def test_one_that_never_takes_anything(tmp_path: Path) -> None:
    place = tmp_path / "deaf"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(place))
        server.listen()
        with pytest.raises(LiveError, match="does not answer within"):
            send(place, ["x" * 1000] * 10_000, timeout_s=0.2)
