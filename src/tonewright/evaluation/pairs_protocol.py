"""The protocol of two different songs: each work is to sound like another one, as users ask for; there is no truth.

For a work and a draw, with another work of the same sample rate drawn from all of them:

    input = an excerpt of the work        reference, scale = two excerpts of the other that do not overlap

all mono, at the work's own sample rate and at equal RMS. A system hears input and reference; what is measured on its
answer says :mod:`tonewright.evaluation.real_pairs`. A case depends on the seed, the work's name, the number of the
draw and the list of works. Twins are not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import soundfile as sf

from tonewright.errors import AudioError
from tonewright.evaluation.excerpts import choose_excerpts
from tonewright.evaluation.protocol import Case, Protocol, Song, Work, draws


def partners(works: Sequence[Work]) -> dict[Work, list[Work]]:
    """Return for every work the others of the same sample rate; a work alone at its rate is left out.

    Raises
    ------
    AudioError
        If no two works have the same sample rate.
    """
    rates = {work: int(sf.info(str(work.path)).samplerate) for work in works}
    found = {
        work: [other for other in works if other.name != work.name and rates[other] == rates[work]] for work in works
    }
    if not any(found.values()):
        raise AudioError(f"Pairs need two works at the same sample rate, and there are none among {len(works)}.")
    return {work: others for work, others in found.items() if others}


def cases_of(work: Work, protocol: Protocol, others: Sequence[Work] = ()) -> Iterator[Case]:
    """Read a work and yield its cases, one per draw, each with one of the others.

    Raises
    ------
    AudioError
        If one of a pair has no excerpts that are loud enough.
    """
    song = Song.read(work._replace(twin=None), protocol)
    length, rate = song.frames(protocol.excerpt_s), song.sample_rate
    for draw, rng in draws(protocol, work):
        other = others[int(rng.integers(len(others)))]
        theirs = Song.read(other._replace(twin=None), protocol)
        own, _ = choose_excerpts(song.mono, length, rng)
        first, second = choose_excerpts(theirs.mono, length, rng)
        reference = theirs.excerpt(first, length)
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(own / rate, first / rate, second / rate),
            settings=None,
            input=song.excerpt(own, length),
            reference=reference,
            target=reference,
            reference_work=other.name,
            scale=theirs.excerpt(second, length),
        )
