"""Synthetic requests and what they should do: paraphrases, opposites, degrees, contexts, six languages, and nonsense.

Every text is made of a concept or a vocabulary term, a frame, and perhaps words of degree and a context. Concepts,
frames and their values are the authors' general knowledge (``concepts.toml``, ``templates.toml``, ``vocabulary.toml``,
``unrelated.toml``), not listening data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal

import numpy as np

from tonewright.controllers.say.concepts import Concept, concepts
from tonewright.controllers.say.vocabulary import LANGUAGES, Term, comparative, terms
from tonewright.training.say.texts.sources import (
    Split,
    concepts_of,
    frames,
    load,
    terms_of,
    unrelated,
)

Kind = Literal["population", "fix", "unrelated"]
#: Parts of a generated set.
SHARES: dict[Kind, float] = {"population": 0.6, "fix": 0.28, "unrelated": 0.12}
#: Ends of the tone plane; a vocabulary term at plain intensity moves so far on it.
EDGE, TERM_REACH = 6.0, 3.0
#: Standard deviation between people about a vocabulary term.
TERM_SPREAD = 2.3
#: Texts per request; how often each is in another language than English, and how much a context counts.
_PARAPHRASES, _FOREIGN, _CONTEXT = 3, 0.25, 0.4
_LOWER, _BARE, _TYPO, _MANNERS = 0.3, 0.3, 0.08, 0.15


@dataclass(frozen=True)
class Text:
    """A request and what it should do.

    Attributes
    ----------
    prompt
        The words.
    group
        Texts of one group are paraphrases of one request.
    kind
        ``population``: what listeners ask for; ``fix``: the engineer's vocabulary; ``unrelated``: not about sound.
    plane
        Mean answer on the tone plane, each in [-6, 6]; ``None`` if unrelated.
    spread
        Standard deviation of answers around it; 0 if unrelated.
    region, direction, dynamics
        Of a ``fix``: region of the vocabulary (``None`` for level over time), +1 boost, -1 cut, 0 neither;
        ``compress``, ``expand`` or ``None``.
    intensity
        Factor of the words of degree that scaled ``plane``.
    language
        ``en``, ``de``, ``fr``, ``es``, ``da`` or ``zh``; of unrelated texts too few are foreign to tell: ``en``.
    opposite_of
        The group whose answer is this one's mirror image.
    """

    prompt: str
    group: str
    kind: Kind
    plane: tuple[float, float] | None
    spread: float
    region: str | None
    direction: int
    dynamics: str | None
    intensity: float
    language: str
    opposite_of: str | None


@dataclass(frozen=True, eq=False)
class _Request:
    """What is asked, before it is put in words; ``sense`` is ``more`` or ``less``."""

    subject: Concept | Term
    sense: str
    degree: float
    context: Concept | None = None

    @property
    def group(self) -> str:
        extra = f"@{self.context.name}" if self.context else ""
        kind = "fix" if isinstance(self.subject, Term) else "ask"
        return f"{kind}:{self.subject.name}:{self.sense}:{self.degree:g}{extra}"

    @property
    def sign(self) -> int:
        return 1 if self.sense == "more" else -1


def generate(seed: int, count: int, split: Split = "train", *, foreign: float = _FOREIGN) -> list[Text]:
    """Return synthetic texts; the same seed gives the same list.

    Parameters
    ----------
    count
        How many, divided by :data:`SHARES`. Prompts may repeat in long lists.
    split
        ``train`` and ``held`` share no concept, no term and no frame.
    foreign
        Part of the texts in other languages, where a concept or term has a translation.

    Examples
    --------
    >>> len(generate(0, 100)), generate(0, 5) == generate(0, 5)
    (100, True)
    """
    random = np.random.default_rng([seed, split == "held"])
    texts: list[Text] = []
    for kind, share in SHARES.items():
        wanted = round(share * count) if kind != "unrelated" else count - len(texts)
        abroad = 0 if kind == "unrelated" else round(foreign * wanted)
        made: Iterator[Text] = _unrelated(random, split) if kind == "unrelated" else _sound(random, kind, split)
        texts.extend(islice(made, wanted - abroad))
        if abroad:
            texts.extend(islice(_sound(random, kind, split, abroad=True), abroad))
    return [texts[index] for index in random.permutation(len(texts))]


def _unrelated(random: np.random.Generator, split: Split) -> Iterator[Text]:
    rows = unrelated(split)
    while True:
        for index in random.permutation(len(rows)):
            prompt = rows[index]
            yield Text(prompt, f"unrelated:{prompt}", "unrelated", None, 0.0, None, 0, None, 1.0, "en", None)


def _sound(random: np.random.Generator, kind: Kind, split: Split, abroad: bool = False) -> Iterator[Text]:
    subjects: list[Any] = list(terms_of(split) if kind == "fix" else concepts_of(split))
    if abroad:
        subjects = [subject for subject in subjects if "de" in subject.words]
    scenes = [concept for concept in concepts_of(split) if concept.kind == "scene"]
    while True:
        for index in random.permutation(len(subjects)):
            for request in _requests(random, subjects[index], scenes):
                if abroad and not _languages(request, split):
                    continue
                for _ in range(_PARAPHRASES):
                    yield _word(random, request, split, abroad)


def _requests(random: np.random.Generator, subject: Concept | Term, scenes: list[Concept]) -> list[_Request]:
    """Return a plain request, its opposite, and the same in other degrees; a context on some."""
    if isinstance(subject, Concept) and subject.kind == "scene":
        return [_Request(subject, "more", 1.0)]
    sense = "less" if isinstance(subject, Term) and subject.state != "quality" else "more"
    other = "more" if sense == "less" else "less"
    degrees = load("templates.toml")["degrees"]["cmp"].values()
    found = [_Request(subject, sense, 1.0), _Request(subject, other, 1.0)]
    found += [
        _Request(subject, sense, float(degree)) for degree in random.choice(sorted(set(degrees)), 2, replace=False)
    ]
    if isinstance(subject, Concept) and random.random() < 0.5:
        scene = scenes[random.integers(len(scenes))]
        found.append(_Request(subject, sense, 1.0, scene))
    return found


def _word(random: np.random.Generator, request: _Request, split: Split, abroad: bool) -> Text:
    """Put a request in words, in another language than English where one has a frame for it."""
    languages = _languages(request, split) if abroad else ()
    language = languages[random.integers(len(languages))] if languages else "en"
    choices = _choices(request, language, split)
    frame, filled = choices[random.integers(len(choices))]
    words = filled[random.integers(len(filled))]
    prompt = _fill(random, frame, words, request.degree, language)
    if request.context is not None:
        scene = request.context.words["en"]
        prompt = prompt.rstrip(".!?") + load("templates.toml")["manners"]["context"].format(
            w=scene[random.integers(len(scene))]
        )
    prompt = _roughen(random, prompt, language)
    return _text(request, prompt, language)


def _languages(request: _Request, split: Split) -> tuple[str, ...]:
    """Return the languages besides English that can say a request; contexts are English only."""
    if request.context is not None:
        return ()
    return tuple(language for language in LANGUAGES if _choices(request, language, split))


def _choices(request: _Request, language: str, split: Split) -> list[tuple[str, list[str]]]:
    """Return the frames that can say a request, each with the words that fit it."""
    of_terms = isinstance(request.subject, Term)
    return _choices_for(of_terms, request.subject.name, request.sense, request.degree, language, split)


@cache
def _choices_for(
    of_terms: bool, name: str, sense: str, degree: float, language: str, split: Split
) -> list[tuple[str, list[str]]]:
    subject = terms()[name] if of_terms else concepts()[name]
    if isinstance(subject, Concept):
        words = list(subject.words.get(language, ()))
        if not words:
            return []
        return [(f, words) for f in frames(subject.kind, sense, language, split) if _says(f, degree)]
    adjectives = (
        list(subject.forms) if language == "en" else [subject.words[language]] if language in subject.words else []
    )
    if not adjectives:
        return []
    found = [(f, adjectives) for f in frames("fix", sense, language, split) if _says(f, degree)]
    if subject.state == "quality" and sense == "less":
        # "It sounds warm" is no complaint.
        found = [(f, w) for f, w in found if not re.search(r"\{deg\}", f)]
    if language == "en" and subject.nouns:
        nouns = [f for f in frames("tone", sense, "en", split) if _says(f, degree)]
        found += [(f, list(subject.nouns)) for f in nouns[: max(1, len(found) // 3)]]
    return found


@cache
def _says(frame: str, degree: float) -> bool:
    """Whether a frame can say a degree."""
    fixed = re.match(r"([\d.]+)=", frame)
    if fixed:
        return float(fixed[1]) == degree
    if degree == 1.0:
        return True
    slots = load("templates.toml")["degrees"]
    return any(f"{{{slot}}}" in frame and degree in slots[slot].values() for slot in ("cmp", "deg"))


def _fill(random: np.random.Generator, frame: str, words: str, degree: float, language: str) -> str:
    frame = re.sub(r"^[\d.]+=", "", frame)
    said = {}
    for slot, phrases in load("templates.toml")["degrees"].items():
        fitting = [phrase for phrase, factor in phrases.items() if factor == degree]
        said[slot] = f"{fitting[random.integers(len(fitting))]} " if fitting and degree != 1.0 else ""
    prompt = frame.format(w=words, c=comparative(words) if "{c}" in frame else "", **said)
    if language == "en":
        prompt = re.sub(r"\b(more|less|much|little|enough|some) (the|her|his) ", r"\1 of \2 ", prompt, flags=re.I)
        prompt = re.sub(r"\bthe (the|her|his) ", r"\1 ", prompt, flags=re.I)
        prompt = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", prompt)
    if language == "fr":
        prompt = re.sub(r"\b([dD])e (?=[aeéèêiou])", r"\1'", prompt)
    return prompt


def _roughen(random: np.random.Generator, prompt: str, language: str) -> str:
    """Write as people do: with manners, in lower case, without a full stop, with a slip of the finger."""
    if language == "zh":
        return prompt.rstrip("。") if random.random() < _BARE else prompt
    manners = load("templates.toml")["manners"]
    if language == "en" and "please" not in prompt.lower() and random.random() < _MANNERS:
        if random.random() < 0.5:
            prompt = str(random.choice(manners["before"])) + prompt[0].lower() + prompt[1:]
        else:
            prompt = prompt.rstrip(".!") + str(random.choice(manners["after"]))
    if random.random() < _LOWER and language != "de":
        prompt = prompt.lower()
    if random.random() < _BARE:
        prompt = prompt.rstrip(".!?").rstrip()
    if language == "en" and random.random() < _TYPO:
        places = [match.start() for match in re.finditer(r"(?<=[a-z])[a-z](?=[a-z])", prompt)]
        if places:
            at = places[random.integers(len(places))]
            swapped = prompt[:at] + prompt[at + 1] + prompt[at] + prompt[at + 2 :]
            prompt = swapped if random.random() < 0.5 else prompt[:at] + prompt[at + 1 :]
    return prompt


def _text(request: _Request, prompt: str, language: str) -> Text:
    subject, sign = request.subject, request.sign
    reach = TERM_REACH if isinstance(subject, Term) else 1.0
    plane = reach * sign * request.degree * np.array(subject.plane)
    if request.context is not None:
        plane = plane + _CONTEXT * np.array(request.context.plane)
    x, y = (float(round(value, 3)) + 0.0 for value in np.clip(plane, -EDGE, EDGE))
    first = "less" if isinstance(subject, Term) and subject.state != "quality" else "more"
    opposite = _Request(subject, first, request.degree).group if request.sense != first else None
    if isinstance(subject, Concept):
        return Text(
            prompt,
            request.group,
            "population",
            (x, y),
            subject.spread,
            None,
            0,
            None,
            request.degree,
            language,
            opposite,
        )
    flipped = {"compress": "expand", "expand": "compress"}
    dynamics: str | None = None if subject.dynamics == "none" else subject.dynamics
    if dynamics is not None and request.sense != first:
        dynamics = flipped[dynamics]
    return Text(
        prompt, request.group, "fix", (x, y), TERM_SPREAD, subject.region or None, sign * subject.more, dynamics,
        request.degree, language, opposite,
    )  # fmt: skip
