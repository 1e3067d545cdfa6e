"""``tied`` ballistics with linear mapping are dasp-pytorch's equations (the NDMP paper's processor)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

pytest.importorskip("torch")
import torch
from torch import Tensor

from tonewright.layouts import LAYOUTS, PAPER_BANDS
from tonewright.processor.differentiable import process_layout

RATE = 44_100
DASP_NAMES = {"low_shelf": "low_shelf", "peak": "peaking", "high_shelf": "high_shelf"}
#: Gain, frequency, Q, threshold, ratio, attack, release, knee, makeup: Tables 1 and 2 of the NDMP paper.
COMPRESSOR_RANGES = [(-60, 0), (1, 10), (1, 100), (10, 500), (0, 12), (0, 12)]
LAYOUT = LAYOUTS["full54"].with_mapping("linear")
LAYOUT = replace(LAYOUT, base=LAYOUT.base.changed(ballistics="tied"))
Array = NDArray[np.float64]


def denormalised(u: Any) -> Any:
    """dasp's linear mapping, ``u (max - min) + min``, of (..., 54) to (..., 6, 9)."""
    ranges = np.array([[(-20, 20), (low, high), (0.1, 6), *COMPRESSOR_RANGES] for _, low, high in PAPER_BANDS])
    u = u.reshape(*u.shape[:-1], 6, 9)
    low, high = (torch.from_numpy(end) if isinstance(u, Tensor) else end for end in (ranges[..., 0], ranges[..., 1]))
    return u * (high - low) + low


def sounds(rows: int, frames: int) -> Array:
    """Noise in bursts of many lengths, mono, (rows, 1, frames)."""
    rng = np.random.default_rng(0)
    gate = np.repeat(rng.random((rows, 1, frames // 512)), 512, axis=-1)
    return rng.standard_normal((rows, 1, frames)) * 0.5 * gate**2


def dasp_biquad(kind: str, gain_db: float, cutoff: float, q: float) -> tuple[list[float], list[float]]:
    """``dasp_pytorch.signal.biquad``, written out."""
    a = 10 ** (gain_db / 40)
    w0 = 2 * np.pi * cutoff / RATE
    alpha, c, r = np.sin(w0) / (2 * q), np.cos(w0), np.sqrt(a)
    if kind == "peaking":
        return [1 + alpha * a, -2 * c, 1 - alpha * a], [1 + alpha / a, -2 * c, 1 - alpha / a]
    if kind == "low_shelf":
        return (
            [
                a * ((a + 1) - (a - 1) * c + 2 * r * alpha),
                2 * a * ((a - 1) - (a + 1) * c),
                a * ((a + 1) - (a - 1) * c - 2 * r * alpha),
            ],
            [
                (a + 1) + (a - 1) * c + 2 * r * alpha,
                -2 * ((a - 1) + (a + 1) * c),
                (a + 1) + (a - 1) * c - 2 * r * alpha,
            ],
        )
    return (
        [
            a * ((a + 1) + (a - 1) * c + 2 * r * alpha),
            -2 * a * ((a - 1) + (a + 1) * c),
            a * ((a + 1) + (a - 1) * c - 2 * r * alpha),
        ],
        [(a + 1) - (a - 1) * c + 2 * r * alpha, 2 * ((a - 1) - (a + 1) * c), (a + 1) - (a - 1) * c - 2 * r * alpha],
    )


def dasp_compressor(x: Array, threshold: float, ratio: float, attack: float, knee: float, makeup: float) -> Array:
    """``dasp_pytorch.functional.compressor`` of a mono signal, written out, its one pole run in the time domain."""
    level = 20 * np.log10(np.maximum(np.abs(x), 1e-8))
    wanted = level.copy()
    inside = (level >= threshold - knee / 2) & (level <= threshold + knee / 2)
    wanted[inside] += (1 / ratio - 1) * (level[inside] - threshold + knee / 2) ** 2 / (2 * knee)
    above = level > threshold + knee / 2
    wanted[above] = threshold + (level[above] - threshold) / ratio
    alpha = np.exp(-np.log(9) / (RATE * attack * 1e-3))
    smoothed = scipy.signal.lfilter([1 - alpha], [1, -alpha], wanted - level)
    return np.asarray(x * 10 ** ((smoothed + makeup) / 20))


def test_the_equations() -> None:
    """In float64, where both are exact: to 1e-9 of the peak, over everything the paper's ranges hold."""
    u = np.random.default_rng(1).random((20, 54))
    x = sounds(20, 8192)
    y = process_layout(torch.from_numpy(x), torch.from_numpy(u), LAYOUT, RATE).numpy()
    for row, bands in enumerate(denormalised(u)):
        expected = x[row, 0]
        for (kind, _, _), (gain, cutoff, q, threshold, ratio, attack, _, knee, makeup) in zip(
            PAPER_BANDS, bands.tolist(), strict=True
        ):
            expected = scipy.signal.lfilter(*dasp_biquad(DASP_NAMES[kind], gain, cutoff, q), expected)
            expected = dasp_compressor(expected, threshold, ratio, attack, knee, makeup)
        np.testing.assert_allclose(y[row, 0], expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_dasp_itself() -> None:
    """Sound to 1e-10 of the peak and gradients to 1e-9, in float64.

    dasp filters by multiplying spectra, which wraps the tail of a filter around: signals of 1.5 s leave it room, and
    the last quarter is silent. Its compressor never uses the release, as ``tied`` does not.
    """
    dasp = pytest.importorskip("dasp_pytorch", reason="dasp-pytorch is not installed", exc_type=ImportError)
    sound = sounds(2, 65_536)
    sound[..., 49_152:] = 0.0
    start = np.random.default_rng(2).uniform(0.1, 0.9, (2, 54))

    def theirs(x: Tensor, u: Tensor) -> Tensor:
        for index, (kind, _, _) in enumerate(PAPER_BANDS):
            gain, cutoff, q, *compressor = denormalised(u)[:, index].unbind(-1)
            b, a = dasp.signal.biquad(gain, cutoff, q, RATE, DASP_NAMES[kind])
            x = dasp.signal.lfilter_via_fsm(x, b, a)
            x = dasp.functional.compressor(x, RATE, *compressor)
        return x

    results: list[tuple[Tensor, ...]] = []
    for function in (theirs, lambda x, u: process_layout(x, u, LAYOUT, RATE)):
        x, u = torch.from_numpy(sound).clone().requires_grad_(), torch.from_numpy(start).clone().requires_grad_()
        y = function(x, u)
        results.append((y.detach(), *torch.autograd.grad(y.square().mean(), (x, u))))
    (y, by_x, by_u), (our_y, our_x, our_u) = results
    assert (our_y - y).abs().max() <= 1e-10 * y.abs().max()
    assert torch.linalg.norm(our_u - by_u) <= 1e-9 * torch.linalg.norm(by_u)
    assert torch.linalg.norm(our_x - by_x) <= 1e-9 * torch.linalg.norm(by_x)
    idle = {LAYOUT.free[index].path.rsplit(".", 1)[-1] for index in torch.nonzero(by_u == 0)[:, 1].tolist()}
    assert idle == {"release_ms"}
    assert torch.equal(by_u == 0, our_u == 0)
