"""The transient term against its equations written out, and whether it hears attacks and nothing else."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch
from loss_music import EQUALIZED, SQUASHED, music, processed
from torch import Tensor

from tonewright.training.losses.stft import StftLoss

TRANSIENTS = StftLoss(resolutions=(512,), convergence=0.0, log_magnitude=0.0, transients=1.0)
LEVELS = StftLoss(resolutions=(512,))
EDGES = (1, 3, 5, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 257)


def written_out(output: Tensor, target: Tensor) -> float:
    """The module's equations, one band and window after the other."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(512) / 512)
    bands = []
    for signal in (output, target):
        padded = np.pad(signal.double().numpy(), 256, mode="reflect")
        frames = [padded[start : start + 512] * window for start in range(0, len(padded) - 511, 256)]
        power = np.abs(np.fft.rfft(frames)) ** 2
        bands.append([[row[low:high].sum() for low, high in pairwise(EDGES)] for row in power])
    x, y = np.array(bands)
    differences, rises = [], []
    for b in range(len(EDGES) - 1):
        floor = 1e-4 * y[:, b].mean() + 1e-8
        for t in range(len(x) - 2):
            rise_x = max(0.0, 0.5 * math.log((x[t + 2, b] + floor) / (x[t, b] + floor)))
            rise_y = max(0.0, 0.5 * math.log((y[t + 2, b] + floor) / (y[t, b] + floor)))
            differences.append(abs(rise_x - rise_y))
            rises.append(rise_y)
    return float(np.mean(differences) / (np.mean(rises) + 0.05))


def test_equals_its_definition() -> None:
    x = music(2, 30_000)
    output, target = processed(x, EQUALIZED), processed(x, SQUASHED)
    values = TRANSIENTS(output, target)
    for row in range(2):
        assert float(values[row]) == pytest.approx(written_out(output[row], target[row]), rel=1e-5)


def test_no_gain_is_heard() -> None:
    x = music(1, 30_000)[:, :24_000]
    assert float(TRANSIENTS(0.5 * x, x)) < 0.01
    # Both scaled alike is nothing at all: the floor follows the target.
    y = processed(x, SQUASHED)
    assert float(TRANSIENTS(0.1 * y, 0.1 * x)) == pytest.approx(float(TRANSIENTS(y, x)), rel=1e-2)


def test_compressors_count_and_equalizers_hardly() -> None:
    x = music(1, 100_000)[:, :80_000]
    assert SQUASHED.compressor is not None
    attacks_ms = (1.0, 10.0, 30.0, 100.0)
    compressors = [SQUASHED.compressor.changed(attack_ms=attack) for attack in attacks_ms]
    compressed = [float(TRANSIENTS(processed(x, SQUASHED.with_compressor(each)), x)) for each in compressors]
    equalized = processed(x, EQUALIZED)
    # The faster a compressor, the more of an attack it takes.
    assert compressed == sorted(compressed, reverse=True)
    assert compressed[0] > 4 * float(TRANSIENTS(equalized, x))
    assert float(LEVELS(equalized, x)) > 5 * float(TRANSIENTS(equalized, x))


def test_steady_targets_do_not_blow_up() -> None:
    n = torch.arange(20_000)
    tone = torch.sin(2 * math.pi * 440 / 44_100 * n)[None]
    noisy = tone + 0.01 * torch.randn(1, 20_000, generator=torch.Generator().manual_seed(2))
    assert float(TRANSIENTS(noisy, tone)) < 20.0


def test_descent_brings_an_attack_back() -> None:
    """The gradient restores a hit that was made softer."""
    target = music(1, 9_000)[:, :7_000]
    output = target.clone()
    output[:, 3_000:3_400] *= torch.linspace(0.1, 1.0, 400)
    start = float(TRANSIENTS(output, target))
    gain = torch.ones(7_000 // 100, requires_grad=True)
    optimizer = torch.optim.Adam([gain], lr=0.03)
    for _ in range(60):
        optimizer.zero_grad()
        value = TRANSIENTS(output * gain.repeat_interleave(100), target).sum()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert float(value.detach()) < 0.6 * start
