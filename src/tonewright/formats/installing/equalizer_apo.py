"""Equalizer APO: a file of our own, and one line in ``config.txt`` that includes it; all other lines stay.

The line goes to the top: below a ``Device:``, ``Channel:`` or ``If:`` of the user it would hold for that part only.
"""

from __future__ import annotations

import re
from pathlib import Path

from tonewright.formats.exporting import export
from tonewright.formats.installing.contract import (
    File,
    Installation,
    InstallError,
    check_name,
    read_if_there,
    real,
    slug,
)
from tonewright.formats.installing.places import Places
from tonewright.settings import Settings

_MAIN = "config.txt"
_BOM = b"\xef\xbb\xbf"


def plan(settings: Settings, name: str, places: Places, *, folder: Path | None = None, rate_hz: float) -> Installation:
    """Say what an installation would write; ``folder`` is Equalizer APO's config folder instead of the one found."""
    check_name(name)
    place = places.equalizer_apo() if folder is None else folder
    done = export(settings, "equalizer-apo", rate_hz=rate_hz)
    text = done.text if isinstance(done.text, str) else done.text.decode("utf-8")
    own = f"{slug(name)}.txt"
    if own == _MAIN:
        raise InstallError(f"{name!r} would replace {_MAIN}; choose another name.")
    main = real(place / _MAIN)
    included = include(read_if_there(main) or b"", own)
    return Installation(
        program="equalizer-apo",
        name=name,
        # Ours first: the line must not name a file that is not there.
        files=(File(real(place / own), text.replace("\n", "\r\n").encode("utf-8")), File(main, included)),
        next_step="Equalizer APO reads it at once; if nothing changes, look in its Configurator whether your device "
        "is ticked.",
        notes=done.warnings,
        exactness=done.exactness,
        max_error_db=done.max_error_db,
    )


def include(config: bytes, file: str) -> bytes:
    """Return the configuration with a line that includes a file, unless there is one that holds for everything.

    Bytes that are not ours stay as they are, whatever their encoding.

    Raises
    ------
    InstallError
        If it is UTF-16, which Equalizer APO does not read.
    """
    if config[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InstallError(f"{_MAIN} is UTF-16, which Equalizer APO cannot read; save it as UTF-8.")
    wanted = re.compile(rb"include\s*:\s*" + re.escape(file.encode()) + rb"\s*", re.IGNORECASE)
    body = config.removeprefix(_BOM)
    for line in body.splitlines():
        if wanted.fullmatch(line.strip()):
            return config
        if re.match(rb"\s*(device|channel|if|stage|eval)\s*:", line, re.IGNORECASE):
            break
    end = b"\r\n" if b"\r\n" in body or b"\n" not in body else b"\n"
    bom = _BOM if config.startswith(_BOM) else b""
    return bom + b"Include: " + file.encode() + end + body
