"""Everything a server needs of a study, made before the first listener comes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.listening.making.controls import base_settings
from tonewright.listening.making.equal_loudness import loudness_spectrum
from tonewright.listening.making.stimuli import Key, Stimulus, load_samples, prepare
from tonewright.listening.planning.plans import plan
from tonewright.listening.planning.trial import Plan
from tonewright.listening.server.headphones import tone
from tonewright.listening.study.kinds import AdjustmentPart
from tonewright.listening.study.reading import Opened
from tonewright.listening.study.recipes import Request
from tonewright.listening.study.study import Study
from tonewright.listening.words import words
from tonewright.rendering import Progress

#: Stimuli that are kept in memory, in bytes.
_HELD_BYTES = 512 << 20


@dataclass(frozen=True)
class Material:
    """A study that is ready to be served.

    Attributes
    ----------
    opened
        The study and its place.
    hash
        Of study and files.
    stimuli
        By key.
    words
        Texts of the pages by language.
    controls
        Of an adjustment: what the page needs to move the sound of each track at equal loudness.
    held
        Files of stimuli that are kept in memory.
    """

    opened: Opened
    hash: str
    stimuli: dict[Key, Stimulus]
    words: dict[str, dict[str, str]]
    controls: dict[str, dict[str, Any]]
    held: dict[Key, bytes] = field(default_factory=dict, repr=False)

    @property
    def study(self) -> Study:
        """What the file says."""
        return self.opened.study

    @cached_property
    def requests(self) -> dict[str, Request]:
        """The requests by what they are called in results."""
        return {request.label: request for request in self.study.requests}

    @property
    def planner(self) -> Callable[[int], Plan]:
        """What makes the plan of a listener's number."""
        return lambda number: plan(self.study, number)

    def sound(self, key: Key) -> bytes:
        """Return the file of a stimulus: from memory, while all of them need little, so that 200 listeners may load."""
        content = self.held.get(key)
        if content is None:
            content = self.stimuli[key].path.read_bytes()
            if sum(map(len, self.held.values())) + len(content) <= _HELD_BYTES:
                self.held[key] = content
        return content

    def tone(self, kind: str) -> bytes:
        """Return a tone of the headphone test."""
        return tone(kind, self.study.sound.loudness_lufs)


def make_material(opened: Opened, cache: Path | None = None, progress: Progress | None = None) -> Material:
    """Make all stimuli of a study and read its texts; raises what that raises."""
    texts = {language: words(opened, language) for language in opened.study.languages}
    stimuli = prepare(opened, cache, progress)
    controls = {}
    part = opened.study.part
    if isinstance(part, AdjustmentPart):
        controls = {key.track: _control(part, stimulus) for key, stimulus in stimuli.items()}
    return Material(opened, opened.hash(), stimuli, texts, controls)


def _control(part: AdjustmentPart, stimulus: Stimulus) -> dict[str, Any]:
    spectrum = loudness_spectrum(load_samples(stimulus))
    return {
        "type": part.control,
        "base": base_settings(part).to_dict(),
        "ranges": part.ranges,
        "reach": 1.0 + (part.shift if part.hidden_zero == "shifted" else 0.0),
        "labels": part.labels,
        "least_s": part.least_s,
        "spectrum": {
            "frequencies_hz": _packed(spectrum.frequencies_hz),
            "powers": _packed(spectrum.powers),
            "bands": spectrum.frequencies_hz.size,
            "sample_rate": spectrum.sample_rate,
        },
    }


def _packed(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
