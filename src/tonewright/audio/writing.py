"""Write a whole recording to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tonewright.audio.containers import Format, choose_format
from tonewright.audio.sound import Audio
from tonewright.audio.writer import Writer, Written


def write(
    path: str | Path,
    audio: Audio,
    *,
    like: Audio | Format | None = None,
    dither: bool | None = None,
    seed: int = 0,
    inputs: Iterable[str | Path] = (),
) -> Written:
    """Write audio to a file, stored like its source: container, sample rate, channels, bit depth and tags.

    Parameters
    ----------
    path
        The target; an extension of another container than the source's wins, with the nearest bit depth.
    audio
        What to write. The file it was read from is never written over.
    like
        Take the format from here instead; from an :class:`Audio` also the tags and the list of what is lost.
    dither
        TPDF dither, 2 LSB from peak to peak, for 8 and 16 bit. ``None``: if the audio was processed, or the source had
        more bits than the file.
    seed
        Of the dither.
    inputs
        Further files that must not be written over.

    Returns
    -------
    Written
        Path, format, and what was dropped.

    Raises
    ------
    OutputError
        If the place cannot be written, is an input, or the format cannot hold the audio. No half file is left.
    """
    source = like if isinstance(like, Audio) else audio
    form = like if isinstance(like, Format) else source.format
    guarded = [*inputs, *([audio.path] if audio.path is not None else [])]
    if dither is None:
        bits = choose_format(Path(path), form).bits
        narrower = audio.format is not None and bits is not None and (audio.format.bits or 64) > bits
        dither = audio.processed or narrower
    with Writer(
        path,
        audio.sample_rate,
        audio.channels,
        like=form,
        tags=source.tags,
        lost=source.lost,
        dither=dither,
        seed=seed,
        inputs=guarded,
        frames=audio.frames,
    ) as writer:
        writer.write(audio.samples)
    return writer.close()
