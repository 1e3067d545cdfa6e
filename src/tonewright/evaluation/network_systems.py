"""Weight files as systems: a network's answer alone, or the controller that it is given to.

Alone, an answer is put on the input in full, whatever its layout: no descent, no trust, nothing left out. That is what
layouts are compared by. With its controller it is what ``tonewright auto|match --model FILE`` does.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.controllers.auto import auto
from tonewright.controllers.deciding import decide
from tonewright.controllers.match import match
from tonewright.controllers.matching.fit import fit
from tonewright.controllers.matching.hearing import Hearing, hear
from tonewright.controllers.matching.hints import expectation_hint
from tonewright.controllers.result import Excerpts
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.systems import System
from tonewright.networks.frames import hear_frames
from tonewright.networks.network import Network
from tonewright.networks.shipped import find_network
from tonewright.networks.specification import NetworkError, Task
from tonewright.processor.render import render_array
from tonewright.rendering import open_source
from tonewright.settings import Settings

Floats = NDArray[np.float32]

#: Of what the controller would make of the answer, which is not used here.
_WIDEST_DB = 40.0


def alone(path: str | Path, task: Task) -> System:
    """Return a network as a system: its answer for music, in full.

    Raises
    ------
    NetworkError
        If the file cannot be read, or its network is for another task.
    """
    network = _load(path, task)
    if task == "auto":
        return System(partial(_auto_alone, network=network), ("input",))
    return System(partial(_match_alone, network=network), ("input", "reference"))


def with_controller(path: str | Path, task: Task) -> System:
    """Return ``auto`` or ``match`` with the weights of a file, all else by default.

    Raises
    ------
    NetworkError
        If the file cannot be read, its network is for another task, or ``match`` cannot start from its answers.
    """
    network = _load(path, task)
    if task == "auto":
        return System(partial(_auto, path=str(path)), ("input",))
    if network.layout.base.compressor is not None:
        raise NetworkError(f"{path} answers with a compressor after the bands, from which match cannot start.")
    return System(partial(_match, path=str(path)), ("input", "reference"))


def auto_settings(input_audio: Clip, network: Network) -> Settings:
    """Return what a network answers for music, for the clip at its own level."""
    outline = _heard(input_audio).survey
    prediction, *_ = decide(network, outline, "music", amount=1.0, what="both", max_gain_db=_WIDEST_DB)
    return prediction.settings.at_level(-hear_frames(outline).gain_db)


def match_settings(input_audio: Clip, reference_audio: Clip, network: Network) -> Settings:
    """Return what a network answers, told the closed form as always, for the input at its own level."""
    own, other = _heard(input_audio), _heard(reference_audio)
    closed = fit(own, [other], [1.0], steps=0).expectation
    frames = hear_frames(own.survey)
    hint = expectation_hint(closed, network.layout, own.survey.sample_rate)
    return network.predict([frames, hear_frames(other.survey)], hint).settings.at_level(-frames.gain_db)


def _load(path: str | Path, task: Task) -> Network:
    network = find_network(task, path)
    assert network is not None
    return network


def _auto_alone(input_audio: Clip, *, network: Network) -> Floats:
    return render_array(input_audio.samples, input_audio.sample_rate, auto_settings(input_audio, network))


def _match_alone(input_audio: Clip, reference_audio: Clip, *, network: Network) -> Floats:
    settings = match_settings(input_audio, reference_audio, network)
    return render_array(input_audio.samples, input_audio.sample_rate, settings)


def _auto(input_audio: Clip, *, path: str) -> Floats:
    settings = auto(Audio(input_audio.samples, input_audio.sample_rate), model=path).settings
    return render_array(input_audio.samples, input_audio.sample_rate, settings)


def _match(input_audio: Clip, reference_audio: Clip, *, path: str) -> Floats:
    own, other = (Audio(clip.samples, clip.sample_rate) for clip in (input_audio, reference_audio))
    return render_array(input_audio.samples, input_audio.sample_rate, match(own, other, model=path).settings)


def _heard(clip: Clip) -> Hearing:
    return hear(Excerpts(open_source(Audio(clip.samples, clip.sample_rate))), doing="the network")
