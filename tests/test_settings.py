"""The schema: what is accepted, what is refused and how, and what scaling does."""

from __future__ import annotations

import copy
import errno
import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from processor import draws
from tonewright.errors import OutputError, SettingsError
from tonewright.parameters import PARAMETERS, limits
from tonewright.settings import Band, Compressor, Settings

#: The example of the design, key for key.
EXAMPLE: dict[str, Any] = {
    "version": 1,
    "topology": "serial",
    "preamp_db": -1.5,
    "bands": [
        {
            "type": "low_shelf",
            "frequency_hz": 105.0,
            "gain_db": 3.5,
            "q": 0.7071,
            "compressor": {
                "threshold_db": -24.0,
                "ratio": 2.5,
                "attack_ms": 12.0,
                "release_ms": 120.0,
                "knee_db": 6.0,
                "makeup_db": 1.0,
            },
        },
        {"type": "peak", "frequency_hz": 310.0, "gain_db": -2.8, "q": 1.1},
    ],
    "compressor": None,
    "note": "why, in words",
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with one place changed; ``...`` removes the key."""
    data = copy.deepcopy(EXAMPLE)
    node: Any = data
    *way, last = path.split(".")
    for part in way:
        node = node[int(part)] if part.isdigit() else node[part]
    if value is ...:
        del node[last]
    else:
        node[int(last) if last.isdigit() else last] = value
    return data


def refusal(data: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_dict(data, "mine.json")
    said = str(caught.value)
    assert_one_sentence(said)
    assert said.startswith("mine.json")
    return said


def assert_one_sentence(said: str) -> None:
    assert "\n" not in said
    assert said.endswith(".")
    assert not said.endswith("..")
    assert "pydantic" not in said
    assert "Value error" not in said


# ---- what is read


def test_the_example_of_the_design() -> None:
    settings = Settings.from_dict(EXAMPLE)
    assert settings.preamp_db == -1.5
    assert settings.output_db == 0
    assert settings.ballistics == "branching"
    assert settings.link == "max"
    assert settings.splits_hz is None
    assert settings.design_rate_hz is None
    assert settings.note == "why, in words"
    shelf, peak = settings.bands
    assert shelf.type == "low_shelf"
    assert shelf.compressor == Compressor(
        threshold_db=-24, ratio=2.5, attack_ms=12, release_ms=120, knee_db=6, makeup_db=1
    )
    assert peak.compressor is None
    assert peak.gain_db == -2.8
    assert Settings.from_dict(settings.to_dict()) == settings


def test_nothing_is_neutral() -> None:
    assert Settings.from_dict({}).is_neutral
    assert Settings.from_json("{}") == Settings()


@given(draws.settings(whole=True))
@hypothesis_settings(max_examples=200, deadline=None)
def test_json_round_trip(settings: Settings) -> None:
    text = settings.to_json()
    assert Settings.from_json(text) == settings
    assert Settings.from_dict(settings.to_dict()) == settings
    assert Settings.from_json(Settings.from_json(text).to_json()).to_json() == text
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


@given(draws.settings(whole=True))
@hypothesis_settings(max_examples=20, deadline=None)
def test_files_round_trip(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    path = tmp_path_factory.mktemp("settings") / "a.json"
    settings.save(path)
    assert Settings.load(path) == settings
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]  # nothing is left beside it


def test_optional_keys_are_left_out_of_the_file() -> None:
    assert set(Settings().to_dict()) == {"version", "topology", "preamp_db", "bands"}
    written = Settings.from_dict(EXAMPLE | {"output_db": 1.0, "link": "none"}).to_dict()
    assert written == {k: v for k, v in EXAMPLE.items() if v is not None} | {"output_db": 1.0, "link": "none"}


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode())
    assert Settings.load(path) == Settings.from_dict(EXAMPLE)


def test_settings_do_not_change() -> None:
    settings = Settings.from_dict(EXAMPLE)
    with pytest.raises(ValueError, match="frozen"):
        settings.preamp_db = 3.0  # type: ignore[misc]
    assert hash(settings) == hash(Settings.from_dict(EXAMPLE))


def test_up_to_32_bands_in_any_order() -> None:
    bands = [{"type": "peak", "frequency_hz": f} for f in range(4000, 800, -100)]
    assert len(Settings.from_dict({"bands": bands}).bands) == 32
    said = refusal({"bands": [*bands, bands[0]]})
    assert "bands" in said
    assert "32" in said


@pytest.mark.parametrize("name", [n for n in PARAMETERS if n not in ("preamp_db", "output_db")])
def test_both_ends_of_the_limits_are_accepted_and_not_a_hair_more(name: str) -> None:
    path = f"bands.0.{name}" if name in ("gain_db", "frequency_hz", "q") else f"bands.0.compressor.{name}"
    for end, away in zip(limits(name), (-math.inf, math.inf), strict=True):
        Settings.from_dict(changed(path, end))
        said = refusal(changed(path, math.nextafter(end, away)))
        assert path in said


# ---- what is refused


WRONG: list[tuple[str, Any, list[str]]] = [
    ("bands.0.gain", 3.0, ["bands.0.gain", "known key"]),
    ("colour", "blue", ["colour", "known key"]),
    ("bands.0.compressor.treshold_db", 1.0, ["bands.0.compressor.treshold_db", "known key"]),
    ("bands.1.type", ..., ["bands.1.type", "missing"]),
    ("bands.1.frequency_hz", ..., ["bands.1.frequency_hz", "missing"]),
    ("bands.0.compressor.ratio", ..., ["bands.0.compressor.ratio", "missing"]),
    ("bands.0.compressor.threshold_db", ..., ["bands.0.compressor.threshold_db", "missing"]),
    ("bands.0.gain_db", 40.5, ["bands.0.gain_db", "40", "40.5"]),
    ("bands.0.q", 0, ["bands.0.q", "0.05"]),
    ("bands.0.frequency_hz", 4.9, ["bands.0.frequency_hz", "5", "4.9"]),
    ("bands.0.compressor.ratio", 0.9, ["bands.0.compressor.ratio", "1", "0.9"]),
    ("bands.0.compressor.attack_ms", 0.0, ["bands.0.compressor.attack_ms", "0.01"]),
    ("bands.0.gain_db", math.nan, ["bands.0.gain_db", "finite"]),
    ("preamp_db", math.inf, ["preamp_db", "finite"]),
    ("preamp_db", "loud", ["preamp_db", "number", "loud"]),
    ("preamp_db", None, ["preamp_db", "number"]),
    ("preamp_db", [1], ["preamp_db", "number"]),
    ("bands.0.type", "notch", ["bands.0.type", "peak", "notch"]),
    ("bands.1.type", "low_pass", ["bands.1", "low_pass", "gain"]),
    ("topology", "parallel", ["topology", "serial", "crossover"]),
    ("ballistics", "fast", ["ballistics", "branching"]),
    ("link", "sum", ["link", "max"]),
    ("version", 2, ["version", "1"]),
    ("bands", 3, ["bands"]),
    ("bands.0", "low", ["bands.0"]),
    ("splits_hz", [200.0], ["splits_hz", "crossover"]),
    ("design_rate_hz", -1, ["design_rate_hz"]),
    ("note", 5, ["note", "string"]),
]


@pytest.mark.parametrize(("path", "value", "words"), WRONG, ids=[f"{p}={v!r}" for p, v, _ in WRONG])
def test_the_place_and_the_reason_are_named(path: str, value: Any, words: list[str]) -> None:
    said = refusal(changed(path, value))
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ([200.0, 300.0], ["one fewer", "2"]),
        ([], ["one fewer"]),
        ([3.0], ["between 5 and"]),
        ([300_000.0], ["between 5 and"]),
    ],
)
def test_wrong_crossover_splits(splits: list[float], words: list[str]) -> None:
    said = refusal(EXAMPLE | {"topology": "crossover", "splits_hz": splits})
    for word in words:
        assert word in said


def test_splits_and_bands_of_a_crossover_ascend() -> None:
    three = [{"type": "peak", "frequency_hz": f} for f in (100, 200, 300)]
    crossover = {"topology": "crossover", "bands": three}
    assert Settings.from_dict(crossover).crossover_hz == pytest.approx((math.sqrt(2e4), math.sqrt(6e4)))
    for splits in ([300.0, 200.0], [200.0, 200.0]):
        assert "ascend" in refusal(crossover | {"splits_hz": splits})
    assert "ascending" in refusal({"topology": "crossover", "bands": three[::-1]})
    assert Settings.from_dict({"topology": "crossover", "bands": three[::-1], "splits_hz": [200.0, 300.0]})
    assert Settings.from_dict({"topology": "crossover"}).crossover_hz == ()


@pytest.mark.parametrize("data", [None, [], "serial", 3, True, [EXAMPLE]])
def test_what_is_not_an_object(data: Any) -> None:
    refusal(data)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bands: []",
        b"{",
        b'{"preamp_db": NaN}',
        b'{"preamp_db": Infinity}',
        b'{"preamp_db": 1e999}',
        b"[1, 2]",
        b"null",
        bytes(range(256)),
        b"RIFF\x00\x00\xff\xffWAVE",
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b"1" * 10_000,
        b'{"preamp_db": ' + b"9" * 400 + b"}",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_files_that_are_no_settings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    assert_one_sentence(str(caught.value))
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_missing_files_and_directories(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "none" / "a.json"):
        with pytest.raises(SettingsError) as caught:
            Settings.load(path)
        assert_one_sentence(str(caught.value))
        assert str(path) in str(caught.value)


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a.json", tmp_path):
        with pytest.raises(OutputError) as caught:
            Settings().save(path)
        assert_one_sentence(str(caught.value))
    assert list(tmp_path.iterdir()) == []


def _full(_number: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_saving_leaves_the_old_file_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    Settings(preamp_db=1).save(path)
    Settings(preamp_db=2).save(path)
    assert Settings.load(path).preamp_db == 2
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", _full)
        with pytest.raises(OutputError):
            Settings(preamp_db=3).save(path)
    assert Settings.load(path).preamp_db == 2


_KEYS = st.sampled_from(
    [*Settings.model_fields, *Band.model_fields, *Compressor.model_fields, "gain", "", "0", "\ud800", "__class__"]
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.binary(max_size=3)
    | st.sampled_from(["serial", "crossover", "peak", "low_pass", "tied", "none", "1", "nan", "\ud800", 10**400, 1]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=8) | _VALUES)
@hypothesis_settings(max_examples=500, deadline=None)
def test_fuzzed_data_is_settings_or_a_settings_error(data: Any) -> None:
    try:
        settings = Settings.from_dict(data)
    except SettingsError as error:
        assert_one_sentence(str(error))
    else:
        assert Settings.from_json(settings.to_json()) == settings


@given(draws.settings(whole=True, most=3), st.data())
@hypothesis_settings(max_examples=200, deadline=None)
def test_one_wrong_value_in_good_settings(settings: Settings, data: st.DataObject) -> None:
    plain = settings.to_dict()
    place: Any = plain
    if plain["bands"] and data.draw(st.booleans()):
        place = data.draw(st.sampled_from(plain["bands"]))
        if "compressor" in place and data.draw(st.booleans()):
            place = place["compressor"]
    place[data.draw(_KEYS)] = data.draw(_VALUES)
    try:
        again = Settings.from_dict(plain)
    except SettingsError as error:
        assert_one_sentence(str(error))
    else:
        assert Settings.from_json(again.to_json()) == again


# ---- amount and level


@given(draws.settings(whole=True), st.floats(0, 1.5))
@hypothesis_settings(max_examples=200, deadline=None)
def test_scaled(settings: Settings, amount: float) -> None:
    scaled = settings.scaled(amount)
    assert Settings.from_dict(scaled.to_dict()) == scaled  # still within every limit
    assert scaled.preamp_db == pytest.approx(max(-120, min(120, settings.preamp_db * amount)))
    assert scaled.output_db == pytest.approx(max(-120, min(120, settings.output_db * amount)))
    if amount > 0:
        assert len(scaled.bands) == len(settings.bands)
    kept = settings.bands if amount > 0 else ()
    pairs = [(a.compressor, b.compressor) for a, b in zip(kept, scaled.bands, strict=False)]
    for a, b in zip(kept, scaled.bands, strict=False):
        assert b.gain_db == pytest.approx(max(-40, min(40, a.gain_db * amount)))
        assert (b.type, b.frequency_hz, b.q) == (a.type, a.frequency_hz, a.q)
    for c, d in [*pairs, (settings.compressor, scaled.compressor)]:
        assert (c is None) == (d is None)
        if c is not None and d is not None:
            slope = min(1.0, (1 - 1 / c.ratio) * amount)
            assert 1 - 1 / d.ratio == pytest.approx(min(slope, 0.99), abs=1e-9)
            assert d.makeup_db == pytest.approx(max(-60, min(60, c.makeup_db * amount)))
            for name in ("threshold_db", "knee_db", "attack_ms", "release_ms"):
                assert getattr(c, name) == getattr(d, name)
    for name in ("topology", "ballistics", "link", "note", "design_rate_hz"):
        assert getattr(scaled, name) == getattr(settings, name)
    if amount > 0:
        assert scaled.crossover_hz == settings.crossover_hz


@given(draws.settings(whole=True))
@hypothesis_settings(max_examples=100, deadline=None)
def test_amount_1_is_as_it_is_and_0_is_neutral(settings: Settings) -> None:
    assert settings.scaled(1.0) == settings
    assert settings.scaled(0.0).is_neutral


@pytest.mark.parametrize("amount", [-0.1, 1.51, math.nan, math.inf])
def test_amounts_out_of_range(amount: float) -> None:
    with pytest.raises(SettingsError, match=r"between 0 and 1\.5"):
        Settings().scaled(amount)


@given(draws.settings(whole=True), st.floats(-300, 300))
@hypothesis_settings(max_examples=100, deadline=None)
def test_at_level_moves_thresholds_alone(settings: Settings, gain_db: float) -> None:
    moved = settings.at_level(gain_db)
    assert Settings.from_dict(moved.to_dict()) == moved
    low, high = limits("threshold_db")
    before = [*(band.compressor for band in settings.bands), settings.compressor]
    after = [*(band.compressor for band in moved.bands), moved.compressor]
    for a, b in zip(before, after, strict=True):
        if a is not None and b is not None:
            assert b.threshold_db == pytest.approx(min(max(a.threshold_db + gain_db, low), high))
            assert a.changed(threshold_db=0.0) == b.changed(threshold_db=0.0)
        else:
            assert a is b is None
    blank = {"bands": (), "compressor": None, "topology": "serial", "splits_hz": None}
    assert settings.changed(**blank) == moved.changed(**blank)
    assert settings.at_level(0.0) == settings


# ---- what is neutral, and words


def test_neutral() -> None:
    assert Band(type="peak", frequency_hz=100).is_neutral
    assert not Band(type="low_pass", frequency_hz=100).is_neutral
    assert not Band(type="peak", frequency_hz=100, gain_db=0.1).is_neutral
    assert Compressor(threshold_db=-60, ratio=1).is_neutral
    assert not Compressor(threshold_db=60, ratio=1.01).is_neutral
    assert not Compressor(threshold_db=0, ratio=1, makeup_db=0.1).is_neutral
    for change in ({"preamp_db": 0.1}, {"output_db": -0.1}, {"compressor": Compressor(threshold_db=0, ratio=2)}):
        assert not Settings(**change).is_neutral


def test_repr_is_in_real_units() -> None:
    said = repr(Settings.from_dict(EXAMPLE | {"compressor": {"threshold_db": -10, "ratio": 4}}))
    for part in ("serial", "preamp -1.5 dB", "low_shelf 105 Hz", "+3.5 dB", "Q 0.707", "peak 310 Hz", "-2.8 dB"):
        assert part in said
    for part in ("2.5:1 above -24.0 dB", "attack 12 ms", "release 120 ms", "knee 6 dB", "makeup +1.0 dB"):
        assert part in said
    assert "outer" in said
    assert "4:1 above -10.0 dB" in said
    assert str(Settings()) == repr(Settings())
    assert "dB" not in repr(Band(type="low_pass", frequency_hz=100))
