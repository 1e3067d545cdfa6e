"""Beginning and end of a run: refusals, folders that go, processes that go, whatever ends it."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from studio_server import Server, shared, wait_until, write_music

from tonewright.studio.demo import demo_files
from tonewright.studio.names import clean_name
from tonewright.studio.runs import Run, remove_stale

Command = Callable[..., Any]  # of conftest.py
POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes end otherwise here")


def lives(process: int) -> bool:
    """Whether a process is there and has not ended."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


@POSIX
def test_a_closed_terminal_ends_it_in_order(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert (server.end(signal.SIGHUP), server.folders) == (143, [])


@POSIX
def test_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    server = Server(tmp_path)
    client = server.client()
    client.upload(write_music(tmp_path / "a.wav", 0.5))
    (folder,) = server.folders
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(list(folder.rglob("source"))) == 1
    workers = server.workers()
    assert workers
    assert server.end(signal.SIGTERM) == 143
    assert server.folders == []
    assert wait_until(lambda: not any(map(lives, workers)))


@POSIX
def test_what_a_killed_run_leaves_goes_at_the_next_start(tmp_path: Path) -> None:
    living = shared()
    before = living.folders
    killed = Server(living.temporary)
    killed.client().upload(write_music(tmp_path / "a.wav", 0.5))
    workers = killed.workers()
    assert workers
    assert len(living.folders) == len(before) + 1
    assert killed.end(signal.SIGKILL) == -9
    assert wait_until(lambda: not any(map(lives, workers))), "processes end with their server"
    assert len(living.folders) == len(before) + 1
    with Run(living.temporary) as run:
        assert living.folders == sorted([*before, run.folder])
    assert living.client().get("/api/start").status_code == 200


@POSIX
def test_only_folders_of_ours_that_are_nobodys_are_removed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (tmp_path / "tonewright-studio-link").symlink_to(elsewhere)
    (tmp_path / "tonewright-studio-young").mkdir()
    old = tmp_path / "tonewright-studio-old"
    old.mkdir()
    os.utime(old, (0, 0))
    (tmp_path / "tonewright-studio-file").touch()
    with Run(tmp_path) as one:
        assert remove_stale(tmp_path) == []
        assert one.folder.is_dir()
    left = {path.name for path in tmp_path.iterdir()}
    names = {"elsewhere", "tonewright-studio-link", "tonewright-studio-young", "tonewright-studio-file"}
    assert left == names
    assert (elsewhere / "lock").exists()


def test_starts_that_make_no_sense_are_a_sentence(
    cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        done = cli("studio", "--no-browser", "--port", port)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert f"cannot listen on 127.0.0.1, port {port}" in done.err
    done = cli("studio", "--no-browser", tmp_path / "nothing.wav")
    assert (done.code, done.out) == (4, "")
    assert "nothing.wav cannot be opened" in done.err
    for token in ("short", "with spaces and more", "ümlaute-sind-hier-nicht"):
        done = cli("studio", "--no-browser", "--token", token)
        assert (done.code, done.err.count("\n")) == (1, 1)
    assert cli("studio", "--no-browser", "--host", "no.such.host.invalid").code == 1
    assert cli("studio", "--port", "70000").code == 2


def test_without_its_packages_it_says_what_to_install(process: Command, tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ImportError('none', name='uvicorn')")
    done = process("studio", "--no-browser", PYTHONPATH=f"{tmp_path}{os.pathsep}{Path(__file__).parents[2] / 'src'}")
    assert done.code == 6
    assert done.err == "The studio needs uvicorn, which is not installed: pip install 'tonewright[studio]'.\n"


def test_options_are_heeded_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    path = write_music(tmp_path / "opened.wav", 0.5)
    token = "a-token-of-my-own-choice"
    server = Server(tmp_path, "--host", "0.0.0.0", "--token", token, "--max-upload-mb", "1", str(path))
    try:
        assert server.told["url"] == f"{server.url}/?token={token}"
        client = server.client()
        start = client.get("/api/start", headers={"Host": f"192.0.2.1:{server.told['port']}"}).json()
        named = client.get("/api/start", headers={"Host": f"evil.example:{server.told['port']}"})
        assert named.status_code == 400, "a name could point anywhere"
        assert (start["opened"], start["limits"]["upload_bytes"]) == ("opened.wav", 1 << 20)
        opened = client.post("/api/recordings/opened").json()
        assert opened["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert server.process.stderr is not None
        assert "Other machines can reach this studio" in server.process.stderr.readline()
        large = b"\0" * ((1 << 20) + 1)

        def chunks() -> Iterator[bytes]:
            yield from (large[first : first + 65536] for first in range(0, len(large), 65536))

        for content in (large, chunks()):
            answer = client.post("/api/recordings", content=content)
            assert answer.status_code == 413
            assert "larger than 1 MB" in answer.json()["message"]
    finally:
        code = server.end(signal.SIGINT)
    assert (code, server.folders) == (130, [])


def test_nothing_heavy_is_loaded_at_the_start() -> None:
    code = "import sys, tonewright.studio.application; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"numpy", "scipy", "numba", "torch", "matplotlib", "soundfile", "transformers"})


def test_the_engine_is_served_from_its_room() -> None:
    from tonewright.studio.application import WEB
    from tonewright.web import static_folder

    assert static_folder() == WEB


def test_the_demo_is_found() -> None:
    assert {path.name for path in demo_files().values()} == {"song.ogg", "reference.ogg"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\music\\so:ng.wav", "so_ng.wav"),
        (" .hidden ", "hidden"),
        ("a\x00b\n.wav", "ab.wav"),
        ("..", "recording"),
        ("x" * 300 + ".wav", "x" * 116 + ".wav"),
        ("Größe 2″.wav", "Größe 2″.wav"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given) == kept
