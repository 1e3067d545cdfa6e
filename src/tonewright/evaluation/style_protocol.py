"""The style-transfer test of the NDMP paper: a preset makes a recording neutral, its own sound is to be found again.

For a work and a draw, with two excerpts *a* and *b* that do not overlap and a preset *p* of
:mod:`tonewright.evaluation.style_presets`:

    input = p(a)        reference = b        target = a

all mono, at the work's own sample rate and at equal RMS: "we apply a neutral EQ preset [...] to the input. The
reference retains the original production characteristics" (section 5.3). The paper does not say whether its reference
is the same passage as the input. Here it never is, as in its training, where halves are exchanged; so copying the
reference's spectrum is not enough.

It asks for the opposite of the match benchmark: there bands and compressors are to be put on, here a compressor is to
be undone, which no compressor with a ratio above 1 can do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tonewright.evaluation.match_protocol import Parts, choose_excerpts
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.protocol import Case, Clip, Protocol, Work, case_generator, read_mono
from tonewright.evaluation.style_presets import Preset, draw_preset, for_level_of
from tonewright.processor.render import render_array


@dataclass(frozen=True)
class StyleProtocol(Protocol):
    """What may be chosen about the style-transfer test.

    Attributes
    ----------
    preset
        What is put on the input; with ``both``, each draw gives two cases of the same excerpts, and the case's number
        is twice the draw's, plus one for ``broadcast``.
    parts
        See :class:`~tonewright.evaluation.match_protocol.MatchProtocol`.
    """

    preset: Preset | Literal["both"] = "both"
    parts: Parts = "any"

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The presets of each draw, in order."""
        return ("neutral", "broadcast") if self.preset == "both" else (self.preset,)


def cases_of(work: Work, protocol: Protocol) -> Iterator[Case]:
    """Read a work and yield its cases, one per draw and preset; twins are not used."""
    asked = protocol if isinstance(protocol, StyleProtocol) else StyleProtocol(**vars(protocol))
    mono, rate = read_mono(work.path)
    length = round(asked.excerpt_s * rate)
    for draw in range(asked.draws):
        rng = case_generator(asked, work.name, draw)
        a, b = choose_excerpts(mono, length, rng, parts=asked.parts)
        target, reference = (at_rms(mono[None, start : start + length], asked.level_db) for start in (a, b))
        drawn = {name: draw_preset(name, rng) for name in ("neutral", "broadcast")}
        for index, name in enumerate(asked.presets):
            settings = for_level_of(drawn[name], target)
            yield Case(
                work=work.name,
                draw=draw * len(asked.presets) + index,
                starts_s=(a / rate, b / rate),
                settings=settings,
                input=Clip(at_rms(render_array(target, rate, settings), asked.level_db), rate),
                reference=Clip(reference, rate),
                target=Clip(target, rate),
            )
