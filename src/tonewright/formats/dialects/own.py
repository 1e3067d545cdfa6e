"""Tonewright's own settings file: everything, as it is."""

from __future__ import annotations

from tonewright.formats.contract import Job, Notes, Parsed, Program
from tonewright.settings import Settings


def _write(job: Job) -> str:
    return job.settings.to_json()


def _read(text: str, notes: Notes) -> Parsed:
    del notes
    return Parsed([], settings=Settings.from_json(text, "settings"))


def _looks(text: str) -> bool:
    return text.lstrip().startswith("{") and '"bands"' in text and ('"frequency_hz"' in text or '"topology"' in text)


PROGRAMS = (
    Program(
        name="tonewright",
        title="Tonewright",
        suffix=".json",
        instruction="Give the file to tonewright render --settings, or to any other verb that takes settings.",
        write=_write,
        read=_read,
        looks=_looks,
        dynamics="exact",
        crossover=True,
    ),
)
