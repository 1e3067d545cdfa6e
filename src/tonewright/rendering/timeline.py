"""Timeline: one setting after another, for recordings whose sections sound different.

A timeline file holds complete settings per section, editable like any settings file:

    {"version": 1, "sections": [{"start_s": 0.0, "settings": {...}}, {"start_s": 41.2, "settings": {...}}]}

From one section to the next values move in small steps over two seconds around the boundary, each step over the
stream's own ramp.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.errors import SettingsError
from tonewright.files import write_text
from tonewright.processor.filters import frequency_warnings
from tonewright.processor.plan import Plan
from tonewright.settings import Settings

#: Length of a transition in seconds, centred on the boundary; shorter where sections are.
TRANSITION_S = 2.0
#: Steps of a transition: one every eighth of a second, so that 12 dB are 0.75 dB a step.
_STEPS = 16
_VERSION = 1


@dataclass(frozen=True)
class Section:
    """Settings that hold from a moment on.

    Attributes
    ----------
    start_s
        In seconds from the beginning of the recording.
    settings
        Complete.
    """

    start_s: float
    settings: Settings


@dataclass(frozen=True)
class Timeline:
    """Sections in order, all of one structure (band types, compressors, topology) and one output gain.

    Attributes
    ----------
    sections
        One or more, the first at 0 s.

    Raises
    ------
    SettingsError
        If starts do not ascend from 0, or the structure or the output gain changes.
    """

    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        starts = [one.start_s for one in self.sections]
        if not starts or starts[0] != 0.0:
            raise SettingsError("The first section of a timeline must start at 0 s.")
        if not all(math.isfinite(start) for start in starts) or any(b <= a for a, b in pairwise(starts)):
            raise SettingsError("The sections of a timeline must start one after another.")
        plan = Plan.of(self.sections[0].settings, everything=True)[0]
        for number, one in enumerate(self.sections[1:], 2):
            if Plan.of(one.settings, everything=True)[0] != plan:
                raise SettingsError(
                    f"Section {number} of the timeline has other bands, compressors or topology than the first; give "
                    "all sections the same and leave what does nothing neutral."
                )
            if one.settings.output_db != self.output_db:
                raise SettingsError(f"Section {number} of the timeline has another output_db than the first.")

    @property
    def output_db(self) -> float:
        """The output gain, common to all sections."""
        return self.sections[0].settings.output_db

    @property
    def is_neutral(self) -> bool:
        """Whether every signal passes unchanged, bit for bit."""
        return all(one.settings.is_neutral for one in self.sections)

    def with_output(self, output_db: float) -> Timeline:
        """Return the timeline with another output gain."""
        return self._each(lambda settings: settings.with_output(output_db))

    def scaled(self, amount: float) -> Timeline:
        """Return every section at ``amount``; see :meth:`~tonewright.settings.Settings.scaled`."""
        return self._each(lambda settings: settings.scaled(amount))

    def only(self, what: str) -> Timeline:
        """Return every section with only that at work; see :meth:`~tonewright.settings.Settings.only`."""
        return self._each(lambda settings: settings.only(what))

    def _each(self, change: Any) -> Timeline:
        return Timeline(tuple(replace(one, settings=change(one.settings)) for one in self.sections))

    def steps(self, sample_rate: float) -> list[tuple[int, Settings]]:
        """Return first frames and the settings to move to from there, the first at 0, ascending."""
        found = [(0, self.sections[0].settings)]
        starts = [*(one.start_s for one in self.sections), math.inf]
        for index, (old, new) in enumerate(pairwise(self.sections), 1):
            if old.settings == new.settings:
                continue
            room = min(starts[index] - starts[index - 1], starts[index + 1] - starts[index])
            half = 0.5 * min(TRANSITION_S, room)
            for step in range(_STEPS):
                at = new.start_s - half + 2.0 * half * step / _STEPS
                found.append((round(at * sample_rate), between(old.settings, new.settings, (step + 1) / _STEPS)))
        return found

    def warnings(self, sample_rate: float) -> list[str]:
        """Return one sentence for each band that cannot act as written at this sample rate (in Hz)."""
        said = [text for one in self.sections for text in frequency_warnings(one.settings, sample_rate)]
        return list(dict.fromkeys(said))

    def to_dict(self) -> dict[str, Any]:
        """Return the timeline as plain data, as in its file."""
        sections = [{"start_s": one.start_s, "settings": one.settings.to_dict()} for one in self.sections]
        return {"version": _VERSION, "sections": sections}

    @classmethod
    def from_dict(cls, data: Any, source: str = "timeline") -> Timeline:
        """Validate plain data.

        Raises
        ------
        SettingsError
            With the place and the reason of the first fault, prefixed by ``source``.
        """
        if not isinstance(data, dict) or set(data) != {"version", "sections"} or data["version"] != _VERSION:
            raise SettingsError(f"{source}: a timeline has version {_VERSION} and sections, nothing else.")
        if not isinstance(data["sections"], list):
            raise SettingsError(f"{source}: sections must be a list.")
        sections = []
        for number, one in enumerate(data["sections"]):
            if not isinstance(one, dict) or set(one) != {"start_s", "settings"}:
                raise SettingsError(f"{source}: sections.{number} must have start_s and settings, nothing else.")
            start = one["start_s"]
            if isinstance(start, bool) or not isinstance(start, int | float):
                raise SettingsError(f"{source}: sections.{number}.start_s must be a number of seconds, got {start!r}.")
            settings = Settings.from_dict(one["settings"], f"{source}, sections.{number}")
            sections.append(Section(float(start), settings))
        try:
            return cls(tuple(sections))
        except SettingsError as error:
            raise SettingsError(f"{source}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write a timeline file; raises :class:`~tonewright.errors.OutputError`."""
        write_text(path, json.dumps(self.to_dict(), indent=2) + "\n")


#: What can be rendered: one setting for all of a recording, or several.
Chain = Settings | Timeline


def with_output(chain: Chain, output_db: float) -> Chain:
    """Return settings or a timeline with another output gain; the same object if it has it already."""
    if chain.output_db == output_db:
        return chain
    if isinstance(chain, Timeline):
        return chain.with_output(output_db)
    return chain.with_output(output_db)


def chain_warnings(chain: Chain, sample_rate: float) -> list[str]:
    """Return one sentence for each band that cannot act as written at this sample rate (in Hz)."""
    return chain.warnings(sample_rate) if isinstance(chain, Timeline) else frequency_warnings(chain, sample_rate)


def load_chain(path: str | Path) -> Chain:
    """Read a settings file or a timeline file.

    Raises
    ------
    SettingsError
        If it is missing, not JSON, or neither.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return Settings.load(path)  # says what is wrong
    if isinstance(data, dict) and "sections" in data:
        return Timeline.from_dict(data, str(path))
    return Settings.load(path)


def between(old: Settings, new: Settings, part: float) -> Settings:
    """Return settings ``part`` (0 to 1) of the way from one to another of the same structure.

    Decibels move evenly; Hz, Q, ratios and times in proportion, like a stream's own ramp.
    """
    if part <= 0.0 or part >= 1.0:
        return old if part <= 0.0 else new
    plan, a = Plan.of(old, everything=True)
    other, b = Plan.of(new, everything=True)
    if plan != other:
        raise ValueError("Settings of different structure have nothing in between.")
    db = np.array([name.endswith("_db") for name in plan.names])
    ratio = np.where(db, 1.0, b) / np.where(db, 1.0, a)
    return plan.settings(np.where(db, a + (b - a) * part, a * ratio**part), note=new.note)


def same_structure(chains: Sequence[Settings]) -> list[Settings]:
    """Leave out bands and compressors that do nothing in any of several settings; the rest stays comparable.

    Parameters
    ----------
    chains
        Of one structure.
    """
    first = chains[0]
    acting = [index for index in range(len(first.bands)) if any(not one.bands[index].is_neutral for one in chains)]

    def idle(index: int) -> bool:
        compressors = [one.bands[index].compressor for one in chains]
        return all(each is None or each.is_neutral for each in compressors)

    silent = {index for index in acting if idle(index)}
    outer = any(one.compressor is not None and not one.compressor.is_neutral for one in chains)
    return [
        one.changed(
            bands=tuple(
                one.bands[index].with_compressor(None) if index in silent else one.bands[index] for index in acting
            ),
            compressor=one.compressor if outer else None,
        )
        for one in chains
    ]
