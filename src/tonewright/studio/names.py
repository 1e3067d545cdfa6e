"""Names that come from outside: what is shown and offered for download, never what is opened."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def clean_name(name: str, default: str = "recording") -> str:
    r"""Return a name that any system can show and save: its last part, no control characters, at most 120 of them.

    Examples
    --------
    >>> clean_name("../../etc/passwd"), clean_name("C:\\music\\so:ng.wav"), clean_name("")
    ('passwd', 'so_ng.wav', 'recording')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    kept = " ".join(_FORBIDDEN.sub("_", visible).split()).strip(" .")
    if len(kept) > _LONGEST:
        stem, dot, suffix = kept.rpartition(".")
        kept = f"{stem[: _LONGEST - len(suffix) - 1]}.{suffix}" if dot and len(suffix) < 10 else kept[:_LONGEST]
    return kept or default


def stem_of(name: str) -> str:
    """Return a name without its extension."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and stem and len(suffix) <= 10 else name
