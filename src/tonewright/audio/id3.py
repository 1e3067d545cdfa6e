"""A small writer of ID3v2.4 tags, for the containers whose own words do not suffice."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

_FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album": b"TALB",
    "date": b"TDRC",
    "track": b"TRCK",
    "genre": b"TCON",
    "copyright": b"TCOP",
    "albumartist": b"TPE2",
    "composer": b"TCOM",
    "disc": b"TPOS",
    "bpm": b"TBPM",
    "isrc": b"TSRC",
    "publisher": b"TPUB",
    "language": b"TLAN",
}
_UTF8 = b"\x03"


def _syncsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _syncsafe(len(body)) + b"\x00\x00" + body


def build(tags: Mapping[str, str]) -> bytes:
    """Return an ID3v2.4 tag in UTF-8: known words in their frames, the comment in COMM, all others in TXXX.

    References
    ----------
    id3.org, "ID3 tag version 2.4.0", structure and native frames.
    """
    frames = []
    for key, value in tags.items():
        text = value.encode()
        if key == "comment":
            frames.append(_frame(b"COMM", _UTF8 + b"eng" + b"\x00" + text))
        elif key in _FRAMES:
            frames.append(_frame(_FRAMES[key], _UTF8 + text))
        else:
            frames.append(_frame(b"TXXX", _UTF8 + key.encode() + b"\x00" + text))
    body = b"".join(frames)
    return b"ID3\x04\x00\x00" + _syncsafe(len(body)) + body


def append_chunk(path: Path, tag: bytes) -> None:
    """Append a tag as a chunk to a WAV (``id3 ``) or AIFF (``ID3 ``) file and correct the file's size field."""
    with path.open("r+b") as stream:
        little = stream.read(4) == b"RIFF"
        order, name = ("<", b"id3 ") if little else (">", b"ID3 ")
        end = stream.seek(0, 2)
        padded = tag + b"\x00" * (len(tag) % 2)
        stream.write(b"\x00" * (end % 2) + name + struct.pack(order + "I", len(tag)) + padded)
        whole = stream.tell()
        stream.seek(4)
        stream.write(struct.pack(order + "I", whole - 8))


def prepended(path: Path, tag: bytes, target: Path) -> None:
    """Copy an MP3 file that has no tag into another, which is there and empty, behind a tag."""
    with target.open("r+b") as new, path.open("rb") as old:
        new.write(tag)
        shutil.copyfileobj(old, new, 1 << 20)
