"""Audio in blocks of any size, with the state carried over and settings that change without clicks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.arrays import as_rows, check_finite, check_rate
from tonewright.processor.engine import Engine
from tonewright.processor.plan import Plan
from tonewright.settings import Settings

Samples = NDArray[Any]

#: While settings change, coefficients are designed anew this often, in frames.
_STEP = 32


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
        self, settings: Settings, sample_rate: float, channels: int, ramp_ms: float = 20.0, dtype: Any = np.float32
    ) -> None:
        self._rate, self._channels, self._dtype = check_rate(sample_rate), channels, np.dtype(dtype)
        self._ramp = max(_STEP, round(ramp_ms * 1e-3 * self._rate / _STEP) * _STEP)
        self.settings = settings
        self._voice = _Voice(settings, self._rate, channels)
        self._fading: _Voice | None = None
        self._left = 0

    def reset(self) -> None:
        """Forget the past: the next block follows silence. A change of settings under way is completed."""
        self._voice = _Voice(self.settings, self._rate, self._channels)
        self._fading, self._left = None, 0

    def set(self, settings: Settings) -> None:
        """Move to other settings over the ramp, without a click.

        Values move on their own scale (Hz, Q, ms and ratio in octaves, dB in dB) where the structure stays the same;
        otherwise the old and the new processor run side by side and are cross-faded.
        """
        self._arrive()
        if settings.is_neutral and self.settings.is_neutral:
            self.settings = settings
            return
        if not self._voice.ramp_to(settings):
            self._fading = self._voice
            self._voice = _Voice(settings, self._rate, self._channels)
        self.settings = settings
        self._left = self._ramp

    def _arrive(self) -> None:
        self._voice.arrive()
        self._fading, self._left = None, 0

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
        if self._left == 0:
            return self._voice.run(x)[0]
        pieces = []
        start = 0
        while start < x.shape[-1]:
            if self._left == 0:
                pieces.append(self._voice.run(np.ascontiguousarray(x[..., start:])))
                break
            # Coefficients change at fixed distances from the start of the ramp, whatever the blocks are.
            into = self._ramp - self._left
            count = min(_STEP - into % _STEP, x.shape[-1] - start)
            pieces.append(self._ramp_piece(np.ascontiguousarray(x[..., start : start + count]), into))
            start += count
            self._left -= count
            if self._left == 0:
                self._arrive()
        return np.concatenate(pieces, axis=-1)[0] if pieces else x[0].copy()

    def _ramp_piece(self, x: Samples, into: int) -> Samples:
        if self._fading is None:
            self._voice.move((into // _STEP + 1) * _STEP / self._ramp)
            return self._voice.run(x)
        weight = (np.arange(into, into + x.shape[-1]) + 1) / self._ramp
        faded = self._fading.run(x) * (1.0 - weight) + self._voice.run(x) * weight
        return faded.astype(x.dtype)


class _Voice:
    """One plan with its states, and values that may be on their way."""

    def __init__(self, settings: Settings, sample_rate: float, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._neutral = settings.is_neutral
        self._plan, self._values = Plan.of(settings, everything=True)
        self._goal = self._values
        self._rows = channels if self._plan.link == "none" else 1
        self._engine = Engine(self._plan, self._spread(self._values), sample_rate)
        self._states = self._engine.zero_states(self._rows, channels // self._rows)

    def _spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.broadcast_to(values, (self._rows, values.size))

    def run(self, x: Samples) -> Samples:
        # Neutral stages never leave their zero state, so there is nothing to carry over either.
        if self._neutral or x.shape[-1] == 0:
            return x.copy()
        y, _ = self._engine.run(x.reshape(self._rows, -1, x.shape[-1]), self._states)
        return y.reshape(x.shape)

    def ramp_to(self, settings: Settings) -> bool:
        """Take new values as the goal; ``False`` if the structure differs."""
        plan, goal = Plan.of(settings, everything=True)
        if plan != self._plan:
            return False
        self._goal, self._neutral = goal, False
        self._goal_is_neutral = settings.is_neutral
        return True

    def move(self, part: float) -> None:
        """Set the values ``part`` (0..1) of the way to the goal: ratios for positive quantities, sums for dB."""
        a, b = self._values, self._goal
        db = np.array([name.endswith("_db") for name in self._plan.names])
        ratio = np.where(db, 1.0, b) / np.where(db, 1.0, a)
        values = np.where(db, a + (b - a) * part, a * ratio**part)
        self._engine.set(self._spread(values))

    def arrive(self) -> None:
        """Be at the goal."""
        if self._goal is not self._values:
            self._values = self._goal
            self._engine.set(self._spread(self._values))
            self._neutral = self._goal_is_neutral
