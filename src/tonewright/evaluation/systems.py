"""What competes in the match benchmark, by name: ours, the baselines, and any function of anyone.

A system hears the input and the reference and returns its version of the input, same shape, any level (the benchmark
compares at equal RMS).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.controllers.match import match as find_match
from tonewright.controllers.matching.fit import STEPS
from tonewright.errors import TonewrightError
from tonewright.evaluation.match_protocol import Clip
from tonewright.processor.render import render_array

System = Callable[[Clip, Clip], NDArray[np.float32]]

#: The baseline that every summary compares with.
NOTHING = "nothing"


def nothing(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:  # noqa: ARG001
    """Return the input: what a listener has without us."""
    return input_audio.samples


def closed_form(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match by the long-term spectrum fit alone, without descent."""
    return _fitted(input_audio, reference_audio, steps=0)


def match(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match as ``tonewright match`` does by default."""
    return _fitted(input_audio, reference_audio)


def _fitted(input_audio: Clip, reference_audio: Clip, *, steps: int = STEPS) -> NDArray[np.float32]:
    own, other = (Audio(clip.samples, clip.sample_rate) for clip in (input_audio, reference_audio))
    settings = find_match(own, other, steps=steps).settings
    return render_array(input_audio.samples, input_audio.sample_rate, settings)


SYSTEMS: dict[str, System] = {NOTHING: nothing, "closed-form": closed_form, "match": match}


def label(name: str) -> str:
    """Return the part of ``label=module:function`` that is printed; a plain name is its own label."""
    return name.partition("=")[0]


def find_system(name: str) -> System:
    """Return a system by its name in :data:`SYSTEMS`, or import ``[label=]module:function``.

    Modules are looked for in the current folder too.

    Raises
    ------
    TonewrightError
        If there is no such name, module or function.
    """
    if name in SYSTEMS:
        return SYSTEMS[name]
    module_name, colon, function = name.rpartition("=")[2].partition(":")
    if not colon:
        known = ", ".join(SYSTEMS)
        raise TonewrightError(f"There is no system {name!r}: choose among {known}, or give label=module:function.")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        system: System = getattr(importlib.import_module(module_name), function)
    except (ImportError, AttributeError) as error:
        raise TonewrightError(f"The system {name!r} cannot be imported: {error}.") from error
    return system
