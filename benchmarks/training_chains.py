"""The same six filters with compressors, forward and backward, by us and by others.

Each chain takes a problem (audio, parameters in real units, a gradient by the output) and returns the output and the
gradients by the audio and by all 54 parameters of each row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from tonewright.layouts import LAYOUTS, PAPER_BANDS
from tonewright.processor.differentiable import process
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan

SAMPLE_RATE = 44_100
BATCH = 8
FRAMES = 131_072

_LAYOUT = LAYOUTS["full54"]
_PLAN = Plan.of(_LAYOUT.base, everything=True)[0]
_KINDS = [kind for kind, _, _ in PAPER_BANDS]
_SHELF = {"low_shelf": 1.0, "high_shelf": -1.0}


@dataclass(frozen=True)
class Problem:
    """Audio (rows, frames), units (rows, 54) band by band in the order of the layout, gradient (rows, frames)."""

    audio: Tensor
    units: Tensor
    gradient: Tensor


class Solved(NamedTuple):
    """Output and gradients, shaped like audio, audio and units."""

    output: NDArray[Any]
    by_audio: NDArray[Any]
    by_units: NDArray[Any]


Chain = Callable[[Tensor, Tensor], Tensor]


def problem(frames: int = FRAMES, seed: int = 0) -> Problem:
    """Draw noise bursts with a falling spectrum, and parameters uniformly over the paper's ranges."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal((BATCH, frames)))
    noise = np.fft.irfft(spectrum / np.sqrt(1.0 + np.arange(spectrum.shape[1])), frames)
    beat = 0.05 + np.abs(np.sin(2 * np.pi * 2.0 * np.arange(frames) / SAMPLE_RATE)) ** 4
    audio = noise * beat
    audio *= 0.1 / np.sqrt(np.mean(audio**2, axis=1, keepdims=True))
    units = _LAYOUT.to_units(rng.random((BATCH, _LAYOUT.size)))
    gradient = rng.standard_normal((BATCH, frames)) / frames
    return Problem(*(torch.from_numpy(each.astype(np.float32)) for each in (audio, units, gradient)))


def ours(x: Tensor, units: Tensor) -> Tensor:
    """Use Tonewright through torch."""
    nothing = units.new_zeros(len(units), 1)
    return process(x, torch.cat([nothing, units, nothing], dim=1), _PLAN, SAMPLE_RATE)


def dasp(x: Tensor, units: Tensor) -> Tensor:
    """Use dasp-pytorch: each filter by sampling its response, then its compressor, which ignores the release."""
    from dasp_pytorch import functional, signal

    y = x[:, None]
    for kind, band in zip(_KINDS, _bands(units), strict=True):
        gain, frequency, q, *compressor = band.unbind(1)
        b, a = signal.biquad(gain, frequency, q, SAMPLE_RATE, "peaking" if kind == "peak" else kind)
        y = signal.lfilter_via_fsm(y, b, a)
        y = functional.compressor(y, SAMPLE_RATE, *compressor)
    return y[:, 0]


def torchlpc_torchcomp(x: Tensor, units: Tensor) -> Tensor:
    """Filter by torchlpc's all-pole recursion behind three taps, compress by torchcomp behind a gain computer."""
    from torchcomp import compressor_core
    from torchlpc import sample_wise_lpc

    for kind, band in zip(_KINDS, _bands(units), strict=True):
        gain, frequency, q, threshold, ratio, attack, release, knee, makeup = band[:, :, None].unbind(1)
        b, a = _cookbook(kind, gain, frequency, q)
        x = F.pad(x, (2, 0))
        x = b[0] * x[:, 2:] + b[1] * x[:, 1:-1] + b[2] * x[:, :-2]
        x = sample_wise_lpc(x, torch.stack(a, dim=2).expand(-1, x.shape[1], -1))
        over = 20 * torch.log10(x.abs().clamp(min=1e-8)) - threshold
        inside = (over + knee / 2).clamp(min=0).minimum(knee)
        wanted = (1 / ratio - 1) * (inside**2 / (2 * knee) + (over - knee / 2).relu())
        rise, fall = (1 - torch.exp(-math.log(9) / (SAMPLE_RATE * 1e-3 * ms[:, 0])) for ms in (release, attack))
        smooth = compressor_core(wanted, wanted.new_zeros(len(wanted)), fall, rise)
        x = x * 10 ** ((smooth + makeup) / 20)
    return x


def _bands(units: Tensor) -> Iterable[Tensor]:
    """Return the nine parameters of each band, (rows, 9)."""
    return units.reshape(len(units), len(_KINDS), -1).unbind(1)


def _cookbook(kind: str, gain: Tensor, frequency: Tensor, q: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return numerator and the two denominator coefficients of an RBJ filter, each (rows, 1)."""
    amp, w = 10 ** (gain / 40), 2 * math.pi * frequency / SAMPLE_RATE
    cos, alpha = torch.cos(w), torch.sin(w) / (2 * q)
    if kind == "peak":
        b = [1 + alpha * amp, -2 * cos, 1 - alpha * amp]
        a = [1 + alpha / amp, -2 * cos, 1 - alpha / amp]
    else:
        sign, slope = _SHELF[kind], 2 * torch.sqrt(amp) * alpha
        plus, minus = amp + 1, sign * (amp - 1)
        b = [
            amp * (plus - minus * cos + slope),
            sign * 2 * amp * (amp - 1 - sign * plus * cos),
            amp * (plus - minus * cos - slope),
        ]
        a = [plus + minus * cos + slope, -sign * 2 * (amp - 1 + sign * plus * cos), plus + minus * cos - slope]
    return [each / a[0] for each in b], [each / a[0] for each in a[1:]]


CHAINS: dict[str, Chain] = {"tonewright": ours, "dasp": dasp, "torchlpc+torchcomp": torchlpc_torchcomp}


def solve(chain: Chain, given: Problem) -> Solved:
    """Run a chain forward and backward through torch."""
    audio, units = given.audio.detach().requires_grad_(), given.units.detach().requires_grad_()
    output = chain(audio, units)
    output.backward(given.gradient)  # type: ignore[no-untyped-call]
    assert audio.grad is not None
    assert units.grad is not None
    return Solved(output.detach().numpy(), audio.grad.numpy(), units.grad.numpy())


def tape(given: Problem) -> Tape:
    """Run our chain forward through numpy."""
    values = np.pad(given.units.numpy().astype(np.float64), ((0, 0), (1, 1)))
    return Tape(given.audio.numpy()[:, None], SAMPLE_RATE, _PLAN, values)


def solve_numpy(given: Problem) -> Solved:
    """Run our chain forward and backward through numpy."""
    made = tape(given)
    by_audio, by_values = made.gradient(given.gradient.numpy()[:, None])
    return Solved(made.output[:, 0], by_audio[:, 0], by_values[:, 1:-1])


def error_db(chain: Chain, given: Problem) -> float:
    """Return the power of a chain's error relative to the output, worst row, against ours in float64."""
    with torch.no_grad():
        true = ours(given.audio.double(), given.units.double())
        error = chain(given.audio, given.units).double() - true
        return float((10 * torch.log10(error.square().sum(1) / true.square().sum(1))).max())


def saved_bytes(chain: Chain, given: Problem) -> int:
    """Return the bytes of all distinct storages that torch keeps for the backward pass, the input's among them."""
    kept: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    audio, units = given.audio.detach().requires_grad_(), given.units.detach().requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        chain(audio, units)
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())


def held_bytes(thing: object) -> int:
    """Return the bytes of all distinct arrays that an object holds, through its attributes and containers."""
    kept: dict[int, int] = {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, np.ndarray):
            while isinstance(each.base, np.ndarray):
                each = each.base
            kept[each.__array_interface__["data"][0]] = each.nbytes
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
        elif hasattr(each, "__dict__"):
            waiting += vars(each).values()
    return sum(kept.values())
