"""What listeners read, by language: English, German, French and Danish here, others from files of the study."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tonewright.listening.study.model import StudyError
from tonewright.listening.study.reading import Opened

_FOLDER = Path(__file__).parent


def shipped() -> list[str]:
    """Return the codes of the languages that come with Tonewright."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def words(opened: Opened, language: str) -> dict[str, str]:
    """Return all texts of the pages in a language; what a study's own file lacks is taken from ours, then English.

    Raises
    ------
    StudyError
        If there are no texts in that language, or their file has a fault.
    """
    found = _read(_FOLDER / "en.toml")
    own = _FOLDER / f"{language}.toml"
    given = opened.place(Path(opened.study.words)) / f"{language}.toml" if opened.study.words else None
    if not own.exists() and (given is None or not given.exists()):
        raise StudyError(
            f"languages: there are no texts in {language!r}; choose among {', '.join(shipped())}, or put "
            f"{language}.toml into a folder and name that as words."
        )
    for path in (own, given):
        if path is not None and path.exists():
            texts = _read(path)
            unknown = texts.keys() - found.keys()
            if unknown:
                raise StudyError(f"{path}: {min(unknown)} is not a known key; check its spelling.")
            found |= texts
    return found


def _read(path: Path) -> dict[str, str]:
    try:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} cannot be read as TOML ({error}).") from None
    wrong = next((key for key, text in texts.items() if not isinstance(text, str)), None)
    if wrong is not None:
        raise StudyError(f"{path}: {wrong} is no text.")
    return texts
