"""Synthetic requests: the same from the same seed, balanced, split without leaks, and right in direction."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tonewright.controllers.say.concepts import concepts
from tonewright.controllers.say.intensity import intensity
from tonewright.controllers.say.numbers import parse
from tonewright.controllers.say.vocabulary import LANGUAGES, interpret, regions, terms
from tonewright.training.say.texts.sources import Split, load, split_of, unrelated
from tonewright.training.say.texts.synthesis import SHARES, Text, generate

LISTENING = Path(
    os.environ.get("TONEWRIGHT_LISTENING")
    or Path(__file__).resolve().parents[4] / "shared" / "data" / "listening" / "tone-plane-listening.json"
)


@cache
def made(split: Split = "train") -> list[Text]:
    return generate(0, 4000, split)


def test_the_same_seed_gives_the_same_texts() -> None:
    assert generate(3, 200) == generate(3, 200)
    assert generate(3, 200) != generate(4, 200)
    assert len(generate(3, 7)) == 7


def test_sources_are_large_enough() -> None:
    assert len(concepts()) >= 150
    assert sum(set(LANGUAGES) <= set(concept.words) for concept in concepts().values()) >= 40
    frames = load("templates.toml")
    asking = sum(len(frames[kind][sense]["en"]) for kind in ("tone", "mood", "scene") for sense in frames[kind])
    assert asking >= 40
    assert sum(len(frames["fix"][sense]["en"]) for sense in ("more", "less")) >= 40
    assert len(unrelated("train")) + len(unrelated("held")) >= 150


@pytest.mark.parametrize("split", ["train", "held"])
def test_balance(split: Split) -> None:
    texts = made(split)
    kinds = Counter(text.kind for text in texts)
    assert {kind: kinds[kind] / len(texts) for kind in SHARES} == pytest.approx(SHARES, abs=1e-3)
    languages = Counter(text.language for text in texts)
    assert all(languages[language] >= 0.02 * len(texts) for language in LANGUAGES), languages
    assert languages["en"] >= 0.6 * len(texts)
    directions = Counter(text.direction for text in texts if text.kind == "fix" and text.region)
    assert 0.5 < directions[1] / directions[-1] < 2.0


def test_every_concept_and_term_is_reached() -> None:
    names = {
        text.group.split(":")[1] for split in ("train", "held") for text in made(split) if text.kind != "unrelated"
    }
    assert names == set(concepts()) | set(terms())


def test_the_sides_of_the_split_share_nothing() -> None:
    groups = [{text.group for text in made(split)} for split in ("train", "held")]
    assert groups[0].isdisjoint(groups[1])
    for split in ("train", "held"):
        for text in made(split):
            if text.kind == "population":
                assert split_of(concepts()[text.group.split(":")[1]].family) == split
            if text.kind == "fix":
                assert split_of(text.group.split(":")[1]) == split


def test_groups_hold_paraphrases_of_one_answer() -> None:
    groups: dict[str, set[tuple[object, ...]]] = {}
    prompts: dict[str, set[str]] = {}
    for text in made():
        groups.setdefault(text.group, set()).add(
            (text.plane, text.region, text.direction, text.dynamics, text.intensity)
        )
        prompts.setdefault(text.group, set()).add(text.prompt)
    assert all(len(answers) == 1 for answers in groups.values())
    asked = [len(found) for group, found in prompts.items() if not group.startswith("unrelated")]
    assert sum(count > 1 for count in asked) > 0.9 * len(asked)


def test_opposites_mirror_and_degrees_scale() -> None:
    by_group = {text.group: text for text in made() if text.plane is not None}
    pairs = [(text, by_group[text.opposite_of]) for text in by_group.values() if text.opposite_of in by_group]
    assert len(pairs) > 50
    for text, other in pairs:
        assert text.plane is not None
        assert other.plane == pytest.approx([-text.plane[0], -text.plane[1]])
        assert text.direction == -other.direction
    ladders = 0
    for text in by_group.values():
        plain = by_group.get(re.sub(r":[\d.]+$", ":1", text.group))
        if plain is not None and plain.plane is not None and text.plane is not None and text.intensity != 1:
            expected = [max(-6.0, min(6.0, text.intensity * value)) for value in plain.plane]
            assert text.plane == pytest.approx(expected, abs=2e-3)
            ladders += 1
    assert ladders > 100


def test_ranges() -> None:
    for text in (*made(), *made("held")):
        assert text.prompt.strip()
        assert "{" not in text.prompt or text.kind == "unrelated"
        if text.kind == "unrelated":
            assert text.plane is None
            continue
        assert text.plane is not None
        assert max(map(abs, text.plane)) <= 6
        assert 1 <= text.spread <= 4
        assert text.region is None or text.region in regions()
        assert (text.kind == "fix") or (text.region is None and text.direction == 0)


def test_words_of_degree_agree_with_the_table() -> None:
    """Where a prompt has no slip in it, the table reads the degree that was meant."""
    texts = [text for text in made() if text.intensity != 1]
    right = [intensity(text.prompt) == text.intensity for text in texts]
    assert sum(right) > 0.85 * len(right)


def test_the_lookup_reads_most_of_them() -> None:
    texts = [text for text in made() if text.kind == "fix" and text.region and text.language == "en"]
    right = 0
    for text in texts:
        found = interpret(text.prompt)
        right += found is not None and (found.region, found.direction) == (text.region, text.direction)
    assert right > 0.8 * len(texts), right / len(texts)


def test_unrelated_requests_ask_for_no_band() -> None:
    assert [text for split in ("train", "held") for text in unrelated(split) if parse(text).bands] == []


def test_no_prompt_of_the_listening_data_appears() -> None:
    if not LISTENING.exists():
        pytest.skip("the listening data is not here")
    known = {item["prompt"].lower().strip(" .!?") for item in json.loads(LISTENING.read_text(encoding="utf-8"))}
    ours = {text.prompt.lower().strip(" .!?") for split in ("train", "held") for text in made(split)}
    assert ours & known == set()
