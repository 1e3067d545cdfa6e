"""Presets in: bytes to text, text to its program, program to settings."""

from __future__ import annotations

from tonewright.errors import SettingsError
from tonewright.formats.contract import Imported, Notes
from tonewright.formats.registry import program as find
from tonewright.formats.registry import programs
from tonewright.formats.stages import settings_of

#: No preset is longer; what is longer was picked by mistake.
LONGEST_BYTES = 4_000_000


def parse(text: str | bytes, program: str | None = None) -> Imported:
    """Read a preset of another program.

    Parameters
    ----------
    text
        The content of the file; bytes may be UTF-8 or UTF-16, with or without a byte order mark.
    program
        Whose it is, by name; found out when not given.

    Raises
    ------
    SettingsError
        If it is no text, nobody's, broken, or beyond what settings hold: one sentence.
    """
    notes = Notes()
    content = decode(text, notes)
    if not content.strip():
        raise SettingsError("The file is empty.")
    name = program or detect(content)
    if name is None:
        raise SettingsError("The file is no preset of a program that Tonewright knows; name one to read it as.")
    chosen = find(name)
    if chosen.read is None:
        raise SettingsError(f"{chosen.title} files can be written but not read.")
    try:
        parsed = chosen.read(content, notes)
        settings = parsed.settings
        if settings is None:
            settings = settings_of(parsed.stages, link=parsed.link, note=parsed.note, source=chosen.title)
    except SettingsError as error:
        # What is quoted out of a file may hold line ends.
        raise SettingsError(" ".join(str(error).split())) from None
    except RecursionError:
        raise SettingsError(f"{chosen.title}: the file is nested too deeply.") from None
    if settings.is_neutral:
        notes.tell("The preset does nothing: no filter or gain that acts was found in it.")
    return Imported(settings, chosen.name, tuple(notes.sentences))


def detect(text: str | bytes) -> str | None:
    """Return the name of the program that text looks to be of, or ``None``."""
    content = decode(text, Notes())
    for one in programs().values():
        if one.read is not None and one.looks is not None and one.looks(content):
            return one.name
    return None


def decode(content: str | bytes, notes: Notes) -> str:
    """Turn bytes into text with plain line ends; raises :class:`SettingsError` for what is no text."""
    if isinstance(content, bytes):
        if len(content) > LONGEST_BYTES:
            raise SettingsError(f"The file has {len(content)} bytes, too many for a preset.")
        content = _text(content, notes)
    content = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in content:
        raise SettingsError("The file is not text.")
    return content


def _text(content: bytes, notes: Notes) -> str:
    if content[:4] in (b"RIFF", b"fLaC", b"OggS"):
        raise SettingsError("The file is a sound, not a preset.")
    encodings = ["utf-8-sig", "cp1252"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif len(content) > 3 and content[1] == 0 and content[3] == 0:
        encodings = ["utf-16-le"]
    elif len(content) > 3 and content[0] == 0 and content[2] == 0:
        encodings = ["utf-16-be"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252":
            notes.tell("The file is not in UTF-8; it was read as Windows-1252.")
        return text
    raise SettingsError("The file is not text.")
