"""Which excerpts of a work are judged: drawn by chance, never near silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import rms_db
from tonewright.evaluation.protocol import Samples

#: Excerpts quieter than this against the whole work, or in absolute terms, are not music to judge by, in dB.
QUIETEST_OF_WORK_DB = -20.0
QUIETEST_DB = -60.0
#: How often excerpts are drawn before a work is given up.
TRIES = 500

#: Where two excerpts lie. ``any``: anywhere in the work. ``near``: one follows the other directly, the order drawn by
#: chance, so that the music differs little.
Parts = Literal["any", "near"]


def choose_excerpt(mono: Samples, length: int, rng: np.random.Generator) -> int:
    """Choose where an excerpt begins: uniformly among those that are not near silence.

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
        Where they lie.

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


def quietest_db(mono: Samples) -> float:
    """Return the RMS in dBFS below which an excerpt of a work, shape ``(frames,)``, is not used."""
    return max(QUIETEST_DB, rms_db(mono) + QUIETEST_OF_WORK_DB)


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
