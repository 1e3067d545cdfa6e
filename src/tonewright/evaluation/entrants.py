"""How entrants of a benchmark are named.

auto                        a system of the task
label=module:function       any function, see :mod:`tonewright.evaluation.systems`
[label=]FILE.safetensors    the answer of a network alone
[label=]auto:FILE.safetensors, match:FILE.safetensors
                            what the controller makes of it
segments:NAME               any of them, asked once per segment of 131072 samples
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tonewright.errors import TonewrightError
from tonewright.evaluation.segments import per_segment
from tonewright.evaluation.systems import NOTHING, WEIGHTS, Heard, System, find_system, label
from tonewright.networks.specification import Task

#: Before the name of a system that is to answer once per segment.
SEGMENTS = "segments:"


def segmented(name: str) -> str:
    """Return the name of the same system asked once per segment; doing nothing stays what it is."""
    own, equals, rest = name.partition("=")
    if name == NOTHING or own.startswith(SEGMENTS):
        return name
    return f"{SEGMENTS}{own}={SEGMENTS}{rest}" if equals else SEGMENTS + name


def find_entrant(name: str, known: Mapping[str, System], hears: tuple[Heard, ...]) -> System:
    """Return a system by its name.

    Parameters
    ----------
    known
        The systems of the task.
    hears
        What an imported function is given; says too what a network must have been trained for.

    Raises
    ------
    TonewrightError
        If there is no such name, module, function or file, or a network is for another task.
    """
    _, equals, rest = name.partition("=")
    body = rest if equals else name
    if body.startswith(SEGMENTS):
        return per_segment(find_entrant(body.removeprefix(SEGMENTS), known, hears))
    if not body.endswith(WEIGHTS):
        return find_system(body if body in known else name, known, hears)
    # Imported when a file is named: the controllers bring the compiled kernels with them.
    from tonewright.evaluation.network_systems import alone, with_controller

    task: Task = "match" if "reference" in hears else "auto"
    way, colon, path = body.partition(":")
    if colon and way == task:
        return with_controller(path, task)
    return alone(body, task)


def find_entrants(names: Sequence[str], known: Mapping[str, System], hears: tuple[Heard, ...]) -> dict[str, System]:
    """Return systems by their labels, in order, each once.

    Raises
    ------
    TonewrightError
        As :func:`find_entrant`, or if two have the same label.
    """
    found: dict[str, System] = {}
    for name in dict.fromkeys(names):
        if label(name) in found:
            raise TonewrightError(f"Two systems are called {label(name)!r}: give one another name with label=.")
        found[label(name)] = find_entrant(name, known, hears)
    return found
