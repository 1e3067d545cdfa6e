"""The protocol by which matching is judged: hidden settings are put on one part of a work, and must be found from it.

For a work and a draw, with two excerpts *a* and *b* of the work that do not overlap, and hidden settings *h*:

    input = a        reference = h(b)        target = h(a)

all mono, at the work's own sample rate and at equal RMS. A system hears input and reference and returns its version of
the input; the closer to the target the better. Nobody ever hears *a* and *b* with the same content, so that copying the
reference's spectrum is not enough. With a real pair, *h* is whatever made the twin from the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tonewright.evaluation.excerpts import Parts, choose_excerpts
from tonewright.evaluation.hidden import draw_settings
from tonewright.evaluation.protocol import Case, Protocol, Song, Work, draws
from tonewright.processor.render import render_array


@dataclass(frozen=True)
class MatchProtocol(Protocol):
    """What may be chosen about matching.

    Attributes
    ----------
    reference_s
        Length of the reference in seconds; ``None`` for that of the excerpt. A shorter one is the beginning of the
        reference of the published protocol, so that the same cases are solved from less.
    parts
        Where the excerpts lie, see :data:`~tonewright.evaluation.excerpts.Parts`.
    """

    reference_s: float | None = None
    parts: Parts = "any"


def cases_of(work: Work, protocol: MatchProtocol, others: Sequence[Work] = ()) -> Iterator[Case]:  # noqa: ARG001
    """Read a work and yield its cases, one per draw."""
    song = Song.read(work, protocol)
    length = song.frames(protocol.excerpt_s)
    other = length if protocol.reference_s is None else song.frames(protocol.reference_s)
    for draw, rng in draws(protocol, work):
        a, b = choose_excerpts(song.mono, length, rng, reference_length=other, parts=protocol.parts)
        own = song.excerpt(a, length)
        if song.twin is not None:
            hidden = None
            target, reference = song.twin_excerpt(a, length), song.twin_excerpt(b, other)
        else:
            hidden = draw_settings(rng)
            target, reference = (
                song.at_level(render_array(clean.samples, song.sample_rate, hidden))
                for clean in (own, song.excerpt(b, other))
            )
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(a / song.sample_rate, b / song.sample_rate),
            settings=hidden,
            input=own,
            reference=reference,
            target=target,
        )
