"""From events to results: what the analysis reads, with the truth under every blind label."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from tonewright import __version__
from tonewright.listening.planning.trial import Trial
from tonewright.listening.results import Results
from tonewright.listening.store.errors import StoreError
from tonewright.listening.store.store import Edition, Event, Person, Store
from tonewright.listening.study.kinds import AdjustmentPart, RatingPart
from tonewright.listening.study.model import in_language
from tonewright.listening.study.study import Study
from tonewright.population.data import TONE_PLANE


def find_edition(store: Store, wanted: str) -> Edition:
    """Return the version of the study with a hash, or what begins it.

    Raises
    ------
    StoreError
        If the database holds none such, naming those it holds.
    """
    editions = store.editions()
    found = [each for each in editions if each.hash.startswith(wanted)]
    if len(found) != 1:
        held = ", ".join(f"{each.hash[:12]} ({each.started} listeners)" for each in editions) or "none"
        raise StoreError(
            f"The database holds no answers to the version {wanted[:12]} of the study; it holds {held}: name one with "
            "--hash."
        )
    return found[0]


def collect(store: Store, edition: Edition) -> Results:
    """Return all answers to a study, training pages left out.

    Parameters
    ----------
    store
        Where they are.
    edition
        Which version of the study.
    """
    study = Study.model_validate(edition.study)
    happened: dict[int, list[Event]] = defaultdict(list)
    for event in store.events(edition.hash):
        happened[event.listener].append(event)
    people = store.people(edition.hash)
    part = study.part
    data: dict[str, Any] = {
        "study": study.name,
        "kind": study.kind,
        "hash": edition.hash,
        "question": "" if study.question is None else in_language(study.question, "en"),
        "listeners": [_listener(person, happened[person.id]) for person in people],
        "notes": {"seed": study.seed, "software": edition.software, "exported_by": __version__, "exported": _today()},
    }
    if isinstance(part, RatingPart):
        data["scale"] = part.limits
    if isinstance(part, AdjustmentPart):
        data["space"] = space(part)
    answers = [each for person in people for each in _answers(study, person, happened[person.id])]
    name = {"adjustment": "adjustments", "rating": "ratings", "mushra": "ratings"}.get(study.kind, "pairs")
    return Results.model_validate({**data, name: answers})


def space(part: AdjustmentPart) -> Any:
    """Return the space of an adjustment's points: the plane, or six gains in dB."""
    if part.control == "plane":
        return TONE_PLANE
    return [
        {"name": f"gain_{number}", "low": low, "high": high, "unit": "dB"}
        for number, (low, high) in enumerate(part.ranges, 1)
    ]


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def _listener(person: Person, events: list[Event]) -> dict[str, Any]:
    answers = {event.step: event for event in events if event.type == "answer"}
    consent = next((event.body for event in events if event.type == "consent"), {})
    said: dict[str, Any] = {}
    headphones = None
    device = {"language": consent.get("language"), **consent.get("device", {})}
    if "participant" in consent:
        said["participant"] = consent["participant"]
    for step in person.plan.steps:
        event = answers.get(step.id)
        if event is None:
            continue
        if step.type in ("before", "after"):
            said |= event.body["answers"]
        elif step.type == "headphones":
            headphones = event.body["passed"]
        elif step.type == "level":
            device["volume_db"] = event.body["volume_db"]
    return {
        "id": person.pseudonym,
        "complete": all(step.id in answers for step in person.plan.steps),
        "headphones": headphones,
        "answers": said,
        "device": device,
        "seconds": round(max((event.at for event in events), default=person.created) - person.created, 1),
    }


def _answers(study: Study, person: Person, events: list[Event]) -> list[dict[str, Any]]:
    requests = {request.label: request for request in study.requests}
    found: list[dict[str, Any]] = []
    for event in events:
        step = person.plan.step(event.step or "") if event.type == "answer" else None
        if step is None or step.trial is None or step.trial.training:
            continue
        trial, body = step.trial, event.body
        request = requests.get(trial.request or "")
        common = {
            "listener": person.pseudonym,
            "trial": step.id,
            "item": trial.item,
            "repeat": trial.repeat,
            "catch": trial.catch,
            "passed": body.get("passed"),
            "position": trial.position,
            "seconds": body["seconds"],
            "context": {} if request is None else request.context.model_dump(),
            "comment": body.get("comment", ""),
        }
        if trial.kind == "adjustment":
            prompt = "" if request is None else in_language(request.prompt, "en")
            found.append({**common, **_moved(trial, body), "prompt": prompt, "track": trial.track})
        elif trial.kind in ("rating", "mushra"):
            found += [
                {
                    **common,
                    "system": shown.system,
                    "role": shown.role,
                    "score": body["scores"][shown.label],
                    "plays": body["plays"].get(shown.label, 0),
                }
                for shown in trial.shown
                if shown.label != "reference"
            ]
        else:
            first, second = trial.shown[0].system, trial.shown[1].system
            found.append({**common, "first": first, "second": second, "chosen": body["chosen"], "x": trial.x})
    return found


def _moved(trial: Trial, body: dict[str, Any]) -> dict[str, Any]:
    return {"start": trial.start, "point": body["point"], "path": body["path"]}
