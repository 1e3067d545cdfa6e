"""A trained network of the paper as a system of our benchmarks: it hears waveforms, and needs torch.

    TONEWRIGHT_RUN=runs/ndmp-paper-auto-ndmp42 tonewright evaluate auto CORPUS --per-segment \
        --systems NDMP=scripts.paper_system:auto
    TONEWRIGHT_RUN=runs/ndmp-paper-st-ndmp42 tonewright evaluate style CORPUS --per-segment \
        --systems NDMP=scripts.paper_system:match

The folder is that of a run of ``tonewright train``; its best weights answer. As in training, ``auto`` hears and works
at a peak of 1, ``match`` and ``style`` at -40 LUFS. The trunk sees any length; it was trained on 131072 samples, so
that ``--per-segment`` is what the paper does.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tonewright.audio import Audio, measure
from tonewright.errors import TonewrightError
from tonewright.evaluation.protocol import Clip
from tonewright.layouts import Layout
from tonewright.processor.render import render_array
from tonewright.training.build import build_network
from tonewright.training.config import parse_experiment
from tonewright.training.examples import PAPER_LUFS
from tonewright.training.runner import BEST, CHECKPOINT

#: The environment variable that names the folder of the run.
RUN = "TONEWRIGHT_RUN"

Floats = NDArray[np.float32]


def auto(input_audio: Clip) -> Floats:
    """Correct a clip, shape ``(1, frames)``, as the paper's AutoEQ.

    Raises
    ------
    TonewrightError
        If no run is named, or it is none of the paper's networks for this.
    """
    network, layout = load(Path(os.environ.get(RUN, "")), "paper-autoeq")
    heard = _at_peak(input_audio.samples)
    return _answered(network, layout, heard, [heard], input_audio.sample_rate)


def match(input_audio: Clip, reference_audio: Clip) -> Floats:
    """Match a clip, shape ``(1, frames)``, as the paper's style transfer; raises as :func:`auto`."""
    network, layout = load(Path(os.environ.get(RUN, "")), "paper-st")
    heard = [_at_loudness(clip) for clip in (input_audio, reference_audio)]
    return _answered(network, layout, heard[0], heard, input_audio.sample_rate)


@lru_cache(maxsize=2)
def load(folder: Path, kind: str) -> tuple[nn.Module, Layout]:
    """Return the best network of a run and its layout."""
    if not (folder / BEST).is_file() or not (folder / CHECKPOINT).is_file():
        raise TonewrightError(f"{RUN} must name the folder of a validated training, got {str(folder)!r}.")
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    experiment = parse_experiment(state["experiment"], str(folder / CHECKPOINT))
    if experiment.network.kind != kind:
        raise TonewrightError(f"{folder} holds a network of kind {experiment.network.kind}, not {kind}.")
    network = build_network(experiment)
    network.load_state_dict(torch.load(folder / BEST, weights_only=True)["weights"])
    return network.eval(), experiment.predicted


def _answered(network: nn.Module, layout: Layout, own: Floats, heard: list[Floats], rate: int) -> Floats:
    with torch.no_grad():
        u, _ = network([torch.from_numpy(one) for one in heard], torch.zeros(1, 0))
    return render_array(own, rate, layout.decode(u[0].double().numpy()))


def _at_peak(samples: Floats) -> Floats:
    peak = float(np.abs(samples).max(initial=0.0))
    return np.asarray(samples / peak if peak > 0.0 else samples, dtype=np.float32)


def _at_loudness(clip: Clip) -> Floats:
    loudness = measure(Audio(clip.samples, clip.sample_rate)).integrated_lufs
    gain = 10.0 ** ((PAPER_LUFS - loudness) / 20.0) if np.isfinite(loudness) else 1.0
    return np.asarray(clip.samples * gain, dtype=np.float32)
