"""What every controller returns: settings, and everything that can be said, drawn, rendered or written of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio, Loudness
from tonewright.rendering import CEILING_DB, Chain, Progress, Rendered, Settled, Source, render, render_file
from tonewright.requests.rows import What as What
from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.reporting import Story

Recording = Audio | str | Path | Source


@dataclass(frozen=True)
class Result:
    """A controller's answer.

    Attributes
    ----------
    settings
        Complete: thresholds hold for the input as it is, ``output_db`` gives the asked loudness below the ceiling.
    source
        The input.
    settled
        How the level was found: loudness before and after, what the ceiling did.
    what, amount
        As asked.
    """

    settings: Settings
    source: Source
    settled: Settled
    what: str
    amount: float

    @property
    def before(self) -> Loudness:
        """Meter readings of the input."""
        return self.settled.before

    @property
    def after(self) -> Loudness:
        """Meter readings of the result."""
        return self.settled.after

    @property
    def chain(self) -> Chain:
        """What is rendered: the settings, or settings per section where there are such."""
        return self.settings

    @cached_property
    def audio(self) -> Audio:
        """The result, rendered when first asked for."""
        held = self.source.audio
        if held is None:
            from tonewright.audio import read

            assert self.source.path is not None
            held = read(self.source.path)
        return render(held, self.chain)

    def write(
        self,
        path: str | Path,
        *,
        ceiling_db: float | None = CEILING_DB,
        inputs: Sequence[Path] = (),
        progress: Progress | None = None,
    ) -> Rendered:
        """Render to a file, stored like the input; see :func:`~tonewright.rendering.render_file`.

        ``settings`` of what is returned are those for the whole, with the output gain that was written.
        """
        done = render_file(
            self.source,
            path,
            self.chain,
            ceiling_db=ceiling_db,
            settled=self.settled,
            inputs=inputs,
            progress=progress,
        )
        output_db = done.settings.output_db
        return replace(done, settings=self.settings.with_output(output_db))

    @property
    @abstractmethod
    def story(self) -> Story:
        """Everything a report shows."""

    def _level_words(self) -> list[str]:
        """Say how loud it was, is, and why."""
        from tonewright.reporting import describe_level

        return describe_level(
            self.before, self.after, ceiling_dbtp=self.settled.ceiling_db, held_back_db=self.settled.limited_db
        )

    def explain(self) -> str:
        """Say in plain words what was done and why."""
        return self.story.text()

    def plot(self, path: str | Path) -> None:
        """Draw the spectra and the settings' curves, as PNG or SVG by the extension."""
        from tonewright.reporting import plot_story

        plot_story(self.story, path)

    def report(self, folder: str | Path) -> list[Path]:
        """Write a page, a picture, the settings and all numbers into a folder; return their paths."""
        from tonewright.reporting import write_report

        return write_report(self.story, folder)

    def to_dict(self) -> dict[str, Any]:
        """Return everything found as plain data."""
        return {**self.story.to_dict(), "what": self.what, "amount": self.amount}


class Excerpts:
    """A source that also gives excerpts: a :class:`~tonewright.controllers.matching.hearing.Recording`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name, self.sample_rate = source.name, source.sample_rate
        self.channels, self.frames = source.channels, source.frames
        self.blocks = source.blocks

    def excerpts(self, starts: list[int], frames: int) -> list[NDArray[Any]]:
        """Return stretches of ``frames`` frames, (channels, frames) each."""
        return [self._source.part(start, frames) for start in starts]


class Stages:
    """Progress of several stages as one; hearing takes the first ``heard`` of it."""

    def __init__(self, progress: Progress | None, heard: float) -> None:
        self._progress, self._heard = progress, heard

    def tell(self, stage: str, part: float) -> None:
        """Report a stage."""
        if self._progress is not None:
            self._progress(stage, min(1.0, part))

    def counting(self, stage: str, done: int, total: int) -> Callable[[int], None]:
        """Return what counts frames heard, of ``total`` in all, ``done`` of them before."""
        count = [done]

        def heard(frames: int) -> None:
            count[0] += frames
            self.tell(stage, self._heard * count[0] / max(1, total))

        return heard


def asked_lufs(loudness: str | float, reference: Loudness | None = None) -> float | None:
    """Return the loudness in LUFS that a checked option asks for; ``None`` for that of the input."""
    if loudness == "reference" and reference is not None:
        return reference.integrated_lufs if np.isfinite(reference.integrated_lufs) else None
    return None if isinstance(loudness, str) else float(loudness)
