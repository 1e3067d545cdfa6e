"""Listening data are checked, kept and read back; every fault is one sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.errors import TonewrightError
from tonewright.population.data import Context, Dimension, Population, PopulationError, prompt_key
from tonewright.population.imports import load_population, parse_population

ROWS = [
    {"prompt": "Warmer.", "track": "a.wav", "start": [1.0, 2.0], "responses": [[0.0, -3.0], [1.0, -6.0]]},
    {"prompt": "Brighter.", "track": "b.wav", "start": [0.0, 0.0], "responses": [[0.0, 3.0], [1.0, 6.0]]},
    {"prompt": "warmer", "track": "a.wav", "start": [1.0, 2.0], "responses": [[0.5, -3.0], [1.5, -5.0]]},
]


def test_the_published_form_and_its_original_are_the_same() -> None:
    original = [{("initial position" if k == "start" else k): v for k, v in row.items()} for row in ROWS]
    ours, theirs = parse_population(json.dumps(ROWS)), parse_population(json.dumps(original))
    assert ours == theirs
    assert ours.licence.startswith("MIT")
    assert ours.items[0].choices[1].start == (1.0, 2.0)
    np.testing.assert_array_equal(ours.items[1].points, [[0.0, 3.0], [1.0, 6.0]])
    assert ours.listeners == ("1", "2")
    assert {key: len(items) for key, items in ours.prompts().items()} == {"warmer": 2, "brighter": 1}


def test_it_comes_back_from_a_file_as_it_was(tmp_path: Path) -> None:
    space = (Dimension(name="bass", low=-12, high=12, unit="dB"),)
    item = {
        "id": "1",
        "prompt": "Für später, wärmer",
        "context": {"mood": "calm"},
        "choices": [{"listener": "a", "point": [3.0]}],
    }
    population = Population.of_items([item], "x", space=space, source="here", licence="CC0")
    population.save(tmp_path / "p.json")
    again = load_population(tmp_path / "p.json")
    assert again == population
    assert again.items[0].context == Context(mood="calm")
    assert again.points.shape == (1, 1)


def test_a_table_makes_retests_of_those_who_come_back(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "prompt,listener,x,y,start_x,start_y,mood\n"
        "warm,ann,0,-3,1,1,calm\nwarm,bob,1,-4,,,calm\nbright,ann,0,3,,,\nwarm,ann,0.5,-3,,,calm\nwarm,cem,2,2,,,\n",
        encoding="utf-8",
    )
    found = load_population(path, hashlib.sha256(path.read_bytes()).hexdigest().upper())
    listed = [(item.prompt, item.context.mood, item.listeners) for item in found.items]
    assert listed == [
        ("warm", "calm", ("ann", "bob")),
        ("bright", None, ("ann",)),
        ("warm", None, ("cem",)),
        ("warm", "calm", ("ann",)),
    ]
    assert found.items[0].choices[0].start == (1.0, 1.0)
    assert found.items[0].choices[1].start is None


def test_parts() -> None:
    population = parse_population(json.dumps(ROWS))
    assert [item.id for item in population.subset(prompts=["WARMER"]).items] == ["001", "003"]
    assert [item.id for item in population.subset(ids=["002"]).items] == ["002"]
    assert population.subset(listeners=["2"]).points.shape == (3, 2)
    assert population.subset(listeners=["nobody"]).items == ()
    assert population.items[0].asked().choices == ()
    assert prompt_key("  More   Bass! ") == prompt_key("more bass")


FAULTS: list[tuple[Any, str]] = [
    ([{"prompt": "a", "responses": [[0, 7]]}], "has y = 7, which is not between -6 and 6"),
    ([{"prompt": "a", "responses": [[0, 1, 2]]}], "has 3 coordinates instead of 2"),
    ([{"prompt": "a", "responses": [["b", 1]]}], "valid number"),
    ([{"prompt": "", "responses": [[0, 1]]}], "prompt"),
    ([{"prompt": "a"}], "item 1 has no prompt or no responses"),
    ([{"prompt": "a", "responses": [], "mod": 1}], "unknown key 'mod'"),
    ({"items": []}, "no listening data"),
    ({"kind": "tonewright population", "items": [], "extra": 1}, "extra is not a known key"),
    ({"kind": "tonewright population"}, "items is missing"),
    ("[1, NaN]", "is not JSON"),
    ("{", "is not JSON"),
    ("prompt,listener,x\n", "column 'y'"),
    ("prompt,listener,x,y,z\n", "unknown column 'z'"),
    ("prompt,listener,x,y\na,b,1\n", "line 2 does not have 4 cells"),
    ("prompt,listener,x,y\na,b,one,2\n", "line 2: could not convert"),
    ("prompt,listener,x,y\na,,1,2\n", "nothing in the column 'listener'"),
]


@pytest.mark.parametrize(("content", "said"), FAULTS)
def test_faults_are_one_sentence(content: Any, said: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(PopulationError, match=said) as caught:
        parse_population(text, "file")
    sentence = str(caught.value)
    assert sentence.startswith("file")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_places_that_hold_no_data(tmp_path: Path) -> None:
    with pytest.raises(PopulationError, match="There are no listening data"):
        load_population(tmp_path / "none.json")
    with pytest.raises(PopulationError, match="not an https address"):
        load_population("http://example.org/p.json")
    (tmp_path / "p.json").write_text(json.dumps(ROWS))
    with pytest.raises(TonewrightError, match="has the SHA-256"):
        load_population(tmp_path / "p.json", "00")


def test_nobody_answers_twice_and_ids_are_unique() -> None:
    choice = {"listener": "a", "point": [0, 0]}
    with pytest.raises(PopulationError, match="answers twice"):
        Population.of_items([{"id": "1", "prompt": "p", "choices": [choice, choice]}], "x")
    with pytest.raises(PopulationError, match="is there twice"):
        Population.of_items([{"id": "1", "prompt": "p"}, {"id": "1", "prompt": "q"}], "x")
