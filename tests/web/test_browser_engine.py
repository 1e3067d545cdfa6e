"""The processor as an AudioWorklet in a real Chromium, against the processor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_pages import HELPERS, decoded, opened, planar, served
from browser_vectors import full_settings

from oracle import error_db
from tonewright.audio import read
from tonewright.processor.render import render_array
from tonewright.processor.stream import Stream
from tonewright.settings import Settings

SONG = Path(__file__).parents[2] / "examples" / "song.ogg"
FRAMES = 48_000
RATES = (44_100, 48_000, 96_000)
#: The required bound; what is left is the rounding of the page's float32 output.
BOUND_DB, REACHED_DB = -90.0, -130.0

#: Plays channels through the worklet in an OfflineAudioContext; settings may change on the way.
RENDER = """
async ([path, count, rate, settings, later]) => {
  const channels = await channelsOf(path, count);
  const context = new OfflineAudioContext(count, channels[0].length, rate);
  await context.audioWorklet.addModule("/web/engine/worklet.js");
  const buffer = context.createBuffer(count, channels[0].length, rate);
  channels.forEach((x, i) => buffer.copyToChannel(x, i));
  const source = new AudioBufferSourceNode(context, { buffer });
  const node = new AudioWorkletNode(context, "tonewright-stream", {
    channelCount: count, channelCountMode: "explicit", outputChannelCount: [count], processorOptions: { settings },
  });
  source.connect(node).connect(context.destination);
  source.start();
  const made = await context.startRendering();
  return encoded(channels.map((_, i) => made.getChannelData(i)));
}
"""


@pytest.fixture(scope="module")
def excerpt() -> Any:
    whole = read(SONG).samples
    return whole[:, 400_000 : 400_000 + FRAMES].astype(np.float64)


@pytest.fixture(scope="module")
def page(chromium: Any, excerpt: Any) -> Iterator[Any]:
    files = {"/stereo": planar(excerpt), "/mono": planar(excerpt[:1])}
    with served(files) as origin, opened(chromium, origin) as page:
        page.evaluate(HELPERS)
        yield page


@pytest.mark.parametrize("number", range(20))
def test_worklet_equals_processor(page: Any, excerpt: Any, number: int) -> None:
    settings = full_settings(20)[number]
    rate, channels = RATES[number % 3], 1 + number % 2
    path = "/stereo" if channels == 2 else "/mono"
    made = decoded(page.evaluate(RENDER, [path, channels, rate, settings.to_dict(), None]), channels)
    wanted = render_array(excerpt[:channels], rate, settings)
    assert error_db(made, wanted) < REACHED_DB < BOUND_DB


def test_settings_come_back_as_a_file_has_them(page: Any) -> None:
    for settings in full_settings(20):
        plain = "(settings) => import('/web/engine/settings.js').then(({ plain }) => plain(settings))"
        assert Settings.from_dict(page.evaluate(plain, settings.to_dict())) == settings


def test_neutral_settings_copy_the_samples(page: Any, excerpt: Any) -> None:
    settings = full_settings(20)[4].scaled(0.0)
    made = decoded(page.evaluate(RENDER, ["/stereo", 2, 48_000, settings.to_dict(), None]), 2)
    assert np.array_equal(made, excerpt.astype(np.float32))


CHANGE = """
async ([rate, settings, at]) => {
  const { Stream } = await import("/web/engine/stream.js");
  const input = await channelsOf("/stereo", 2);
  const output = input.map((x) => new Float32Array(x.length));
  const stream = new Stream(settings[0], rate, 2);
  for (let frame = 0; frame < input[0].length; frame += 128) {
    if (frame === at) stream.set(settings[1]);
    stream.process(input.map((x) => x.subarray(frame, frame + 128)), output.map((y) => y.subarray(frame, frame + 128)));
  }
  return encoded(output);
}
"""


def test_changes_on_the_way_equal_the_stream(page: Any, excerpt: Any) -> None:
    before = full_settings(20)[6]
    for after in (before.scaled(0.2), full_settings(20)[7]):
        made = decoded(page.evaluate(CHANGE, [48_000, [before.to_dict(), after.to_dict()], 12_800]), 2)
        stream = Stream(before, 48_000, 2, dtype=np.float64)
        first = stream.process(excerpt[:, :12_800])
        stream.set(after)
        assert error_db(made, np.concatenate([first, stream.process(excerpt[:, 12_800:])], axis=1)) < REACHED_DB


DECK = """
async (commands) => {
  const channels = await channelsOf("/stereo", 2);
  const context = new OfflineAudioContext(2, channels[0].length, 48000);
  await context.audioWorklet.addModule("/web/engine/worklet.js");
  const node = new AudioWorkletNode(context, "tonewright-deck", {
    numberOfInputs: 0, outputChannelCount: [2],
    processorOptions: { commands: [{ type: "source", id: "song", channels }, ...commands] },
  });
  node.connect(context.destination);
  const made = await context.startRendering();
  return encoded([0, 1].map((i) => made.getChannelData(i)));
}
"""


def test_the_players_deck_in_a_worklet(page: Any, excerpt: Any) -> None:
    settings = Settings.from_dict({"bands": [{"type": "high_shelf", "frequency_hz": 4000, "gain_db": 5}]})
    commands = [
        {"type": "variant", "id": "a", "source": "song", "settings": settings.to_dict(), "gain": 0.5},
        {"type": "variant", "id": "b", "source": "song", "settings": None, "gain": 1},
        {"type": "select", "id": "a"},
        {"type": "play"},
    ]
    made = decoded(page.evaluate(DECK, commands), 2)
    wanted = 0.5 * render_array(excerpt, 48_000, settings)
    assert error_db(made[:, 480:], wanted[:, 480:]) < REACHED_DB
