"""One pass over a source: process, and read meters, block by block on the threads there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tonewright.audio import Loudness, Meter
from tonewright.audio.sound import Samples
from tonewright.processor.stream import Stream
from tonewright.rendering.source import Source
from tonewright.settings import Settings
from tonewright.threads import spread

#: Called with what is being done and how much of it is, 0 to 1.
Progress = Callable[[str, float], None]

#: Processed audio up to this many bytes is kept between passes; longer audio is processed twice.
KEPT_BYTES = 128 << 20


def bare(settings: Settings) -> Settings:
    """Return the settings without their output gain, which is applied last so that it may be found last."""
    return settings if settings.output_db == 0.0 else settings.model_copy(update={"output_db": 0.0})


def fits(source: Source) -> bool:
    """Whether the processed source may be kept in memory."""
    return source.frames * source.channels * source.dtype.itemsize <= KEPT_BYTES


def processed(source: Source, settings: Settings) -> Iterator[Samples]:
    """Yield the source's blocks after all of ``settings`` but the output gain; neutral ones as they are."""
    chain = bare(settings)
    if chain.is_neutral:
        yield from source.blocks()
        return
    stream = Stream(chain, source.sample_rate, source.channels, dtype=source.dtype)
    for block in source.blocks():
        yield stream.process(block)


def louder(block: Samples, gain_db: float) -> Samples:
    """Return the block with a gain; the block itself at 0 dB."""
    return block if gain_db == 0.0 else np.multiply(block, block.dtype.type(10.0 ** (gain_db / 20.0)))


def listen(
    source: Source,
    settings: Settings,
    *,
    before: Loudness | None = None,
    hear_input: bool = True,
    keep: bool = False,
    progress: Progress | None = None,
) -> tuple[Loudness | None, Loudness, list[Samples] | None]:
    """Measure a source before and after settings (less their output gain), in one pass.

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
    chain = bare(settings)
    stream = None if chain.is_neutral else Stream(chain, source.sample_rate, source.channels, dtype=source.dtype)
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
