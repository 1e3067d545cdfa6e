"""Engineers' words for sound and what a sentence wants done about them: the table is ``vocabulary.toml`` beside this.

A word is a *complaint* (an excess or a lack) or a *quality* (wanted). A sentence wants more or less of what it names:
"boomier", "not boomy enough" want more, "too boomy", "less boom", "it sounds boomy" less; "warmer" wants more, "too
warm" less. The direction in the word's frequency region follows.

:func:`interpret` is a plain lookup with rules of polarity. It is measured against a language model that reads the same
sentences, and decides only where it is the better of the two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from tonewright.controllers.say.intensity import intensity

State = Literal["excess", "lack", "quality"]
Dynamics = Literal["compress", "expand", "none"]
LANGUAGES = ("de", "fr", "es", "da", "zh")
_FLIPPED: dict[Dynamics, Dynamics] = {"compress": "expand", "expand": "compress", "none": "none"}
#: How many words before and after a term may turn its meaning.
_BEFORE, _AFTER = 6, 4


@dataclass(frozen=True)
class Term:
    """One word of the table.

    Attributes
    ----------
    region
        Key of :func:`regions`; empty for words about level over time.
    state
        What the word is a complaint about, or ``quality``.
    more
        What more of what the word names is in its region: +1 a boost, -1 a cut, 0 without region.
    plane
        Where more of it lies on the tone plane, (x, y), about a unit long.
    dynamics
        What remedies the complaint or gives the quality.
    forms, nouns
        The word itself and other adjectives for it; nouns for what it names. In lower case.
    opposite
        Name of another term.
    source
        Where the meaning comes from.
    words
        By language, as a predicate of "the sound".
    """

    name: str
    region: str
    state: State
    more: int
    plane: tuple[float, float]
    dynamics: Dynamics
    forms: tuple[str, ...]
    nouns: tuple[str, ...]
    opposite: str
    source: str
    words: dict[str, str]

    @property
    def wanted(self) -> int:
        """+1 if people who say the word usually want more of it, -1 if it is a complaint."""
        return 1 if self.state == "quality" else -1

    @property
    def direction(self) -> int:
        """What the word as it is usually meant asks for in its region: +1 a boost, -1 a cut, 0 without region."""
        return self.more * self.wanted


@dataclass(frozen=True)
class Finding:
    """What a sentence wants done.

    Attributes
    ----------
    term
        Name of the word understood.
    region
        Key of :func:`regions`, or empty.
    direction
        +1 boost, -1 cut, 0 where only the dynamics are meant.
    dynamics
        ``compress``, ``expand`` or ``none``.
    strength
        Factor of the words of degree; 1 is plain.
    plane
        The change on the tone plane, (x, y), of unit-like length at strength 1.
    """

    term: str
    region: str
    direction: int
    dynamics: Dynamics
    strength: float
    plane: tuple[float, float]


@cache
def regions() -> dict[str, tuple[float, float]]:
    """Return the ten frequency regions by name: lowest and highest frequency in Hz, from low to high."""
    return {name: (float(low), float(high)) for name, (low, high) in _content()["regions"].items()}


@cache
def terms() -> dict[str, Term]:
    """Return the table by name, in its order."""
    return {name: _term(name, row) for name, row in _content()["terms"].items()}


@cache
def places() -> frozenset[str]:
    """Return nouns that say where rather than what: "the highs are harsh" asks for nothing but what is said of them."""
    return frozenset(_content()["places"])


def interpret(text: str) -> Finding | None:
    """Return what a sentence wants, after the first word of the table it uses; ``None`` without one.

    Words that are to be kept ("keep the bass, but ...") are passed over. English everywhere; German, French, Spanish,
    Danish and Chinese for the words that have a translation.

    Examples
    --------
    >>> found = interpret("make it a bit less boomy")
    >>> found.region, found.direction, found.strength
    ('boom', -1, 0.6)
    >>> interpret("not boomy enough").direction
    1
    """
    return next(_findings(text), None)


def interpret_all(text: str) -> list[Finding]:
    """Return everything a sentence wants, one finding for each region and one for the dynamics, the first of each.

    Examples
    --------
    >>> [(one.term, one.direction) for one in interpret_all("too boomy and harsh, but not airy enough")]
    [('boomy', -1), ('harsh', -1), ('airy', 1)]
    """
    found: dict[str, Finding] = {}
    for one in _findings(text):
        found.setdefault(one.region, one)
    return list(found.values())


def _findings(text: str) -> Iterator[Finding]:
    text = " ".join(text.lower().replace("’", "'").split())
    found = [(match, terms()[_forms()[match[0]]]) for match in _pattern().finditer(text)]
    for index, (match, term) in enumerate(found):
        before, after = _around(text, match.start(), match.end())
        complaint_follows = any(later.state != "quality" for _, later in found[index + 1 :])
        if term.state == "quality" and complaint_follows and _DONE_TO.match(after):
            continue
        sense = _sense(before, after, match[0], term)
        if sense == 0:
            continue
        dynamics = term.dynamics if sense == term.wanted else _FLIPPED[term.dynamics]
        plane = (sense * term.plane[0] + 0.0, sense * term.plane[1] + 0.0)
        strength = intensity(f"{before} {after}")
        yield Finding(term.name, term.region, sense * term.more, dynamics, strength, plane)


def asked(text: str, start: int, end: int) -> tuple[int, float]:
    """Tell for a word that names something wanted, but is not in the table, what a sentence wants of it.

    Parameters
    ----------
    text
        In lower case.
    start, end
        Where in it the word stands.

    Returns
    -------
    +1 for more of it, -1 for less, 0 where it is to be left; and the factor of the words of degree around it.
    """
    before, after = _around(text, start, end)
    return _sense(before, after, text[start:end], _ANYTHING), intensity(f"{before} {after}")


_ANYTHING = Term("", "", "quality", 1, (0.0, 0.0), "none", (), (), "", "", {})


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))


@cache
def _idioms() -> dict[str, list[str]]:
    """Return rarer words and comparisons by the name of their term; the texts for training leave them out."""
    return tomllib.loads(resources.files(__package__).joinpath("idioms.toml").read_text(encoding="utf-8"))


def _term(name: str, row: dict[str, Any]) -> Term:
    state: State = row["state"]
    more = 0 if row["region"] == "" else {"excess": 1, "lack": -1, "quality": row.get("direction", 0)}[state]
    return Term(
        name=name,
        region=row["region"],
        state=state,
        more=more,
        plane=(float(row["plane"][0]), float(row["plane"][1])),
        dynamics=row["dynamics"],
        forms=(name, *row["forms"]),
        nouns=tuple(row["nouns"]),
        opposite=row["opposite"],
        source=row["source"],
        words={language: row[language] for language in LANGUAGES if language in row},
    )


def comparative(word: str) -> str:
    """Return "boomier", "warmer" or "more natural", as English does it.

    Examples
    --------
    >>> comparative("boomy"), comparative("warm"), comparative("fat"), comparative("present")
    ('boomier', 'warmer', 'fatter', 'more present')
    """
    if word.endswith("y") and word not in ("velvety",):
        return f"{word[:-1]}ier"
    if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", word):
        return f"{word}{word[-1]}er"
    syllables = len(re.findall(r"[aeiouy]+", word.removesuffix("e")))
    if syllables == 1 or word in ("mellow", "narrow", "shallow"):
        return f"{word}r" if word.endswith("e") else f"{word}er"
    return f"more {word}"


@cache
def _forms() -> dict[str, str]:
    """Return every form in lower case and the name of its term; a term's own name goes before others' synonyms."""
    found: dict[str, str] = {}
    for term in terms().values():
        for form in (*term.forms, *term.nouns, *term.words.values()):
            found.setdefault(form, term.name)
            if form in term.nouns and form.isascii() and form[-1] not in "sy":
                found.setdefault(f"{form}s", term.name)
        for form in _compared(term):
            found.setdefault(form, term.name)
    for name, idioms in _idioms().items():
        for form in (*idioms, *_compared_idioms(idioms)):
            found.setdefault(form, name)
    for term in terms().values():
        found[term.name] = term.name
    return found


@cache
def _comparatives() -> frozenset[str]:
    """Return the forms that compare: "boomier", "wärmer", "varmere"."""
    plain = {form for term in terms().values() for form in (*term.forms, *term.nouns, *term.words.values())}
    idioms = {form for words in _idioms().values() for form in _compared_idioms(words)}
    return frozenset(form for term in terms().values() for form in _compared(term)) - plain | idioms


def _compared(term: Term) -> list[str]:
    found = [
        comparative(form)
        for form in term.forms
        if form.isascii() and " " not in form and not comparative(form).startswith("more ")
    ]
    if "de" in term.words:
        found.append(german_comparative(term.words["de"]))
    if "da" in term.words:
        found.append(f"{term.words['da']}ere")
    return found


def _compared_idioms(idioms: list[str]) -> list[str]:
    """Return comparatives of what is an adjective for sure: one word that ends in -y."""
    return [comparative(one) for one in idioms if one.isascii() and one.endswith("y") and one.isalpha()]


def german_comparative(word: str) -> str:
    """Return the German comparative of a regular adjective.

    Examples
    --------
    >>> german_comparative("dumpf"), german_comparative("warm"), german_comparative("dunkel")
    ('dumpfer', 'wärmer', 'dunkler')
    """
    umlauts = {"warm": "wärmer", "kalt": "kälter", "scharf": "schärfer", "dunkel": "dunkler"}
    return umlauts.get(word, f"{word}er")


@cache
def _pattern() -> re.Pattern[str]:
    forms = sorted(_forms(), key=len, reverse=True)
    chinese = "|".join(re.escape(form) for form in forms if _chinese(form[0]))
    # What no word may stand before or after is asked once, not in every branch: three thousand branches are tried fast
    # where each begins with a letter.
    others = "|".join(re.escape(form) for form in forms if not _chinese(form[0]))
    return re.compile(rf"(?<!\w)(?:{others})(?!\w)|{chinese}")


#: Where another thought begins: a sentence, an objection, another thing to do.
_THOUGHT = re.compile(
    r"[.;!?。！？]|, but | but | aber | mais | pero | men |但|"
    r"(?:,| and| then| plus| while| und| et| y| e| og)\s+"
    r"(?:(?:then|also|just|please|maybe|dann|bitte|puis|luego|så)\s+)*"
    r"(?=(?:add|adding|boost|boosting|give|giving|bring|bringing|raise|raising|increase|increasing|lift|push|make|let|cut|"
    r"cutting|reduce|reducing|remove|removing|lower|lowering|tame|take|turn|dial|roll|keep|leave|füge|gib|mach|nimm|"
    r"ajoute|donne|enlève|rends|réduis|añade|dale|quita|tilføj|giv|gør|fjern)\b)"
)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the words before and after a term, up to where another thought begins."""
    before = _THOUGHT.split(text[:start])[-1]
    after = re.split(r"[,.;!?。！？，]| but | and | aber | und | mais | et | pero | men ", text[end:])[0]
    if not _chinese(text):
        return " ".join(before.split()[-_BEFORE:]), " ".join(after.split()[:_AFTER])
    return before[-8:], after[:6]


def _chinese(text: str) -> bool:
    return any("一" <= sign <= "鿿" for sign in text)


#: Cues in the order they are tried: where, pattern, sense. 0 means that the word is not what is asked about.
_MORE_NOUN = (
    r"\b(too little|not enough|short (of|on)|(low|light) on|(starved|deprived|devoid|robbed|bereft) of|in need of|"
    r"(crying out|begging) for|could do with|would benefit from|do(es)?(n't| not) have any|lost|lacks?|lacking|missing|"
    r"misses|could use|needs?|wants?|(?<!no )(?<!not )more|deserves|zu wenig|mehr|"
    r"fehlt|nicht genug|manque( de)?|pas assez( de)?|plus( de)?|falta|más|poco|mangler|mere|ikke nok)"
    r"( (?!less\b|fewer\b|no\b|not\b|weniger\b|moins\b|menos\b|mindre\b)\w+){0,2}$"
    r"|不够|更|缺乏|缺少"
)
_LESS = (
    r"\b(too|less|fewer|reduce|reducing|remove|removing|cut|cutting|lower|tame|taming|kill|drop|fix|cure|lose|minus|"
    r"without|rid of|take out|take away|take off|dial back|dial down|pull back|tone down|turn down|calm|ease|soften|"
    r"stop|"
    r"avoid|no more|not so|not as|not too|don't|do not|hate|sick of|tired of|over-?ly|excess|excessive|way|"
    r"suffers from|"
    r"enlève|réduis|réduire|moins|trop|sans|weniger|zu|ohne|nicht so|reduziere|menos|demasiado|quita|sin|reduce|mindre|"
    r"er for|uden|fjern)\b|太|过于|减少|降低|不要|别|没那么|少一?点|不那么"
)
_LESS_AFTER = (
    r"^(\s*(is|are|was|has|it|should|needs? to|must)){0,2}\s*(too much|overwhelming|less|go|gone|out|off|down|away|"
    r"come down|to come down|go down|reduced|eat(s|ing) up|dominat(es|ing)|tak(es|ing) over|overpowering|"
    r"too (loud|strong|big|heavy|dominant|prominent|forward|hot)|"
    r"removed|disappear|excessive)\b|过[重头多强]|太[多重强大]|少一点|减少"
)
_WANTED = (
    r"\b(add|adding|boost|increase|increasing|raise|give|bring|makes?|making|want|wants|wanted|like|love|prefer|should|let|"
    r"push|emphasi[sz]e|enhance|extra|wish|wished|would|could be|become|towards?|turn up|get|mach|mache|bitte|soll|"
    r"möchte|"
    r"gib|rends|rendez|veux|voudrais|ajoute|haz|quiero|añade|gør|giv|vil|tilføj)\b|让|使|想要|增加|加|希望"
)
_SAID = (
    r"\b(sounds?|sounding|is|it's|its|are|was|feels?|across|seems?|gets|bit|klingt|ist|wirkt|sonne|est|suena|es|está|"
    r"lyder|er)\b|听起来|有点|很|声音"
)
#: An imperative that wants what follows, with nothing between that turns it.
_ASKED = (
    r"\b(ensur(e|ing)|make sure|enhanced?|improved?|optimi[sz]ed?|provide|create|emphasi[sz]e|highlight|amplify|tune|"
    r"for an?|better)\b"
    r"(?!.*\b(too|less|not|no|never|without|avoid|prevent|reduce)\b)"
)
#: What forbids to take something away, or to touch it.
_UNTOUCHED = (
    r"\b(don't|do not|dont|never|without|not)( \w+)? (cut|cutting|reduce|reducing|remove|removing|lower|lowering|lose|"
    r"losing|touch|touching|kill|killing|drop|dropping|sacrifice|sacrificing|hurt|hurting|harm|harming|affect|"
    r"affecting|chang(e|ing)|thin(ning)? out|tak(e|ing) (away|out|from))\b|"
    r"\b(leave|leaving) (the |my |his |her |that )?$"
)
_CUES: tuple[tuple[str, str, int], ...] = (
    ("before", r"\b(keep|keeping|behalte|garde|gardez|mantén|behold|hold)\b|保持|保留", 0),
    ("before", _UNTOUCHED, 0),
    ("around", r"\b(not|isn't|ain't|aren't|never|nicht|pas|no|ikke)\b[^|]*\|[^|]*\b(enough|genug|nok)\b", 1),
    ("before", r"\b(make|makes|get|sound|be) (\w+ ){0,2}(not|never) (too |so |as )?$", -1),
    ("before", _MORE_NOUN, 1),
    ("after", r"^\s*(enough|genug|nok)\b", -1),
    ("before", _LESS, -1),
    ("after", _LESS_AFTER, -1),
    ("after", r"^\s*(is|are) too (quiet|weak|low|soft|faint|thin)|^太[少弱轻]|^不够", 1),
    ("after", r"^\s*(should|could|needs? to|must|up|back in)\b", 1),
    ("before", _ASKED, 1),
    ("before", _WANTED, 1),
    ("before", _SAID, -1),
)


#: What asks for more of a place as such.
_ASKED_OF_A_PLACE = (
    r"\b(add|adding|boost|boosting|increase|increasing|raise|give|emphasi[sz]e|enhance|extra|push|turn up|bring up|"
    r"ajoute|añade|tilføj|gib|want|like|love)\b( \w+){0,6}$"
)
#: A quality as a verb: what follows is what it is done to ("smooth out the harshness").
_DONE_TO = re.compile(r"^\s*(out|up|off|over|down)?\s*(the|that|those|these|this|its|any|some|all)\b")


def _sense(before: str, after: str, form: str, term: Term) -> int:
    """Return +1 if more of what the term names is wanted, -1 for less, 0 if it is not asked about."""
    likened = re.search(r"\bmakes\b|\blike\b", before) and not re.search(r"\b(make|should|want|would|'d)\b", before)
    if term.state != "quality" and likened:
        return -1  # "the room makes it sound like mud"
    compared = form in _comparatives()
    less = re.search(r"\b(less|weniger|moins|menos|mindre|not|no|nicht)( \w+)?$", before)
    if compared:
        return -1 if less or re.match(r"\s*than (i|we|you|it|he|she|they|need|usual)", after) else 1
    for place, pattern, sense in _CUES:
        if sense == 0 and not term.region:
            continue  # "keep the level even" asks for it
        where = {"before": before, "after": after, "around": f"{before} | {after}"}[place]
        if re.search(pattern, where):
            said = pattern in (_SAID, _WANTED) and form in places() and not re.search(_ASKED_OF_A_PLACE, before)
            return 0 if said else sense
    return 0 if form in places() else term.wanted
