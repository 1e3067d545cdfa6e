"""The pure torch path against the kernels: forward, gradients, odd input, devices without float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from oracle import music
from processor.draws import TOPOLOGIES, random_compressor, random_settings
from tonewright.layouts import LAYOUTS
from tonewright.processor import differentiable, portable
from tonewright.processor.differentiable import layout_values, plan_values, process, process_layout
from tonewright.processor.plan import Plan
from tonewright.processor.portable import process_portable
from tonewright.settings import Band, Compressor, Settings, Topology
from topologies import in_topology


def audio(rate: int, frames: int = 5000, rows: int = 2, channels: int = 2) -> Tensor:
    return torch.from_numpy(np.stack([music(rate, frames / rate, channels, seed=row) for row in range(rows)]))


def both(x: Tensor, values: Tensor, plan: Plan, rate: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Output and gradients by input and values, of the kernels and of the portable path."""
    results = []
    for path in (False, True):
        own_x, own_values = x.clone().requires_grad_(), values.clone().requires_grad_()
        y = process(own_x, own_values, plan, rate, portable=path)
        weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(0), dtype=y.dtype)
        by_x, by_values = torch.autograd.grad((y * weights).sum(), (own_x, own_values))
        results.append((y.detach(), by_x, by_values))
    return results


def assert_same(x: Tensor, values: Tensor, plan: Plan, rate: int) -> None:
    """Sound to 1e-5 of the peak in float32 and 1e-9 in float64; gradients to 2e-4 and 1e-7, each value by itself."""
    (y, by_x, by_values), (other_y, other_x, other_values) = both(x, values, plan, rate)
    sound, gradient = (1e-9, 1e-7) if x.dtype == torch.float64 else (1e-5, 2e-4)
    assert other_y.dtype == x.dtype
    assert (other_y - y).abs().max() <= sound * y.abs().max()
    assert torch.linalg.norm(other_x - by_x) <= gradient * torch.linalg.norm(by_x)
    relative, other_relative = by_values * values, other_values * values
    floor = 1e-2 * relative.abs().max()
    assert ((other_relative - relative).abs() <= gradient * relative.abs().clamp(min=floor)).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_full54_is_the_kernels(topology: Topology, rate: int, dtype: torch.dtype) -> None:
    layout = in_topology(LAYOUTS["full54"], topology)
    u = torch.rand(2, 54, generator=torch.Generator().manual_seed(rate), dtype=torch.float64)
    plan, values = plan_values(layout, u)
    assert_same(audio(rate).to(dtype), values, plan, rate)


@pytest.mark.parametrize("seed", range(8))
def test_random_settings_are_the_kernels(seed: int) -> None:
    """Every filter type, tied and branching, linked and not, outer compressor, preamp and output, knee 0."""
    rng = np.random.default_rng(seed)
    settings = random_settings(
        rng,
        int(rng.integers(1, 8)),
        TOPOLOGIES[seed % 3],
        preamp_db=float(rng.uniform(-12, 12)),
        output_db=float(rng.uniform(-12, 12)),
        compressor=random_compressor(rng).changed(knee_db=0.0) if seed % 2 else None,
        ballistics=("branching", "tied")[seed // 2 % 2],
        link=("max", "none")[seed // 4],
    )
    plan, values = Plan.of(settings, everything=True)
    assert_same(audio(48_000, channels=3), torch.from_numpy(values), plan, 48_000)


@pytest.mark.parametrize("attack_ms", [5.0, 80.0, 200.0])
@pytest.mark.parametrize("link", ["max", "none"])
def test_attack_below_equal_to_and_above_release(attack_ms: float, link: Any) -> None:
    compressor = Compressor(threshold_db=-30, ratio=4, attack_ms=attack_ms, release_ms=80.0)
    plan, values = Plan.of(Settings(compressor=compressor, link=link), everything=True)
    assert_same(audio(44_100), torch.from_numpy(values), plan, 44_100)


def test_equal_channels_share_the_first_ones_gradient() -> None:
    plan, values = Plan.of(Settings(compressor=Compressor(threshold_db=-30, ratio=4)), everything=True)
    assert_same(audio(44_100, channels=1).expand(-1, 2, -1), torch.from_numpy(values), plan, 44_100)


SIGNALS = {
    "silence": torch.zeros(3000),
    "constant": torch.full((3000,), 0.5),
    "below the floor": torch.full((3000,), 1e-9),
    "subnormal": torch.full((3000,), 1e-40),
    "impulses": (torch.arange(3000) % 700 == 3).float(),
    "sound, then silence": torch.sin(torch.arange(3000) / 5.0) * (torch.arange(3000) < 900),
    "steps": 0.1 + 0.8 * (torch.arange(3000) // 400 % 2),
    "square": torch.sign(torch.sin(torch.arange(3000) / 50.0 + 0.01)),
}


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("name", SIGNALS)
def test_odd_signals(name: str, topology: Topology) -> None:
    layout = in_topology(LAYOUTS["full54"], topology)
    u = torch.rand(54, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    plan, values = plan_values(layout, u)
    for dtype in (torch.float32, torch.float64):
        x = SIGNALS[name].to(dtype).expand(1, 2, -1)
        (y, *_), (other_y, *gradients) = both(x, values, plan, 44_100)
        assert (other_y - y).abs().max() <= 1e-5 * max(1e-8, float(y.abs().max()))
        assert all(torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("frames", [1, 2, 63, 64, 65, 129])
def test_lengths_around_a_chunk(frames: int) -> None:
    layout = LAYOUTS["full54"]
    u = torch.rand(54, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    plan, values = plan_values(layout, u)
    assert_same(audio(44_100)[..., 2000 : 2000 + frames], values, plan, 44_100)


@pytest.mark.parametrize("kind", ["low_shelf", "peak", "high_shelf", "low_pass", "high_pass"])
@pytest.mark.parametrize("frequency_hz", [3919.0, 3921.0])
def test_the_edge_of_the_band(kind: Any, frequency_hz: float) -> None:
    """From 0.49 of the rate (3920 Hz here) on filters are bypassed or stop, and so do their gradients."""
    gain = 0.0 if kind.endswith("pass") else 6.0
    plan, values = Plan.of(Settings(bands=(Band(type=kind, frequency_hz=frequency_hz, gain_db=gain),)), everything=True)
    assert_same(audio(8000), torch.from_numpy(values), plan, 8000)
    (_, _, by_values), (_, _, other) = both(audio(8000), torch.from_numpy(values), plan, 8000)
    assert torch.equal(by_values == 0, other == 0)
    assert bool(other[plan.filter_columns(0)][1] == 0) == (frequency_hz > 3920)


def test_gradients_of_both_orders() -> None:
    layout = LAYOUTS["peq_drc24"]
    x = (2 * audio(44_100, 70, rows=1, channels=1)).requires_grad_()
    u = torch.linspace(0.3, 0.7, 24, dtype=torch.float64).requires_grad_()

    def function(x: Tensor, u: Tensor) -> Tensor:
        return process_layout(x, u, layout, 44_100, portable=True)

    assert gradcheck(function, (x, u), eps=2e-6, atol=1e-6, rtol=1e-4, fast_mode=True)
    assert gradgradcheck(function, (x, u), eps=2e-6, atol=1e-5, rtol=1e-4, fast_mode=True)


def test_a_device_without_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters designed in float64, audio in float32: to 1e-4 of the peak even with sharp bands at 20 and 30 Hz."""
    bands = (
        Band(type="peak", frequency_hz=20, gain_db=12, q=6, compressor=Compressor(threshold_db=-30, ratio=3)),
        Band(type="peak", frequency_hz=30, gain_db=-12, q=6),
        Band(type="high_shelf", frequency_hz=9000, gain_db=6),
    )
    plan, values = Plan.of(Settings(bands=bands), everything=True)
    x = audio(96_000, 30_000).float()
    exact = process(x.double(), torch.from_numpy(values), plan, 96_000)
    monkeypatch.setattr(portable, "has_float64", lambda _: False)
    monkeypatch.setattr(differentiable, "has_float64", lambda _: False)
    numbers = torch.from_numpy(values).float().requires_grad_()
    y = process(x, numbers, plan, 96_000, portable=True)
    assert y.dtype == torch.float32
    error = float((y.detach() - exact).abs().max() / exact.abs().max())
    assert 1e-8 < error < 1e-4  # not computed in float64 by mistake
    torch.autograd.backward(y.square().mean())
    assert numbers.grad is not None
    exact_numbers = torch.from_numpy(values).requires_grad_()
    torch.autograd.backward(process(x.double(), exact_numbers, plan, 96_000).square().mean())
    assert exact_numbers.grad is not None
    relative, expected = (gradient * torch.from_numpy(values) for gradient in (numbers.grad, exact_numbers.grad))
    assert torch.linalg.norm(relative - expected) <= 1e-2 * torch.linalg.norm(expected)
    layout = LAYOUTS["full54"]
    assert layout_values(layout, torch.from_numpy(layout.neutral)).dtype == torch.float32


DEVICES = [
    pytest.param(name, marks=pytest.mark.skipif(not there, reason=f"no {name} device"))
    for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()))
]


@pytest.mark.parametrize("device", DEVICES)
def test_other_devices(device: str) -> None:
    layout = LAYOUTS["full54"]
    u = torch.rand(2, 54, generator=torch.Generator().manual_seed(1))
    x = audio(44_100).float()
    expected = process_layout(x, u, layout, 44_100)
    y = process_layout(x.to(device), u.to(device), layout, 44_100)
    assert y.device.type == device
    assert (y.cpu() - expected).abs().max() <= (1e-5 if device == "cuda" else 1e-4) * expected.abs().max()


def test_the_precision_asked_for_is_used() -> None:
    layout = LAYOUTS["full54"]
    plan, values = plan_values(layout, torch.rand(2, 54, generator=torch.Generator().manual_seed(1)))
    x = audio(44_100)
    exact = process(x, values, plan, 44_100)
    errors = [
        float((process_portable(x, values, plan, 44_100, precision) - exact).abs().max() / exact.abs().max())
        for precision in (torch.float64, torch.float32)
    ]
    assert errors[0] < 1e-10
    assert 1e-8 < errors[1] < 1e-4
