"""Walk the chunks of RIFF, RF64 and AIFF files: to see a truncated file, and what else it holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_UNKNOWN_SIZE = 0xFFFFFFFF
#: Chunks a copy loses, in words.
_FOREIGN = {
    b"bext": "broadcast information (bext)",
    b"cue ": "cue points",
    b"smpl": "sampler loops",
    b"iXML": "iXML production notes",
    b"axml": "ADM metadata (axml)",
    b"MARK": "markers",
    b"INST": "sampler settings",
    b"acid": "loop information (acid)",
}


@dataclass(frozen=True)
class Survey:
    """What a walk over the chunks found.

    Parameters
    ----------
    missing_bytes
        How many bytes of sound the header promises beyond the end of the file; 0 for a whole file.
    foreign
        Names of what a copy will not hold, such as "cue points".
    frames
        The length an AIFF header states, which libsndfile rounds up to an even number of bytes; ``None`` for others.
    """

    missing_bytes: int = 0
    foreign: tuple[str, ...] = ()
    frames: int | None = None


def survey(path: Path) -> Survey:
    """Walk a file's chunks; files that are not RIFF, RF64 or AIFF give an empty survey.

    A data chunk of unknown size (0 or 2^32 - 1, as programs write that stream into a pipe) counts as whole.

    References
    ----------
    EBU Tech 3306 (RF64); Microsoft RIFF; Apple AIFF 1.3.
    """
    size_of_file = path.stat().st_size
    missing = 0
    frames: int | None = None
    foreign: list[str] = []
    with path.open("rb") as stream:
        head = stream.read(12)
        if len(head) < 12 or head[:4] not in {b"RIFF", b"RF64", b"FORM"}:
            return Survey()
        order = ">" if head[:4] == b"FORM" else "<"
        long_size: int | None = None
        while True:
            header = stream.read(8)
            if len(header) < 8:
                return Survey(missing, tuple(dict.fromkeys(foreign)), frames)
            name, size = header[:4], struct.unpack(order + "I", header[4:])[0]
            start = stream.tell()
            if name == b"ds64":
                fields = stream.read(16)
                long_size = struct.unpack("<Q", fields[8:16])[0] if len(fields) == 16 else None
            if name == b"COMM" and size >= 6:
                frames = struct.unpack(">xxI", stream.read(6).ljust(6, b"\0"))[0]
            if name in {b"data", b"SSND"}:
                if size == _UNKNOWN_SIZE and long_size is not None:
                    size = long_size
                elif size in {0, _UNKNOWN_SIZE}:
                    return Survey(0, tuple(foreign), frames)
                missing = max(0, start + size - size_of_file)
            elif name in _FOREIGN:
                foreign.append(_FOREIGN[name])
            stream.seek(start + size + size % 2)


def set_aiff_frames(path: Path, frames: int) -> None:
    """Correct the length in an AIFF header, where libsndfile has counted the padding byte of odd 8-bit sound."""
    with path.open("r+b") as stream:
        at = stream.read(64).find(b"COMM")
        if at >= 0:
            stream.seek(at + 10)
            stream.write(struct.pack(">I", frames))
