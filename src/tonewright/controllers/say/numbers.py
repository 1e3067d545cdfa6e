"""Explicit numbers in a request, obeyed exactly: "cut 3 dB at 400 Hz, Q 2", "+2 dB shelf above 10k", "compress 3:1".

The words are in ``grammar.toml``; English, German, French, Spanish, Danish and Chinese may be mixed. A frequency
collects the gain, shape and width said around it; the next one of either kind starts the next instruction. What is not
said: Q 1 for a peak, 0.7071 for shelves and pass filters, 3 dB (times words of degree) for "boost 100 Hz".

A number without a unit counts only where an instruction needs one. Everything else ("track 7", "the 80s", "boost 40 dB"
of nothing) is left alone, and what is beyond the safe limits (12 dB, 20 Hz to 20 kHz) is brought to them and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tonewright.controllers.say.compression import hear_compressor
from tonewright.controllers.say.intensity import intensity, is_degree
from tonewright.controllers.say.items import MAX_GAIN_DB, Item
from tonewright.controllers.say.tokens import Token, grammar, tidy, tokenize
from tonewright.settings import MAX_BANDS, Band, Compressor

_SHAPES = ("low_shelf", "high_shelf", "high_pass", "low_pass", "notch", "roll_off", "shelf", "peak")
#: Numbers without a unit from here on are frequencies, in Hz, below gains, in dB.
_LEAST_BARE_HZ, _MOST_BARE_HZ = 20.0, 20_000.0
_SIGNS = " ,.;:!?()、，。；！"


@dataclass(frozen=True)
class Parsed:
    """What a request says in numbers.

    Attributes
    ----------
    bands
        In the order they were said; shelves, peaks, low and high passes.
    preamp_db
        Change of the whole sound's level, in dB, within +-12.
    compressor
        A broadband one, if any was described with numbers.
    rest
        The request without those instructions; empty if nothing else was said.
    said
        Sentences about what was limited, assumed or left out.
    """

    bands: tuple[Band, ...] = ()
    preamp_db: float = 0.0
    compressor: Compressor | None = None
    rest: str = ""
    said: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether any instruction was found."""
        return bool(self.bands) or self.preamp_db != 0.0 or self.compressor is not None


def parse(text: str) -> Parsed:
    """Find the instructions with numbers in a request.

    Examples
    --------
    >>> parse("cut 3 dB at 400 Hz, Q 2").bands
    (Band(peak 400 Hz, -3.0 dB, Q 2),)
    >>> parse("2 dB louder and a bit warmer").preamp_db
    2.0
    """
    text = tidy(text)
    tokens = tokenize(text)
    compressor, used, said = hear_compressor(tokens)
    items = _collect(tokens, used)
    _share(items)
    bands: list[Band] = []
    preamp, heard = 0.0, 0
    gone = [(tokens[index].start, tokens[index].end) for index in sorted(used)]
    for item in items:
        if item.negated:
            if item.complete:
                said.append(f"'{text[item.first : item.last].strip()}' was said not to be done.")
            continue
        if item.hz_weak and not (item.shape or (item.gain_db is not None and not item.gain_weak) or _bare_pair(item)):
            continue
        # Degree is said before ("a bit less 400 Hz") or inside.
        found = item.bands(intensity(text[heard : item.last])) if _names_a_band(item) else ()
        heard = item.last
        if found:
            bands.extend(found)
        elif item.level and item.gain_db is not None and item.hz is None:
            preamp += item.level_db()
        else:
            if item.gain_db is not None and not item.gain_weak:
                said.append(f"{abs(item.gain_db):g} dB names no frequency and was left out.")
            continue
        said.extend(item.said)
        gone.append((item.first - _degree_before(text[: item.first]), item.last))
    if len(bands) > MAX_BANDS:
        said.append(f"More than {MAX_BANDS} bands were asked for: the first {MAX_BANDS} are used.")
    if abs(preamp) > MAX_GAIN_DB:
        preamp = MAX_GAIN_DB if preamp > 0 else -MAX_GAIN_DB
    return Parsed(tuple(bands[:MAX_BANDS]), preamp, compressor, _without(text, gone), tuple(said))


def _degree_before(text: str) -> int:
    """Return how many characters at the end of a text are words of degree or width, which go with what follows."""
    words = text.split()
    for count in (4, 3, 2, 1):
        tail = " ".join(words[-count:]).lower()
        if len(words) >= count and (
            is_degree(tail) or tail in grammar()["words"]["wide"] + grammar()["words"]["narrow"]
        ):
            return len(text) - text.lower().rfind(words[-count].lower())
    return 0


def _names_a_band(item: Item) -> bool:
    """Whether a frequency was said, or a place ("bass") together with a gain and not as part of a level."""
    return item.hz is not None or (item.place is not None and item.gain_db is not None and not item.gain_weak)


def _bare_pair(item: Item) -> bool:
    """Whether a gain and a frequency, both without units, were still said as one instruction ("cut 3 at 400")."""
    return item.action is not None and item.gain_db is not None


def _collect(tokens: Sequence[Token], used: frozenset[int]) -> list[Item]:
    items: list[Item] = []
    item = Item()

    def next_item(joined: bool = False) -> Item:
        if item.last >= 0:
            items.append(item)
        return Item(joined=joined)

    negation = -9
    for index, token in enumerate(tokens):
        if index in used:
            if item.last >= 0 and item.complete:
                item = next_item()
            continue
        roles = token.roles
        if roles & {"end", "then"}:
            item = next_item()
            continue
        if token.value is not None:
            kind = _kind(tokens, index, item)
            if kind is None:
                continue
            if _full(item, kind):
                item = next_item(joined=item.separated)
            _put(item, kind, token, tokens, index)
            item.hears(token)
            item.separated = False
            continue
        if roles & {"comma", "and"} and not ("range" in roles or "boost" in roles):
            item.separated = True
            continue
        if "not" in roles:
            negation = index
        action = _action(token)
        if action is not None and not _idle_action(tokens, index):
            if item.action is not None and item.action != action:
                if token.text in grammar()["words"]["adverbs"] and not item.separated:
                    item.action = action
                    item.hears(token)
                    continue
                item = next_item()
            elif item.complete and item.separated:
                item = next_item()
            item.negated = item.negated or index - negation <= 3
            item.action = action
            item.hears(token)
        shape = next((shape for shape in _SHAPES if shape in roles), None)
        if shape is not None:
            if (item.shape is not None and item.shape != "shelf") or (item.complete and item.separated):
                item = next_item()
            item.negated = item.negated or index - negation <= 3
            item.shape = shape
            item.hears(token)
        if "everything" in roles:
            item.everything, item.action = True, -1
            item.hears(token)
        if roles & {"louder", "quieter", "level"}:
            if item.complete and item.separated and not item.level:
                item = next_item()
            item.level = True
            item.hears(token)
        if "place" in roles:
            if item.place is not None or (item.complete and item.separated and item.hz is None):
                item = next_item(joined=item.separated)
            item.place = token.text
            item.hears(token)
        if roles & {"wide", "narrow"}:
            item.breadth = "wide" if "wide" in roles else "narrow"
            if item.last >= 0:
                item.hears(token)
        # Chinese says the side after the number.
        if roles & {"below", "above"} and token.text in ("以下", "以上", "之下", "之上") and item.hz is not None:
            item.side = "below" if "below" in roles else "above"
            item.hears(token)
    if item.last >= 0:
        items.append(item)
    return items


def _action(token: Token) -> int | None:
    if token.roles & {"cut", "quieter"}:
        return -1
    return 1 if token.roles & {"boost", "louder"} else None


def _idle_action(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word of action only compares ("more than") or belongs to a number of octaves."""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return after in ("than", "als", "que", "end") or (tokens[index].text == "out" and after == "of")


def _before(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the token before, past words that only fill."""
    place = index - 1
    while place >= 0 and tokens[place].roles & {"filler"} and not tokens[place].roles - {"filler"}:
        place -= 1
    return tokens[place] if place >= 0 else None


def _after(tokens: Sequence[Token], index: int) -> Token | None:
    return tokens[index + 1] if index + 1 < len(tokens) else None


def _kind(tokens: Sequence[Token], index: int, item: Item) -> str | None:
    """Return what a number is: the slot of an item it fills, or ``None`` for a number that means nothing here."""
    token, before, after = tokens[index], _before(tokens, index), _after(tokens, index)
    value = token.value or 0.0
    behind = before.roles if before is not None else frozenset()
    ahead = after.roles if after is not None else frozenset()
    if token.unit == "hz":
        bare = before is not None and before.value is not None and before.unit in ("", "hz")
        if value < 0 and bare:
            return "upper"
        if "bandwidth" in behind or ("wide" in ahead and item.hz is not None):
            return "width"
        return "upper" if _ends_a_range(tokens, index, item) else "hz"
    if token.unit != "":
        return {"db": "gain", "octave": "octaves", "q": "q", "slope": "slope"}.get(token.unit)
    if ahead & {"not_after"} or behind & {"not_before"}:
        return None
    if after is not None and after.unit == "octave":
        return None
    if "bandwidth" in behind:
        return "octaves" if value < 10 else "width"
    if _starts_a_range(tokens, index):
        return "hz" if abs(value) >= _LEAST_BARE_HZ or value > 0 else None
    frequency = _LEAST_BARE_HZ <= value <= _MOST_BARE_HZ and not token.signed
    if frequency and _ends_a_range(tokens, index, item):
        return "upper"
    if token.signed or (("by" in behind or "action" in behind) and not frequency):
        return "gain" if abs(value) <= 40 else None
    if frequency and behind & {"at", "below", "above", "between", *_SHAPES, "cut", "boost", "and", "comma"}:
        listed = behind & {"and", "comma"}
        return "hz" if not listed or item.hz is not None else None
    followed = "at" in ahead or (after is not None and (after.unit == "hz" or "by" in ahead))
    if not frequency and value <= 40 and followed and (behind & {"cut", "boost", "and", "comma", *_SHAPES}):
        return "gain"
    return None


def _starts_a_range(tokens: Sequence[Token], index: int) -> bool:
    """Whether a bare number is the lower end of "200 to 400 Hz", "between 200 and 400", "200-400 Hz"."""
    joint, end = _after(tokens, index), tokens[index + 2] if index + 2 < len(tokens) else None
    if joint is not None and joint.unit == "hz" and (joint.value or 0.0) < 0:
        return True
    if joint is None or end is None or end.value is None or end.unit not in ("hz", ""):
        return False
    before = _before(tokens, index)
    between = before is not None and bool(before.roles & {"between"})
    dash = joint.text in ("-", "–", "—", "~")
    if joint.roles & {"range"} or dash or (between and joint.roles & {"and"}):
        return end.unit == "hz" or (between and (end.value or 0) > (tokens[index].value or 0))
    # "60 and 120 Hz": a list, whose first number has the unit of the last.
    return end.unit == "hz" and bool(joint.roles & {"and", "comma"}) and (tokens[index].value or 0) >= _LEAST_BARE_HZ


def _ends_a_range(tokens: Sequence[Token], index: int, item: Item) -> bool:
    joint, start = (tokens[index - 1], tokens[index - 2]) if index >= 2 else (None, None)
    if joint is None or start is None or item.hz is None or item.upper_hz is not None or start.value is None:
        return False
    if start.unit not in ("hz", ""):
        return False
    before = _before(tokens, index - 2)
    between = before is not None and bool(before.roles & {"between"})
    dash = joint.text in ("-", "–", "—", "~")
    return bool(joint.roles & {"range"}) or dash or (between and bool(joint.roles & {"and"}))


def _full(item: Item, kind: str) -> bool:
    """Whether a number cannot belong to an item because its place is taken or the item is about something else."""
    taken = {
        "gain": item.gain_db,
        "hz": item.hz,
        "upper": item.upper_hz,
        "q": item.q,
        "octaves": item.octaves,
        "width": item.width_hz,
        "slope": item.slope_db,
    }[kind]
    if taken is not None:
        return True
    if kind == "gain":
        return item.shape in ("high_pass", "low_pass") and item.hz is not None
    # "2 dB louder, cut ...": a level is complete without a frequency, unless one follows at once.
    return kind == "hz" and item.separated and item.complete


def _put(item: Item, kind: str, token: Token, tokens: Sequence[Token], index: int) -> None:
    value = token.value or 0.0
    if kind == "gain":
        item.gain_db, item.gain_signed, item.gain_weak = value, token.signed, token.unit != "db"
    elif kind == "hz":
        item.hz, item.hz_weak = abs(value), token.unit != "hz"
        item.hz_strong = token.unit == "hz" and token.strong
        if _starts_a_range(tokens, index):
            end = next(t for t in tokens[index + 1 :] if t.value is not None)
            item.hz_weak, item.hz_strong = end.unit != "hz", end.unit == "hz"
            if token.unit == "" and abs(end.value or 0.0) >= 1000 > item.hz * 10 and _in_khz(end):
                item.hz *= 1000.0
        before = _before(tokens, index)
        if before is not None and before.roles & {"below", "above"}:
            item.side = "below" if "below" in before.roles else "above"
    elif kind == "upper":
        item.upper_hz = abs(value)
    elif kind == "width":
        item.width_hz = abs(value)
    elif kind == "octaves":
        item.octaves = abs(value)
    elif kind == "q":
        item.q = abs(value)
    elif kind == "slope":
        item.slope_db = abs(value)


def _in_khz(token: Token) -> bool:
    """Whether a number was given in kHz: "2 to 4 kHz" means both."""
    return "k" in token.text or "千" in token.text


def _share(items: list[Item]) -> None:
    """Let members of a list share what is said once: "cut 400 and 800 Hz by 3 dB", "-3 dB at 400 and 800 Hz"."""
    for first, second in pairwise(items):
        if not second.joined:
            continue
        if second.action is None and not second.gain_signed and second.hz is not None:
            second.action, second.negated = first.action, first.negated
        if second.gain_db is None and second.action == first.action and second.shape is None:
            second.gain_db, second.gain_signed, second.gain_weak = first.gain_db, first.gain_signed, first.gain_weak
    for first, second in zip(items[-2::-1], items[::-1], strict=False):
        if second.joined and first.gain_db is None and first.hz is not None and first.shape is None:
            first.gain_db, first.gain_signed, first.gain_weak = second.gain_db, second.gain_signed, second.gain_weak


def _without(text: str, gone: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in sorted(gone):
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    kept.append(text[at:])
    words = " ".join(kept).split()
    if gone:
        while words and _fills(words[0]):
            del words[0]
        while words and _fills(words[-1]):
            del words[-1]
    return " ".join(words).strip(_SIGNS)


def _fills(word: str) -> bool:
    bare = word.strip(_SIGNS).lower()
    return bare == "" or bare in grammar()["fill"]["words"]
