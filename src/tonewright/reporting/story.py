"""Story: everything that a report shows, whichever controller made the settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.audio import Loudness

Array = NDArray[np.float64]

#: The spectra that a story may hold, in the order in which they are listed.
SPECTRA = ("input", "reference", "output")
_LABELS = MappingProxyType({"input": "your song", "reference": "the reference", "output": "the result"})


@dataclass(frozen=True)
class Story:
    """What was done to one recording, and why.

    Parameters
    ----------
    title
        Heading of the report.
    settings
        What was chosen.
    sample_rate
        Of the recording, in Hz; responses are drawn for it.
    frequency_hz
        Where the spectra were measured, in Hz, ascending; empty without spectra.
    spectra
        Long-term spectra in dB with the level removed, each as long as ``frequency_hz``; keys among ``input``,
        ``reference`` and ``output``. What is not finite is left out of the drawing.
    sections
        Headings, each with its sentences, in the order in which they are read.
    before, after
        What meters read on the recording and on the result.
    error_before_db, error_after_db
        Difference of the spectrum to the reference, in dB, before and after.
    files
        Names by role: ``input``, ``reference``, ``output`` or others.
    note
        A remark at the end.
    labels
        What the spectra are called, where it is not "your song", "the reference" and "the result".

    Raises
    ------
    ValueError
        If a spectrum has another length than ``frequency_hz`` or an unknown key.
    """

    title: str
    settings: Settings
    sample_rate: float = 48_000.0
    frequency_hz: ArrayLike = ()
    spectra: Mapping[str, ArrayLike] = field(default_factory=dict)
    sections: Sequence[tuple[str, Sequence[str]]] = ()
    before: Loudness | None = None
    after: Loudness | None = None
    error_before_db: float | None = None
    error_after_db: float | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frequency = np.array(self.frequency_hz, dtype=np.float64).reshape(-1)
        spectra = {key: np.array(self.spectra[key], dtype=np.float64) for key in SPECTRA if key in self.spectra}
        unknown = [key for key in self.spectra if key not in SPECTRA]
        if unknown:
            raise ValueError(f"A story knows the spectra {', '.join(SPECTRA)}, not {', '.join(unknown)}.")
        for key, values in spectra.items():
            if values.shape != frequency.shape:
                raise ValueError(f"The {key} spectrum has shape {values.shape}, its frequencies {frequency.shape}.")
        for name, value in (
            ("frequency_hz", frequency),
            ("spectra", spectra),
            ("sections", tuple((heading, tuple(sentences)) for heading, sentences in self.sections)),
            ("files", dict(self.files)),
            ("labels", {**_LABELS, **self.labels}),
        ):
            object.__setattr__(self, name, value)

    @property
    def frequencies(self) -> Array:
        """The frequencies of the spectra as an array."""
        return np.asarray(self.frequency_hz, dtype=np.float64)

    def spectrum(self, key: str) -> Array | None:
        """Return one spectrum in dB, or ``None`` if the story has none of that name."""
        return np.asarray(self.spectra[key], dtype=np.float64) if key in self.spectra else None

    def text(self) -> str:
        """Return the story in plain words, for a terminal: title, headings, one sentence a line."""
        lines = [self.title]
        for heading, sentences in self.sections:
            lines += ["", heading, *(f"  {sentence}" for sentence in sentences)]
        if self.note:
            lines += ["", self.note]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON, which knows no infinity: it becomes ``None``."""
        return {
            "title": self.title,
            "files": dict(self.files),
            "sections": [{"heading": heading, "sentences": list(said)} for heading, said in self.sections],
            "settings": self.settings.to_dict(),
            "sample_rate": _plain(self.sample_rate),
            "loudness": {
                "before": None if self.before is None else self.before.as_dict(),
                "after": None if self.after is None else self.after.as_dict(),
            },
            "error_db": {"before": _plain(self.error_before_db), "after": _plain(self.error_after_db)},
            "frequency_hz": [_plain(value, 2) for value in self.frequencies.tolist()],
            "spectra_db": {key: [_plain(value, 3) for value in np.asarray(self.spectra[key])] for key in self.spectra},
            "note": self.note,
        }


def _plain(value: float | None, decimals: int | None = None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(value) if decimals is None else round(float(value), decimals)
