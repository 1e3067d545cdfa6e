"""Conversations: what a turn is taken for, what it changes and leaves, and the file it is kept in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tonewright.controllers.say.changes import changes
from tonewright.controllers.say.combining import add, part_of_the_way
from tonewright.controllers.say.conversation import Conversation, Turn
from tonewright.controllers.say.saying import SayError
from tonewright.controllers.say.state import ConversationError, State
from tonewright.controllers.say.turns import understand
from tonewright.controllers.say.vocabulary import interpret
from tonewright.population.distribution import PlaneDistribution
from tonewright.settings import Band, Compressor, Settings


@dataclass
class Heard:
    plane: PlaneDistribution
    kind: str


SCENES = {"dinner": (-2.0, -2.5), "party": (3.0, 0.5)}


class WordModel:
    """Reads the vocabulary's words, and two scenes, as clouds around a point."""

    def read(self, requests: Sequence[str]) -> list[Heard]:
        found = []
        for request in requests:
            word = interpret(request)
            centre = (0.0, 0.0) if word is None else tuple(2.0 * word.strength * np.array(word.plane))
            centre = next((place for name, place in SCENES.items() if name in request), centre)
            kind = "unrelated" if "capital of" in request else "plane"
            found.append(Heard(PlaneDistribution.from_points([centre], bandwidth=1.5), kind))
        return found


@pytest.fixture
def talk() -> Conversation:
    return Conversation.begin(WordModel())


def gain(settings: Settings, frequency_hz: float) -> float:
    return sum(band.gain_db for band in settings.bands if band.frequency_hz == pytest.approx(frequency_hz))


MEANT = [
    (
        "scale",
        ["a bit less", "more", "Half of that.", "much more!", "the other way", "OK, a touch more please", "too much"],
    ),
    ("scale", ["etwas weniger", "viel mehr", "un peu moins", "beaucoup plus", "un poco menos", "mucho más"]),
    ("scale", ["lidt mindre, tak", "andersherum", "le contraire", "al revés", "det modsatte", "noch mehr"]),
    ("keep", ["keep the bass but more air", "more air, but keep the bass", "behalte den Bass, aber mehr Luft"]),
    ("keep", ["garde les basses mais plus d'air", "mantén los bajos pero más aire", "behold bassen men mere luft"]),
    (
        "back",
        ["like the first one", "go back to the second", "zurück zum ersten", "comme le premier", "como el primero"],
    ),
    ("before", ["like before", "wie vorher", "comme avant", "como antes", "som før"]),
    ("undo", ["undo", "Undo that, please", "rückgängig", "annule", "deshacer", "fortryd"]),
    ("redo", ["redo", "wiederherstellen", "rétablir", "rehacer"]),
    ("restart", ["start over", "von vorne", "recommencer", "empezar de nuevo", "forfra"]),
    ("why", ["why?", "Warum?", "Pourquoi ?", "¿Por qué?", "hvorfor"]),
    ("take", ["other people?", "another take", "andere Leute?", "un autre", "otra gente"]),
    ("first", ["this one", "I prefer this one."]),
    ("second", ["that one", "the other one"]),
    (
        "request",
        ["a bit less bass", "warmer", "more air", "half as bright", "keep the vocals clear but darker", "undo the mud"],
    ),
    ("request", ["cut 3 dB at 400 Hz", "like a first kiss", "mehr Bass", "un peu moins de basses", "keep it quiet"]),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in MEANT for text in texts])
def test_what_a_turn_is_taken_for(kind: str, text: str) -> None:
    assert understand(text).kind == kind


def test_words_of_degree_are_ordered_and_undo_each_other() -> None:
    less = [understand(f"{degree} less".strip()).factor for degree in ("much", "", "a bit", "a touch")]
    assert less == sorted(less)
    assert 0.0 < less[0] < less[-1] < 1.0
    assert understand("a bit less").factor * understand("a bit more").factor == pytest.approx(1.0)
    assert understand("half of that").factor == 0.5
    assert understand("ein bisschen weniger").factor == understand("a bit less").factor


def test_a_bit_less_scales_the_last_change_only(talk: Conversation) -> None:
    talk.say("cut 6 dB at 400 Hz, Q 2")
    talk.say("boost 4 dB at 3 kHz, Q 1")
    turn = talk.say("half of that")
    assert gain(turn.settings, 3000) == pytest.approx(2.0)
    assert gain(turn.settings, 400) == -6.0
    assert [str(change) for change in turn.changes] == ["at 3 kHz, Q 1: from +4.0 to +2.0 dB"]
    assert gain(talk.say("twice that").settings, 3000) == pytest.approx(4.0)
    assert gain(talk.say("the other way").settings, 3000) == pytest.approx(-4.0)


def test_less_then_more_returns(talk: Conversation) -> None:
    first = talk.say("something for a late dinner")
    assert first.decided_by == ("population",)
    talk.say("a bit less")
    assert changes(first.settings, talk.say("a bit more").settings) == ()


def test_requests_add_and_are_bounded() -> None:
    def shelf(gain_db: float) -> Settings:
        return Settings(bands=(Band(type="low_shelf", frequency_hz=100.0, gain_db=gain_db, q=0.7),))

    together, said = add(shelf(2.0), shelf(1.5))
    assert gain(together, 100) == 3.5
    assert said == []
    together, said = add(shelf(4.0), shelf(4.0))
    assert gain(together, 100) == 6.0  # the edge of the tone plane
    assert len(said) == 1
    assert gain(add(shelf(-5.0), shelf(12.0))[0], 100) == 7.0  # what was asked for in one request is not cut short
    cut = Settings(bands=(Band(type="high_pass", frequency_hz=60.0),))
    lower = Settings(bands=(Band(type="high_pass", frequency_hz=40.0),))
    assert [band.frequency_hz for band in add(cut, lower)[0].bands] == [40.0]


def test_compressors_add_slopes_and_scale() -> None:
    def even(ratio: float) -> Settings:
        return Settings(compressor=Compressor(threshold_db=-26.0, ratio=ratio))

    both = add(even(1.25), even(2.0))[0].compressor
    assert both is not None
    assert 1.0 - 1.0 / both.ratio == pytest.approx(0.2 + 0.5)
    half = part_of_the_way(Settings(), even(2.0), 0.5)[0].compressor
    assert half is not None
    assert 1.0 - 1.0 / half.ratio == pytest.approx(0.25)
    opposite, said = part_of_the_way(Settings(), even(2.0), -1.0)
    assert opposite.compressor is None
    assert "no opposite" in said[0]


@pytest.mark.parametrize(
    "text", ["keep the bass but party", "a party, but leave the bass alone", "garde les basses, mais party"]
)
def test_what_is_kept_stays_exactly(talk: Conversation, text: str) -> None:
    before = talk.say("for a late dinner")
    low = [band for band in before.settings.bands if band.frequency_hz < 250]
    assert any(band.gain_db != 0.0 for band in low)
    turn = talk.say(text)
    assert turn.kind == "keep"
    assert [band for band in turn.settings.bands if band.frequency_hz < 250] == low
    assert [change.what for change in turn.changes] == ["above 10 kHz"]


def test_the_same_request_without_keeping_moves_the_bass(talk: Conversation) -> None:
    talk.say("for a late dinner")
    assert "below 100 Hz" in {change.what for change in talk.say("party").changes}


def test_back_and_forth(talk: Conversation) -> None:
    first = talk.say("for a late dinner").settings
    second = talk.say("cut 3 dB at 400 Hz").settings
    talk.say("2 dB louder")
    assert talk.say("like the first one").settings == first
    assert talk.say("undo").settings != first
    assert talk.say("redo").settings == first
    assert talk.say("go back to the second").settings == second
    assert talk.say("like before").settings == first
    assert talk.say("start over").settings.is_neutral
    assert talk.say("undo").settings == first
    turn = talk.say("go back to number 77")
    assert turn.changes == ()
    assert "no result 77" in turn.said[0]


def test_what_changes_nothing(talk: Conversation) -> None:
    for text in ("undo", "redo", "a bit less", "like before", "this one", "another take", "why?"):
        turn = talk.say(text)
        assert (turn.number, turn.changes) == (0, ()), text
        assert turn.said
    stands = talk.say("for a late dinner")
    for text, parts in (
        ("What is the capital of France?", ("unrelated",)),
        ("perfect, thanks", ("conversation",)),
        ("why?", ("conversation",)),
    ):
        turn = talk.say(text)
        assert (turn.settings, turn.decided_by) == (stands.settings, parts)
    assert "You asked: for a late dinner" in turn.said
    with pytest.raises(SayError):
        talk.say("  ")
    assert talk.settings == stands.settings


def test_other_people_and_a_choice(talk: Conversation) -> None:
    stands = talk.say("cut 3 dB at 400 Hz and make it fit a late dinner")
    first, second = talk.say("other people?"), talk.say("another take")
    assert len({one.settings.to_json() for one in (stands, first, second)}) == 3
    assert gain(first.settings, 400) == gain(second.settings, 400) == -3.0  # numbers stay
    assert second.offer == (second.settings, first.settings)
    assert changes(talk.say("that one").settings, first.settings) == ()
    assert talk.say("this one").said[0].startswith("There are no two")
    offered = talk.say("a or b")
    assert offered.changes == ()
    assert offered.offer is not None
    assert talk.say("this one").settings == offered.offer[0]


def test_a_file_goes_on_where_it_ended(talk: Conversation, tmp_path: Path) -> None:
    for text in ("for a late dinner", "a bit less", "other people?", "undo"):
        talk.say(text)
    talk.save(tmp_path / "talk.json")
    again = Conversation.load(tmp_path / "talk.json", WordModel())
    assert again.state == talk.state

    def go_on(one: Conversation) -> list[Turn]:
        return [one.say(text) for text in ("redo", "another take", "half of that", "why?")]

    assert go_on(again) == go_on(talk)

    def leaves(value: object) -> list[object]:
        if isinstance(value, dict | list):
            return [leaf for one in (value.values() if isinstance(value, dict) else value) for leaf in leaves(one)]
        return [value]

    assert {type(leaf) for leaf in leaves(json.loads((tmp_path / "talk.json").read_text()))} <= {str, int, float}


def test_broken_files_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    good = State().to_dict()
    for content in (
        "{",
        "[]",
        json.dumps({**good, "version": 2}),
        json.dumps({**good, "kind": "song"}),
        json.dumps({**good, "position": 5}),
        json.dumps({**good, "line": [0, 9]}),
        json.dumps({**good, "more": 1}),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ConversationError) as caught:
            State.load(path)
        assert str(path) in str(caught.value)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)
    with pytest.raises(ConversationError, match="There is no conversation"):
        State.load(tmp_path / "absent.json")
    path.write_text(json.dumps(good), encoding="utf-8")
    assert State.load(path) == State()
