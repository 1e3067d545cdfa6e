"""Answering once per segment of 131072 samples, as the NDMP paper's networks do, instead of once for what is heard.

The paper (section 5.2): "Audio is segmented into non-overlapping frames of length N = 131072 samples (3 seconds at 44.1
kHz)", and "at test time, inputs are processed using the same segmentation". Any system can be asked so: it is given one
segment after the other as if there were nothing else, and its answers are put side by side. Filters and compressors
begin anew with every segment, and nothing smooths the seams; ``tonewright auto --sections`` is what does that.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import SILENCE_DB, at_rms, rms_db
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.systems import System

#: Length of a segment, in samples at whatever rate.
SEGMENT = 131_072


def per_segment(system: System, length: int = SEGMENT) -> System:
    """Return the system that answers for every segment of its input alone.

    Each answer is brought to the RMS of its segment, so that the music's own levels stay. Silent segments are not
    asked about. A reference is cut in the same way, and its segments are heard in turn.

    Parameters
    ----------
    length
        Of a segment, in samples. A remainder of at least half of it is a segment, a shorter one belongs to the last.
    """

    def answer(*clips: Clip) -> NDArray[np.float32]:
        own = cut(clips[0].samples.shape[1], length)
        others = [cut(clip.samples.shape[1], length) for clip in clips[1:]]
        parts = []
        for index, (start, stop) in enumerate(own):
            heard = [_part(clips[0], start, stop)]
            heard += [_part(clip, *places[index % len(places)]) for clip, places in zip(clips[1:], others, strict=True)]
            parts.append(_answered(system, heard))
        return np.concatenate(parts, axis=1)

    return replace(system, function=answer)


def cut(frames: int, length: int = SEGMENT) -> list[tuple[int, int]]:
    """Return where segments begin and end in a recording of so many samples; they cover all of it."""
    count = max(1, (frames + length // 2) // length)
    return list(pairwise([*(index * length for index in range(count)), frames]))


def _part(clip: Clip, start: int, stop: int) -> Clip:
    return clip._replace(samples=clip.samples[:, start:stop])


def _answered(system: System, heard: list[Clip]) -> NDArray[Any]:
    own = heard[0].samples
    level = rms_db(own)
    if level < SILENCE_DB:
        return own
    output = np.asarray(system.function(*heard))
    if output.shape != own.shape:
        raise AudioError(f"The answer for a segment has shape {output.shape}, not {own.shape}.")
    return at_rms(output, level)
