"""What a training would take here: real steps on recordings that are made up, and the schedule's length from them."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tonewright.training.config import Experiment
from tonewright.training.corpus import Corpus, Entry
from tonewright.training.corpus.entries import SAMPLE_RATE, STRETCH
from tonewright.training.examples import Examples
from tonewright.training.trainer import Trainer

#: Steps that are timed at least, after one that is not.
_TIMED = 2
#: Examples per step of a network that hears waveforms: its time and memory grow with them, and a whole batch of the
#: paper's takes minutes and some 15 GB.
_ROWS = 1
#: Beats per second, and the share of the level that they move.
_BEATS_HZ, _DEPTH = 2.0, 0.6


@dataclass(frozen=True)
class Rehearsal:
    """What a dry run found.

    Attributes
    ----------
    name, kind
        Of the experiment and of its network.
    parameters
        Of the network that are trained.
    batch, rows
        Examples per step, and how many of them were timed.
    seconds_per_step
        Of a whole batch; where fewer rows were timed, their time in proportion.
    steps
        Of the schedule.
    days
        All steps, here, without validations.
    threads
        Of torch.
    """

    name: str
    kind: str
    parameters: int
    batch: int
    rows: int
    seconds_per_step: float
    steps: int
    days: float
    threads: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def text(self) -> str:
        """Return two lines."""
        how = "" if self.rows == self.batch else f", timed on {self.rows}"
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"{self.name}: {self.kind} with {self.parameters:,} parameters, batches of {self.batch}{how}\n"
            f"{self.seconds_per_step:.2f} s per step; {self.steps} steps take {self.days:.2f} days here "
            f"({threads} of torch, without validations)"
        )


def rehearse(experiment: Experiment) -> Rehearsal:
    """Build an experiment's network and take real steps with it on made-up recordings.

    Everything of a step is in them: examples, network, processor, loss and both ways. No corpus is needed and nothing
    is written.

    Raises
    ------
    ConfigError
        If the network does not fit the task.
    """
    rows = experiment.batch if experiment.network.kind == "controller" else min(experiment.batch, _ROWS)
    smaller = experiment.changed(batch=rows)
    examples = Examples(smaller, [made_up(smaller)] * len(smaller.data.sources))
    trainer = Trainer(smaller, Path(), examples)
    trainer.take_step()
    # As many as share what is heard, so that hearing has its part.
    timed = max(_TIMED, experiment.data.reuse)
    began = time.perf_counter()
    for _ in range(timed):
        trainer.take_step()
    seconds = (time.perf_counter() - began) / timed * experiment.batch / rows
    return Rehearsal(
        name=experiment.name,
        kind=experiment.network.kind,
        parameters=sum(one.numel() for one in trainer.network.parameters() if one.requires_grad),
        batch=experiment.batch,
        rows=rows,
        seconds_per_step=seconds,
        steps=experiment.steps,
        days=seconds * experiment.steps / 86400.0,
        threads=torch.get_num_threads(),
    )


def made_up(experiment: Experiment) -> Corpus:
    """Return a corpus in memory: one work of noise with music's slope and beats, long enough for every example."""
    data = experiment.data
    seconds = max(data.context_s) + (max(data.reference_s) if experiment.task == "match" else 0.0)
    # Twice the length leaves room for other speeds, crops longer than the context, and a choice of places.
    frames = 2 * math.ceil(seconds * SAMPLE_RATE) + 2 * data.crop_frames
    samples = _noise(frames, np.random.default_rng(experiment.seed))
    work = Entry(
        name="made up",
        source="made up",
        artist="",
        title="",
        licence="",
        sha256="",
        profile="music",
        split="train",
        source_rate=SAMPLE_RATE,
        frames=frames,
        offset=0,
        scale=1.0,
        loud=(1,) * (frames // STRETCH),
    )
    return Corpus(Path(), (work,), np.rint(32767.0 * samples).astype("<i2"))


def _noise(frames: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise that falls by 3 dB per octave and swells with a beat, (frames,), with a peak of 1."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1.0 / SAMPLE_RATE), 20.0))
    beats = 1.0 - _DEPTH * np.mod(np.arange(frames) * _BEATS_HZ / SAMPLE_RATE, 1.0)
    noise = np.fft.irfft(spectrum, frames) * beats
    return np.asarray(noise / np.abs(noise).max())
