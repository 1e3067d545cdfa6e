"""The protocol by which blind correction is judged: hidden settings spoil an excerpt, and must be undone unheard.

For a work and a draw, with an excerpt *a* and hidden settings *h* as in :mod:`tonewright.evaluation.match_protocol`:

    input = h(a)        target = a

both mono, at the work's own sample rate and at equal RMS. A system hears the input only. With a real pair the input is
the work and the target its twin. With degradation ``none`` nothing is hidden: the works are taken to be well mastered,
input and target are the same, and whatever a system changes is said to be damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tonewright.evaluation.excerpts import choose_excerpt
from tonewright.evaluation.hidden import draw_settings
from tonewright.evaluation.protocol import Case, Protocol, Song, Work, draws
from tonewright.processor.render import render_array
from tonewright.settings import Settings

Degradation = Literal["hidden", "none"]


@dataclass(frozen=True)
class AutoProtocol(Protocol):
    """What may be chosen about blind correction.

    Attributes
    ----------
    degradation
        ``hidden``: settings are hidden in the input. ``none``: nothing is; the excerpts are the same.
    """

    degradation: Degradation = "hidden"


def cases_of(work: Work, protocol: AutoProtocol, others: Sequence[Work] = ()) -> Iterator[Case]:  # noqa: ARG001
    """Read a work and yield its cases, one per draw."""
    song = Song.read(work, protocol)
    length = song.frames(protocol.excerpt_s)
    for draw, rng in draws(protocol, work):
        start = choose_excerpt(song.mono, length, rng)
        heard = target = song.excerpt(start, length)
        hidden: Settings | None = Settings()
        if protocol.degradation == "hidden" and song.twin is None:
            hidden = draw_settings(rng)
            heard = song.at_level(render_array(target.samples, song.sample_rate, hidden))
        elif protocol.degradation == "hidden":
            hidden = None
            target = song.twin_excerpt(start, length)
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(start / song.sample_rate,),
            settings=hidden,
            input=heard,
            reference=None,
            target=target,
        )
