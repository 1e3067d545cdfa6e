"""The table by itself: what a request is, as data and back, and what is said of one that makes no sense."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonewright.controllers.auto import auto
from tonewright.controllers.match import match
from tonewright.controllers.say.saying import answer, put_on, say
from tonewright.errors import SettingsError
from tonewright.requests import KINDS, Auto, Compare, Match, Request, RequestError, Say, request_of
from tonewright.requests.option import options_of
from tonewright.requests.rows import Row
from tonewright.requests.table import shares


def test_importing_the_table_loads_nothing_heavy() -> None:
    code = "import sys, tonewright.requests; assert not {'numpy', 'pydantic', 'numba', 'typer'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_request_goes_to_plain_json_and_back() -> None:
    asked = Match(recording="a.wav", references=["b.wav", Path("c.flac")], amount=1, weights=[2, 1], loudness=-14)  # type: ignore[arg-type]
    assert asked.to_dict() == {
        "verb": "match",
        "recording": "a.wav",
        "references": ["b.wav", "c.flac"],
        "weights": [2.0, 1.0],
        "loudness": -14.0,
    }
    again = request_of(json.loads(json.dumps(asked.to_dict())))
    assert again == asked
    with pytest.raises(dataclasses.FrozenInstanceError):
        asked.amount = 0.5  # type: ignore[misc]


def test_the_digest_is_of_what_differs_from_the_defaults() -> None:
    text = '{"amount": 0.5, "recording": "a.wav", "verb": "auto"}'
    assert Auto(recording="a.wav", amount=0.5).digest() == hashlib.sha256(text.encode()).hexdigest()
    assert Auto(recording="a.wav", amount=0.5, what="both").digest() == Auto(amount=0.5, recording="a.wav").digest()
    assert Auto(recording="a.wav").digest() != Auto(recording="a.wav", sections=True).digest()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Auto(recording="a", amount=1.6), "amount must lie between 0 and 1.5, got 1.6."),
        (lambda: Auto(recording="a", amount=math.nan), "amount must lie between 0 and 1.5, got nan."),
        (lambda: Auto(recording="a", profile="podcast"), "profile must be music or speech, got 'podcast'."),  # type: ignore[arg-type]
        (
            lambda: Auto(recording="a", loudness="reference"),  # type: ignore[arg-type]
            "loudness must be input or a number between -70 and 0 LUFS, got 'reference'.",
        ),
        (lambda: Match(recording="a", references=()), "references must be a list of 1 or more names, got ()."),
        (
            lambda: Match(recording="a", references=("b",), weights=(1.0, 2.0)),
            "weights must be one for each reference, got 2 for 1.",
        ),
        (lambda: Say(prompt="x" * 2001), "prompt must be text of at most 2000 characters"),
        (lambda: Say(prompt="warm", output="a.wav"), "output needs a recording beside the request."),
        (lambda: Say(prompt="warm", model="a", adapter="b"), "model cannot stand beside adapter or endpoint"),
        (lambda: Say(prompt="warm", endpoint="http://x"), "endpoint needs the model that the server is to use"),
        (lambda: Compare(files=("a.wav",)), "files must be two or more, or one beside a reference."),
        (lambda: Compare(files=("a.wav", "b.json")), "files must be of one kind"),
        (lambda: request_of({"verb": "sing"}), "verb must be one of auto, match"),
        (lambda: request_of({"verb": "auto"}), "recording is missing."),
        (lambda: request_of({"verb": "auto", "recording": "a", "gain": 1}), "gain is no option of auto; there are"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(RequestError) as caught:
        make()
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, SettingsError)


def test_weights_are_shares() -> None:
    assert shares(None, 3) == [1.0, 1.0, 1.0]
    assert shares([2, 0], 2) == [2.0, 0.0]
    for wrong in ([0.0, 0.0], [1.0, -1.0], [1.0, math.inf]):
        with pytest.raises(RequestError, match="0 or more, and not all 0"):
            shares(wrong, 2)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.verb)
def test_every_option_has_a_sentence_and_a_default_that_is_valid(kind: type[Request]) -> None:
    for one in options_of(kind).values():
        assert isinstance(one.row, Row)
        assert one.row.sentence.endswith(".")
        assert "`" not in one.row.sentence
        low, high = one.row.low, one.row.high
        if one.is_number and isinstance(one.default, float | int):
            assert low is None or low <= one.default
            assert high is None or one.default <= high


@pytest.mark.parametrize(("function", "kind"), [(auto, Auto), (match, Match), (say, Say), (answer, Say), (put_on, Say)])
def test_python_functions_have_the_defaults_of_the_table(function: Any, kind: type[Request]) -> None:
    options = options_of(kind)
    own = {name: one for name, one in inspect.signature(function).parameters.items() if name in options}
    assert "amount" in own
    for name, one in own.items():
        if one.default is not inspect.Parameter.empty:
            assert one.default == options[name].default, name
            if name not in ("model", "taste"):
                assert options[name].row.sentence in function.__doc__
    assert "{options}" not in function.__doc__


def test_python_functions_take_every_choice_of_the_table() -> None:
    for function, kind in ((auto, Auto), (match, Match)):
        known = set(inspect.signature(function).parameters)
        chosen = {
            name for name, one in options_of(kind).items() if one.row.reads in ("", "file") and not one.row.writes
        }
        assert chosen <= known, function.__name__
