"""The processor as a torch operation: the compiled kernels and their exact adjoint, or pure torch on other devices.

Needs torch (the extra ``train``); nothing else in the processor does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tonewright.errors import AudioError, MissingExtraError, SettingsError
from tonewright.layouts import Layout
from tonewright.processor.arrays import check_finite, check_rate
from tonewright.processor.engine import Engine
from tonewright.processor.plan import Plan

try:
    import torch
    from torch import Tensor
    from torch.autograd.function import once_differentiable
except ImportError as error:
    raise MissingExtraError(
        f"Gradients through torch need torch, which cannot be imported ({error}): pip install 'tonewright[train]'."
    ) from None

from tonewright.processor.portable import has_float64, process_portable


def process(x: Tensor, values: Tensor, plan: Plan, sample_rate: float, *, portable: bool = False) -> Tensor:
    """Process audio by values in real units; differentiable once by both.

    CPU tensors run through the compiled kernels, on the tensor's own memory; the backward pass keeps only the input
    and the recursions' states every 512 frames (for topology ``crossover`` also the sum of the bands). Other devices
    take the portable path, whose results agree to 1e-5 of the peak (see :mod:`tonewright.processor.portable`).

    Parameters
    ----------
    x
        (rows, channels, frames), or (rows, frames) and (frames,) for mono: full scale 1.0. Rows are independent; the
        channels of a row share one detector unless ``plan.link`` is ``none``. Float64 is processed in float64,
        everything else in float32 with float64 recursions.
    values
        Real units in the order of ``plan.names``: (rows, len(plan.names)), or (len(plan.names),) for all rows.
    plan
        The structure, from :meth:`Plan.of` (usually with ``everything=True``).
    sample_rate
        In Hz, 8000 to 384000.
    portable
        Take the portable path on the CPU too. It can be differentiated twice.

    Returns
    -------
    Tensor of the shape, dtype and device of ``x``.

    Raises
    ------
    AudioError
        If the audio is not finite (naming the first bad sample), not floating point, or the rate is out of range.
    SettingsError
        If a value is not finite.
    """
    rate = check_rate(sample_rate)
    rows = _rows(x)
    values = _spread(values, plan, rows)
    if portable or x.device.type != "cpu":
        return process_portable(rows, values, plan, rate).reshape(x.shape)
    audio = rows if rows.dtype == torch.float64 else rows.to(torch.float32)
    values = values.to(torch.float64)
    if plan.link == "none":
        values = values.repeat_interleave(audio.shape[1], dim=0)
        audio = audio.reshape(-1, 1, audio.shape[2])
    audio, values = audio.contiguous(), values.contiguous()
    if torch.is_grad_enabled() and (audio.requires_grad or values.requires_grad):
        y = _Process.apply(audio, values, plan, rate)  # type: ignore[no-untyped-call]
    else:
        y = _run(audio, values, plan, rate, keep=False)[0]
    return y.to(x.dtype).reshape(x.shape)  # type: ignore[no-any-return]


def layout_values(layout: Layout, u: Tensor) -> Tensor:
    """Map vectors in [0, 1] to real units, differentiably: :meth:`Layout.to_units` for tensors.

    ``low + u (high - low)``, or ``low (high / low) ** u`` on a log scale. Nothing is clipped.

    Parameters
    ----------
    u
        (..., layout.size).

    Returns
    -------
    Tensor of the same shape, float64 where the device has it, else float32.
    """
    if u.shape[-1:] != (layout.size,):
        raise ValueError(f"A vector of layout {layout.name} has {layout.size} numbers, got shape {tuple(u.shape)}.")
    u = _precise(u)
    logs = [free.range.scale == "log" for free in layout.free]
    low = u.new_tensor([free.range.low for free in layout.free])
    span = u.new_tensor([free.range.high - free.range.low for free in layout.free])
    # A range on a linear scale may hold 0, so its ratio is never formed.
    octaves = [np.log(f.range.high / f.range.low) if log else 0.0 for f, log in zip(layout.free, logs, strict=True)]
    return torch.where(torch.tensor(logs, device=u.device), low * torch.exp(u * u.new_tensor(octaves)), low + u * span)


def plan_values(layout: Layout, u: Tensor) -> tuple[Plan, Tensor]:
    """Put the free parameters of a layout among all values of its plan, differentiably.

    Parameters
    ----------
    u
        (..., layout.size), in [0, 1].

    Returns
    -------
    The plan of the layout's base, with every stage kept, and values in real units, (..., len(plan.names)).
    """
    plan, base = Plan.of(layout.base, everything=True)
    free = layout_values(layout, u)
    columns = torch.tensor([plan.names.index(one.path) for one in layout.free], device=free.device)
    rest = free.new_tensor(base).expand(*free.shape[:-1], len(plan.names))
    return plan, rest.index_copy(-1, columns, free)


def process_layout(x: Tensor, u: Tensor, layout: Layout, sample_rate: float, *, portable: bool = False) -> Tensor:
    """Process audio by vectors of a layout: :func:`plan_values`, then :func:`process`.

    Parameters
    ----------
    x
        As in :func:`process`.
    u
        In [0, 1]: (rows, layout.size), or (layout.size,) for all rows.
    sample_rate
        In Hz.

    Returns
    -------
    Tensor of the shape, dtype and device of ``x``.
    """
    plan, values = plan_values(layout, u)
    return process(x, values, plan, sample_rate, portable=portable)


class _Process(torch.autograd.Function):
    """Kernels forward, adjoint backward, on (rows, channels, frames) and float64 (rows, len(plan.names))."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, values: Tensor, plan: Plan, sample_rate: float) -> Tensor:
        y, kept = _run(x, values, plan, sample_rate, keep=True)
        # Through save_for_backward, so that torch notices changes in place and frees the memory after the backward
        # pass. All parallel chains share the input; the chain after them has an input of its own.
        inputs = [x if one.x is kept[0].x else torch.from_numpy(one.x) for one in kept]
        states = [torch.from_numpy(state) for one in kept for pair in one.states for state in pair]
        ctx.save_for_backward(values, *inputs, *states)
        ctx.frame = [replace(one, x=np.empty(0), states=[()] * len(one.states)) for one in kept]
        ctx.plan, ctx.sample_rate = plan, sample_rate
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        values, *arrays = (saved.numpy() for saved in ctx.saved_tensors)
        states = iter(arrays[len(ctx.frame) :])
        kept = [
            replace(one, x=x, states=[(next(states), next(states)) for _ in one.states])
            for one, x in zip(ctx.frame, arrays, strict=False)
        ]
        engine = Engine(ctx.plan, values, ctx.sample_rate)
        by_input, by_values = engine.back(kept, gradients[0].contiguous().numpy())
        return (
            torch.from_numpy(by_input) if ctx.needs_input_grad[0] else None,
            torch.from_numpy(by_values) if ctx.needs_input_grad[1] else None,
            None,
            None,
        )


def _run(x: Tensor, values: Tensor, plan: Plan, sample_rate: float, keep: bool) -> tuple[Tensor, list[Any]]:
    engine = Engine(plan, values.detach().numpy(), sample_rate)
    rows, channels, _ = x.shape
    y, kept = engine.run(x.detach().numpy(), engine.zero_states(rows, channels), keep)
    return torch.from_numpy(y), kept


def _rows(x: Tensor) -> Tensor:
    """Return audio as (rows, channels, frames) after checking it."""
    if not x.is_floating_point():
        raise AudioError(f"Audio must be floating point with full scale 1.0, got {x.dtype}.")
    if x.ndim not in (1, 2, 3):
        raise AudioError(f"Audio must have 1 to 3 dimensions (rows, channels, frames), got {x.ndim}.")
    rows = x if x.ndim == 3 else x[None, None] if x.ndim == 1 else x[:, None]
    seen = rows.detach()
    # On another device one number decides, so that the audio stays there as long as all is well.
    if seen.device.type == "cpu" or not bool(torch.isfinite(seen.sum())):
        seen = seen.cpu()
        check_finite((seen if seen.dtype == torch.float64 else seen.to(torch.float32)).numpy())
    return rows


def _spread(values: Tensor, plan: Plan, x: Tensor) -> Tensor:
    """Return values as (rows, len(plan.names)) on the device of the audio after checking them."""
    rows, count = x.shape[0], len(plan.names)
    if tuple(values.shape) not in ((count,), (1, count), (rows, count)):
        raise ValueError(f"The plan has {count} values for each of {rows} rows, got a tensor {tuple(values.shape)}.")
    bad = torch.nonzero(~torch.isfinite(values.detach()))
    if bad.numel():
        place = bad[0].tolist()
        row = f" in row {place[0]}" if len(place) > 1 else ""
        raise SettingsError(f"The value {plan.names[place[-1]]}{row} is not finite.")
    return values.to(x.device).expand(rows, count)


def _precise(u: Tensor) -> Tensor:
    return u.to(torch.float64 if has_float64(u.device.type) else torch.float32)
