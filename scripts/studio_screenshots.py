"""Take the pictures of the studio that the documentation shows: a desk in light and dark, and a phone.

    python scripts/studio_screenshots.py docs/images

Needs the extra ``studio``, playwright and a Chromium of the system.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 120_000


def start() -> tuple[subprocess.Popen[str], str]:
    """Start a studio; return its process and its link."""
    command = [sys.executable, "-m", "tonewright", "studio", "--no-browser", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    text = ""
    while line := process.stdout.readline():
        text += line
        if line.startswith("}"):
            return process, json.loads(text)["url"]
    raise SystemExit("The studio did not start.")


def after_match(page: Any) -> None:
    """Match the demo to its reference and stop in the middle of playing."""
    page.click("#tab-match")
    page.click("#start-match")
    page.wait_for_selector("#door-match .found li")
    play_a_little(page)


def after_say(page: Any) -> None:
    """Ask for something that people decide, and go on."""
    for words in ("for a late dinner with friends", "warmer", "a bit more"):
        page.fill("#line", words)
        page.keyboard.press("Enter")
        page.locator(".talk .said", has_text=words).last.wait_for()
    play_a_little(page)


def play_a_little(page: Any) -> None:
    """Let the levels move."""
    page.get_by_text("All equally loud").wait_for(state="attached")
    page.click(".play")
    while page.evaluate("studio.sound.player.state.positionS") < 6:
        page.wait_for_timeout(50)
    page.mouse.move(1, 1)


PICTURES: dict[str, tuple[tuple[int, int], str, Callable[[Any], None]]] = {
    "studio-light": ((1280, 800), "light", after_match),
    "studio-dark": ((1280, 800), "dark", after_say),
    "studio-phone": ((390, 844), "light", after_match),
}


def take(browser: Any, url: str, name: str, folder: Path) -> None:
    """Take one picture, at twice the density for phones."""
    (width, height), scheme, act = PICTURES[name]
    phone = width < 500
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.wait_for_selector("html[data-ready=recording]")
    act(page)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=folder / f"{name}.png")
    context.close()


def main() -> None:
    """Take all pictures, or those that are named."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(PICTURES))
    wanted = parser.parse_args()
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    process, url = start()
    try:
        with sync_playwright() as driver:
            options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage"]
            browser = driver.chromium.launch(executable_path=binary, args=options)
            for name in wanted.names:
                take(browser, url, name, wanted.folder)
            browser.close()
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
