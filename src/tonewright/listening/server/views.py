"""What a page is told of a step: everything it shows, nothing of which system is which."""

from __future__ import annotations

from typing import Any

from tonewright.listening.making.stimuli import Key
from tonewright.listening.planning.trial import Step, Trial
from tonewright.listening.server.material import Material
from tonewright.listening.server.sessions import Session, opaque
from tonewright.listening.study.kinds import MushraPart, PairsPart, RatingPart
from tonewright.listening.study.model import in_language


def front(material: Material) -> dict[str, Any]:
    """Return what is shown before consent."""
    study = material.study

    def each(name: str) -> dict[str, str]:
        given = getattr(study.listeners, name)
        return {
            language: material.words[language][name] if given is None else in_language(given, language)
            for language in study.languages
        }

    return {
        # Under this the browser keeps what it remembers: studies at one address do not mix.
        "study": material.hash[:16],
        "title": {language: in_language(study.title, language) for language in study.languages},
        "languages": {language: material.words[language]["language"] for language in study.languages},
        "consent": each("consent"),
        "welcome": each("welcome"),
        "identifier": study.listeners.identifier,
    }


def state(material: Material, session: Session, language: str) -> dict[str, Any]:
    """Return where a session stands, and its next page."""
    steps = session.person.plan.steps
    step = session.next
    view: dict[str, Any] = {
        "pseudonym": session.person.pseudonym,
        "number": len(session.answered) + 1,
        "total": len(steps),
        "step": None if step is None else _step(material, session, step, language),
    }
    if step is None:
        listeners = material.study.listeners
        view["code"] = listeners.completion_code or session.code
        view["thanks"] = None if listeners.thanks is None else in_language(listeners.thanks, language)
    return view


def _step(material: Material, session: Session, step: Step, language: str) -> dict[str, Any]:
    study = material.study
    view: dict[str, Any] = {"id": step.id, "type": step.type}
    if step.type in ("before", "after"):
        asked = [question for question in study.questions if question.when == step.type]
        view["questions"] = [
            {
                **question.model_dump(mode="json", include={"name", "type", "least", "most", "required"}),
                "ask": in_language(question.ask, language),
                # What is stored is the same in all languages.
                "options": [
                    {"value": in_language(option, "en"), "label": in_language(option, language)}
                    for option in question.options
                ],
            }
            for question in asked
        ]
    elif step.type == "headphones":
        view["rounds"] = [
            [opaque(session.person, step.id, f"{number}/{place}") for place in range(3)]
            for number in range(len(step.rounds))
        ]
        view["attempt"] = session.attempts + 1
        view["refused"] = study.checks.headphones == "require" and session.attempts >= 2
    elif step.type == "level":
        first = next(each for each in session.person.plan.steps if each.trial is not None)
        assert first.trial is not None
        view["audio"] = opaque(session.person, first.id, first.trial.shown[0].label)
        view["sample_rate"] = _rate(material, first.trial)
    elif step.type == "instructions":
        given = study.listeners.instructions
        key = f"instructions_{study.kind}"
        view["text"] = material.words[language][key] if given is None else in_language(given, language)
    if step.trial is not None:
        view |= _trial(material, session, step.id, step.trial, language)
    return view


def _trial(material: Material, session: Session, step: str, trial: Trial, language: str) -> dict[str, Any]:
    study, part = material.study, material.study.part
    request = material.requests.get(trial.request or "")
    finding = trial.target is not None
    key = "question_target" if finding else f"question_{study.kind}"
    own = None if study.question is None or finding else in_language(study.question, language)
    view: dict[str, Any] = {
        "kind": study.kind,
        "training": trial.training,
        "question": own or material.words[language][key],
        "prompt": "" if request is None else in_language(request.prompt, language),
        "context": {} if request is None else request.context.model_dump(exclude_none=True),
        "sample_rate": _rate(material, trial),
        "sounds": [{"label": each.label, "audio": opaque(session.person, step, each.label)} for each in trial.shown],
    }
    if trial.start is not None:
        view["control"] = {
            **material.controls[trial.track],
            **{"start": trial.start, "signs": trial.signs, "offsets": trial.offsets, "target": trial.target},
        }
    if isinstance(part, RatingPart):
        view["scale"] = part.scale
    if isinstance(part, MushraPart):
        view["scale"] = "percent"
    if isinstance(part, PairsPart):
        view["ties"] = part.ties
    return view


def _rate(material: Material, trial: Trial) -> int:
    return material.stimuli[Key(*trial.shown[0].key)].sample_rate
