"""What competes in predicting a population's choices, by name: the baselines, the bounds, and anything of anyone."""

from __future__ import annotations

from collections.abc import Callable

from tonewright.errors import TonewrightError
from tonewright.evaluation.say_embeddings import has_minilm, minilm
from tonewright.evaluation.say_report import BLIND
from tonewright.evaluation.systems import imported
from tonewright.population.baselines import (
    KernelRidge,
    NearestPrompts,
    OracleMean,
    PromptBlind,
    SamePeople,
    System,
    constants,
)
from tonewright.population.data import Population
from tonewright.population.embeddings import WordPieces


def _always(system: System) -> Callable[[Population], System]:
    return lambda _: system


#: Each baseline and bound, made for the population it is judged on.
SYSTEMS: dict[str, Callable[[Population], System]] = {
    **{one.name: _always(one) for one in constants()},
    BLIND: lambda _: PromptBlind(),
    "nearest-prompts": lambda _: NearestPrompts(WordPieces()),
    "kernel-ridge": lambda _: KernelRidge(WordPieces()),
    "nearest-prompts-minilm": lambda _: NearestPrompts(minilm, name="nearest-prompts-minilm"),
    "kernel-ridge-minilm": lambda _: KernelRidge(minilm, name="kernel-ridge-minilm"),
    "oracle-mean": lambda _: OracleMean(),
    "retest": SamePeople,
}


def usual_systems() -> tuple[str, ...]:
    """Return the names of all baselines and bounds that can run here."""
    return tuple(name for name in SYSTEMS if not name.endswith("-minilm") or has_minilm())


def is_bound(system: System) -> bool:
    """Tell whether a system is given the answers."""
    return bool(getattr(system, "sees_answers", False))


def find_say_system(name: str, population: Population) -> System:
    """Return a system by its name, or import ``[label=]module:attribute``.

    The attribute is a system, or is called without arguments to make one.

    Raises
    ------
    TonewrightError
        If there is no such name, module or attribute, or it is no system.
    """
    if name in SYSTEMS:
        return SYSTEMS[name](population)
    found = imported(name, SYSTEMS, "label=module:attribute")
    made = found() if isinstance(found, type) or not hasattr(found, "fit") else found
    if not hasattr(made, "fit"):
        raise TonewrightError(f"The system {name!r} has no method fit(train, seed).")
    return made  # type: ignore[no-any-return]
