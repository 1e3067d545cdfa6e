"""How far answers are followed: the table that validation makes, and the scaled processing that it is made with."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from tonewright.layouts import LAYOUTS
from tonewright.processor.render import render_array
from tonewright.training.calibration import AMOUNTS, GROUPS, _process_scaled, trust_table

TRIED = np.array(AMOUNTS)


def errors_with(best: np.ndarray, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """Parabolas over the amounts that are lowest at `best`, (examples,)."""
    around = (TRIED - best[:, None]) ** 2 + 0.3
    return np.asarray(around + noise * np.random.default_rng(seed).standard_normal(around.shape))


def test_the_best_amounts_are_found_even_beyond_the_answer() -> None:
    expected = np.repeat(np.linspace(-0.6, 0.1, GROUPS), 10)
    best = np.repeat([1.3, 1.2, 1.1, 0.8, 0.3, 0.2], 10)
    table = trust_table(expected, errors_with(best))
    assert table["trust.log_ratio"] == pytest.approx(np.linspace(-0.6, 0.1, GROUPS), abs=1e-6)
    assert table["trust.amount"] == pytest.approx([1.3, 1.2, 1.1, 0.8, 0.3, 0.2], abs=0.01)
    assert (np.diff(table["trust.actual"]) >= 0.0).all()
    assert (table["trust.actual"] <= 0.0).all()


def test_bad_luck_of_one_group_does_not_hold_back_the_others() -> None:
    expected = np.repeat(np.linspace(-0.6, 0.1, GROUPS), 10)
    best = np.repeat([1.3, 0.4, 1.2, 1.1, 0.5, 0.2], 10)
    table = trust_table(expected, errors_with(best))
    amounts = np.interp(np.linspace(-0.6, 0.1, GROUPS), table["trust.log_ratio"], table["trust.amount"])
    assert (np.diff(table["trust.amount"]) <= 0.0).all()
    # The second and its neighbours share what is best for all of them: 0.9 of 0.4, 1.2 and 1.1.
    assert amounts[2] == pytest.approx(0.9, abs=0.02)
    assert amounts[0] == pytest.approx(1.3, abs=0.02)
    assert amounts[-1] == pytest.approx(0.2, abs=0.02)


def test_an_answer_that_only_harms_is_not_followed() -> None:
    table = trust_table(np.linspace(-0.1, 0.1, 60), np.tile(TRIED, (60, 1)))
    assert table["trust.amount"].tolist() == [0.0] * len(table["trust.amount"])
    assert np.abs(table["trust.actual"]).max() == 0.0


def test_any_order_and_few_examples_will_do() -> None:
    expected, errors = np.array([0.2, -0.4, -0.4]), errors_with(np.array([0.2, 1.0, 1.0]))
    table = trust_table(expected, errors)
    assert np.interp([-0.4, 0.2], table["trust.log_ratio"], table["trust.amount"]) == pytest.approx(
        [1.0, 0.2], abs=0.01
    )
    assert (np.diff(table["trust.log_ratio"]) > 0.0).all()


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("layout", ["even54", "even24"])
def test_what_is_tried_is_what_settings_scaled_do(layout: str, amount: float) -> None:
    rng = np.random.default_rng(1)
    of = LAYOUTS[layout]
    u = rng.uniform(0.2, 0.9, (2, of.size))
    x = (0.1 * rng.standard_normal((2, 8192))).astype(np.float32)
    output = _process_scaled(torch.from_numpy(x), torch.from_numpy(u).float(), of, amount, 44_100)
    for row, wave, vector in zip(output.numpy(), x, u.astype(np.float32), strict=True):
        expected = render_array(wave[None], 44_100, of.decode(vector).scaled(amount))[0]
        assert row == pytest.approx(expected, abs=float(2e-4 * np.abs(expected).max()))
