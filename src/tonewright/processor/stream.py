"""Audio in blocks of any size, with the state carried over and settings that change without clicks."""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.arrays import as_rows, check_finite, check_rate
from tonewright.processor.engine import ChainState, Engine
from tonewright.processor.plan import Plan
from tonewright.settings import Settings

Samples = NDArray[Any]

#: While settings change, coefficients are designed anew this often, in frames.
STEP = 32
#: Memory of neutral filters below this (full scale is 1) is forgotten.
REST = 1e-9
#: How long a change of settings takes, in milliseconds.
RAMP_MS = 20.0


class Stream:
    """The processor for blocks; concatenated outputs equal :func:`render_array` of the whole to 1e-6.

    Parameters
    ----------
    settings
        In force from the first frame.
    sample_rate
        In Hz.
    channels
        Of every block.
    ramp_ms
        How long :meth:`set` takes to arrive at new settings.
    dtype
        ``float32`` or ``float64``: the precision of the blocks.
    """

    def __init__(
        self, settings: Settings, sample_rate: float, channels: int, ramp_ms: float = RAMP_MS, dtype: Any = np.float32
    ) -> None:
        self._rate, self._channels, self._dtype = check_rate(sample_rate), channels, np.dtype(dtype)
        self._ramp = max(STEP, round(ramp_ms * 1e-3 * self._rate / STEP) * STEP)
        self.settings = settings
        self._voice = _Voice(settings, self._rate, channels)
        self._fading: _Voice | None = None
        self._left = 0
        self._waiting: Settings | None = None

    def reset(self) -> None:
        """Forget the past: the next block follows silence. A change of settings under way is completed."""
        self._voice = _Voice(self.settings, self._rate, self._channels)
        self._fading, self._left, self._waiting = None, 0, None

    def set(self, settings: Settings) -> None:
        """Move to other settings over the ramp, without a click.

        Values move on their own scale (Hz, Q, ms and ratio in octaves, dB in dB) where the structure stays the same;
        otherwise the old and the new processor run side by side and are cross-faded. Settings that come while others
        are on their way wait for their arrival; of several the last one counts.
        """
        self.settings = settings
        if self._left:
            self._waiting = settings
        else:
            self._depart(settings)

    def _depart(self, settings: Settings) -> None:
        if settings.is_neutral and self._voice.is_at_rest:
            self._voice = _Voice(settings, self._rate, self._channels)
            return
        if not self._voice.ramp_to(settings):
            self._fading = self._voice
            self._voice = _Voice(settings, self._rate, self._channels)
        self._left = self._ramp

    def _arrive(self) -> None:
        self._voice.arrive()
        self._fading = None
        if self._waiting is not None:
            settings, self._waiting = self._waiting, None
            self._depart(settings)

    def process(self, block: Any) -> Samples:
        """Process one block, (channels, frames), of any length; return an array of the same shape.

        Raises
        ------
        AudioError
            If the block is not finite; the state is then as before.
        """
        x = as_rows(np.asarray(block, dtype=self._dtype))
        if x.shape[1] != self._channels:
            raise ValueError(f"The stream has {self._channels} channels, the block {x.shape[1]}.")
        check_finite(x)
        y: Samples
        if self._left == 0:
            y = self._voice.run(x)[0]
            return y
        pieces = []
        start = 0
        while start < x.shape[-1]:
            if self._left == 0:
                pieces.append(self._voice.run(np.ascontiguousarray(x[..., start:])))
                break
            # Coefficients change at fixed distances from the start of the ramp, whatever the blocks are.
            into = self._ramp - self._left
            count = min(STEP - into % STEP, x.shape[-1] - start)
            pieces.append(self._ramp_piece(np.ascontiguousarray(x[..., start : start + count]), into))
            start += count
            self._left -= count
            if self._left == 0:
                self._arrive()
        y = np.concatenate(pieces, axis=-1)[0] if pieces else x[0].copy()
        return y

    def _ramp_piece(self, x: Samples, into: int) -> Samples:
        if self._fading is None:
            return self._voice.run_ramp(x, into, self._ramp)
        return _fade(self._fading.run(x), self._voice.run(x), into, self._ramp)


def _fade(old: Samples, new: Samples, into: int, length: int) -> Samples:
    """Cross-fade linearly, ``into`` frames after the start of a fade of ``length`` frames."""
    weight = (np.arange(into, into + old.shape[-1]) + 1) / length
    return np.asarray(old * (1.0 - weight) + new * weight, dtype=old.dtype)


class _Voice:
    """One plan with its states, and values that may be on their way."""

    def __init__(self, settings: Settings, sample_rate: float, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._neutral = settings.is_neutral
        self._plan, self._values = _plan_of(settings)
        self._goal = self._values
        self._rows = channels if self._plan.link == "none" else 1
        self._engine = Engine(self._plan, self._spread(self._values), sample_rate)
        self._states = self._engine.zero_states(self._rows, channels // self._rows)
        # The processor at the start of the step under way, while values are moving.
        self._old_engine: Engine | None = None
        self._old_states: list[ChainState] = []

    def _spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.broadcast_to(values, (self._rows, values.size))

    @property
    def is_at_rest(self) -> bool:
        """Whether every input would come out unchanged: neutral, and what was heard before has died away."""
        return self._neutral and all(np.abs(state.z).max(initial=0.0) <= REST for state in self._states)

    def run(self, x: Samples) -> Samples:
        if self.is_at_rest or x.shape[-1] == 0:
            return x.copy()
        return self._run(self._engine, self._states, x)

    def run_ramp(self, x: Samples, into: int, length: int) -> Samples:
        """Run a piece of a ramp that does not cross a step; ``into`` counts from its start.

        Within a step the processors of its start and of its end run from the same states and are cross-faded, so that
        neither a gain nor a coefficient jumps.
        """
        within = into % STEP
        if within == 0:
            self._old_engine, self._engine = self._engine, self._old_engine or copy(self._engine)
            self._old_states = deepcopy(self._states)
            self._engine.set(self._spread(self._between((into + STEP) / length)))
        assert self._old_engine is not None
        old = self._run(self._old_engine, self._old_states, x)
        return _fade(old, self._run(self._engine, self._states, x), within, STEP)

    def _run(self, engine: Engine, states: list[ChainState], x: Samples) -> Samples:
        y, _ = engine.run(x.reshape(self._rows, -1, x.shape[-1]), states)
        return y.reshape(x.shape)

    def ramp_to(self, settings: Settings) -> bool:
        """Take new values as the goal; ``False`` if the structure differs."""
        plan, goal = _plan_of(settings)
        if plan != self._plan:
            return False
        if self.is_at_rest:
            self._states = self._engine.zero_states(self._rows, self._channels // self._rows)
        self._goal, self._neutral = goal, False
        self._goal_is_neutral = settings.is_neutral
        return True

    def _between(self, part: float) -> NDArray[np.float64]:
        """Return the values ``part`` (0..1) of the way to the goal: ratios for positive quantities, sums for dB."""
        a, b = self._values, self._goal
        db = np.array([name.endswith("_db") for name in self._plan.names])
        ratio = np.where(db, 1.0, b) / np.where(db, 1.0, a)
        return np.where(db, a + (b - a) * part, a * ratio**part)

    def arrive(self) -> None:
        """Be at the goal."""
        if self._goal is not self._values:
            self._values = self._goal
            self._engine.set(self._spread(self._values))
            self._neutral = self._goal_is_neutral


def _plan_of(settings: Settings) -> tuple[Plan, NDArray[np.float64]]:
    """Return the plan and its values; neutral bands bypass a crossover, as they do in a whole render."""
    plan, values = Plan.of(settings, everything=True)
    if plan.topology == "crossover" and all(band.is_neutral for band in settings.bands):
        plan = replace(plan, topology="serial", splits_hz=())
    return plan, values
