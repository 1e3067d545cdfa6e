"""The processor in pure torch, on any device, differentiable by torch itself.

Slower than the kernels (about seventy times, on one core) and with the memory that autograd needs (some two hundred
times the input in float32); for tensors that are not on the CPU, and as a second opinion on the kernels.

Precision: filters are designed, and everything runs, in float64, whatever the precision of the audio. On a device
without float64 (Apple's MPS) the filters are designed on the CPU in float64 and the audio runs in float32: results then
agree with the kernels to a few 1e-4 of the peak instead of 1e-5, and gradients to about a percent. For more, move the
audio to the CPU.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from tonewright.processor.kernels import COMPRESSOR, FILTER
from tonewright.processor.levels import FLOOR
from tonewright.processor.plan import Plan
from tonewright.processor.portable_filters import design_filters, run_filters
from tonewright.processor.portable_smoother import smooth
from tonewright.processor.program import Stage, chains


@lru_cache
def has_float64(device_type: str) -> bool:
    """Whether tensors on this kind of device can hold float64."""
    try:
        torch.zeros(1, dtype=torch.float64, device=device_type)
    except (TypeError, RuntimeError, NotImplementedError):
        return False
    return True


def process_portable(
    x: Tensor, values: Tensor, plan: Plan, sample_rate: float, precision: torch.dtype | None = None
) -> Tensor:
    """Process audio by values, differentiably.

    Parameters
    ----------
    x
        (rows, channels, frames), full scale 1.0.
    values
        Real units in the order of ``plan.names``, (rows, len(plan.names)).
    plan
        The structure.
    sample_rate
        In Hz.
    precision
        To work in: by default float64 if the device has it, else float32.

    Returns
    -------
    Tensor of the shape, dtype and device of ``x``.
    """
    if x.numel() == 0:
        return x.clone()
    shape, dtype = x.shape, x.dtype
    if precision is None:
        precision = torch.float64 if has_float64(x.device.type) else torch.float32
    if plan.link == "none":
        values = values.repeat_interleave(shape[1], dim=0)
        x = x.reshape(-1, 1, shape[2])
    home = x.device if has_float64(x.device.type) else torch.device("cpu")
    values = values.to(home).to(torch.float64)
    x = x.to(precision) * _factor(values[:, :1, None]).to(x.device, precision)
    parallel, tail = chains(plan, sample_rate)
    y = torch.stack([_run_chain(x, chain, values, plan, sample_rate) for chain in parallel]).sum(dim=0)
    y = _run_chain(y, tail, values, plan, sample_rate) * _factor(values[:, -1:, None]).to(y.device, precision)
    return y.reshape(shape).to(dtype)


def _run_chain(x: Tensor, chain: list[Stage], values: Tensor, plan: Plan, sample_rate: float) -> Tensor:
    for stage in chain:
        if stage.section is not None:
            x = run_filters(x, values.new_tensor(stage.section).expand(x.shape[0], 5))
        elif stage.kind & FILTER and stage.band is not None:
            kind = plan.bands[stage.band].type
            assert kind is not None
            x = run_filters(x, design_filters(kind, values[:, plan.filter_columns(stage.band)], sample_rate))
        if stage.kind & COMPRESSOR:
            x = _compress(x, values[:, plan.compressor_columns(stage.band)], sample_rate, plan.ballistics == "tied")
    return x


def _compress(x: Tensor, values: Tensor, sample_rate: float, tied: bool) -> Tensor:
    """Compress rows, (rows, channels, frames), by six values each, (rows, 6); one detector for a row's channels.

    The soft knee is that of :func:`tonewright.processor.levels.excess`, the order of work that of design.md.
    """
    _, _, attack_ms, release_ms, _, _ = values.unbind(-1)
    alphas = torch.exp(-math.log(9.0) * 1000.0 / (sample_rate * torch.stack([attack_ms, release_ms], dim=-1)))
    attack, release = alphas.to(x.dtype).to(x.device).mT[..., None]
    threshold, ratio, _, _, knee, makeup = values.to(x.dtype).to(x.device).mT[..., None]
    loudest = x.abs().max(dim=1).values
    h = 20.0 * torch.log10(loudest.clamp(min=FLOOR)) - threshold + 0.5 * knee
    part = (h / knee.clamp(min=1e-6)).clamp(0.0, 1.0)
    excess = 0.5 * knee * part**2 + (h - knee).clamp(min=0.0)
    # The slope comes after the smoothing, which it does not change, so that a ratio of 1 still has its gradient.
    attenuation = (1.0 - 1.0 / ratio) * smooth(excess, attack, release, tied)
    return x * _factor(makeup - attenuation)[:, None, :]


def _factor(level_db: Tensor) -> Tensor:
    return 10.0 ** (level_db / 20.0)
