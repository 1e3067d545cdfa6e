"""What can be known of a study before anybody listens: everything is made, measured and counted."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.audio import Audio, apply_gain, measure
from tonewright.listening.making.controls import settings_at
from tonewright.listening.making.equal_loudness import loudness_spectrum
from tonewright.listening.making.stimuli import Key, Stimulus, load_samples, prepare
from tonewright.listening.planning.plans import plan
from tonewright.listening.planning.trial import Plan
from tonewright.listening.study.kinds import AdjustmentPart
from tonewright.listening.study.model import StudyError
from tonewright.listening.study.reading import Opened
from tonewright.listening.words import words
from tonewright.processor.render import render_array
from tonewright.rendering import Progress

#: Seconds that a page takes besides listening: reading, deciding, going on. Rough, from our own trials of the pages.
_OVERHEAD_S = {"before": 60, "headphones": 60, "level": 20, "instructions": 30, "after": 30}
#: How often an excerpt is heard on a page, per stimulus.
_HEARD = {"adjustment": 5.0, "rating": 1.5, "mushra": 2.5, "ab": 2.0, "preference": 2.0, "abx": 2.0}
_PAGE_S = 8.0
#: Most points of a control at which loudness and peaks are measured.
_MOST_POINTS = 24


@dataclass(frozen=True)
class Checked:
    """A study that can be served.

    Attributes
    ----------
    hash
        Of study and files.
    stimuli
        All of them, as measured.
    plan
        Of the first listener.
    minutes
        What a listener will need, roughly.
    worst_lu
        Largest distance of a stimulus from the study's loudness; of an adjustment while the control moves.
    peak_dbtp
        Highest true peak that a listener can meet.
    notes
        What the experimenter should know.
    """

    hash: str
    stimuli: tuple[Stimulus, ...]
    plan: Plan
    minutes: float
    worst_lu: float
    peak_dbtp: float
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        trials = [step.trial for step in self.plan.steps if step.trial is not None]
        return {
            "hash": self.hash,
            "stimuli": [
                {
                    **each.key._asdict(),
                    "loudness_lufs": round(each.loudness_lufs, 2),
                    "true_peak_dbtp": round(each.true_peak_dbtp, 2),
                    "gain_db": round(each.gain_db, 2),
                    "duration_s": round(each.duration_s, 3),
                    "sha256": each.sha256,
                }
                for each in self.stimuli
            ],
            "pages": dict(Counter(step.type for step in self.plan.steps)),
            "trials": sum(not trial.training for trial in trials),
            "training": sum(trial.training for trial in trials),
            "retests": sum(trial.repeat > 0 for trial in trials),
            "catches": sum(trial.catch for trial in trials),
            "minutes": round(self.minutes, 1),
            "worst_lu": round(self.worst_lu, 3),
            "peak_dbtp": round(self.peak_dbtp, 2),
            "notes": list(self.notes),
        }


def check(opened: Opened, cache: Path | None = None, progress: Progress | None = None) -> Checked:
    """Make all stimuli, measure them, and count what a listener will do.

    Raises
    ------
    StudyError, AudioError, OutputError
        If something is missing, cannot be made, or would be too loud.
    """
    study = opened.study
    for language in study.languages:
        words(opened, language)
    stimuli = prepare(opened, cache, progress)
    if isinstance(study.part, AdjustmentPart):
        worst, peak, notes = _moved(opened, study.part, stimuli)
    else:
        worst = max(abs(each.loudness_lufs - study.sound.loudness_lufs) for each in stimuli.values())
        peak = max(each.true_peak_dbtp for each in stimuli.values())
        notes = _alike(stimuli)
    ceiling = study.sound.ceiling_dbtp
    if peak > ceiling:
        lower = study.sound.loudness_lufs - math.ceil(peak - ceiling)
        raise StudyError(
            f"sound.loudness_lufs: at {study.sound.loudness_lufs:g} LUFS the true peak would reach {peak:.1f} dBTP, "
            f"above the ceiling of {ceiling:g}; use {lower:g} or lower."
        )
    first = plan(study, 0)
    return Checked(opened.hash(), tuple(stimuli.values()), first, _minutes(first, stimuli), worst, peak, tuple(notes))


def _alike(stimuli: dict[Key, Stimulus]) -> list[str]:
    groups: dict[tuple[str, str], list[Key]] = {}
    for key, each in stimuli.items():
        groups.setdefault((key.track, each.sha256), []).append(key)
    return [
        f"{' and '.join(repr(key.system) for key in keys)} sound the same on {track}: nobody can tell them apart."
        for (track, _), keys in groups.items()
        if len({key.system for key in keys}) > 1
    ]


def _moved(opened: Opened, part: AdjustmentPart, stimuli: dict[Key, Stimulus]) -> tuple[float, float, list[str]]:
    """Measure loudness and peak where the control goes farthest, and at some places drawn at random."""
    random = np.random.default_rng(opened.study.seed)
    corners = list(itertools.product(*part.ranges))
    chosen = random.permutation(len(corners))[: _MOST_POINTS // 2]
    points = [corners[index] for index in chosen]
    points += [tuple(random.uniform(low, high) for low, high in part.ranges) for _ in range(_MOST_POINTS // 3)]
    worst, peak = 0.0, -math.inf
    for stimulus in stimuli.values():
        audio = load_samples(stimulus)
        spectrum = loudness_spectrum(audio)
        for point in points:
            settings = settings_at(part, point)
            samples = render_array(audio.samples, audio.sample_rate, settings)
            heard = measure(apply_gain(Audio(samples, audio.sample_rate), spectrum.gain_db(settings)))
            worst = max(worst, abs(heard.integrated_lufs - stimulus.loudness_lufs))
            peak = max(peak, heard.true_peak_dbtp)
    notes = []
    if worst > 0.1:
        notes.append(
            f"While the control moves the loudness strays by up to {worst:.2f} LU: the excerpt has little sound in "
            "some bands; a longer or fuller excerpt strays less."
        )
    return worst, peak, notes


def _minutes(first: Plan, stimuli: dict[Key, Stimulus]) -> float:
    seconds = 0.0
    for step in first.steps:
        if step.trial is None:
            seconds += _OVERHEAD_S[step.type]
            continue
        lengths = [stimuli[Key(*shown.key)].duration_s for shown in step.trial.shown]
        seconds += _PAGE_S + _HEARD[step.trial.kind] * sum(lengths)
    return seconds / 60.0
