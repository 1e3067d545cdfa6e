"""What competes in the auto benchmark by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.controllers.auto import auto as find_auto
from tonewright.evaluation.learned import average_spectrum, ridge_auto
from tonewright.evaluation.oracle import oracle, oracle_eq
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.systems import NOTHING, System, nothing
from tonewright.networks.specification import Profile
from tonewright.processor.render import render_array


def auto(input_audio: Clip) -> NDArray[np.float32]:
    """Correct as ``tonewright auto`` does by default."""
    return _corrected(input_audio, "music")


def auto_speech(input_audio: Clip) -> NDArray[np.float32]:
    """Correct as ``tonewright auto --profile speech`` does."""
    return _corrected(input_audio, "speech")


def _corrected(input_audio: Clip, profile: Profile) -> NDArray[np.float32]:
    settings = find_auto(Audio(input_audio.samples, input_audio.sample_rate), profile=profile).settings
    return render_array(input_audio.samples, input_audio.sample_rate, settings)


SYSTEMS: dict[str, System] = {
    NOTHING: System(nothing, ("input",), baseline=True),
    "average-spectrum": System(average_spectrum, ("input",), baseline=True),
    "ridge": System(ridge_auto, ("input",), baseline=True),
    "oracle-eq": System(oracle_eq, ("input", "target"), baseline=True),
    "oracle": System(oracle, ("input", "target"), baseline=True),
    "auto": System(auto, ("input",)),
    "auto-speech": System(auto_speech, ("input",)),
}
