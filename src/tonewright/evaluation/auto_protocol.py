"""The protocol by which blind correction is judged: hidden settings spoil an excerpt, and must be undone unheard.

For a work and a draw, with an excerpt *a* and hidden settings *h* as in :mod:`tonewright.evaluation.match_protocol`:

    input = h(a)        target = a

both mono, at the work's own sample rate and at equal RMS. A system hears the input only. With a real pair the input is
the work and the target its twin. With degradation ``none`` nothing is hidden: the works are taken to be well mastered,
input and target are the same, and whatever a system changes is said to be damage.
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
    TRIES,
    Case,
    Clip,
    Protocol,
    Samples,
    Work,
    case_generator,
    quietest_db,
    read_mono,
)
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


def choose_excerpt(mono: Samples, length: int, rng: np.random.Generator) -> int:
    """Choose where the excerpt begins: uniformly among those that are not near silence.

    Parameters
    ----------
    mono
        The whole work, shape ``(frames,)``.
    length
        Of the excerpt, in samples.

    Raises
    ------
    AudioError
        If none was found in 500 tries.
    """
    quietest, last = quietest_db(mono), len(mono) - length
    for _ in range(TRIES if last >= 0 else 0):
        start = int(rng.integers(0, last + 1))
        if rms_db(mono[start : start + length]) >= quietest:
            return start
    raise AudioError("The work has no excerpt that is loud enough.")


def cases_of(work: Work, protocol: Protocol) -> Iterator[Case]:
    """Read a work and yield its cases, one per draw."""
    asked = protocol if isinstance(protocol, AutoProtocol) else AutoProtocol(**vars(protocol))
    mono, rate = read_mono(work.path)
    twin = None if work.twin is None else read_mono(work.twin)[0]
    length = round(asked.excerpt_s * rate)
    for draw in range(asked.draws):
        rng = case_generator(asked, work.name, draw)
        start = choose_excerpt(mono, length, rng)
        excerpt = at_rms(mono[None, start : start + length], asked.level_db)
        hidden: Settings | None = Settings()
        heard = target = excerpt
        if asked.degradation == "hidden" and twin is None:
            hidden = draw_settings(rng)
            heard = at_rms(render_array(excerpt, rate, hidden), asked.level_db)
        elif asked.degradation == "hidden" and twin is not None:
            hidden = None
            target = at_rms(twin[None, start : start + length], asked.level_db)
        yield Case(
            work=work.name,
            draw=draw,
            starts_s=(start / rate,),
            settings=hidden,
            input=Clip(heard, rate),
            reference=None,
            target=Clip(target, rate),
        )
