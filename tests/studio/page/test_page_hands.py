"""Hands on it: keys alone, undo and redo, handles, variants, the blind test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from studio_page import drop_song, fresh, gains, kept, music, opened, playable, until


@pytest.fixture(scope="module")
def desk(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One page for all of them, with a recording that has something to be mended."""
    with opened(chromium) as page:
        drop_song(page, music(tmp_path_factory.mktemp("music") / "dull.wav", tilt=1.1))
        yield page


@pytest.fixture
def page(desk: Any) -> Any:
    fresh(desk)
    return desk


def test_keys_alone_from_a_question_to_a_file(page: Any, tmp_path: Path) -> None:
    press, keys = page.keyboard.press, page.keyboard
    press("a")
    press("Enter")
    page.wait_for_selector("#door-auto .found li")
    press("1")
    assert chosen(page) == "Original"
    press("2")
    assert chosen(page) == "Result"
    # The bands, their neighbours, and back to rest.
    press("b")
    before = gains(page)
    at = page.evaluate("[...document.querySelectorAll('.band')].indexOf(document.activeElement)")
    press("ArrowRight")
    assert page.evaluate("[...document.querySelectorAll('.band')].indexOf(document.activeElement)") == (at + 1) % 6
    press("ArrowLeft")
    press("Delete")
    assert gains(page)[at] == 0.0
    press("Control+z")
    assert gains(page) == before
    press("Control+Shift+z")
    assert gains(page)[at] == 0.0
    press(",")
    press(",")
    assert page.locator(".amount output").first.inner_text() == "90 %"
    press("v")
    press("3")
    assert chosen(page) == "A"
    press("?")
    assert page.locator("dialog#keys").is_visible()
    press("Escape")
    press("k")
    assert page.locator("dialog#keeping").is_visible()
    for _ in range(12):
        press("Tab")
        if page.evaluate("document.activeElement.id") == "keep-settings":
            break
    with page.expect_download() as waiting:
        press("Enter")
    assert waiting.value.suggested_filename.endswith(".json")
    press("Escape")
    assert keys is not None


def test_typing_is_not_taken_for_keys(page: Any) -> None:
    page.keyboard.press("s")
    page.keyboard.type("xkv?1 ")
    assert page.input_value("#line") == "xkv?1 "
    assert not page.locator("dialog[open]").count()


def test_handles_are_dragged_undone_and_put_to_rest(page: Any) -> None:
    handle = page.locator("tw-response [role=slider], tw-response [role=group] [tabindex]").nth(2)
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + 4 * step, y - 6 * step)
    page.mouse.up()
    gain = gains(page)[2]
    assert gain > 1.0
    assert [each for index, each in enumerate(gains(page)) if index != 2] == [0.0] * 5
    page.click("#undo")
    assert gains(page)[2] == 0.0, "a drag is one step"
    page.click("#redo")
    assert gains(page)[2] == gain
    box = handle.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, "document.querySelectorAll('.band.still').length === 6")


def test_a_handle_moves_by_keys(page: Any) -> None:
    page.locator("tw-response [role=slider], tw-response [role=group] [tabindex]").nth(1).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert gains(page)[1] > 0.0
    page.keyboard.press("Delete")
    assert gains(page)[1] == 0.0


def test_words_beside_a_band_follow_the_hand(page: Any) -> None:
    set_number(page, 4, "gain_db", "-6")
    until(page, "document.querySelector('.band:nth-child(4) .because').textContent.includes('-6.0 dB')")
    assert page.inner_text(".band:nth-child(3) .because") == "At rest."


def test_tone_and_dynamics_apart(page: Any) -> None:
    set_number(page, 2, "gain_db", "8")
    set_number(page, 2, "ratio", "3")
    page.locator("#amount-tone").fill("25")
    assert gains(page)[1] == 2.0
    assert page.input_value(field("ratio")) == "3"
    page.locator("#amount-dynamics").fill("0")
    assert page.input_value(field("ratio")) == "1"
    for _ in range(2):
        page.click("#undo")
    assert gains(page)[1] == 8.0
    assert page.input_value(field("ratio")) == "3"


def test_versions_are_equally_loud(page: Any) -> None:
    """A result 12 dB louder in the bass is played no louder: the page's own measurements agree within 0.1 LU."""
    set_number(page, 1, "gain_db", "12")
    playable(page)
    state = page.evaluate("window.studio.sound.player.state")
    levels = [each["loudnessLufs"] + each["gainDb"] for each in state["variants"]]
    assert len(levels) == 2
    assert max(levels) - min(levels) < 0.1
    raw = [each["loudnessLufs"] for each in state["variants"]]
    assert abs(raw[0] - raw[1]) > 0.5, "they would not be by themselves"


def test_gain_reduction_moves_while_it_plays(page: Any) -> None:
    set_number(page, 2, "ratio", "8")
    set_number(page, 2, "threshold_db", "-50")
    playable(page)
    page.evaluate(
        """window.seen = []; window.studio.sound.addEventListener("levels",
           ({ detail }) => window.seen.push(detail.reductionsDb[1]))"""
    )
    page.keyboard.press("Escape")
    page.click(".play")
    until(page, "Math.max(...window.seen) - Math.min(...window.seen) > 0.5")
    page.click(".play")
    assert page.get_attribute(".play", "aria-label") == "Play"


def test_variants_are_kept_heard_and_dropped(page: Any) -> None:
    set_number(page, 3, "gain_db", "5")
    for _ in range(4):
        page.click(".aside")
    assert page.is_disabled(".aside")
    page.keyboard.press("Escape")
    page.locator(".band").first.focus()
    page.keyboard.press("6")
    assert chosen(page) == "D"
    page.locator(".version[aria-checked=true]").focus()
    page.keyboard.press("Delete")
    assert page.locator(".version").count() == 5
    page.click("#undo")
    assert page.locator(".version").count() == 6


def test_blind_it_asks_counts_and_tells_chance(page: Any) -> None:
    set_number(page, 2, "gain_db", "9")
    playable(page)
    page.locator(".band").first.focus()
    page.keyboard.press("x")
    assert page.locator("dialog#blind").is_visible()
    heard = "window.studio.sound.player.state.selected"
    behind = []
    for _ in range(6):
        # Somebody who hears the difference always prefers the result, wherever it is.
        page.keyboard.press("1")
        first = page.evaluate(heard)
        page.keyboard.press("2")
        assert {first, page.evaluate(heard)} == {"original", "result"}
        behind.append(first)
        assert page.locator(".trial .on").count() == 1
        page.keyboard.press("ArrowLeft" if first == "result" else "ArrowRight")
    assert "6 answers" in page.inner_text("#tally")
    page.click("#reveal")
    tally = page.inner_text("#tally")
    assert "Result was preferred 6 of 6 times" in tally
    assert "3 %" in tally
    page.keyboard.press("Escape")
    assert page.evaluate(heard) == "result"
    assert chosen(page) == "Result"


def test_mono_is_heard(page: Any) -> None:
    page.locator(".band").first.focus()
    page.keyboard.press("n")
    assert page.evaluate("window.studio.sound.player.state.mono") is True
    page.keyboard.press("n")
    assert page.evaluate("window.studio.sound.player.state.mono") is False


def test_settings_kept_with_a_variant_in_view(page: Any, tmp_path: Path) -> None:
    set_number(page, 2, "gain_db", "6")
    page.click(".aside")
    set_number(page, 2, "gain_db", "0")
    page.click(".version.variant")
    page.click("#keep")
    text = kept(page, "#keep-settings", tmp_path).read_text(encoding="utf-8")
    assert '"gain_db": 6' in text


def chosen(page: Any) -> str:
    text: str = page.inner_text(".version[aria-checked=true]")
    return text.split("\n")[-1].lstrip("123456 ").strip()


NUMBERS = ("frequency_hz", "gain_db", "q", "ratio", "threshold_db", "knee_db", "attack_ms", "release_ms", "makeup_db")


def field(name: str) -> str:
    return f".fields input >> nth={NUMBERS.index(name)}"


def set_number(page: Any, band: int, name: str, value: str) -> None:
    """Type a number into a field of a band."""
    page.click(f".band:nth-child({band})")
    page.fill(field(name), value)
    page.keyboard.press("Enter")
