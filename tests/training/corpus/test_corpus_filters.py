"""The filters against a loop written from the paper's sentence."""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.training.corpus.entries import STRETCH
from tonewright.training.corpus.filters import loud_stretches


def slow(samples: Any) -> tuple[int, ...]:
    flags = []
    for start in range(0, samples.size - STRETCH + 1, STRETCH):
        stretch = samples[start : start + STRETCH].astype(np.float64)
        flags.append(0 if max(abs(stretch)) < 1e-4 or sum(stretch**2) < 0.01 else 1)
    return tuple(flags)


def test_like_the_sentence() -> None:
    generator = np.random.default_rng(0)
    levels = [1.0, 1e-2, 1e-3, 3e-4, 2.5e-4, 1e-4, 5e-5, 0.0]
    noise = generator.normal(size=(len(levels), STRETCH))
    rows = (noise / np.sqrt((noise**2).mean(axis=1, keepdims=True))) * np.array(levels)[:, None]
    click = np.zeros(STRETCH)
    click[100] = 0.09  # loud enough as a sample, too little as energy
    samples = np.concatenate([*rows, click, rows[0][:1000]]).astype(np.float32)
    assert loud_stretches(samples) == slow(samples) == (1, 1, 1, 1, 0, 0, 0, 0, 0)


def test_no_whole_stretch() -> None:
    assert loud_stretches(np.ones(STRETCH - 1, np.float32)) == ()
