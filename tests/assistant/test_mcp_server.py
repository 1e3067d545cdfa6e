"""The assistant's server as a client sees it: the official client over stdio, a server process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed")

import anyio
from anyio.from_thread import start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client

import tonewright
from tonewright.assistant.folders import digest
from tonewright.audio import Audio, Format, measure, read, write
from tonewright.rendering import render
from tonewright.settings import Band, Settings


def pink(seconds: float, seed: int) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(seed)
    frames = round(seconds * 44_100)
    spectrum = np.fft.rfft(random.standard_normal((2, frames)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / 44_100), 20.0))
    noise = np.fft.irfft(spectrum, frames) * (0.6 + 0.4 * np.sin(4 * np.pi * np.arange(frames) / 44_100))
    return np.asarray(0.3 * noise / np.abs(noise).max(), dtype=np.float32)


class Session:
    """One server process and its client; calls are made one after another."""

    def __init__(self, portal: Any, client: Client, errors: Path) -> None:
        self._portal, self._client, self.errors = portal, client, errors

    def tools(self) -> dict[str, Any]:
        return {one.name: one for one in self._portal.call(self._client.list_tools).tools}

    def raw(self, name: str, **arguments: Any) -> Any:
        async def call() -> Any:
            return await self._client.call_tool(name, arguments)

        return self._portal.call(call)

    def ok(self, name: str, **arguments: Any) -> dict[str, Any]:
        result = self.raw(name, **arguments)
        assert not result.is_error, result.content[0].text
        found: dict[str, Any] = result.structured_content
        assert json.loads(result.content[0].text) == found
        assert found["tool"] == name
        return found

    def refused(self, name: str, **arguments: Any) -> str:
        result = self.raw(name, **arguments)
        assert result.is_error
        text: str = result.content[0].text
        assert "\n" not in text
        assert "Traceback" not in text
        return text

    def watched(self, name: str, **arguments: Any) -> list[tuple[float, str | None]]:
        heard: list[tuple[float, str | None]] = []

        async def note(progress: float, total: float | None, message: str | None) -> None:
            heard.append((progress, message))

        async def call() -> Any:
            return await self._client.call_tool(name, arguments, progress_callback=note)

        assert not self._portal.call(call).is_error
        return heard


Start = Callable[..., Session]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start servers; all are closed in the end."""
    opened: list[Any] = []
    with start_blocking_portal() as portal:

        def begin(*arguments: str | Path) -> Session:
            log = tmp_path_factory.mktemp("log") / "stderr.txt"
            source = str(Path(tonewright.__file__).parents[1])
            parameters = StdioServerParameters(
                command=sys.executable,
                args=["-m", "tonewright", "mcp", *map(str, arguments)],
                env={**os.environ, "PYTHONPATH": source},
            )
            ready, done = anyio.Event(), anyio.Event()
            held: list[Client] = []

            async def live() -> None:
                with log.open("w") as errors:
                    async with Client(stdio_client(parameters, errlog=errors)) as client:
                        held.append(client)
                        ready.set()
                        await done.wait()

            running = portal.start_task_soon(live)
            wait: Callable[[], Awaitable[None]] = ready.wait
            portal.call(wait)
            opened.append((done, running))
            return Session(portal, held[0], log)

        yield begin
        for done, running in opened:
            portal.call(done.set)
            running.result(timeout=30)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings and settings, and a secret beside it."""
    top = tmp_path_factory.mktemp("home")
    folder = top / "music"
    (folder / "sub").mkdir(parents=True)
    write(folder / "song.wav", Audio(pink(4.0, 1), 44_100, {"title": "Ton"}, Format("WAV", "PCM_16")))
    bright = Settings(bands=(Band(type="high_shelf", frequency_hz=3_000.0, gain_db=8.0),))
    write(folder / "sub" / "hit.flac", render(Audio(pink(4.0, 2), 44_100, {}, Format("FLAC", "PCM_16")), bright))
    (top / "secret.wav").write_bytes((folder / "song.wav").read_bytes())
    (folder / "way.wav").symlink_to(top / "secret.wav")
    (folder / "out").symlink_to(top)
    os.mkfifo(folder / "pipe.wav")
    Settings(bands=(Band(type="peak", frequency_hz=300.0, gain_db=-4.0, q=1.1),)).save(folder / "box.json")
    return folder


@pytest.fixture(scope="module")
def session(start: Start, music: Path) -> Session:
    return start("--allow", music)


def everything(folder: Path) -> dict[str, str]:
    return {str(path): digest(path) for path in folder.rglob("*") if path.is_file()}


def test_tools_are_described(session: Session) -> None:
    tools = session.tools()
    wanted = {"say", "auto", "match", "render", "measure", "export", "compare", "programs", "files"}
    assert set(tools) == wanted
    for name in ("say", "auto", "match", "render", "export"):
        assert "apply" in tools[name].input_schema["properties"]
        assert tools[name].annotations.read_only_hint is False
    assert tools["measure"].annotations.read_only_hint is True
    assert tools["match"].input_schema["required"] == ["recording", "references"]


def test_measure_reads_what_the_meter_reads(session: Session, music: Path) -> None:
    (found,) = session.ok("measure", recordings=["song.wav"])["files"]
    expected = measure(read(music / "song.wav"))
    assert found["integrated_lufs"] == pytest.approx(expected.integrated_lufs)
    assert found["true_peak_dbtp"] == pytest.approx(expected.true_peak_dbtp)
    assert found["path"] == str(music / "song.wav")


def test_render_dry_run_then_apply(session: Session, music: Path) -> None:
    before = everything(music)
    settings = {"bands": [{"type": "low_shelf", "frequency_hz": 150, "gain_db": 5}], "preamp_db": -4}
    arguments = {"recording": "song.wav", "settings": settings, "output": "sub/warm.wav"}
    shown = session.ok("render", **arguments)
    assert everything(music) == before
    assert shown["applied"] is False
    assert shown["would_write"] == [{"path": str(music / "sub" / "warm.wav"), "replaces": False}]
    assert "+5.0 dB below 150 Hz" in shown["explanation"]
    done = session.ok("render", **arguments, apply=shown["token"])
    assert done["applied"] is True
    assert done["settings"] == shown["settings"]
    target = music / "sub" / "warm.wav"
    assert [(one["path"], one["sha256"]) for one in done["written"]] == [(str(target), digest(target))]
    chosen = Settings.from_dict(done["settings"])
    expected = render(read(music / "song.wav"), chosen).samples
    assert np.abs(read(target).samples - expected).max() < 2.0 / 32768
    after = measure(read(target)).integrated_lufs
    assert done["loudness"]["after"]["integrated_lufs"] == pytest.approx(after)
    assert shown["loudness"]["after"]["integrated_lufs"] == pytest.approx(after, abs=0.02)
    (source,) = done["provenance"]["inputs"]
    assert source == {"path": str(music / "song.wav"), "sha256": before[str(music / "song.wav")]}
    assert done["provenance"]["tonewright"] == tonewright.__version__
    # A token is for once; the server may replace what it wrote itself.
    assert "unknown, used or forgotten" in session.refused("render", **arguments, apply=shown["token"])
    again = session.ok("render", **arguments)
    assert again["would_write"][0]["replaces"] is True
    target.unlink()
    assert "warm.wav has changed since" in session.refused("render", **arguments, apply=again["token"])
    assert everything(music) == before


def test_a_token_holds_for_what_was_shown_only(session: Session, music: Path) -> None:
    arguments = {"recording": "song.wav", "settings": "box.json", "output": "boxed.wav"}
    token = session.ok("render", **arguments)["token"]
    assert "shown for another call" in session.refused("render", **{**arguments, "amount": 0.5}, apply=token)
    assert "unknown" in session.refused("render", **arguments, apply="0" * 64)
    kept = (music / "box.json").read_bytes()
    Settings(bands=(Band(type="peak", frequency_hz=300.0, gain_db=6.0),)).save(music / "box.json")
    assert "box.json has changed since" in session.refused("render", **arguments, apply=token)
    (music / "box.json").write_bytes(kept)
    (music / "boxed.wav").write_bytes(b"somebody else's")
    assert "boxed.wav has changed since" in session.refused("render", **arguments, apply=token)
    assert "not written by this server" in session.refused("render", **arguments)
    assert (music / "boxed.wav").read_bytes() == b"somebody else's"
    (music / "boxed.wav").unlink()
    assert session.ok("render", **arguments, apply=token)["applied"]
    (music / "boxed.wav").unlink()


@pytest.mark.parametrize(
    "path",
    [
        "../secret.wav",
        "/etc/passwd",
        "way.wav",
        "out/secret.wav",
        "sub/../../secret.wav",
        "~/x.wav",
        "/dev/zero",
        "",
        "a\0b",
    ],
)
def test_nothing_outside_is_read(session: Session, path: str) -> None:
    said = session.refused("measure", recordings=[path])
    assert "secret" not in said or path in said
    assert not any(word in said for word in ("LUFS", "root:"))


def test_outside_one_cannot_tell_what_exists(session: Session) -> None:
    there = session.refused("measure", recordings=["../secret.wav"])
    missing = session.refused("measure", recordings=["../missing.wav"])
    assert there.replace("secret", "") == missing.replace("missing", "")


def test_devices_pipes_and_folders_are_no_recordings(session: Session) -> None:
    for path in ("pipe.wav", "sub", "."):
        assert session.refused("measure", recordings=[path])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../escape.wav", "outside the folders"),
        ("out/escape.wav", "outside the folders"),
        ("/tmp/escape.wav", "outside the folders"),
        ("song.wav", "is an input"),
        ("sub/hit.flac", "was not written by this server"),
        ("pipe.wav", "no ordinary file"),
        ("sub", "is a folder"),
        (".hidden.wav", "hidden"),
        ("none/x.wav", "does not exist"),
        ("x.exe", ""),
    ],
)
def test_nothing_is_written_where_it_must_not_be(session: Session, music: Path, path: str, said: str) -> None:
    before = everything(music.parent)
    assert said in session.refused("render", recording="song.wav", settings="box.json", output=path)
    assert everything(music.parent) == before


def test_a_link_made_after_the_dry_run_is_not_followed(session: Session, music: Path) -> None:
    arguments = {"recording": "song.wav", "settings": "box.json", "output": "later.wav"}
    token = session.ok("render", **arguments)["token"]
    before = digest(music.parent / "secret.wav")
    for place in (music.parent / "secret.wav", music.parent / "new.wav"):
        (music / "later.wav").symlink_to(place)
        assert "later.wav has changed since" in session.refused("render", **arguments, apply=token)
        (music / "later.wav").unlink()
    assert digest(music.parent / "secret.wav") == before
    assert not (music.parent / "new.wav").exists()


def test_bad_arguments_are_one_sentence(session: Session) -> None:
    bands = [{"type": "peak", "frequency_hz": 1e9}]
    assert "frequency_hz" in session.refused("render", recording="song.wav", settings={"bands": bands})
    assert "colour is not a known key" in session.refused("render", recording="song.wav", settings={"colour": 1})
    assert "recording is missing" in session.refused("render", settings={})
    assert "volume is no argument" in session.refused("measure", recordings=["song.wav"], volume=3)
    assert "amount" in session.refused("auto", recording="song.wav", amount=7)
    assert "no tool 'delete'" in session.refused("delete")


def test_auto_and_match_come_with_everything(session: Session, music: Path) -> None:
    shown = session.ok("auto", recording="song.wav", settings_file="auto.json")
    assert [Path(one["path"]).name for one in shown["would_write"]] == ["song.auto.wav", "auto.json"]
    assert shown["provenance"]["model"]["sha256"]
    done = session.ok("auto", recording="song.wav", settings_file="auto.json", apply=shown["token"])
    assert done["settings"] == shown["settings"] == Settings.load(music / "auto.json").to_dict()
    assert (music / "song.auto.wav").exists()
    heard = session.watched("auto", recording="song.wav", output="other.wav")
    parts = [part for part, _ in heard]
    assert len(parts) > 3
    assert parts == sorted(parts)
    shown = session.ok("match", recording="song.wav", references=["sub/hit.flac"])
    assert shown["error_db"]["after"] < shown["error_db"]["before"]
    assert "song.wav matched to hit.flac" in shown["explanation"]
    assert len(shown["provenance"]["inputs"]) == 2
    assert not (music / "song.matched.wav").exists()
    for name in ("song.auto.wav", "auto.json"):
        (music / name).unlink()


def test_compare(session: Session) -> None:
    found = session.ok("compare", files=["song.wav", "sub/hit.flac"])
    assert "more treble" in found["explanation"]
    assert session.ok("compare", files=["box.json"], reference="box.json")["kind"] == "settings"
    assert "cannot be compared" in session.refused("compare", files=["song.wav", "box.json"])


def test_export(session: Session, music: Path) -> None:
    names = [one["name"] for one in session.ok("programs")["programs"]]
    assert "equalizer-apo" in names
    found = session.ok("export", settings="box.json", program="equalizer-apo")
    assert "token" not in found
    assert "PK Fc 300" in found["text"]
    assert found["exactness"] == "exact"
    shown = session.ok("export", settings="box.json", program="equalizer-apo", output="box.txt")
    assert not (music / "box.txt").exists()
    session.ok("export", settings="box.json", program="equalizer-apo", output="box.txt", apply=shown["token"])
    assert (music / "box.txt").read_text() == found["text"]
    (music / "box.txt").unlink()
    said = session.refused("export", settings="box.json", program="equalizer-apo", output="box.sh")
    assert "let it end in .txt" in said
    assert "no program" in session.refused("export", settings="box.json", program="nonsense")


def test_files(session: Session, music: Path) -> None:
    found = session.ok("files")
    assert found["read_from"] == found["write_into"] == [str(music)]
    assert found["files"] == [str(music / name) for name in ("box.json", "song.wav", "sub/hit.flac")]


def test_say(start: Start, session: Session, music: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from tonewright.controllers.say.reading.convert import folder_of
    from tonewright.controllers.say.reading.sources import DEFAULT

    if not (folder_of(DEFAULT.name, DEFAULT.sha256) / "config.json").exists():
        pytest.skip("the default language model is not installed: tonewright models get")
    found = session.ok("say", request="cut 3 dB at 400 Hz, Q 2", samples=3)
    acting = [band for band in found["settings"]["bands"] if band["gain_db"]]
    assert [(band["frequency_hz"], band["gain_db"]) for band in acting] == [(400.0, -3.0)]
    assert "token" not in found
    assert (found["provenance"]["prompt"], found["provenance"]["seed"]) == ("cut 3 dB at 400 Hz, Q 2", 0)
    assert found["provenance"]["model"]["sha256"] == DEFAULT.sha256
    assert len(found["samples"]) == 3
    shown = session.ok("say", request="warmer", recording="song.wav")
    done = session.ok("say", request="warmer", recording="song.wav", apply=shown["token"])
    assert done["settings"] == shown["settings"]
    before, after = (done["loudness"][when]["integrated_lufs"] for when in ("before", "after"))
    assert after == pytest.approx(before, abs=0.1)
    (music / "song.say.wav").unlink()


def test_out_is_the_only_place_to_write(start: Start, music: Path, tmp_path: Path) -> None:
    apart = start("--allow", music, "--out", tmp_path)
    shown = apart.ok("render", recording="song.wav", settings="box.json")
    assert shown["would_write"][0]["path"] == str(tmp_path / "song.rendered.wav")
    said = apart.refused("render", recording="song.wav", settings="box.json", output=str(music / "x.wav"))
    assert "may write into" in said
    apart.ok("render", recording="song.wav", settings="box.json", apply=shown["token"])
    assert (tmp_path / "song.rendered.wav").exists()
    # Tokens of one server mean nothing to another.
    assert apart.errors.read_text() == ""


def test_nothing_but_the_protocol_goes_to_standard_output(music: Path) -> None:
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    call = {"name": "compare", "arguments": {"files": ["song.wav", "sub/hit.flac"]}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
        {"id": 3, "method": "tools/call", "params": {"name": "measure", "arguments": {"recordings": ["none.wav"]}}},
    ]
    source = str(Path(tonewright.__file__).parents[1])
    command = [sys.executable, "-m", "tonewright", "mcp", "--allow", str(music)]
    environment = {**os.environ, "PYTHONPATH": source}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        found: dict[int, Any] = {}
        for message in messages:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            server.stdin.flush()
            if "id" in message:
                answer = json.loads(server.stdout.readline())
                assert answer["jsonrpc"] == "2.0"
                found[answer["id"]] = answer["result"]
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.wait(timeout=30) == 0
    assert found[1]["serverInfo"]["version"] == tonewright.__version__
    assert "token" in found[1]["instructions"]
    assert found[2]["structuredContent"]["kind"] == "recordings"
    assert found[3]["isError"] is True


def test_without_the_package_it_says_how_to_get_it(cli: Any, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("tonewright.assistant.server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    done = cli("mcp", "--allow", music)
    assert (done.code, done.out) == (6, "")
    assert "pip install 'tonewright[mcp]'" in done.err


def test_folders_must_be_there(cli: Any, tmp_path: Path) -> None:
    done = cli("mcp", "--allow", tmp_path / "none")
    assert (done.code, done.out) == (5, "")
    assert "is not there" in done.err
    assert cli("mcp").code == 2
