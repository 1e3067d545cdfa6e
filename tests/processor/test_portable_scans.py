"""The two recursions of the portable path by themselves: filters, and the smoother that switches."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

pytest.importorskip("torch")
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from tonewright.processor.filters import biquad
from tonewright.processor.portable_filters import design_filters, run_filters
from tonewright.processor.portable_smoother import recurrence, smooth, switches

Array = NDArray[np.float64]
KINDS = ["low_shelf", "peak", "high_shelf", "low_pass", "high_pass"]


@pytest.mark.parametrize("kind", KINDS)
def test_design_is_that_of_the_kernels(kind: str) -> None:
    rng = np.random.default_rng(0)
    gain, frequency, q = rng.uniform(-20, 20, 50), np.geomspace(5, 21_000, 50), rng.uniform(0.05, 20, 50)
    found = design_filters(kind, torch.from_numpy(np.stack([gain, frequency, q], axis=-1)), 44_100)
    np.testing.assert_allclose(found.numpy(), biquad(kind, gain, frequency, q, 44_100), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("precision", [torch.float64, torch.float32])
@pytest.mark.parametrize(
    ("kind", "frequency_hz", "q", "rate"),
    [
        ("peak", 20.0, 6.0, 384_000),
        ("peak", 20.0, 100.0, 44_100),
        ("high_pass", 5.0, 0.7, 384_000),
        ("low_shelf", 20.0, 0.1, 48_000),
        ("high_shelf", 180_000.0, 6.0, 384_000),
        ("low_pass", 3900.0, 20.0, 8_000),
    ],
)
def test_filters_are_exact_where_textbook_forms_are_not(
    kind: str, frequency_hz: float, q: float, rate: int, precision: torch.dtype
) -> None:
    """In float32 too: a direct form in float32 is off by tens of percent at 20 Hz."""
    gain = 0.0 if kind.endswith("pass") else 18.0
    x = np.random.default_rng(1).standard_normal((1, 2, 20_011))
    sections = design_filters(kind, torch.tensor([[gain, frequency_hz, q]], dtype=torch.float64), rate)
    b, a = sections[0, :3].numpy(), np.concatenate([[1.0], sections[0, 3:].numpy()])
    expected = scipy.signal.lfilter(b, a, x)
    found = run_filters(torch.from_numpy(x).to(precision), sections).double().numpy()
    tolerance = 1e-8 if precision == torch.float64 else 1e-5
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


def test_a_filter_without_gain_copies() -> None:
    x = torch.randn(2, 2, 1000)
    values = torch.tensor([[0.0, 100.0, 0.7], [0.0, 5000.0, 6.0]], dtype=torch.float64)
    for kind in ("low_shelf", "peak", "high_shelf"):
        assert torch.equal(run_filters(x, design_filters(kind, values, 44_100)), x)


@pytest.mark.parametrize("frames", [1, 31, 32, 33, 1024, 1025, 5000])
def test_recurrence(frames: int) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random((2, frames)), rng.standard_normal((2, frames))
    s, expected = np.zeros(2), []
    for n in range(frames):
        s = a[:, n] * s + b[:, n]
        expected.append(s)
    np.testing.assert_allclose(recurrence(*map(torch.from_numpy, (a, b))), np.stack(expected, axis=-1), atol=1e-12)


def test_recurrence_has_gradients_of_both_orders() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.rand(2, 70, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(2)]
    assert gradcheck(recurrence, inputs)
    assert gradgradcheck(recurrence, inputs, fast_mode=True)


def in_a_loop(target: Array, attack: float, release: float) -> tuple[Array, NDArray[np.bool_]]:
    s, values, mask = 0.0, [], []
    for t in target.tolist():
        mask.append(t > s)
        a = attack if t > s else release
        s = a * s + (1 - a) * t
        values.append(s)
    return np.array(values), np.array(mask)


def smoothed(target: Array, attack: float, release: float) -> tuple[Array, NDArray[np.bool_], int]:
    rows = torch.from_numpy(target)[None]
    first, second = (torch.tensor([[alpha]], dtype=torch.float64) for alpha in (attack, release))
    mask, rounds = switches(rows, first, second)
    return smooth(rows, first, second, tied=False)[0].numpy(), mask[0].numpy(), rounds


def test_any_short_sequence_is_solved_and_in_time() -> None:
    """Ends within frames + 1 rounds, at what the loop says: levels drawn from few values, so that ties are common."""
    rng = np.random.default_rng(0)
    most = 0
    for _ in range(400):
        target = rng.integers(0, 4, 12) * rng.choice([1.0, 1e-9, 17.3])
        attack, release = rng.choice([0.0, 1e-9, 0.1, 0.5, 0.9, 1 - 1e-6], 2)
        expected, mask = in_a_loop(target, attack, release)
        found, found_mask, rounds = smoothed(target, attack, release)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
        assert rounds <= target.size + 1
        clear = np.abs(target - np.concatenate([[0.0], expected[:-1]])) > 1e-12
        assert (mask == found_mask)[clear].all()
        most = max(most, rounds)
    assert most > 2  # the draw does ask for more than a first guess


TIME = np.arange(20_000)
NOISE = np.abs(np.random.default_rng(0).standard_normal(TIME.size))
TARGETS = {
    "noise": 20 * NOISE,
    "bursts": 20 * NOISE * (TIME // 3000 % 2),
    "fade": 30 * NOISE * np.exp(-TIME / 2000),
    "constant": np.full(TIME.size, 14.0),
    "creeping": 14.0 * (1 - np.exp(-TIME / 500)),
    "steps": 5.0 + 9.0 * (TIME // 2500 % 2),
    "sine": np.maximum(0, 20 + 20 * np.log10(np.maximum(1e-8, np.abs(np.sin(TIME / 50))))),
    "silence": np.zeros(TIME.size),
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("times_ms", [(1.0, 500.0), (10.0, 70.0), (30.0, 30.001), (100.0, 10.0)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_signals_take_few_rounds(name: str, times_ms: tuple[float, float], dtype: torch.dtype) -> None:
    """Constant and creeping targets too, where value and target agree to rounding for thousands of frames."""
    attack, release = (float(np.exp(-np.log(9) * 1000 / (44_100 * t))) for t in times_ms)
    if dtype == torch.float64:
        expected, _ = in_a_loop(TARGETS[name], attack, release)
        found, _, rounds = smoothed(TARGETS[name], attack, release)
        np.testing.assert_allclose(found, expected, atol=1e-9)
    else:
        rounds = switches(*(torch.tensor(v, dtype=dtype) for v in (TARGETS[name][None], [[attack]], [[release]])))[1]
    assert rounds <= 20


def test_the_hardest_kind_of_signal_is_exact_too() -> None:
    """A slow tone, attack a hundred thousand times faster than release: many rounds, the same answer."""
    target = np.maximum(0, 20 + 20 * np.log10(np.maximum(1e-8, np.abs(np.sin(TIME[:8000] / 2000)))))
    attack, release = np.exp(-np.log(9) * 1000 / (8000 * np.array([0.05, 5000.0])))
    found, _, rounds = smoothed(target, float(attack), float(release))
    np.testing.assert_allclose(found, in_a_loop(target, float(attack), float(release))[0], atol=1e-8)
    assert rounds > 100


def test_gradients_of_the_smoother() -> None:
    generator = torch.Generator().manual_seed(0)
    target = (20 * torch.rand(2, 60, generator=generator, dtype=torch.float64)).requires_grad_()
    alphas: list[Tensor] = [
        torch.tensor(alpha, dtype=torch.float64).requires_grad_() for alpha in ([[0.7], [0.95]], [[0.9], [0.6]])
    ]
    for tied in (False, True):
        assert gradcheck(lambda t, a, r, tied=tied: smooth(t, a, r, tied) + 0 * r, (target, *alphas))
