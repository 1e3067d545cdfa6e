"""What the page asks first."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from tonewright import __version__
from tonewright.studio.bodies import MOST_LETTERS, MOST_REFERENCES
from tonewright.studio.demo import demo_files
from tonewright.studio.sessions import MOST_RECORDINGS, Session
from tonewright.studio.studio import Studio, session_of, studio_of

router = APIRouter()
#: Formats that a recording can be kept in, besides its own.
FORMATS = (
    ("wav", "WAV", ".wav"),
    ("flac", "FLAC", ".flac"),
    ("aiff", "AIFF", ".aiff"),
    ("ogg", "OGG Vorbis", ".ogg"),
    ("opus", "Opus", ".opus"),
    ("mp3", "MP3", ".mp3"),
)
SUFFIXES = {name: suffix for name, _, suffix in FORMATS}


@router.get("/api/start")
async def start(
    studio: Annotated[Studio, Depends(studio_of)], session: Annotated[Session, Depends(session_of)]
) -> dict[str, Any]:
    """Say what there is and what can be done."""
    opened = studio.options.opened
    return {
        "version": __version__,
        "opened": None if opened is None else opened.name,
        "demo": bool(demo_files()),
        "doors": {"say": _words(), "auto": _open(), "match": _open()},
        "limits": {
            "upload_bytes": studio.options.upload_bytes,
            "recordings": MOST_RECORDINGS,
            "prompt": MOST_LETTERS,
            "references": MOST_REFERENCES,
            "amount": [0.0, 1.5],
        },
        "formats": [{"name": name, "label": label, "suffix": suffix} for name, label, suffix in FORMATS],
        "recordings": [one.to_dict() for one in session.recordings.values()],
    }


def _open() -> dict[str, Any]:
    return {"available": True, "reason": ""}


def _words() -> dict[str, Any]:
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    reason = f"{missing[0]} is not installed: pip install 'tonewright[llm]'." if missing else ""
    return {"available": not missing, "reason": reason}
