"""The protocol by which matching is judged: hidden settings are put on one part of a work, and must be found from it.

For a work and a draw, with two excerpts *a* and *b* of the work that do not overlap, and hidden settings *h*:

    input = a        reference = h(b)        target = h(a)

all mono, at the work's own sample rate and at equal RMS. A system hears input and reference and returns its version of
the input; the closer to the target the better. Nobody ever hears *a* and *b* with the same content, so that copying the
reference's spectrum is not enough. With a real pair, *h* is whatever made the twin from the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tonewright.errors import AudioError
from tonewright.evaluation.hidden import draw_settings
from tonewright.evaluation.metrics import at_rms, rms_db
from tonewright.evaluation.protocol import (
    AUDIO_SUFFIXES,
    TRIES,
    Case,
    Clip,
    Protocol,
    Samples,
    Work,
    case_generator,
    find_works,
    quietest_db,
    read_mono,
)
from tonewright.processor.render import render_array

__all__ = ["AUDIO_SUFFIXES", "Clip", "MatchProtocol", "Work", "cases_of", "choose_excerpts", "find_works"]

Parts = Literal["any", "near"]


@dataclass(frozen=True)
class MatchProtocol(Protocol):
    """What may be chosen about matching.

    Attributes
    ----------
    reference_s
        Length of the reference in seconds; ``None`` for that of the excerpt. A shorter one is the beginning of the
        reference of the published protocol, so that the same cases are solved from less.
    parts
        ``any``: the excerpts lie anywhere in the work. ``near``: one follows the other directly, the order drawn by
        chance, so that the music differs little.
    """

    reference_s: float | None = None
    parts: Parts = "any"


def choose_excerpts(
    mono: Samples,
    length: int,
    rng: np.random.Generator,
    *,
    reference_length: int | None = None,
    parts: Parts = "any",
) -> tuple[int, int]:
    """Choose where *a* and *b* begin: uniformly among pairs that do not overlap and of which neither is near silence.

    Parameters
    ----------
    mono
        The whole work, shape ``(frames,)``.
    length, reference_length
        Of *a* and of *b* (equal if absent), in samples.
    parts
        See :class:`MatchProtocol`.

    Raises
    ------
    AudioError
        If no such pair was found in 500 tries.
    """
    other = length if reference_length is None else reference_length
    quietest = quietest_db(mono)
    for a, b in _near(mono.size, length, other, rng) if parts == "near" else _any(mono.size, length, other, rng):
        if rms_db(mono[a : a + length]) >= quietest and rms_db(mono[b : b + other]) >= quietest:
            return a, b
    raise AudioError("The work has no two separate excerpts that are both loud enough.")


def _any(frames: int, length: int, other: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    # Room for the longer of both is left for both: a shorter reference begins where the long one does.
    room = max(length, other)
    last = frames - room
    for _ in range(TRIES if last >= room else 0):
        a, b = (int(start) for start in rng.integers(0, last + 1, size=2))
        if abs(a - b) >= room:
            yield a, b


def _near(frames: int, length: int, other: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    last = frames - length - other
    for _ in range(TRIES if last >= 0 else 0):
        start = int(rng.integers(0, last + 1))
        yield (start, start + length) if rng.random() < 0.5 else (start + other, start)


def cases_of(work: Work, protocol: Protocol) -> Iterator[Case]:
    """Read a work and yield its cases, one per draw."""
    asked = protocol if isinstance(protocol, MatchProtocol) else MatchProtocol(**vars(protocol))
    mono, rate = read_mono(work.path)
    twin = None if work.twin is None else read_mono(work.twin)[0]
    length = round(asked.excerpt_s * rate)
    other = length if asked.reference_s is None else round(asked.reference_s * rate)
    for draw in range(asked.draws):
        rng = case_generator(asked, work.name, draw)
        a, b = choose_excerpts(mono, length, rng, reference_length=other, parts=asked.parts)
        clean_a, clean_b = (
            at_rms(mono[None, start : start + size], asked.level_db) for start, size in ((a, length), (b, other))
        )
        hidden = None if twin is not None else draw_settings(rng)
        if twin is not None:
            processed = [twin[None, a : a + length], twin[None, b : b + other]]
        else:
            assert hidden is not None
            processed = [render_array(clean, rate, hidden) for clean in (clean_a, clean_b)]
        target, reference = (at_rms(each, asked.level_db) for each in processed)
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(a / rate, b / rate),
            settings=hidden,
            input=Clip(clean_a, rate),
            reference=Clip(reference, rate),
            target=Clip(target, rate),
        )
