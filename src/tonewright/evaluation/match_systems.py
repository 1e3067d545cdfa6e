"""What competes in the match benchmark by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.controllers.match import match as find_match
from tonewright.controllers.matching.fit import STEPS
from tonewright.evaluation.learned import ridge_match
from tonewright.evaluation.oracle import oracle, oracle_eq
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.rule_based import rule_based
from tonewright.evaluation.systems import NOTHING, System, nothing
from tonewright.processor.render import render_array


def closed_form(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match by the long-term spectrum fit alone, without descent."""
    return _fitted(input_audio, reference_audio, steps=0, model="none")


def match(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match as ``tonewright match`` does by default."""
    return _fitted(input_audio, reference_audio)


def match_with_descent(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match as ``tonewright match --steps 30`` does: a descent starts from what the network suggests."""
    return _fitted(input_audio, reference_audio, steps=STEPS)


def match_without_network(input_audio: Clip, reference_audio: Clip) -> NDArray[np.float32]:
    """Match as ``tonewright match --model none`` does: the descent starts from the closed form."""
    return _fitted(input_audio, reference_audio, model="none")


def _fitted(
    input_audio: Clip, reference_audio: Clip, *, steps: int | None = None, model: str | None = None
) -> NDArray[np.float32]:
    own, other = (Audio(clip.samples, clip.sample_rate) for clip in (input_audio, reference_audio))
    settings = find_match(own, other, steps=steps, model=model).settings
    return render_array(input_audio.samples, input_audio.sample_rate, settings)


SYSTEMS: dict[str, System] = {
    NOTHING: System(nothing, ("input",), baseline=True),
    "ridge": System(ridge_match, ("input", "reference"), baseline=True),
    "closed-form": System(closed_form, ("input", "reference"), baseline=True),
    "rule-based": System(rule_based, ("input", "reference"), baseline=True),
    "oracle-eq": System(oracle_eq, ("input", "target"), baseline=True),
    "oracle": System(oracle, ("input", "target"), baseline=True),
    "match-without-network": System(match_without_network, ("input", "reference")),
    "match-with-descent": System(match_with_descent, ("input", "reference")),
    "match": System(match, ("input", "reference")),
}
