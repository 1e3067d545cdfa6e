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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tonewright.evaluation.excerpts import Parts, choose_excerpts
from tonewright.evaluation.protocol import Case, Protocol, Song, Work, draws
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
        Where the excerpts lie, see :data:`~tonewright.evaluation.excerpts.Parts`.
    """

    preset: Preset | Literal["both"] = "both"
    parts: Parts = "any"

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The presets of each draw, in order."""
        return ("neutral", "broadcast") if self.preset == "both" else (self.preset,)


def cases_of(work: Work, protocol: StyleProtocol, others: Sequence[Work] = ()) -> Iterator[Case]:  # noqa: ARG001
    """Read a work and yield its cases, one per draw and preset; twins are not used."""
    song = Song.read(work._replace(twin=None), protocol)
    length = song.frames(protocol.excerpt_s)
    for draw, rng in draws(protocol, work):
        a, b = choose_excerpts(song.mono, length, rng, parts=protocol.parts)
        target, reference = song.excerpt(a, length), song.excerpt(b, length)
        drawn = {name: draw_preset(name, rng) for name in ("neutral", "broadcast")}
        for index, name in enumerate(protocol.presets):
            settings = for_level_of(drawn[name], target.samples)
            yield Case(
                work=work.name,
                draw=draw * len(protocol.presets) + index,
                starts_s=(a / song.sample_rate, b / song.sample_rate),
                settings=settings,
                input=song.at_level(render_array(target.samples, song.sample_rate, settings)),
                reference=reference,
                target=target,
            )
