"""A listener's session from the study and the listener's number: the same every time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tonewright.listening.making.stimuli import CATCH, key_of
from tonewright.listening.planning.designs import LARGEST, row
from tonewright.listening.planning.trial import Plan, Role, Shown, Step, StepType, Tones, Trial
from tonewright.listening.study.kinds import AbxPart, AdjustmentPart, MushraPart, PairsPart, RatingPart
from tonewright.listening.study.recipes import Request, System, Track
from tonewright.listening.study.study import Study

#: Rounds of the headphone test, as in Woods et al. (2017).
ROUNDS = 6
#: Farthest that a control starts from the middle, as a share of its range: the edge itself would stand out.
_START = 0.95
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class _Task:
    """A trial before it is given to anybody: an item and the systems that stand on its page."""

    item: str
    track: Track
    request: Request | None
    systems: tuple[System, ...]
    run: int = 0


def tasks(study: Study) -> list[_Task]:
    """Return the trials of a study that count, in the order of its file, without retests and catches."""
    part = study.part
    found: list[_Task] = []
    for item, track, request in study.items():
        if isinstance(part, AdjustmentPart):
            found.append(_Task(item, track, request, (study.original,)))
        elif isinstance(part, RatingPart):
            size = part.page or len(study.systems)
            pages = [study.systems[start : start + size] for start in range(0, len(study.systems), size)]
            found += [_Task(item, track, request, page) for page in pages]
        elif isinstance(part, MushraPart):
            found.append(_Task(item, track, request, (*study.systems, *study.anchors)))
        else:
            pairs = itertools.combinations(study.systems, 2)
            found += [_Task(item, track, request, pair, run) for pair in pairs for run in range(part.runs)]
    return found


def plan(study: Study, number: int) -> Plan:
    """Return the session of the listener of a number, from 0."""
    random = np.random.default_rng([study.seed, number, 1])
    steps: list[tuple[StepType, Trial | None, tuple[Tones, ...]]] = []
    if any(question.when == "before" for question in study.questions):
        steps.append(("before", None, ()))
    if study.checks.headphones != "off":
        steps.append(("headphones", None, tuple(_tones(random) for _ in range(ROUNDS))))
    if study.checks.level:
        steps.append(("level", None, ()))
    steps.append(("instructions", None, ()))
    steps += [("trial", trial, ()) for trial in trials(study, number)]
    if any(question.when == "after" for question in study.questions):
        steps.append(("after", None, ()))
    made = [
        Step(id=f"s{place:02}", type=kind, trial=trial, rounds=rounds)
        for place, (kind, trial, rounds) in enumerate(steps, 1)
    ]
    return Plan(number=number, steps=tuple(made))


def trials(study: Study, number: int) -> list[Trial]:
    """Return a listener's trials in order: training, those that count with catches among them, retests."""
    random = np.random.default_rng([study.seed, number, 2])
    every = tasks(study)
    mine = _ordered(study, _share(study, every, number), number, random)
    found = [_trial(study, task, number, place, random) for place, task in enumerate(mine)]
    again = [mine[place] for place in random.permutation(len(mine))[: study.order.retests]]
    found += [_trial(study, task, number, 7 * place + 3, random, repeat=1) for place, task in enumerate(again)]
    for _ in range(study.order.catches):
        task = every[int(random.integers(len(every)))]
        found.insert(int(random.integers(len(found) + 1)), _catch(study, task, random))
    found = [trial.changed(position=place) for place, trial in enumerate(found)]
    first = random.permutation(len(every))[: study.order.training]
    training = [
        _trial(study, every[index], number, place, random).changed(training=True) for place, index in enumerate(first)
    ]
    return [*training, *found]


def _share(study: Study, every: list[_Task], number: int) -> list[_Task]:
    count = study.order.per_listener
    if count is None or count >= len(every):
        return every
    # One shuffled circle for the whole study: listeners take turns, so that all tasks are heard equally often.
    circle = np.random.default_rng([study.seed, 3]).permutation(len(every))
    mine = sorted(int(circle[(number * count + place) % len(every)]) for place in range(count))
    return [every[index] for index in mine]


def _ordered(study: Study, mine: list[_Task], number: int, random: np.random.Generator) -> list[_Task]:
    if study.order.trials == "fixed":
        return mine
    if study.order.trials == "random" or len(mine) > LARGEST:
        return [mine[index] for index in random.permutation(len(mine))]
    names = np.random.default_rng([study.seed, 4]).permutation(len(mine))
    return [mine[names[index]] for index in row(len(mine), number)]


def _trial(
    study: Study, task: _Task, number: int, place: int, random: np.random.Generator, *, repeat: int = 0
) -> Trial:
    part = study.part
    common = {
        "kind": study.kind,
        "item": task.item,
        "track": task.track.name,
        "request": None if task.request is None else task.request.label,
        "repeat": repeat,
    }
    if isinstance(part, AdjustmentPart):
        return Trial.model_validate({**common, **_control(part, random), "shown": [_shown(study, task, 0, "A")]})
    if isinstance(part, RatingPart | MushraPart):
        order = _row_of(study, len(task.systems), number + place, random)
        shown = [_shown(study, task, index, _LETTERS[at]) for at, index in enumerate(order)]
        if isinstance(part, MushraPart):
            reference = next(index for index, each in enumerate(task.systems) if each.name == part.reference)
            shown.insert(0, _shown(study, task, reference, "reference"))
        return Trial.model_validate({**common, "shown": shown})
    swapped = (number + task.run + place) % 2 if isinstance(part, PairsPart) else int(random.integers(2))
    shown = [_shown(study, task, (at + swapped) % 2, _LETTERS[at]) for at in range(2)]
    if not isinstance(part, AbxPart):
        return Trial.model_validate({**common, "shown": shown})
    return Trial.model_validate({**common, **_with_x(shown, random)})


def _row_of(study: Study, count: int, number: int, random: np.random.Generator) -> list[int]:
    if count > LARGEST:
        return [int(index) for index in random.permutation(count)]
    names = np.random.default_rng([study.seed, 5]).permutation(count)
    return [int(names[index]) for index in row(count, number)]


def _with_x(shown: list[Shown], random: np.random.Generator) -> dict[str, object]:
    x: Literal["first", "second"] = "first" if random.integers(2) == 0 else "second"
    copy = shown[0 if x == "first" else 1].changed(label="X")
    return {"shown": [*shown, copy], "x": x}


def _shown(study: Study, task: _Task, index: int, label: str) -> Shown:
    system = task.systems[index]
    role: Role = "system"
    if study.mushra is not None:
        anchors = {anchor.name for anchor in study.anchors}
        role = "reference" if system.name == study.mushra.reference else "anchor" if system.name in anchors else role
    return Shown(label=label, system=system.name, role=role, key=key_of(system, task.track, task.request))


def _control(part: AdjustmentPart, random: np.random.Generator) -> dict[str, object]:
    size = len(part.ranges)
    half = np.array([high for _, high in part.ranges])
    hidden, plane = part.hidden_zero, part.control == "plane"
    signs = random.choice([-1, 1], size) if hidden != "off" and plane else np.ones(size, dtype=int)
    offsets = random.uniform(-1, 1, size) * part.shift * half if hidden == "shifted" else np.zeros(size)
    start = random.uniform(-_START, _START, size) * half
    return {
        "start": [round(float(value), 3) for value in start],
        "signs": [int(sign) for sign in signs],
        "offsets": [round(float(value), 3) for value in offsets],
    }


def _catch(study: Study, task: _Task, random: np.random.Generator) -> Trial:
    """Return a trial whose answer is known: find a sound again, or tell the original from something dull."""
    part = study.part
    item = f"catch {task.track.name}"
    common = {"kind": study.kind, "item": item, "track": task.track.name, "catch": True}
    if isinstance(part, AdjustmentPart):
        half = np.array([high for _, high in part.ranges])
        control = _control(part, random)
        # Opposite to the start, so that who moves nothing does not pass.
        away = -np.sign(np.array(control["start"])) * random.uniform(0.4, 0.8, half.size) * half
        target = [round(float(value), 3) for value in away]
        shown = [_shown(study, _Task(item, task.track, None, (study.original,)), 0, "A")]
        return Trial.model_validate({**common, **control, "target": target, "shown": shown})
    pair = _Task(item, task.track, None, (study.original, CATCH))
    order = random.permutation(2)
    shown = [_shown(study, pair, int(index), _LETTERS[at]) for at, index in enumerate(order)]
    if isinstance(part, AbxPart):
        return Trial.model_validate({**common, **_with_x(shown, random)})
    if isinstance(part, MushraPart):
        shown.insert(0, _shown(study, pair, 0, "reference"))
    return Trial.model_validate({**common, "shown": shown})


def _tones(random: np.random.Generator) -> Tones:
    names = ["plain", "quiet", "antiphase"]
    return Tones.model_validate({"tones": [names[index] for index in random.permutation(3)]})
