"""Gradients of the processor without torch: numpy in, numpy out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.arrays import as_rows, check_finite, check_rate
from tonewright.processor.engine import Engine
from tonewright.processor.plan import Plan

Array = NDArray[np.float64]
Samples = NDArray[Any]


class Tape:
    """One forward pass and its exact adjoint.

    Parameters
    ----------
    samples
        (rows, channels, frames), float32 or float64.
    sample_rate
        In Hz.
    plan
        The structure, from :meth:`Plan.of` (usually with ``everything=True``).
    values
        Real units in the order of ``plan.names``: (rows, len(plan.names)), or (len(plan.names),) for all rows.

    Attributes
    ----------
    output
        (rows, channels, frames), float32 or float64 like ``samples``.

    Examples
    --------
    >>> tape = Tape(x, 44100, plan, values)
    >>> by_input, by_values = tape.gradient(2.0 * (tape.output - target))
    """

    def __init__(self, samples: Any, sample_rate: float, plan: Plan, values: Any) -> None:
        x = as_rows(samples)
        check_finite(x)
        values = np.asarray(values, dtype=np.float64)
        if values.shape[-1] != len(plan.names) or values.ndim > 2:
            raise ValueError(f"The plan has {len(plan.names)} values per row, got an array of shape {values.shape}.")
        self._shape = x.shape
        spread_values = np.broadcast_to(values, (x.shape[0], values.shape[-1]))
        self._channels = x.shape[1] if plan.link == "none" else 1
        if plan.link == "none":
            x = x.reshape(-1, 1, x.shape[-1])
            spread_values = np.repeat(spread_values, self._channels, axis=0)
        self._one_vector = values.ndim == 1
        self._engine = Engine(plan, spread_values, check_rate(sample_rate))
        y, self._kept = self._engine.run(x, self._engine.zero_states(*x.shape[:2]), keep=True)
        self.output: Samples = y.reshape(self._shape)

    def gradient(self, by_output: Any) -> tuple[Samples, Array]:
        """Return the gradient by the samples and by the values, given that by the output.

        Returns
        -------
        Arrays of the shapes of ``samples`` and of ``values``; the latter summed over rows where they share values.
        """
        rows, channels, frames = self._shape
        g = np.asarray(by_output).reshape(rows * self._channels, channels // self._channels, frames)
        by_input, by_values = self._engine.back(self._kept, g)
        if self._channels > 1:
            by_values = by_values.reshape(self._shape[0], self._channels, -1).sum(axis=1)
        return by_input.reshape(self._shape), by_values.sum(axis=0) if self._one_vector else by_values
