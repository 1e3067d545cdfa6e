"""A real studio in a real browser: the server's process, pages, files to drop, downloads."""

from __future__ import annotations

import atexit
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tonewright
from tonewright.audio import Audio, Format, write

for name in ("fastapi", "uvicorn"):
    pytest.importorskip(name, reason=f"{name} is not installed")

#: Long enough for networks on two slow cores, in milliseconds.
PATIENCE = 120_000
DESK, PHONE = (1280, 800), (390, 844)


@cache
def studio() -> str:
    """Start the server that tests share; return the link it prints."""
    paths = os.pathsep.join(filter(None, (str(Path(tonewright.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "tonewright", "studio", "--no-browser", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )

    def end() -> None:
        process.terminate()
        process.wait(20)

    atexit.register(end)
    assert process.stdout is not None
    text = ""
    while line := process.stdout.readline():
        text += line
        if line.startswith("}"):
            return str(json.loads(text)["url"])
    raise AssertionError("the studio did not start")


@contextmanager
def opened(chromium: Any, size: tuple[int, int] = DESK, scheme: str = "light", ready: bool = True) -> Iterator[Any]:
    """Yield the page, with the demo open; anything that a script throws fails the test."""
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=size == PHONE, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.goto(studio())
    if ready:
        page.wait_for_selector("html[data-ready=recording]")
        playable(page)
    yield page
    context.close()
    # What a test provokes on the server's side is said by the browser too.
    provoked = ("the server responded with a status", "net::ERR_INTERNET_DISCONNECTED")
    own = [fault for fault in faults if not any(words in fault for words in provoked)]
    assert not own, own


def fresh(page: Any) -> None:
    """Take back everything at once, history included; the recording stays open."""
    page.evaluate(
        """async () => {
          const { newDoc, initial } = await import("/static/studio/model/state.js");
          const { recording } = studio.store.get().view;
          document.querySelectorAll("dialog[open]").forEach((each) => each.close());
          document.activeElement?.blur();
          studio.sound.player.pause();
          const view = { ...initial().view, recording };
          studio.store.send({ type: "project", past: [], doc: newDoc(), future: [], view });
        }"""
    )
    playable(page)


def until(page: Any, holds: str, argument: Any = None) -> None:
    """Wait until an expression, or a function of the argument, holds; the policy forbids playwright's own way."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(holds, argument):
        assert time.monotonic() < end, f"never true: {holds}"
        page.wait_for_timeout(40)


def playable(page: Any) -> None:
    """Wait until the recording can be played and all versions are equally loud."""
    until(page, "document.querySelector('.matched').textContent.startsWith('All equally loud')")


def music(path: Path, seconds: float = 6.0, tilt: float = 0.5, rate: int = 44_100, channels: int = 2) -> Path:
    """Write noise whose spectrum falls, with beats."""
    random = np.random.default_rng(3)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.maximum(np.fft.rfftfreq(frames, 1 / rate), 30.0) ** tilt
    noise = np.fft.irfft(spectrum, frames) * (0.6 + 0.4 * np.sin(4 * np.pi * np.arange(frames) / rate))
    samples = (0.3 * noise / np.abs(noise).max()).astype(np.float32)
    write(path, Audio(samples, rate, {"title": "Ton"}, Format("WAV", "PCM_16"), processed=False))
    return path


def drop(page: Any, path: Path, target: str = "body") -> None:
    """Drop a file on an element, as a hand does."""
    content = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(
        """([content, name, target]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], name));
          const at = document.querySelector(target);
          for (const type of ["dragenter", "dragover", "drop"]) {
            at.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
          }
        }""",
        [content, path.name, target],
    )


def drop_song(page: Any, path: Path) -> None:
    """Drop a recording and wait until it can be played."""
    drop(page, path)
    until(page, "name => document.querySelector('#open').textContent === name", path.name)
    playable(page)


def kept(page: Any, button: str, folder: Path) -> Path:
    """Press a button of the dialog that keeps; return what was downloaded."""
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.click(button)
    path: Path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    until(page, "!document.querySelector('.way button').disabled")
    return path


def settled(page: Any) -> None:
    """Wait until no work is under way."""
    until(page, "document.querySelector('.work').hidden")


def gains(page: Any) -> list[float]:
    """The gains on the cards, in dB."""
    texts = page.locator(".band .value").all_inner_texts()
    return [float(text.replace("\u2212", "-").split(" dB")[0]) for text in texts if "dB" in text]
