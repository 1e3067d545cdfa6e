"""How it looks and how fast it answers: phone, themes, accessibility, long files; and the page's own unit tests."""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from studio_page import DESK, PATIENCE, PHONE, drop_song, fresh, music, opened, playable, until

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
HERE = Path(__file__).parent


def test_the_model_in_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    tests = sorted(map(str, HERE.glob("*.test.js")))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture(scope="module")
def desk(chromium: Any) -> Iterator[Any]:
    with opened(chromium) as page:
        yield page


def test_no_serious_findings(desk: Any) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    desk.evaluate(AXE.read_text(encoding="utf-8"))
    findings = serious(desk)
    desk.click("#tab-match")
    desk.click("#start-match")
    desk.wait_for_selector("#door-match .found li")
    for size, scheme in ((DESK, "light"), (DESK, "dark"), (PHONE, "light")):
        desk.set_viewport_size({"width": size[0], "height": size[1]})
        desk.emulate_media(color_scheme=scheme)
        # Colours take a moment to change.
        desk.wait_for_timeout(400)
        findings += serious(desk)
        for opener in ("#help", "#keep"):
            desk.click(opener)
            findings += serious(desk)
            desk.keyboard.press("Escape")
    desk.click("#tab-auto")
    findings += serious(desk)
    desk.emulate_media(color_scheme="light")
    assert findings == []


def serious(page: Any) -> list[str]:
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    bad = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in bad for node in each["nodes"]]


@pytest.mark.parametrize("size", [DESK, PHONE, (360, 640), (1024, 768), (1920, 1080)])
def test_nothing_sticks_out(desk: Any, size: tuple[int, int]) -> None:
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    # Drawings take their new size a frame or two later.
    until(desk, "wide => document.documentElement.scrollWidth <= wide", size[0])
    if size[0] >= 1280:
        assert desk.evaluate("document.documentElement.scrollHeight") <= size[1], "a desk is seen at once"
    small = desk.evaluate(
        """[...document.querySelectorAll('main button, header button')].filter((each) => {
          const { width, height } = each.getBoundingClientRect();
          return width > 0 && (width < 24 || height < 24);
        }).map((each) => each.outerHTML)"""
    )
    assert small == []


def test_a_phone_goes_all_the_way(chromium: Any) -> None:
    with opened(chromium, PHONE) as page:
        page.tap("#tab-auto")
        page.tap("#start-auto")
        page.wait_for_selector("#door-auto .found li")
        page.tap(".version.original")
        assert page.get_attribute(".version.original", "aria-checked") == "true"
        page.tap("#keep")
        with page.expect_download() as waiting:
            page.tap("#keep-settings")
        assert waiting.value.suggested_filename


def test_the_theme_is_kept(chromium: Any) -> None:
    with opened(chromium, ready=False) as page:
        page.wait_for_selector("html[data-ready]")
        paper = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(paper)
        page.keyboard.press("t")
        page.keyboard.press("t")
        dark = page.evaluate(paper)
        assert light != dark
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.evaluate(paper) == dark


def test_the_page_answers_within_a_second_and_asks_nobody_else(chromium: Any) -> None:
    """In processor time of the page's thread: a busy machine is not the page's fault."""
    with opened(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        meter = page.context.new_cdp_session(page)
        meter.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            metrics = meter.send("Performance.getMetrics")["metrics"]
            return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert 0.0 < spent() < 1.0
        playable(page)
        origin = page.evaluate("location.origin")
        elsewhere = [url for url in asked if not url.startswith((origin, "data:", "blob:"))]
        assert len(asked) > 10
        assert elsewhere == []


def module_path(address: str) -> Path:
    """Where the file lies that is served at ``/static/ROOM/...``."""
    _, _, room, rest = address.split("/", 3)
    return ROOT / "src" / "tonewright" / room / "static" / rest


def test_all_modules_are_asked_for_at_once() -> None:
    """The page's own list of modules is complete, so that none waits for another to name it."""
    reached: set[str] = set()
    open_ends = ["/static/studio/app.js"]
    while open_ends:
        address = open_ends.pop()
        if address in reached:
            continue
        reached.add(address)
        text = re.sub(r"/\*.*?\*/", "", module_path(address).read_text(encoding="utf-8"), flags=re.DOTALL)
        names = re.findall(r"^(?:import|export)\s[^;]*?[\"']([^\"']+\.js)[\"'];", text, re.MULTILINE)
        open_ends += [name if name[0] == "/" else posixpath.normpath(f"{address}/../{name}") for name in names]
    page = module_path("/static/studio/index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'modulepreload" href="([^"]+)"', page)) == reached - {"/static/studio/app.js"}


@pytest.fixture
def page(desk: Any) -> Any:
    """The shared page at the size of a desk, with nothing done to it."""
    width, height = DESK
    desk.set_viewport_size({"width": width, "height": height})
    fresh(desk)
    return desk


def test_ten_minutes_open_without_freezing(page: Any, tmp_path: Path) -> None:
    """No task of the page's thread takes longer than a glance, from the drop to the waveform and the first sound."""
    song = music(tmp_path / "long.wav", seconds=600.0, rate=8_000, channels=1)
    page.evaluate(
        """window.tasks = []; new PerformanceObserver((list) => {
          for (const each of list.getEntries()) window.tasks.push(each.duration);
        }).observe({ entryTypes: ["longtask"] })"""
    )
    page.set_input_files("#pick", song)
    until(page, "document.querySelector('#open').textContent === 'long.wav'")
    playable(page)
    page.click(".play")
    until(page, "!document.querySelector('.time').textContent.startsWith('0:00')")
    page.click(".play")
    longest = max(page.evaluate("window.tasks"), default=0.0)
    assert longest < 500.0, longest
    assert page.inner_text("#facts").startswith("10:00")


def test_parts_of_a_long_file(page: Any, tmp_path: Path) -> None:
    import numpy as np

    from tonewright.audio import Audio, Format, read, write

    dark = read(music(tmp_path / "dark.wav", seconds=18.0, tilt=1.3)).samples
    bright = read(music(tmp_path / "bright.wav", seconds=18.0, tilt=0.1)).samples
    song = tmp_path / "two-parts.wav"
    write(song, Audio(np.concatenate([dark, bright], axis=1), 44_100, {}, Format("WAV", "PCM_16"), processed=False))
    drop_song(page, song)
    assert page.locator("#part option").count() >= 2
    page.click("#tab-auto")
    page.check("#parts")
    page.click("#start-auto")
    page.wait_for_selector("#door-auto .found li", timeout=PATIENCE)
    first = page.locator(".band .value").all_inner_texts()
    page.select_option("#part", "1")
    assert page.locator(".band .value").all_inner_texts() != first
    playable(page)
    variant = page.evaluate("window.studio.sound.player.state.variants.find(({ id }) => id === 'result')")
    assert not variant["live"], "parts are played as the server renders them"
