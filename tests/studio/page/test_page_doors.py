"""From drop to download through each door; what is kept is what the command line renders."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from studio_page import PATIENCE, drop, drop_song, fresh, gains, kept, music, opened, playable, settled, until

from tonewright.settings import Settings


@pytest.fixture(scope="module")
def desk(chromium: Any) -> Iterator[Any]:
    with opened(chromium) as page:
        yield page


@pytest.fixture
def page(desk: Any) -> Any:
    fresh(desk)
    return desk


def check_kept(page: Any, cli: Any, song: Path, folder: Path, form: str) -> Settings:
    """Keep sound and settings; the command line must write the same bytes."""
    page.click("#keep")
    page.select_option("select[aria-label=Format]", form)
    sound = kept(page, "#keep-sound", folder)
    settings = kept(page, "#keep-settings", folder)
    rendered = folder / f"by-the-command-line{sound.suffix}"
    assert cli("render", song, "--settings", settings, "-o", rendered).code == 0
    assert sound.read_bytes() == rendered.read_bytes()
    page.keyboard.press("Escape")
    return Settings.load(settings)


def test_say(page: Any, cli: Any, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    song = music(tmp_path / "voice.wav")
    drop_song(page, song)
    page.fill("#line", "cut 3 dB at 400 Hz, Q 2")
    page.keyboard.press("Enter")
    page.wait_for_selector(".talk .said")
    assert "obeyed exactly" in page.inner_text(".talk .answer")
    assert "400 Hz" in page.inner_text("#detail .full")
    assert min(gains(page)) == -3.0
    # The conversation goes on.
    page.fill("#line", "half of that")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('.talk .said').length === 2")
    assert min(gains(page)) == -1.5
    settings = check_kept(page, cli, song, tmp_path, "same")
    (cut,) = [band for band in settings.bands if band.gain_db]
    assert (cut.frequency_hz, cut.gain_db, cut.q) == (400.0, -1.5, 2.0)


def test_say_shows_the_people_and_tries_their_choices(page: Any, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    page.fill("#line", "for a late dinner with friends")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cloud:not([hidden])")
    before = gains(page)
    page.click("#other")
    first = gains(page)
    page.keyboard.press("Escape")
    page.click("#other")
    assert len({tuple(before), tuple(first), tuple(gains(page))}) == 3
    page.click("#undo")
    page.click("#undo")
    assert gains(page) == before


def test_auto(page: Any, cli: Any, tmp_path: Path) -> None:
    song = music(tmp_path / "dull.wav", tilt=1.1)
    drop_song(page, song)
    page.click("#tab-auto")
    page.click("#start-auto")
    page.wait_for_selector("#door-auto .found li")
    assert any(gains(page))
    assert page.inner_text(".version[aria-checked=true]").endswith("Result")
    playable(page)
    # Half of it is half the decibels, and that is what is kept.
    whole = gains(page)
    page.locator("#amount-amount").fill("50")
    assert gains(page) == pytest.approx([gain / 2 for gain in whole], abs=0.051)
    settings = check_kept(page, cli, song, tmp_path, "flac")
    assert [band.gain_db for band in settings.bands] == pytest.approx(gains(page), abs=0.051)


def test_match(page: Any, cli: Any, tmp_path: Path) -> None:
    song, reference = music(tmp_path / "mine.wav", tilt=0.9), music(tmp_path / "theirs.wav", tilt=0.4)
    drop_song(page, song)
    page.click("#tab-match")
    drop(page, reference, "[data-drop=reference]")
    until(page, "document.querySelector('.target strong').textContent === 'theirs.wav'")
    assert page.inner_text("#open") == "mine.wav", "a reference does not take the recording's place"
    page.click("#start-match")
    page.wait_for_selector("#door-match .found li")
    assert "Reference" in page.inner_text(".legend").title()
    # Brighter, as the reference is.
    assert gains(page)[-1] + gains(page)[-2] > 1.0
    settings = check_kept(page, cli, song, tmp_path, "wav")
    assert settings.output_db != 0.0


def test_presets_reports_and_projects(page: Any, tmp_path: Path) -> None:
    song = music(tmp_path / "song.wav")
    drop_song(page, song)
    set_gain(page, 2, "4.5")
    page.click("#keep")
    page.wait_for_selector("#program option", state="attached")
    page.select_option("#program", label=page.inner_text("#program option:nth-child(1)"))
    page.wait_for_selector(".exactness")
    preset = kept(page, "#keep-preset", tmp_path)
    assert preset.stat().st_size > 0
    report = kept(page, "#keep-report", tmp_path)
    assert "<html" in report.read_text(encoding="utf-8")
    project = kept(page, "#keep-project", tmp_path)
    assert "project.json" in zipfile.ZipFile(project).namelist()
    page.keyboard.press("Escape")

    # The project reopens exactly, undo included.
    was = gains(page)
    page.reload()
    page.wait_for_selector("html[data-ready=recording]")
    playable(page)
    assert not any(gains(page))
    drop(page, project)
    until(page, "document.querySelector('#message').textContent.includes('as you left it')")
    assert gains(page) == was
    page.click("#undo")
    assert not any(gains(page))


def test_a_preset_that_is_dropped_is_put_in_place(page: Any, tmp_path: Path) -> None:
    preset = tmp_path / "ParametricEQ.txt"
    preset.write_text("Preamp: -4 dB\nFilter 1: ON PK Fc 400 Hz Gain 4 dB Q 1.41\n", encoding="utf-8")
    drop(page, preset)
    until(page, "document.querySelectorAll('.band').length === 1")
    assert gains(page) == [4.0]


def test_failures_are_one_sentence_and_the_page_lives_on(page: Any, tmp_path: Path) -> None:
    text = tmp_path / "song.mp3"
    text.write_text("no music at all", encoding="utf-8")
    drop(page, text)
    page.wait_for_selector("#message.error")
    message = page.inner_text("#message")
    assert "song.mp3" in message
    assert "Traceback" not in message
    page.click("#message button")
    drop_song(page, music(tmp_path / "song.wav", seconds=2.0))
    page.context.set_offline(True)
    page.click("#tab-auto")
    page.click("#start-auto")
    until(page, "document.querySelector('#message').textContent.includes('does not answer')")
    page.context.set_offline(False)
    page.click("#start-auto")
    page.wait_for_selector("#door-auto .found li", timeout=PATIENCE)


def test_work_shows_its_progress_and_can_be_cancelled(page: Any, tmp_path: Path) -> None:
    page.click("#tab-auto")
    # Whatever the server is doing, it has not answered yet.
    page.route("**/api/jobs/*/events", lambda route: None)
    page.click("#start-auto")
    page.wait_for_selector(".work:not([hidden])")
    assert page.is_disabled("#start-auto")
    with page.expect_request(lambda request: request.method == "DELETE"):
        page.click("#stop")
    settled(page)
    page.unroute("**/api/jobs/*/events")
    assert page.is_enabled("#start-auto")
    assert not any(gains(page))


def set_gain(page: Any, band: int, value: str) -> None:
    """Type a gain into the numbers of a band."""
    page.click(f".band:nth-child({band})")
    page.fill(".fields label:nth-child(3) input", value)
    page.keyboard.press("Enter")
