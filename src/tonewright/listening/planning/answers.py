"""What a page may answer: validated before it is stored, so that what is stored can be analysed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tonewright.errors import TonewrightError
from tonewright.listening.planning.trial import Step, Trial
from tonewright.listening.study.kinds import AdjustmentPart, MushraPart, PairsPart, Question, RatingPart
from tonewright.listening.study.model import in_language
from tonewright.listening.study.study import Study

#: Longest text that a listener may type, in characters.
LONGEST_TEXT = 4000
#: Most rows of a trajectory and of a log of what was played.
MOST_ROWS = 20_000
#: Correct rounds of the headphone test that pass, of six (Woods et al. 2017).
PASSING = 5


class AnswerError(TonewrightError):
    """An answer that does not fit its page."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Heard(_Model):
    """What every trial logs."""

    seconds: float = Field(ge=0, le=1e6)
    plays: dict[str, int] = {}
    listened_s: dict[str, float] = {}
    loop: tuple[float, float] | None = None
    comment: str = Field("", max_length=LONGEST_TEXT)
    log: tuple[tuple[float, str], ...] = Field((), max_length=MOST_ROWS)


class _Scores(_Heard):
    scores: dict[str, float]


class _Chosen(_Heard):
    chosen: Literal["first", "second", "tie"]


class _Moved(_Heard):
    point: tuple[float, ...]
    path: tuple[tuple[float, ...], ...] = Field((), max_length=MOST_ROWS)
    gain_db: float = 0.0


class _Rounds(_Model):
    chosen: tuple[int, ...]
    attempt: int = Field(1, ge=1, le=9)


class _Level(_Model):
    volume_db: float = Field(ge=-60, le=0)


class _Form(_Model):
    answers: dict[str, str | float | None]


class _Read(_Model):
    seconds: float = Field(0.0, ge=0)


def check_answer(study: Study, step: Step, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as it is stored, with what follows from the truth.

    Raises
    ------
    AnswerError
        If it does not fit the page, in one sentence that says nothing about the truth.
    """
    try:
        return _checked(study, step, body)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the answer"
        raise AnswerError(f"{place}: {fault['msg']}.") from None


def _checked(study: Study, step: Step, body: Mapping[str, Any]) -> dict[str, Any]:
    if step.type in ("before", "after"):
        return _form(study, step, _Form.model_validate(body))
    if step.type == "headphones":
        rounds = _Rounds.model_validate(body)
        correct = sum(
            0 <= chosen < 3 and each.tones[chosen] == "quiet"
            for chosen, each in zip(rounds.chosen, step.rounds, strict=False)
        )
        if len(rounds.chosen) != len(step.rounds):
            raise AnswerError(f"The headphone test has {len(step.rounds)} rounds, got {len(rounds.chosen)}.")
        return {**rounds.model_dump(), "correct": correct, "passed": correct >= PASSING}
    if step.type == "level":
        return _Level.model_validate(body).model_dump()
    if step.trial is None:
        return _Read.model_validate(body).model_dump()
    return _trial(study, step.trial, body)


def _trial(study: Study, trial: Trial, body: Mapping[str, Any]) -> dict[str, Any]:
    part = study.part
    if isinstance(part, AdjustmentPart):
        return _adjustment(part, trial, _Moved.model_validate(body))
    if isinstance(part, RatingPart | MushraPart):
        scored = _Scores.model_validate(body)
        low, high = part.limits if isinstance(part, RatingPart) else (0.0, 100.0)
        labels = {shown.label for shown in trial.shown if shown.label != "reference"}
        if scored.scores.keys() != labels:
            raise AnswerError("Every stimulus of the page needs a score, and nothing else has one.")
        whole = isinstance(part, RatingPart) and part.scale == "mos"
        if any(not low <= score <= high or (whole and score != round(score)) for score in scored.scores.values()):
            raise AnswerError(f"Scores lie between {low:g} and {high:g}{' in whole steps' if whole else ''}.")
        return {**scored.model_dump(), **_passed(trial, _scores_pass(trial, scored.scores))}
    chosen = _Chosen.model_validate(body)
    if chosen.chosen == "tie" and not (isinstance(part, PairsPart) and part.ties):
        raise AnswerError("One of the two must be chosen.")
    expected = trial.x
    if trial.x is None and trial.catch:
        expected = "first" if trial.shown[0].system != "catch" else "second"
    return {**chosen.model_dump(), **_passed(trial, chosen.chosen == expected)}


def _adjustment(part: AdjustmentPart, trial: Trial, moved: _Moved) -> dict[str, Any]:
    size = len(part.ranges)
    if len(moved.point) != size or any(len(row) != size + 1 for row in moved.path):
        raise AnswerError(f"A point has {size} coordinates, and a row of its path the seconds besides.")
    for value, (low, high) in zip(moved.point, part.ranges, strict=True):
        if not low - 1e-6 <= value <= high + 1e-6:
            raise AnswerError(f"Coordinates lie between {low:g} and {high:g}.")
    if moved.seconds < part.least_s:
        raise AnswerError(f"An answer is accepted after {part.least_s:g} s.")
    passed = False
    if trial.target is not None:
        misses = [a - b for a, b in zip(moved.point, trial.target, strict=True)]
        distance = math.hypot(*misses) if part.control == "plane" else math.hypot(*misses) / math.sqrt(size)
        passed = distance <= part.catch_within
    return {**moved.model_dump(), **_passed(trial, passed)}


def _scores_pass(trial: Trial, scores: Mapping[str, float]) -> bool:
    """Whether the original of a catch page has the higher score."""
    judged = [shown for shown in trial.shown if shown.label != "reference"]
    dull = [scores[shown.label] for shown in judged if shown.system == "catch"]
    clear = [scores[shown.label] for shown in judged if shown.system != "catch"]
    return bool(dull) and min(clear) > max(dull)


def _passed(trial: Trial, passed: bool) -> dict[str, Any]:
    return {"passed": passed} if trial.catch else {}


def _form(study: Study, step: Step, form: _Form) -> dict[str, Any]:
    asked = {question.name: question for question in study.questions if question.when == step.type}
    unknown = form.answers.keys() - asked.keys()
    if unknown:
        raise AnswerError(f"There is no question {min(unknown)!r}.")
    answers = {name: _answer(question, form.answers.get(name)) for name, question in asked.items()}
    return {"answers": {name: answer for name, answer in answers.items() if answer is not None}}


def _answer(question: Question, given: str | float | None) -> str | float | None:
    if given is None or given == "":
        if question.required:
            raise AnswerError(f"The question {question.name!r} must be answered.")
        return None
    if question.type == "number":
        value = float(given) if isinstance(given, int | float) else math.nan
        if not question.least <= value <= question.most:
            raise AnswerError(f"{question.name} lies between {question.least:g} and {question.most:g}.")
        return value
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise AnswerError(f"{question.name} is a text of at most {LONGEST_TEXT} characters.")
    # Options are kept in the study's first language, whatever the listener read.
    if question.type == "choice" and given not in {in_language(option, "en") for option in question.options}:
        raise AnswerError(f"{question.name} is none of the options.")
    return given
