"""One pass over a source: process, and read meters, block by block on the threads there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tonewright.audio import Loudness, Meter
from tonewright.audio.sound import Samples
from tonewright.processor.stream import Stream
from tonewright.rendering.source import Source
from tonewright.rendering.timeline import Chain, Timeline, with_output
from tonewright.threads import spread

#: Called with what is being done and how much of it is, 0 to 1.
Progress = Callable[[str, float], None]

#: Processed audio up to this many bytes is kept between passes; longer audio is processed twice.
KEPT_BYTES = 128 << 20


class Player:
    """What a source passes through: everything but the output gain, which is applied last so that it may be found last.

    Parameters
    ----------
    source
        Gives rate, channels and precision; its blocks are to be played in order from the start.
    chain
        Settings, or a timeline of them.
    """

    def __init__(self, source: Source, chain: Chain) -> None:
        bare = with_output(chain, 0.0)
        steps = bare.steps(source.sample_rate) if isinstance(bare, Timeline) else [(0, bare)]
        self._stream = Stream(steps[0][1], source.sample_rate, source.channels, dtype=source.dtype)
        self._steps = steps[1:]
        self._at = 0

    def process(self, block: Samples) -> Samples:
        """Return the next block, (channels, frames), processed."""
        pieces = []
        start, frames = 0, block.shape[1]
        while self._steps and self._steps[0][0] < self._at + frames:
            frame, settings = self._steps.pop(0)
            if frame - self._at > start:
                pieces.append(self._stream.process(block[:, start : frame - self._at]))
                start = frame - self._at
            self._stream.set(settings)
        self._at += frames
        if not pieces:
            return self._stream.process(block)
        return np.concatenate([*pieces, self._stream.process(block[:, start:])], axis=1)


def player(source: Source, chain: Chain) -> Player | None:
    """Return what a source passes through; ``None`` if that is nothing but the output gain."""
    return None if with_output(chain, 0.0).is_neutral else Player(source, chain)


def fits(source: Source) -> bool:
    """Whether the processed source may be kept in memory."""
    return source.frames * source.channels * source.dtype.itemsize <= KEPT_BYTES


def processed(source: Source, chain: Chain) -> Iterator[Samples]:
    """Yield the source's blocks after all of ``chain`` but the output gain; neutral ones as they are."""
    through = player(source, chain)
    for block in source.blocks():
        yield block if through is None else through.process(block)


def louder(block: Samples, gain_db: float) -> Samples:
    """Return the block with a gain; the block itself at 0 dB."""
    return block if gain_db == 0.0 else np.multiply(block, block.dtype.type(10.0 ** (gain_db / 20.0)))


def listen(
    source: Source,
    chain: Chain,
    *,
    before: Loudness | None = None,
    hear_input: bool = True,
    keep: bool = False,
    progress: Progress | None = None,
) -> tuple[Loudness | None, Loudness, list[Samples] | None]:
    """Measure a source before and after settings or a timeline (less the output gain), in one pass.

    Parameters
    ----------
    before
        What was measured of the source already.
    hear_input
        Measure the source too.
    keep
        Return the processed blocks too, if they are few enough.

    Returns
    -------
    Loudness of the source (``None`` if nobody asked), loudness of the processed source, and its blocks or ``None``.
    """
    stream = player(source, chain)
    meter = Meter(source.sample_rate, source.channels)
    # What does nothing sounds as before: one meter reads both.
    first = Meter(source.sample_rate, source.channels) if stream and hear_input and before is None else None
    kept: list[Samples] | None = [] if stream and keep and fits(source) else None
    blocks = source.blocks()
    block = next(blocks, None)
    heard: Samples | None = None  # processed, not measured yet: four jobs at a time keep two threads busy
    done = 0
    while block is not None or heard is not None:
        now, last = block, heard

        def output(now: Samples | None = now) -> None:
            nonlocal heard
            heard = stream.process(now) if stream is not None and now is not None else now
            if kept is not None and heard is not None:
                kept.append(heard)

        def measure_output(last: Samples | None = last) -> None:
            if last is not None:
                meter.feed(last)

        def measure_input(now: Samples | None = now) -> None:
            if first is not None and now is not None:
                first.feed(now)

        def ahead() -> None:
            nonlocal block
            block = next(blocks, None)

        spread(_call, (output, measure_output, measure_input, ahead))
        done += 0 if now is None else now.shape[1]
        if progress is not None:
            progress("Measuring", min(1.0, done / max(1, source.frames)))
    after = meter.result()
    if first is not None:
        before = first.result()
    elif stream is None:
        before = after
    return before, after, kept


def _call(work: Callable[[], None]) -> None:
    work()
