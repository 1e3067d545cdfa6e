"""Words in files: read them from any container, and know which a container can hold."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Our word to libsndfile's, for the tags that libsndfile writes.
SNDFILE_FIELDS = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "date": "date",
    "track": "tracknumber",
    "genre": "genre",
    "comment": "comment",
    "copyright": "copyright",
    "license": "license",
}
_INFO = frozenset(SNDFILE_FIELDS) - {"license"}
#: The words libsndfile stores in each container so that other programs read them.
_OWN_WORDS = {
    "WAV": _INFO,
    "WAVEX": _INFO,
    "RF64": _INFO,
    "FLAC": frozenset(SNDFILE_FIELDS),
    "OGG": frozenset(SNDFILE_FIELDS),
    "CAF": frozenset(SNDFILE_FIELDS),
    "AIFF": frozenset({"title", "artist", "comment", "copyright"}),
}
#: The containers to which we add an ID3 tag for the words above that do not fit, or for all (MP3).
ID3_CONTAINERS = frozenset({"WAV", "WAVEX", "AIFF", "MP3"})

#: What describes the file or its maker, not the music.
_NOT_TAGS = frozenset(
    {
        *("filename", "filesize", "mime_type", "is_lossless", "duration", "channels", "bitrate", "bitdepth"),
        *("samplerate", "images", "encoder", "software", "encoder_settings", "encoded_by", "isft", "vendor"),
    }
)


def divide(tags: Mapping[str, str], container: str) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Divide tags by where they will be stored.

    Returns
    -------
    own, id3, dropped
        Words libsndfile stores, words for an ID3 tag of ours, and the names of words that find no place.
    """
    own_words = _OWN_WORDS.get(container, frozenset())
    kept = {key: text for key, value in tags.items() if (text := value.replace("\x00", "").strip())}
    own = {key: value for key, value in kept.items() if key in own_words}
    rest = {key: value for key, value in kept.items() if key not in own_words}
    if container == "AIFF":
        return own, kept, []  # others look for all words in one place
    if container in ID3_CONTAINERS:
        return own, rest, []
    return own, {}, list(rest)


def read_tags(path: Path, from_sndfile: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Collect a file's words: tinytag's where it knows the container, libsndfile's for what is then missing.

    Parameters
    ----------
    path
        The file.
    from_sndfile
        libsndfile's strings, by its own names.

    Returns
    -------
    tags, has_pictures
        Text by our names; several values of one name are joined with "; ". Whether there is cover art.
    """
    found: dict[str, Any] = {}
    pictures = False
    # A broken tag must not keep anyone from the sound, and tinytag raises what the bytes make it raise.
    with contextlib.suppress(Exception):
        from tinytag import TinyTag

        # Duration off: for Ogg it would walk the whole file. Images on: only their presence is used.
        tag = TinyTag.get(str(path), tags=True, duration=False, image=True)
        found = tag.as_dict()
        pictures = tag.images.any is not None
    tags = _plain(found)
    for ours, theirs in SNDFILE_FIELDS.items():
        text = from_sndfile.get(theirs, "").strip()
        if text and ours not in tags:
            tags[ours] = text
    return tags, pictures


def _plain(found: Mapping[str, Any]) -> dict[str, str]:
    """Turn tinytag's dictionary into ours: one text per word, the technical entries left out."""
    tags: dict[str, str] = {}
    for key, value in found.items():
        if key in _NOT_TAGS or value is None:
            continue
        values = value if isinstance(value, list | tuple) else [value]
        texts = dict.fromkeys(text for each in values if (text := str(each).strip("\x00 \n\r\t")))
        if texts:
            tags[key] = "; ".join(texts)
    if "year" in tags:
        tags["date"] = tags.pop("year")
    for key in ("track", "disc"):
        total = tags.pop(f"{key}_total", None)
        if total is not None and key in tags and "/" not in tags[key]:
            tags[key] = f"{tags[key]}/{total}"
    return tags
