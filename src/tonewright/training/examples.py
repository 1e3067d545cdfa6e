"""Training examples, made while they are needed: the same seed and number give the same example, whatever ran before.

``match``: two excerpts *a*, *b* of a work and hidden settings *h*. The network hears *a* and *h(b)*; what it answers is
put on a crop of *a* and compared with *h* on the crop. ``auto``: the network hears *h(c)* of an excerpt *c*; what it
answers is put on a crop of *h(c)* and compared with *c*.

The paper's networks hear waveforms: for ``auto`` the crop of *h(c)* itself, scaled to a peak of 1; for ``match`` the
crop of *a*, and *h(b)*, at -40 LUFS, which is the half-swap of dasp-pytorch with halves that need not be neighbours.
What they answer is put on the crop at the level that they heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tonewright.analysis.bands import usable_bands, window_length
from tonewright.analysis.dynamics import window_dynamics
from tonewright.analysis.survey import WINDOW_S, window_powers
from tonewright.audio.meters import Meter
from tonewright.controllers.balance_hints import balance_hint
from tonewright.controllers.matching.hints import curve_hint
from tonewright.networks.frames import BANDS, CENTRE_DB, FLOOR_DB, SCALE_DB, Frames, band_factors, to_frames
from tonewright.networks.ridge import Ridge, long_term_db
from tonewright.networks.specification import PROFILES, Profile
from tonewright.processor.engine import Engine
from tonewright.training.config import Experiment
from tonewright.training.corpus import Corpus, Entry
from tonewright.training.corpus.entries import Split
from tonewright.training.degradations import DEGRADATIONS

Floats = NDArray[np.float32]

#: RMS at which settings are hidden, in dBFS.
HIDING_DB = -20.0
#: Loudness at which the paper's style transfer hears and works.
PAPER_LUFS = -40.0
#: Excerpts with less than this share of loud stretches are drawn again, so often.
_LOUD_SHARE, _TRIES = 0.6, 30
#: Speeds as fractions.
_SPEEDS = ((8, 9), (15, 16), (16, 15), (9, 8))
#: A work laid under another is so much lower, in dB.
_UNDER_DB = (-20.0, -6.0)
#: Bands this far below the loudest do not count in the true change of a spectrum, in dB.
_AUDIBLE_DB = 60.0
#: Width of the random curve's bell, in bands of a sixth octave.
_TINT_BANDS = 3
_STRETCH = 131072
_TRAIN, _VALIDATION, _CROPS, _SPECTRA = 0, 1, 2, 3


@dataclass(frozen=True)
class Batch:
    """Examples side by side.

    Attributes
    ----------
    recordings
        Frames of what is heard, (rows, frames, 65) each.
    hint
        (rows, hints).
    input, target
        Crops, (rows, frames): the input at the level that the network works at.
    change_db, heard
        True change of the crop's spectrum by band, and weights 0 or 1, (rows, 57).
    waves
        What the paper's networks hear, (rows, frames) each; for ours none.
    """

    recordings: tuple[Floats, ...]
    hint: Floats
    input: Floats
    target: Floats
    change_db: Floats
    heard: Floats
    waves: tuple[Floats, ...] = ()


class Spectra(NamedTuple):
    """What a regression learns from.

    Attributes
    ----------
    level_db
        Long-term level of each sixth octave of an excerpt at the working level, (excerpts, 57), in dB.
    profile
        Of each, a place in :data:`~tonewright.networks.specification.PROFILES`, (excerpts,).
    hidden
        Settings that may be hidden, as many for each excerpt as for the next, in turn: a degradation's name and its
        values.
    """

    level_db: NDArray[np.float64]
    profile: NDArray[np.int64]
    hidden: list[tuple[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class _Scenes:
    """What a batch is cut from: excerpts clean and degraded, (rows, frames), and what is heard of them."""

    settings: list[tuple[str, NDArray[np.float64]]]
    clean: Floats
    degraded: Floats
    recordings: tuple[Floats, ...]
    hint: Floats
    gain: Floats


class Examples:
    """Draws batches from corpora as an experiment says.

    Attributes
    ----------
    ridge
        Makes the hints of ``auto`` where the experiment wants one; to be set before batches are drawn, see
        :mod:`tonewright.training.regression`.
    """

    def __init__(self, experiment: Experiment, corpora: list[Corpus] | None = None) -> None:
        self.experiment = experiment
        self.rate = experiment.sample_rate
        self._layout = experiment.predicted
        data = experiment.data
        self.corpora = corpora or [Corpus.open(source.path) for source in data.sources]
        shares = np.array([source.share for source in data.sources])
        self._shares = shares / shares.sum()
        self._names = list(data.degradations)
        chances = np.array([data.degradations[name] for name in self._names])
        self._chances = chances / chances.sum()
        self._waves = experiment.network.kind != "controller"
        self.window = window_length(self.rate, WINDOW_S)
        self._group, self._scenes = -1, cast("_Scenes | None", None)
        self._engine_plans = {name: DEGRADATIONS[name].plan for name in self._names}
        self.ridge: Ridge | None = None

    def batch(self, number: int) -> Batch:
        """Return the training batch of a step; `reuse` steps in turn share what is heard and differ in the crops."""
        group, part = divmod(number, self.experiment.data.reuse)
        if group != self._group:
            rng = np.random.default_rng([self.experiment.seed, _TRAIN, group])
            self._group, self._scenes = group, self._draw(rng, "train", self.experiment.batch)
        assert self._scenes is not None
        return self._cut(self._scenes, np.random.default_rng([self.experiment.seed, _CROPS, group, part]))

    def validation(self) -> list[Batch]:
        """Return the validation batches: always the same."""
        count, size = self.experiment.validation_examples, self.experiment.batch
        batches = []
        for first in range(0, count, size):
            rng = np.random.default_rng([_VALIDATION, first])
            batches.append(self._cut(self._draw(rng, "validation", min(size, count - first)), rng))
        return batches

    def spectra(self, count: int, hidings: int) -> Spectra:
        """Return excerpts of training works as a regression hears them, and settings that may be hidden on each.

        Parameters
        ----------
        count, hidings
            Excerpts, and settings for each.
        """
        rng = np.random.default_rng([self.experiment.seed, _SPECTRA])
        length = round(self.rate * min(self.experiment.data.context_s))
        drawn = [self._excerpts(rng, "train", length, 0) for _ in range(count)]
        return Spectra(
            level_db=np.array([long_term_db(self._hear(first)[1].values) for first, _, _ in drawn]),
            profile=np.array([PROFILES.index(profile) for _, _, profile in drawn]),
            hidden=[self._hide(rng) for _ in range(count * hidings)],
        )

    def _draw(self, rng: np.random.Generator, split: Split, rows: int) -> _Scenes:
        """Draw works, excerpts and settings, and hear them."""
        if self.experiment.network.ridge and self.ridge is None:
            raise RuntimeError("The regression of the hints is missing: fit it before drawing.")
        data = self.experiment.data
        context = max(round(self.rate * rng.choice(data.context_s)), data.crop_frames)
        reference = round(self.rate * rng.choice(data.reference_s)) if self.experiment.task == "match" else 0
        drawn = [self._excerpts(rng, split, context, reference) for _ in range(rows)]
        settings = [self._hide(rng) for _ in range(rows)]
        own = np.stack([one[0] for one in drawn])
        if self.experiment.task == "match":
            degraded = self._process(np.stack([one[1] for one in drawn]), settings)
            powers, frames = zip(*(self._hear(row) for row in own), strict=True)
            other_powers, others = zip(*(self._hear(row) for row in degraded), strict=True)
            hints = [curve_hint(p, q, self.rate, self._layout) for p, q in zip(powers, other_powers, strict=True)]
            recordings = [frames, others]
        else:
            degraded = self._process(own, settings)
            frames = tuple(self._hear(row)[1] for row in degraded)
            if data.varied_tone_db and split == "train":
                frames = tuple(_tinted(one, data.varied_tone_db, rng) for one in frames)
            hints = [
                balance_hint(self.ridge, one, profile, self._layout, self.rate)
                for one, (_, _, profile) in zip(frames, drawn, strict=True)
            ]
            recordings = [frames]
        return _Scenes(
            settings=settings,
            clean=own,
            degraded=degraded,
            recordings=tuple(np.stack([one.values for one in heard]) for heard in recordings),
            hint=np.stack(hints).astype(np.float32),
            gain=np.array([[10.0 ** (one.gain_db / 20.0)] for one in frames], dtype=np.float32),
        )

    def _cut(self, scenes: _Scenes, rng: np.random.Generator) -> Batch:
        """Choose the crops on which the loss is taken."""
        rows, context = scenes.clean.shape
        starts = rng.integers(0, context - self.experiment.data.crop_frames + 1, size=rows)
        clean = self._crop(scenes.clean, starts)
        if self.experiment.task == "match":
            crops, target = clean, self._process(clean, scenes.settings)
        else:
            crops, target = self._crop(scenes.degraded, starts), clean
        change, heard = self._change(crops, target)
        batch = Batch(scenes.recordings, scenes.hint, crops * scenes.gain, target, change, heard)
        return self._with_waves(batch, crops, scenes.degraded) if self._waves else batch

    def _with_waves(self, batch: Batch, crops: Floats, degraded: Floats) -> Batch:
        """Let the paper's networks hear waveforms, and work on the one that they hear."""
        if self.experiment.task == "match":
            waves: tuple[Floats, ...] = tuple(
                np.stack([self._at_loudness(row) for row in x]) for x in (crops, degraded)
            )
        else:
            waves = (np.stack([_at_peak(row) for row in crops]),)
        return replace(batch, input=waves[0], waves=waves)

    def _at_loudness(self, row: Floats) -> Floats:
        meter = Meter(self.rate, 1)
        meter.feed(row[None])
        loudness = meter.result().integrated_lufs
        return row * np.float32(10.0 ** ((PAPER_LUFS - loudness) / 20.0)) if np.isfinite(loudness) else row

    def _hide(self, rng: np.random.Generator) -> tuple[str, NDArray[np.float64]]:
        name = str(rng.choice(self._names, p=self._chances))
        return name, DEGRADATIONS[name].draw(rng)

    def _process(self, x: Floats, settings: list[tuple[str, NDArray[np.float64]]]) -> Floats:
        """Put settings on rows, (rows, frames); plans differ in their filters only by name."""
        out = x.copy()
        for name, plan in self._engine_plans.items():
            rows = [index for index, one in enumerate(settings) if one[0] == name]
            if not rows or name == "none":
                continue
            engine = Engine(plan, np.stack([settings[index][1] for index in rows]), self.rate)
            y, _ = engine.run(np.ascontiguousarray(x[rows][:, None, :]), engine.zero_states(len(rows), 1), False)
            out[rows] = y[:, 0]
        return out

    def _hear(self, row: Floats) -> tuple[Floats, Frames]:
        powers = window_powers(row[None], self.rate, self.window, self.window)
        return powers, to_frames(powers, window_dynamics(row[None], self.rate, self.window), self.rate)

    def _crop(self, x: Floats, starts: NDArray[np.int64]) -> Floats:
        length = self.experiment.data.crop_frames
        return np.stack([row[start : start + length] for row, start in zip(x, starts, strict=True)])

    def _change(self, before: Floats, after: Floats) -> tuple[Floats, Floats]:
        factors = band_factors(self.rate)
        spectra = [
            np.stack([window_powers(row[None], self.rate, self.window, self.window).mean(axis=0) for row in x])
            for x in (before, after)
        ]
        first, second = (10.0 * np.log10(one * factors + 1e-14) for one in spectra)
        heard = usable_bands(self.rate) & (first > first.max(axis=1, keepdims=True) - _AUDIBLE_DB)
        return np.asarray(second - first, dtype=np.float32), heard.astype(np.float32)

    def _excerpts(
        self, rng: np.random.Generator, split: Split, length: int, other_length: int
    ) -> tuple[Floats, Floats, Profile]:
        """Draw one or two excerpts of a work at the level for hiding, perhaps of two works at once."""
        entry, first, second = self._one(rng, split, length, other_length)
        if rng.random() < self.experiment.data.mixed and split == "train":
            gain = 10.0 ** (rng.uniform(*_UNDER_DB) / 20.0)
            _, under, under_second = self._one(rng, split, length, other_length, entry.profile)
            first, second = first + gain * under, second + gain * under_second
        scaled = _at_peak if self.experiment.data.level == "peak" else _at_level
        return scaled(first), scaled(second), entry.profile

    def _one(
        self, rng: np.random.Generator, split: Split, length: int, other_length: int, profile: str | None = None
    ) -> tuple[Entry, Floats, Floats]:
        up, down = _SPEEDS[int(rng.integers(len(_SPEEDS)))]
        if split != "train" or rng.random() >= self.experiment.data.varied_speed:
            up, down = 1, 1
        needed, needed_other = (-(-size * down // up) for size in (length, other_length))
        for _ in range(100 * _TRIES):
            corpus = self.corpora[int(rng.choice(len(self.corpora), p=self._shares))]
            entries = corpus.split(split)
            if not entries:
                continue
            entry = entries[int(rng.integers(len(entries)))]
            if (profile and entry.profile != profile) or entry.frames < needed + needed_other:
                continue
            place = _places(rng, entry, needed, needed_other)
            if place is None:
                continue
            parts = [corpus.read(entry, start, size) for start, size in zip(place, (needed, needed_other), strict=True)]
            if up != down:
                parts = [scipy.signal.resample_poly(part, up, down).astype(np.float32) for part in parts]
            first, second = parts[0][:length], parts[1][:other_length]
            if _sounds(first) and (not other_length or _sounds(second)):
                return entry, _at_level(first), _at_level(second)
        raise RuntimeError(f"The corpora hold no loud {split} work of {length + other_length} frames.")


def _places(rng: np.random.Generator, entry: Entry, length: int, other_length: int) -> tuple[int, int] | None:
    """Draw two stretches that do not overlap and are mostly loud, in either order, anywhere in the work."""
    loud = np.asarray(entry.loud, dtype=bool)
    for _ in range(_TRIES):
        slack = entry.frames - length - other_length
        cuts = np.sort(rng.integers(0, slack + 1, size=2))
        if rng.random() < 0.5:
            starts = int(cuts[0]), int(cuts[1] + length)
        else:
            starts = int(cuts[1] + other_length), int(cuts[0])
        if all(_loud_share(loud, s, n) >= _LOUD_SHARE for s, n in zip(starts, (length, other_length), strict=True)):
            return starts
    return None


def _loud_share(loud: NDArray[np.bool_], start: int, frames: int) -> float:
    if frames == 0 or not loud.size:
        return 1.0
    part = loud[start // _STRETCH : (start + frames) // _STRETCH + 1]
    return float(part.mean()) if part.size else 0.0


def _tinted(frames: Frames, spread_db: float, rng: np.random.Generator) -> Frames:
    """Bend what is heard by a random smooth curve of mean 0; silence stays silence."""
    reach = np.arange(-3 * _TINT_BANDS, 3 * _TINT_BANDS + 1)
    kernel = np.exp(-0.5 * (reach / _TINT_BANDS) ** 2)
    curve = np.convolve(rng.standard_normal(BANDS + len(reach) - 1), kernel / np.linalg.norm(kernel), "valid")
    tint = np.zeros(frames.values.shape[1])
    tint[:BANDS] = spread_db / SCALE_DB * (curve - curve.mean())
    silence = np.float32((FLOOR_DB - CENTRE_DB) / SCALE_DB)
    bent = np.maximum(frames.values + tint, silence)
    return replace(frames, values=np.where(frames.values > silence, bent, frames.values).astype(np.float32))


def _sounds(x: Floats) -> bool:
    return float(np.dot(x, x)) > 1e-6 * x.size


def _at_level(x: Floats) -> Floats:
    power = float(np.dot(x, x)) / x.size if x.size else 0.0
    return x if power <= 0.0 else x * np.float32(10.0 ** (HIDING_DB / 20.0) / np.sqrt(power))


def _at_peak(x: Floats) -> Floats:
    peak = float(np.abs(x).max(initial=0.0))
    return x if peak <= 0.0 else np.asarray(x / np.float32(peak), dtype=np.float32)
