"""Malformed presets, 20 000 of them: one sentence or a correct result, never another exception or a silent change."""

from __future__ import annotations

import random
import re

import pytest

from tonewright.errors import SettingsError
from tonewright.formats import export, parse, programs
from tonewright.formats.contract import Notes
from tonewright.formats.dialects.graphic_eq import points
from tonewright.formats.parsing import decode
from tonewright.settings import Band, Compressor, Settings

COMPRESSOR = Compressor(threshold_db=-27.5, ratio=3.25, attack_ms=12.5, release_ms=140.5, knee_db=4.5, makeup_db=2.25)
STATIC = Settings(
    preamp_db=-9.25,
    bands=(
        Band(type="low_shelf", frequency_hz=112.5, gain_db=3.75, q=0.75),
        Band(type="peak", frequency_hz=1437.5, gain_db=-2.25, q=1.625),
        Band(type="high_shelf", frequency_hz=8812.5, gain_db=1.25, q=0.625),
    ),
)
DYNAMIC = STATIC.with_bands((STATIC.bands[0], STATIC.bands[1].with_compressor(COMPRESSOR), STATIC.bands[2]))
#: Cases for each program: fewer where reading takes long.
CASES = {"camilladsp": 700, "camilladsp-full": 300, "graphic-eq": 10, "wavelet": 0}
USUAL = 1000
NAMES = [name for name, one in programs().items() if one.read is not None and one.write is not None]
JUNK = [
    *("", " ", "\n", "#", "//", "{", "}", "[", "]", ":", ",", ";", '"', "'", "=", "-", "--", "+", ".", "..", "0", "-0"),
    *("1e9", "1e999", "nan", "NaN", "inf", "-Infinity", "null", "true", "\x00", "\ufeff", "\u2028", "é", "ON", "OFF"),
    *("dB", "Hz", "Q", "&a", "*a", "!!python/object:os.system", "<", ">", "\\", "%s", "9" * 20, "0x1F", "1_000", "٣"),
    *("band0", "gain", "~", "|"),
]


def text_of(name: str) -> str:
    settings = DYNAMIC if programs()[name].dynamics != "none" else STATIC
    text = export(settings, name, headroom=False).text
    assert isinstance(text, str)
    return text


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.choice((0, 1, 1, 2, 5, 40)))
        kind = chance.random()
        if kind < 0.4:
            text = text[:at] + chance.choice(JUNK) + text[to:]
        elif kind < 0.6:
            text = text[:at] + text[to:]
        elif kind < 0.7:
            text = text[:to] + text[at:]
        elif kind < 0.8:
            text = text[:at]
        else:
            lines = text.split("\n")
            lines[chance.randrange(len(lines))] = lines[chance.randrange(len(lines))]
            text = "\n".join(lines)
    return text


def read(name: str, text: str) -> Settings:
    return parse(text, name).settings


def is_one_sentence(words: str) -> bool:
    return words.endswith(".") and "\n" not in words and 10 < len(words) < 400 and "Traceback" not in words


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_settings_or_a_sentence(name: str) -> None:
    chance = random.Random(f"{name} 1")
    text = text_of(name)
    refused = set()
    for _ in range(CASES.get(name, USUAL)):
        try:
            found = read(name, mutated(text, chance))
        except SettingsError as error:
            refused.add(str(error))
        else:
            assert Settings.from_dict(found.to_dict()) == found
    assert refused or name in ("graphic-eq", "wavelet")
    assert all(map(is_one_sentence, refused)), refused


def test_curves() -> None:
    chance = random.Random(2)
    text = text_of("wavelet")
    refused = set()
    for _ in range(1500):
        try:
            frequency, gains = points(decode(mutated(text, chance), Notes()))
        except SettingsError as error:
            refused.add(str(error))
        else:
            assert frequency.size == gains.size > 0
    assert refused
    assert all(map(is_one_sentence, refused)), refused


def test_any_bytes() -> None:
    chance = random.Random(3)
    texts = [text_of(name).encode() for name in NAMES if name not in ("graphic-eq", "wavelet", "camilladsp-full")]
    refused = set()
    for _ in range(800):
        raw = bytearray(chance.choice(texts)) if chance.random() < 0.8 else bytearray(chance.randbytes(60))
        for _ in range(chance.choice((1, 3, 20))):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            parse(bytes(raw))
        except SettingsError as error:
            refused.add(str(error))
    assert refused
    assert all(map(is_one_sentence, refused)), refused


#: Programs whose texts hold frequencies, gains and Q as they are.
EXACT = [n for n in NAMES if n not in ("graphic-eq", "wavelet", "rockbox", "coefficients-csv", "coefficients-c")]


@pytest.mark.parametrize("name", EXACT)
def test_a_changed_number_is_that_number(name: str) -> None:
    """Every frequency, gain and Q of the text is exchanged for others: these are read, nothing else changes."""
    chance = random.Random(f"{name} 4")
    text = text_of(name)
    plain = read(name, text)
    for index, band in enumerate(STATIC.bands):
        for key, low, high in (("frequency_hz", 21.0, 19_000.0), ("gain_db", 0.2, 17.0), ("q", 0.3, 5.0)):
            old = f"{abs(getattr(band, key)):.10g}"
            for _ in range(4):
                new = round(chance.uniform(low, high), 2)
                replaced, count = re.subn(rf"(?<![\d.]){re.escape(old)}0*(?![\d.])", f"{new:.2f}", text)
                # A gain may stand a second time, as another band's or a makeup.
                if key == "gain_db" and f"{old}" in ("2.25", "1.25"):
                    replaced, count = _in_line(text, band, old, f"{new:.2f}")
                if not count:
                    pytest.fail(f"{old} does not stand in the text")
                found = read(name, replaced)
                sign = -1.0 if key == "gain_db" and band.gain_db < 0.0 else 1.0
                assert getattr(found.bands[index], key) == pytest.approx(sign * new, abs=1e-9)
                same = found.bands[index].changed(**{key: getattr(plain.bands[index], key)})
                rest = [*found.bands[:index], same, *found.bands[index + 1 :]]
                assert tuple(rest) == plain.bands


def _in_line(text: str, band: Band, old: str, new: str) -> tuple[str, int]:
    """Exchange a number near its band's frequency only: in its line, or the lines of its object."""
    frequency = f"{band.frequency_hz:.10g}"
    pattern = re.compile(rf"(?<![\d.]){re.escape(old)}0*(?![\d.])")
    pieces, last, count = [], 0, 0
    anchors = [match.start() for match in re.finditer(re.escape(frequency), text)]
    for match in pattern.finditer(text):
        if any(abs(match.start() - anchor) < 90 for anchor in anchors):
            nearest = min(abs(match.start() - anchor) for anchor in anchors)
            others = [abs(match.start() - o.start()) for o in re.finditer(r"112\.5|1437\.5|8812\.5", text)]
            if nearest == min(others) and not re.search(r"makeup\w*\W+$", text[: match.start()]):
                pieces += [text[last : match.start()], new]
                last, count = match.end(), count + 1
    return "".join([*pieces, text[last:]]), count


@pytest.mark.parametrize("name", ["equalizer-apo", "autoeq", "soundsource", "rew"])
def test_a_broken_filter_line_is_never_silent(name: str) -> None:
    """One character of a filter line is lost or changed: the filter is read, or its line is named."""
    chance = random.Random(f"{name} 5")
    text = text_of(name)
    lines = text.split("\n")
    places = [index for index, line in enumerate(lines) if line.startswith("Filter ") and ":" in line]
    one = programs()[name]
    assert one.read is not None
    for _ in range(500):
        place = chance.choice(places)
        line = lines[place]
        at = chance.randrange(len(line))
        broken = line[:at] + chance.choice(["", "x", "7", "?", ":", "-", "é", "\t"]) + line[at + 1 :]
        notes = Notes()
        parsed = one.read("\n".join([*lines[:place], broken, *lines[place + 1 :]]), notes)
        filters = [stage for stage in parsed.stages if hasattr(stage, "q")]
        assert len(filters) == 3 or any(f"Line {place + 1} " in sentence for sentence in notes.sentences), broken


def test_the_number_of_cases() -> None:
    single = sum(CASES.get(name, USUAL) for name in NAMES)
    assert single + 1500 + 800 + 4 * 500 + len(EXACT) * 36 >= 20_000
