"""The door of words: a turn of a conversation, put on a recording, with what other people would choose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tonewright.controllers.say.answer import Answer
from tonewright.controllers.say.combining import add
from tonewright.controllers.say.conversation import Conversation, Turn
from tonewright.controllers.say.saying import WORKING_LUFS, Model, SayResult, find_model
from tonewright.controllers.say.state import ConversationError, State, Version
from tonewright.population.data import Context
from tonewright.population.plane import EDGE, to_settings
from tonewright.rendering import Progress, settle
from tonewright.settings import Settings
from tonewright.studio.tasks.common import source_of, words_of
from tonewright.studio.tasks.outcome import outcome

#: The one model of this process, kept once it is loaded.
_models: list[Model] = []


def say(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Take a turn.

    Parameters
    ----------
    arguments
        ``recording`` (or ``None``), ``prompt``, ``conversation`` (plain data or ``None``), ``amount``, ``seed``,
        ``context``, ``samples``, ``what``, ``loudness``, ``ceiling_db``.

    Raises
    ------
    SayError, ConversationError, MissingExtraError, AudioError
        In one sentence.
    """
    talk = Conversation(_model(progress), _state(arguments))
    progress("understanding", 0.0)
    turn = talk.say(arguments["prompt"])
    found = replace(talk.answer(), prompt=talk.state.standing.request or arguments["prompt"])
    chain = found.settings.only(arguments["what"])
    assert isinstance(chain, Settings)
    found = replace(found, settings=chain)
    points = _others(found, arguments["samples"], talk.state.seed)
    details = {
        "prompt": arguments["prompt"],
        "turn": _turn(turn),
        "offer": None if turn.offer is None else [one.to_dict() for one in turn.offer],
        "conversation": talk.state.to_dict(),
        "decided_by": "+".join(turn.decided_by),
        "standing": talk.settings.to_dict(),
        "plane": {
            "edge": EDGE,
            "size": found.plane.size,
            "grid": found.plane.weights,
            "mode": found.plane.mode(),
            "mean": found.plane.mean(),
            "spread": found.plane.spread(),
            "chosen": talk.state.standing.point,
            "samples": points,
        },
    }
    takes = [_take(talk.state.standing, point, talk.state.amount) for point in points]
    if arguments["recording"] is None:
        return _without_recording(found, details, takes)
    result = _put_on(found, arguments, talk.state.amount, progress)
    lufs = arguments["recording"]["integrated_lufs"]
    details["takes"] = [_as_loud(one, lufs).to_dict() for one in takes]
    return outcome("say", result, arguments["recording"], details)


def _put_on(found: Answer, arguments: dict[str, Any], amount: float, progress: Progress) -> SayResult:
    """Put an answer on a recording whose loudness is known already."""
    source = source_of(arguments["recording"])
    settled = settle(
        source,
        _as_loud(found.settings, arguments["recording"]["integrated_lufs"]),
        loudness=arguments["loudness"],
        ceiling_db=arguments["ceiling_db"],
        progress=progress,
    )
    what = arguments["what"]
    return SayResult(settings=settled.settings, source=source, settled=settled, what=what, amount=amount, answer=found)


def _model(progress: Progress) -> Model:
    if not _models:
        progress("loading the language model", 0.0)
        _models.append(find_model(None, progress))
    return _models[0]


def _state(arguments: dict[str, Any]) -> State:
    if arguments["conversation"] is None:
        context = Context(**(arguments["context"] or {}))
        return State(amount=arguments["amount"], seed=arguments["seed"], context=context)
    try:
        return State.model_validate(arguments["conversation"])
    except ValidationError:
        raise ConversationError("This conversation cannot be continued; start a new one.") from None


def _turn(turn: Turn) -> dict[str, Any]:
    names = ("kind", "number", "changes", "explanation", "decided_by")
    return {name: turn.to_dict()[name] for name in names}


def _others(found: Answer, count: int, seed: int) -> NDArray[np.float64]:
    """Draw what single people would choose, as ``tonewright say`` draws it; nobody chose where nothing was asked."""
    if "population" not in found.decided_by:
        return np.zeros((0, 2))
    return found.plane.sample(count, np.random.default_rng([seed, *found.prompt.encode()]))


def _take(standing: Version, point: NDArray[np.float64], amount: float) -> Settings:
    """Return what stands with another point of the plane in place of its own."""
    tone = to_settings(point).scaled(amount)
    if standing.point is None:
        return add(standing.base, tone)[0]
    old = to_settings(standing.point).scaled(amount)
    moved = tuple(
        band.with_gain(band.gain_db - second.gain_db) for band, second in zip(tone.bands, old.bands, strict=True)
    )
    return add(standing.settings, tone.with_bands(moved))[0]


def _as_loud(settings: Settings, lufs: float | None) -> Settings:
    """Return settings made for the working level as they are for a recording of this loudness."""
    return settings if lufs is None else settings.at_level(lufs - WORKING_LUFS)


def _without_recording(found: Answer, details: dict[str, Any], takes: list[Settings]) -> dict[str, Any]:
    said = [{"heading": "What was understood", "sentences": list(found.said)}]
    return {
        "kind": "say",
        "recording": None,
        "settings": found.settings.to_dict(),
        "timeline": None,
        "amount": 1.0,
        "what": "both",
        "loudness": None,
        "limited_db": 0.0,
        "notes": [],
        **words_of(found.settings, 48_000.0),
        "story": {"title": found.prompt, "sections": said},
        "spectra": None,
        "details": {**details, "takes": [one.to_dict() for one in takes]},
    }
