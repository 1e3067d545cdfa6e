"""From a source and settings to audio in memory, or to a file."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tonewright.audio import Audio, Format, Meter, Writer, Written, choose_format
from tonewright.audio.containers import refuse_impossible
from tonewright.audio.sound import Samples
from tonewright.files import Draft, output_error, refuse_place
from tonewright.parameters import limits
from tonewright.processor.render import render_array
from tonewright.rendering.level import CEILING_DB, Settled, below_ceiling, check_ceiling, parts
from tonewright.rendering.source import Source, open_source
from tonewright.rendering.timeline import Chain, Timeline, chain_warnings, with_output
from tonewright.rendering.work import Progress, listen, louder, processed
from tonewright.settings import Settings
from tonewright.threads import spread

#: Encoders that discard sound move peaks. So often is a file written again, quieter, until what it decodes to fits.
_TRIES = 3


@dataclass(frozen=True)
class Rendered:
    """What became of a rendered file.

    Attributes
    ----------
    written
        Path, format, what was clipped and what was dropped.
    settings
        As applied: with the output gain that the ceiling left; of a timeline those at its start.
    lowered_db
        By how much the ceiling lowered the output gain, 0 or more.
    true_peak_dbtp
        Of what was written; ``None`` if nobody measured it.
    notes
        Plain sentences: bands that could not act, a lowered level, clipped samples, dropped tags.
    timeline
        As applied, if it was one.
    """

    written: Written
    settings: Settings
    lowered_db: float = 0.0
    true_peak_dbtp: float | None = None
    notes: list[str] = field(default_factory=list)
    timeline: Timeline | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.written.path


def render(audio: Audio, settings: Chain) -> Audio:
    """Return the audio through settings or a timeline, as they stand: no loudness, no ceiling, nothing clipped.

    Neutral settings give the same samples bit for bit.
    """
    if settings.is_neutral:
        return replace(audio, samples=audio.samples.copy())
    if isinstance(settings, Timeline):
        blocks = [louder(block, settings.output_db) for block in processed(Source(audio), settings)]
        return audio.with_samples(np.concatenate(blocks, axis=1))
    return audio.with_samples(render_array(audio.samples, audio.sample_rate, settings))


def check_target(source: Source, target: str | Path, inputs: Iterable[str | Path] = ()) -> Format:
    """Return the format that a target gets, or refuse it: best called before work whose result it is to hold.

    Raises
    ------
    OutputError
        If the place cannot be written, is the source or one of ``inputs``, or its format cannot hold the audio.
    """
    target = Path(target)
    form = choose_format(target, source.format)
    refuse_impossible(target, form, source.sample_rate, source.channels)
    place = refuse_place(target, (*source.inputs, *inputs))
    if not os.access(place.parent, os.W_OK):
        raise output_error(target, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    return form


def render_file(
    source: Source | Audio | str | Path,
    target: str | Path,
    settings: Chain,
    *,
    ceiling_db: float | None = CEILING_DB,
    settled: Settled | None = None,
    inputs: Iterable[str | Path] = (),
    seed: int = 0,
    progress: Progress | None = None,
) -> Rendered:
    """Write a source to a file through settings or a timeline, stored like the source.

    Memory does not grow with its length. The true peak is measured first, and where it would exceed the ceiling
    ``output_db`` is lowered. Neutral settings copy the samples bit for bit: no dither, no ceiling. The file appears
    when it is complete.

    Parameters
    ----------
    source
        A recording or its path; the file is never written over.
    target
        Its extension says the container, everything else is as in the source where possible.
    ceiling_db
        Highest true peak in dBTP; ``None`` to apply the settings as they stand (integer files then clip).
    settled
        From :func:`~tonewright.rendering.settle` for this source and these settings: saves the measuring. What it kept
        of the processed audio is used up.
    inputs
        Further files that must not be written over.
    seed
        Of the dither.

    Raises
    ------
    AudioError, OutputError, SettingsError
        In one sentence; no half file is left.
    """
    source, target = open_source(source), Path(target)
    check_ceiling(ceiling_db)
    guarded = (*source.inputs, *inputs)
    form = check_target(source, target, guarded)  # before the work, not after it
    notes = chain_warnings(settings, source.sample_rate)
    if settings.is_neutral:
        first, timeline = parts(settings)
        return Rendered(_copy(source, target, guarded, seed, progress), first, notes=notes, timeline=timeline)

    kept: list[Samples] | None = None
    raw_peak: float | None = None
    if settled is not None and settled.chain == settings:
        raw_peak = settled.after.true_peak_dbtp - settings.output_db
        if settled.kept:
            kept = settled.kept[:]
            settled.kept.clear()
    elif ceiling_db is not None:
        _, heard, kept = listen(source, settings, hear_input=False, keep=True, progress=progress)
        raw_peak = heard.true_peak_dbtp
    output_db = settings.output_db
    if raw_peak is not None:
        output_db = max(limits("output_db")[0], below_ceiling(output_db, raw_peak, ceiling_db, form))
    peak = None if raw_peak is None else raw_peak + output_db

    for attempt in range(_TRIES):
        blocks = iter(kept) if kept is not None else processed(source, settings)
        written = _write(source, target, (louder(block, output_db) for block in blocks), guarded, seed, True, progress)
        if not form.lossy or ceiling_db is None:
            break
        peak = _true_peak(target)
        if peak <= ceiling_db or attempt == _TRIES - 1:
            break
        output_db = below_ceiling(output_db, peak - output_db, ceiling_db, form) - 0.1 * attempt
    lowered = settings.output_db - output_db
    applied, timeline = parts(with_output(settings, output_db))
    if lowered >= 0.05 and ceiling_db is not None:
        notes.append(
            f"The output is lowered by {lowered:.1f} dB, so that its true peak stays at or below {ceiling_db:g} dBTP "
            "(--ceiling off lets it through)."
        )
    if peak is not None and ceiling_db is not None and peak > ceiling_db:
        notes.append(
            f"{target.name} decodes to a true peak of {peak:.2f} dBTP, above the ceiling: its encoder moves peaks; "
            "set a lower --ceiling."
        )
    if written.clipped:
        notes.append(
            f"{written.clipped} samples exceed full scale and are clipped in {target.name}; "
            "write a float file, or let the ceiling lower the level."
        )
    return Rendered(written, applied, lowered, peak, notes, timeline)


def _write(
    source: Source,
    target: Path,
    blocks: Iterator[Samples],
    inputs: Iterable[str | Path],
    seed: int,
    dither: bool,
    progress: Progress | None,
) -> Written:
    """Write blocks, the next being made while one is written."""
    with Writer(
        target,
        source.sample_rate,
        source.channels,
        like=source.format,
        tags=source.tags,
        lost=source.lost,
        dither=dither,
        seed=seed,
        inputs=inputs,
        frames=source.frames,
    ) as writer:
        done = 0
        block = next(blocks, None)
        while block is not None:
            now = block

            def store(now: Samples = now) -> None:
                writer.write(now)

            def ahead() -> None:
                nonlocal block
                block = next(blocks, None)

            spread(lambda work: work(), (store, ahead))
            done += now.shape[1]
            if progress is not None:
                progress("Writing", min(1.0, done / max(1, source.frames)))
    return writer.close()


def _copy(
    source: Source, target: Path, inputs: tuple[str | Path, ...], seed: int, progress: Progress | None
) -> Written:
    """Write the source's samples as they are; a lossy file to its own format is copied whole, not encoded again."""
    stored, form = source.format, choose_format(target, source.format)
    if stored is not None and stored.lossy and form == stored and source.audio is None and source.path is not None:
        with Draft(target, inputs=inputs) as draft:
            shutil.copyfile(source.path, draft.path)
        return Written(target, form, source.frames)
    narrower = stored is not None and form.bits is not None and (stored.bits or 64) > form.bits
    return _write(source, target, source.blocks(), inputs, seed, source.processed or narrower, progress)


def _true_peak(path: Path) -> float:
    """Measure what a written file decodes to, in dBTP."""
    source = Source(path)
    meter = Meter(source.sample_rate, source.channels)
    for block in source.blocks():
        meter.feed(block)
    return meter.result().true_peak_dbtp
