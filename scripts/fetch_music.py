#!/usr/bin/env python3
"""Fetch free music and speech from Debian packages: real recordings for training and for tests, with their licences.

    python scripts/fetch_music.py dev corpora/dev
    python scripts/fetch_music.py test corpora/test
    python scripts/fetch_music.py openclonk-data corpora/clonk
    python scripts/fetch_music.py speech-train corpora/raw-speech-train --minimum 0

Each package is downloaded with ``apt-get download`` (no installation, no administrator), unpacked with ``dpkg-deb``,
and the archives inside (``.pk3``, which is zip) as well. The folder then holds one subfolder per package and a
``manifest.json`` with one row per work. No work is listed twice: copies are recognised by content. Needs the standard
library and a Debian-like system after ``apt-get update``; nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from music_tags import Tags, read_tags

#: Named sets. ``dev`` tunes what is not trained and ``test`` judges; ``train`` and ``validation`` are for training, and
#: so are the two speech sets. No producer of ``test`` is heard in the others: `tonewright corpus check` tells.
SETS = {
    "dev": (
        "wesnoth-1.16-music",
        "nexuiz-music",
        "supertux-data",
        "singularity-music",
        "trackballs-data",
        "extremetuxracer-data",
        "lordsawar-data",
        "freedink-data",
        "starfighter-data",
    ),
    "test": ("openclonk-data", "hyperrogue-music", "pushover-data", "zaz-data"),
    "train": (
        "ufoai-music",
        "naev-data",
        "colobot-common-sounds",
        "hedgewars-data",
        "warzone2100-music",
        "freedroidrpg-data",
        "megaglest-data",
        "warmux-data",
        "wesnoth-1.16-music",
        "supertux-data",
        "singularity-music",
        "starfighter-data",
        "supertuxkart-data",
        "unknown-horizons",
        "widelands-data",
        "freeorion-data",
        "ardentryst",
        "lincity-ng-data",
    ),
    "validation": ("extremetuxracer-data", "lordsawar-data", "freedink-data", "trackballs-data", "nexuiz-music"),
    "speech-train": (
        "tuxpaint-stamps-default",
        "asterisk-core-sounds-en-g722",
        "asterisk-core-sounds-fr-g722",
        "asterisk-core-sounds-es-g722",
    ),
    "speech-test": ("asterisk-core-sounds-it-g722", "asterisk-core-sounds-ru-g722", "fillets-ng-data-nl"),
}
AUDIO = {".ogg", ".oga", ".opus", ".mp3", ".flac", ".wav", ".g722", ".gsm"}
ARCHIVES = {".pk3", ".zip"}


class FetchError(Exception):
    """What went wrong, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Work(Tags):
    """One row of the manifest: what the file says about itself, and where it is from.

    Attributes
    ----------
    path
        Relative to the manifest's folder, with forward slashes.
    readable
        Whether libsndfile opens the file (G.722 and GSM need ffmpeg); ``None`` where soundfile is not installed.
    licence
        The package's copyright file (licences may differ from file to file), relative like `path`.
    """

    path: str
    package: str
    version: str
    readable: bool | None
    licence: str
    sha256: str


def download(package: str, folder: Path) -> Path:
    """Download one package file into `folder`, or find it there, and return its path."""
    found = sorted(folder.glob(f"{package}_*.deb"))
    if found:
        return found[-1]
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise FetchError("This needs a Debian-like system: apt-get and dpkg-deb were not found.")
    folder.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, text=True, check=False)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if run.returncode or not found:
        reason = next((line for line in run.stderr.splitlines() if line.startswith("E:")), "no reason given")
        raise FetchError(f"{package} could not be downloaded ({reason}); run apt-get update and try again.")
    return found[-1]


def unpack(deb: Path, folder: Path) -> None:
    """Unpack a package and the archives inside it into `folder`; a finished folder is left as it is."""
    if folder.is_dir():
        return
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    run = subprocess.run(["dpkg-deb", "-x", str(deb), str(partial)], capture_output=True, text=True, check=False)
    if run.returncode:
        raise FetchError(f"{deb.name} could not be unpacked ({run.stderr.strip()}); delete it and try again.")
    for archive in sorted(path for path in partial.rglob("*") if path.suffix.lower() in ARCHIVES):
        if archive.is_file() and zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as content:
                names = [name for name in content.namelist() if Path(name).suffix.lower() in AUDIO]
                content.extractall(archive.with_suffix(archive.suffix + ".d"), members=names)
            archive.unlink()
    partial.rename(folder)


def readable(path: Path) -> bool | None:
    """Tell whether libsndfile can open the file (1.0.29 and later read Opus, 1.1 and later MP3)."""
    if importlib.util.find_spec("soundfile") is None:
        return None
    import soundfile

    try:
        soundfile.info(str(path))
    except soundfile.LibsndfileError:
        return False
    return True


def works_of(package: str, version: str, root: Path, minimum_s: float, seen: set[str]) -> list[Work]:
    """List the works of one unpacked package: audio of at least `minimum_s` seconds that was not seen before."""
    rows = []
    copyright_file = root / package / "usr" / "share" / "doc" / package / "copyright"
    licence = copyright_file.relative_to(root).as_posix() if copyright_file.exists() else ""
    for path in sorted((root / package).rglob("*")):
        if path.suffix.lower() not in AUDIO or path.is_symlink() or not path.is_file():
            continue
        tags: Tags | None = read_tags(path)
        if tags is None or tags.duration_s < minimum_s:
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        rows.append(
            Work(
                path=path.relative_to(root).as_posix(),
                package=package,
                version=version,
                readable=readable(path),
                licence=licence,
                sha256=digest,
                **{**asdict(tags), "duration_s": round(tags.duration_s, 3)},
            )
        )
    return rows


def fetch(packages: tuple[str, ...], root: Path, minimum_s: float, *, keep: bool) -> list[Work]:
    """Download, unpack and list every package; the package files are deleted afterwards unless `keep`."""
    works: list[Work] = []
    seen: set[str] = set()
    for package in packages:
        version_file = root / f"{package}.version"
        if not (root / package).is_dir() or not version_file.exists():
            deb = download(package, root / "debs")
            unpack(deb, root / package)
            version_file.write_text(deb.stem.split("_")[1].replace("%3a", ":") + "\n", encoding="utf-8")
            if not keep:
                deb.unlink()
        version = version_file.read_text(encoding="utf-8").strip()
        rows = works_of(package, version, root, minimum_s, seen)
        minutes = sum(row.duration_s for row in rows) / 60
        print(f"{package} {version}: {len(rows)} works, {minutes:.1f} min", file=sys.stderr)
        works += rows
    return works


def main() -> int:
    """Read the command line, fetch, write the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", help=f"a named set ({', '.join(SETS)}) or Debian packages")
    parser.add_argument("folder", type=Path, help="where to put the music and manifest.json")
    parser.add_argument("--minimum", type=float, default=40.0, help="shortest work in seconds (default 40)")
    parser.add_argument("--keep", action="store_true", help="keep the downloaded package files")
    arguments = parser.parse_args()
    packages = tuple(package for name in arguments.packages for package in SETS.get(name, (name,)))
    root: Path = arguments.folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        works = fetch(packages, root, arguments.minimum, keep=arguments.keep)
        manifest = {"packages": list(packages), "minimum_s": arguments.minimum, "works": [asdict(w) for w in works]}
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (root / "manifest.json").write_text(text + "\n", encoding="utf-8")
    except (FetchError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    unreadable = sum(work.readable is False for work in works)
    print(f"{root / 'manifest.json'}: {len(works)} works" + (f", {unreadable} unreadable" if unreadable else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
