"""The processor as a torch function: shapes and dtypes, little memory, clear refusals."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from torch import Tensor
from torch.autograd import gradcheck

import tonewright
from processor.draws import TOPOLOGIES
from processor.test_differentiable_gradients import noise, vector
from tonewright.errors import AudioError, SettingsError
from tonewright.layouts import LAYOUTS
from tonewright.processor import differentiable
from tonewright.processor.differentiable import layout_values, plan_values, process, process_layout
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan
from tonewright.processor.render import render_array
from tonewright.settings import Topology
from topologies import in_topology

RATE = 44_100


def test_one_vector_for_all_rows_and_mono_without_channels() -> None:
    layout = LAYOUTS["full54"]
    plan, values = plan_values(layout, vector(layout))
    x = noise(3, 700)
    one, many = values.clone().requires_grad_(), values.expand(3, -1).clone().requires_grad_()
    y, rows = process(x, one, plan, RATE), process(x[:, None], many, plan, RATE)
    assert y.shape == x.shape
    assert torch.equal(y, rows[:, 0])
    torch.testing.assert_close(process(x[1], one, plan, RATE), y[1], rtol=0, atol=1e-12)
    torch.autograd.backward(y.square().sum())
    torch.autograd.backward(rows.square().sum())
    assert one.grad is not None
    assert many.grad is not None
    torch.testing.assert_close(one.grad, many.grad.sum(dim=0), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("link", ["max", "none"])
def test_it_is_the_renderer_and_the_tape(topology: Topology, link: str) -> None:
    layout = in_topology(LAYOUTS["full54"], topology)
    layout = replace(layout, base=layout.base.changed(link=link))
    u = vector(layout)
    plan, values = plan_values(layout, u)
    x, values = noise(2, 2, 3000, dtype=torch.float32).requires_grad_(), values.requires_grad_()
    y = process(x, values, plan, RATE)
    settings = layout.decode(u.numpy())
    assert np.array_equal(y.detach().numpy(), render_array(x.detach().numpy(), RATE, settings))
    torch.autograd.backward(y.square().sum())
    tape = Tape(x.detach().numpy(), RATE, plan, values.detach().numpy())
    by_x, by_values = tape.gradient(2 * tape.output)
    assert x.grad is not None
    assert values.grad is not None
    assert np.array_equal(x.grad.numpy(), by_x)
    np.testing.assert_allclose(values.grad.numpy(), by_values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mapping", ["log", "linear"])
@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_layout_values_are_those_of_the_layout(name: str, mapping: Any) -> None:
    layout = LAYOUTS[name].with_mapping(mapping)
    u = torch.rand(3, 4, layout.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    values = layout_values(layout, u)
    np.testing.assert_allclose(values.numpy(), layout.to_units(u.numpy()), rtol=1e-13)
    plan, whole = plan_values(layout, u)
    assert whole.shape == (3, 4, len(plan.names))
    assert plan.settings(whole[1, 2].numpy()).bands == layout.settings(values[1, 2].numpy()).bands
    assert gradcheck(lambda u: layout_values(layout, u), (u[0, 0].requires_grad_(),))


def test_neutral_is_a_copy_and_can_leave_neutral() -> None:
    for topology in ("serial", "eq_then_drc"):
        layout = in_topology(LAYOUTS["full54"], topology)
        x, u = noise(1, 2, 900, dtype=torch.float32), torch.from_numpy(layout.neutral).requires_grad_()
        for portable in (False, True):
            y = process_layout(x, u, layout, RATE, portable=portable)
            assert torch.equal(y, x)
            (gradient,) = torch.autograd.grad((y * noise(900, seed=1, dtype=torch.float32)).sum(), u)
            active = [i for i, f in enumerate(layout.free) if f.path.endswith(("gain_db", "ratio", "makeup_db"))]
            assert (gradient[active] != 0).all()


@pytest.mark.parametrize("audio", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("numbers", [torch.float64, torch.float32])
@pytest.mark.parametrize("portable", [False, True])
def test_dtypes_are_kept(audio: torch.dtype, numbers: torch.dtype, portable: bool) -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(2, 1, 600, dtype=audio).requires_grad_(), vector(layout).to(numbers).requires_grad_()
    y = process_layout(x, u, layout, RATE, portable=portable)
    torch.autograd.backward(y.double().square().sum())
    assert y.dtype == audio
    assert x.grad is not None
    assert u.grad is not None
    assert (x.grad.dtype, u.grad.dtype) == (audio, numbers)
    exact = process_layout(x.detach().double(), u.detach(), layout, RATE)
    assert (y - exact).abs().max() <= 100 * torch.finfo(audio).eps * exact.abs().max()


def test_audio_that_is_not_contiguous() -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(2, 600, 2), vector(layout)
    straight = process_layout(x.mT.contiguous(), u, layout, RATE)
    assert torch.equal(process_layout(x.mT, u, layout, RATE), straight)
    assert torch.equal(process_layout(x[:1].mT.expand(2, 2, 600), u, layout, RATE)[1], straight[0])  # strides of 0


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize("shape", [(0,), (2, 0), (2, 2, 0), (0, 2, 5), (1, 1, 1)])
def test_empty_and_one_sample(shape: tuple[int, ...], portable: bool) -> None:
    layout = LAYOUTS["full54"]
    x, u = torch.full(shape, 0.5).requires_grad_(), vector(layout).requires_grad_()
    y = process_layout(x, u, layout, RATE, portable=portable)
    assert y.shape == shape
    by_x, by_u = torch.autograd.grad(y.sum() + 0 * u.sum() + 0 * x.sum(), (x, u))
    assert torch.isfinite(by_x).all()
    assert torch.isfinite(by_u).all()
    assert bool((by_u != 0).any()) == (x.numel() > 0)


def packed(function: Any) -> list[Tensor]:
    """Everything that autograd saves for the backward pass of what the function computes."""
    saved: list[Tensor] = []

    def pack(tensor: Tensor) -> Tensor:
        saved.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        function()
    return saved


def test_less_than_10_megabytes_are_saved_for_the_backward_pass() -> None:
    """Chain of six, batch 8 of 131072 samples, measured twice.

    Once what autograd saves, each memory counted once; once, by tracemalloc, what numpy still holds after the forward
    pass besides the output, so that nothing hides outside of autograd.
    """
    layout = LAYOUTS["full54"]
    plan, values = plan_values(layout, vector(layout))
    x = noise(8, 1, 131_072, dtype=torch.float32).requires_grad_()
    values = values.expand(8, -1).clone().requires_grad_()
    process(x[..., :100], values, plan, RATE)  # compiled before memory is traced
    outputs = []
    tracemalloc.start()
    saved = packed(lambda: outputs.append(process(x, values, plan, RATE)))
    held = tracemalloc.get_traced_memory()[0] - outputs[0].nbytes
    tracemalloc.stop()
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in saved}
    total = sum(storages.values())
    assert x.data_ptr() in storages  # the input itself, not a copy
    assert x.nbytes < total < 5e6
    assert held < 1e6
    torch.autograd.backward(outputs[0].sum())
    assert values.grad is not None


def test_nothing_is_kept_when_nothing_needs_a_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    run = differentiable._run

    def spy(x: Tensor, values: Tensor, plan: Plan, sample_rate: float, keep: bool) -> Any:
        kept.append(keep)
        return run(x, values, plan, sample_rate, keep)

    monkeypatch.setattr(differentiable, "_run", spy)
    layout = LAYOUTS["full54"]
    x, u = noise(1, 1, 600), vector(layout)
    assert not process_layout(x, u, layout, RATE).requires_grad
    with torch.no_grad():
        assert not process_layout(x.requires_grad_(), u, layout, RATE).requires_grad
    assert process_layout(x, u, layout, RATE).requires_grad
    assert kept == [False, False, True]


def test_only_what_needs_a_gradient_gets_one() -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(1, 1, 600), vector(layout)
    torch.autograd.backward(process_layout(x, u.requires_grad_(), layout, RATE).sum())
    assert x.grad is None
    assert u.grad is not None
    x, u = noise(1, 1, 600), vector(layout).requires_grad_()
    torch.autograd.backward(process_layout(x.requires_grad_(), u.detach(), layout, RATE).sum())
    assert x.grad is not None
    assert u.grad is None


def test_a_change_in_place_is_noticed_and_memory_is_freed() -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(1, 1, 600), vector(layout).requires_grad_()
    y = process_layout(x, u, layout, RATE).sum()
    (first,) = torch.autograd.grad(y, u, retain_graph=True)
    (second,) = torch.autograd.grad(y, u)
    assert torch.equal(first, second)
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(y, u)
    y = process_layout(x, u, layout, RATE).sum()
    x.add_(1.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.autograd.backward(y)


def test_differentiating_twice_is_refused() -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(1, 1, 600), vector(layout).requires_grad_()
    y = process_layout(x, u, layout, RATE).square().sum()
    (gradient,) = torch.autograd.grad(y, u, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        torch.autograd.backward(gradient.square().sum())


@pytest.mark.parametrize("portable", [False, True])
def test_refusals(portable: bool) -> None:
    layout = LAYOUTS["full54"]
    x, u = noise(2, 2, 600), vector(layout)
    plan, values = plan_values(layout, u)
    broken = x.clone()
    broken[1, 1, 7] = torch.nan
    with pytest.raises(AudioError, match="nan at row 1, channel 2, frame 7"):
        process(broken, values, plan, RATE, portable=portable)
    with pytest.raises(AudioError, match="floating point"):
        process(torch.ones(2, 2, 9, dtype=torch.int16), values, plan, RATE, portable=portable)
    with pytest.raises(AudioError, match="1 to 3 dimensions"):
        process(x[None], values, plan, RATE, portable=portable)
    with pytest.raises(AudioError, match="sample rate"):
        process(x, values, plan, 100, portable=portable)
    for wrong in (values[:-1], values.expand(3, -1), values.expand(1, 2, -1)):
        with pytest.raises(ValueError, match="56 values for each of 2 rows"):
            process(x, wrong, plan, RATE, portable=portable)
    worse = values.repeat(2, 1)
    worse[1, plan.names.index("bands.0.q")] = torch.inf
    with pytest.raises(SettingsError, match=r"bands\.0\.q in row 1"):
        process(x, worse, plan, RATE, portable=portable)
    with pytest.raises(ValueError, match="54 numbers"):
        process_layout(x, u[:-1], layout, RATE, portable=portable)


def python(code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(Path(tonewright.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_rest_never_imports_torch_and_this_says_what_is_missing() -> None:
    code = """
import sys
import tonewright, tonewright.processor.render, tonewright.processor.gradients, tonewright.processor.stream
print("torch" in sys.modules)
sys.modules["torch"] = None
from tonewright.errors import MissingExtraError
try:
    import tonewright.processor.differentiable
except MissingExtraError as error:
    print(error)
"""
    imported, message = python(code).splitlines()
    assert imported == "False"
    assert "pip install 'tonewright[train]'" in message
