"""What competes in a benchmark, by name: ours, the baselines, and any function of anyone.

A system hears clips of a case and returns its version of the input, same shape, any level (the benchmark compares at
equal RMS). Which clips it hears is part of the system: an oracle hears the target, and every table says so.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import TonewrightError
from tonewright.evaluation.protocol import Case, Clip

#: The baseline that every summary compares with.
NOTHING = "nothing"

#: How names of weight files end; see :mod:`tonewright.evaluation.entrants`.
WEIGHTS = ".safetensors"

Heard = Literal["input", "reference", "target"]


@dataclass(frozen=True)
class System:
    """One entrant.

    Attributes
    ----------
    function
        Takes the clips that are heard, in order, and returns samples of the input's shape.
    hears
        Which clips of a case: ``input``, ``reference``, ``target``.
    baseline
        Whether it is there to be compared with; baselines are not tested against one another.
    """

    function: Callable[..., NDArray[Any]]
    hears: tuple[Heard, ...]
    baseline: bool = False

    @property
    def sees_target(self) -> bool:
        """Whether it is told the answer: a bound on what can be reached, not a competitor."""
        return "target" in self.hears

    def answer(self, case: Case) -> NDArray[Any]:
        """Return the system's version of a case's input."""
        return np.asarray(self.function(*(getattr(case, name) for name in self.hears)))


def nothing(input_audio: Clip) -> NDArray[np.float32]:
    """Return the input: what a listener has without us."""
    return input_audio.samples


def label(name: str) -> str:
    """Return what is printed: the part before ``=``, the stem of a weight file, or the name itself."""
    own, equals, _ = name.partition("=")
    if equals or not name.endswith(WEIGHTS):
        return own
    way, colon, path = name.rpartition(":")
    return way + colon + Path(path).stem


def tested_pairs(systems: Sequence[str], baselines: Sequence[str]) -> list[tuple[str, str]]:
    """Return which systems are tested: later against earlier, baselines only against doing nothing.

    Baselines count as earlier, so that whatever is judged is the first of its pairs, in whatever order systems were
    asked for.
    """
    ordered = sorted(systems, key=lambda system: system not in baselines)
    pairs = combinations(ordered, 2)
    return [(later, earlier) for earlier, later in pairs if earlier == NOTHING or later not in baselines]


def find_system(name: str, known: Mapping[str, System], hears: tuple[Heard, ...]) -> System:
    """Return a system by its name, or import ``[label=]module:function``.

    Modules are looked for in the current folder too.

    Parameters
    ----------
    known
        The systems that have names.
    hears
        What an imported function is given.

    Raises
    ------
    TonewrightError
        If there is no such name, module or function.
    """
    if name in known:
        return known[name]
    found: Callable[..., NDArray[Any]] | System = imported(name, known, "label=module:function or a weight file")
    return found if isinstance(found, System) else System(found, hears)


def imported(name: str, known: Iterable[str], forms: str) -> Any:
    """Import what ``[label=]module:attribute`` names; modules are looked for in the current folder too.

    Parameters
    ----------
    known, forms
        What else could have been named, and the forms of names: for the refusal.

    Raises
    ------
    TonewrightError
        If it is no such name, or there is no such module or attribute.
    """
    module_name, colon, attribute = name.rpartition("=")[2].partition(":")
    if not colon:
        raise TonewrightError(f"There is no system {name!r}: choose among {', '.join(known)}, or give {forms}.")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise TonewrightError(f"The system {name!r} cannot be imported: {error}.") from error
