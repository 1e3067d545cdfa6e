"""Gradients of the torch function against central differences, and what they are for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from torch import Tensor
from torch.autograd import gradcheck

from processor.draws import TOPOLOGIES, random_compressor, random_settings
from tonewright.layouts import LAYOUTS, Layout
from tonewright.processor.differentiable import process, process_layout
from tonewright.processor.plan import Plan
from tonewright.settings import Topology
from topologies import in_topology

RATE = 44_100


def noise(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Noise around -14 dBFS in swells, so that attack and release both happen, and a low tone below it."""
    generator = torch.Generator().manual_seed(seed)
    time = torch.arange(shape[-1], dtype=torch.float64)
    swell = 0.4 + 0.6 * torch.sin(time / 17.0) ** 2
    whole = 0.4 * swell * torch.randn(*shape, generator=generator, dtype=torch.float64) + 0.1 * torch.sin(time / 23.0)
    return whole.to(dtype)


def vector(layout: Layout, seed: int = 0) -> Tensor:
    """A vector with every compressor at work: thresholds around the signal's level, quick, nothing at a range's end."""
    u = np.random.default_rng(seed).uniform(0.25, 0.75, layout.size)
    for index, free in enumerate(layout.free):
        if free.path.endswith("threshold_db"):
            # A band of a crossover hears only its part of the noise, the low ones least.
            part = -58.0 + 6.0 * int(free.path.split(".")[1]) if layout.base.topology == "crossover" else -24.0
            u[index] = free.range.from_units(part + 10.0 * u[index])
        elif free.path.endswith(("gain_db", "makeup_db")):
            u[index] = layout.neutral[index] + 0.1 * u[index]
    return torch.from_numpy(u)


def assert_all_matter(function: Any, *inputs: Tensor, but: tuple[int, ...] = ()) -> None:
    """No element of the inputs is without influence (but those named of the last one): the check has seen them all."""
    y = function(*inputs)
    weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=y.dtype)
    gradients = torch.autograd.grad((y * weights).sum(), inputs)
    for gradient in gradients[:-1]:
        assert (gradient != 0).all()
    last = gradients[-1].reshape(-1)
    idle = set(torch.nonzero(last.abs() < 1e-7).flatten().tolist())
    assert idle == set(but)


def assert_gradients(function: Any, *inputs: Tensor) -> None:
    """Central differences: at smaller steps rounding through low poles dominates, at larger ones the curvature."""
    assert gradcheck(function, inputs, eps=2e-6, atol=2e-7, rtol=1e-5)


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_gradcheck_input_and_all_54_parameters(topology: Topology) -> None:
    layout = in_topology(LAYOUTS["full54"], topology)
    frames = 530 if topology == "serial" else 400  # the former is more than one of the kernels' blocks
    x, u = noise(1, 1, frames).requires_grad_(), vector(layout).requires_grad_()

    def function(x: Tensor, u: Tensor) -> Tensor:
        return process_layout(x, u, layout, RATE)

    assert_all_matter(function, x, u)
    assert_gradients(function, x, u)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("full54", {"ballistics": "tied"}),
        ("full54", {"link": "none"}),
        ("peq_drc24", {}),
    ],
)
def test_gradcheck_stereo(name: str, change: dict[str, str]) -> None:
    layout = LAYOUTS[name]
    layout = replace(layout, base=layout.base.changed(**change))
    x, u = noise(1, 2, 120).requires_grad_(), vector(layout).requires_grad_()

    def function(x: Tensor, u: Tensor) -> Tensor:
        return process_layout(x, u, layout, RATE)

    idle = [i for i, f in enumerate(layout.free) if "tied" in change.values() and f.path.endswith("release_ms")]
    assert_all_matter(function, x, u, but=tuple(idle))
    assert_gradients(function, x, u)


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_gradcheck_every_value_of_a_plan(topology: Topology) -> None:
    """Pass filters, preamp, outer compressor and output too, in steps relative to the values; two rows of their own."""
    rng = np.random.default_rng(3)
    settings = random_settings(rng, 5, topology, preamp_db=3.0, output_db=-2.0, compressor=random_compressor(rng))
    plan, start = Plan.of(settings, everything=True)
    base = torch.from_numpy(np.stack([start, start * 1.01]))
    x, relative = noise(2, 2, 40).requires_grad_(), torch.zeros_like(base).requires_grad_()

    def function(x: Tensor, relative: Tensor) -> Tensor:
        return process(x, base * (1.0 + relative), plan, RATE)

    assert_gradients(function, x, relative)


def test_hidden_settings_are_found_by_descent() -> None:
    """End to end: forty steps of Adam from neutral undo nearly all of the distance to a sound with hidden settings."""
    layout = LAYOUTS["full54"]
    hidden = torch.from_numpy(layout.neutral).clone()
    rng = np.random.default_rng(4)
    for index, free in enumerate(layout.free):
        if not free.path.endswith("makeup_db"):
            hidden[index] = float(np.clip(float(hidden[index]) + rng.uniform(-0.25, 0.25), 0, 1))
    x = noise(4, 1, 8192, dtype=torch.float32)
    target = process_layout(x, hidden, layout, RATE)
    u = torch.from_numpy(layout.neutral).clone().requires_grad_()
    optimiser = torch.optim.Adam([u], lr=0.03)
    losses = []
    for _ in range(40):
        loss = (process_layout(x, u, layout, RATE) - target).square().mean()
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        with torch.no_grad():
            u.clamp_(0.0, 1.0)
    assert losses[-1] < losses[0] / 10
