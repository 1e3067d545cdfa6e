"""Distances against slow loops, closed forms, and POT where it is installed."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.errors import MissingExtraError
from tonewright.population import curves, distances, plane
from tonewright.population.distances import energy, sinkhorn, transport_plan, w2
from tonewright.processor.filters import response_db

Array = NDArray[np.float64]

# POT would load torch, which takes longer than all tests here.
os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")

RNG = np.random.default_rng(1)
X, Y = RNG.uniform(-6, 6, (11, 2)), np.clip(RNG.normal(1, 2, (11, 2)), -6, 6)
A, B = RNG.dirichlet(np.ones(11)), RNG.dirichlet(np.ones(7))


def test_energy_is_its_definition() -> None:
    def mean(x: Array, y: Array, a: Array, b: Array) -> float:
        pairs = itertools.product(zip(a, x, strict=True), zip(b, y, strict=True))
        return sum(float(p * q * np.hypot(*(u - v))) for (p, u), (q, v) in pairs)

    found = energy(X, Y[:7], A, B)
    expected = 2 * mean(X, Y[:7], A, B) - mean(X, X, A, A) - mean(Y[:7], Y[:7], B, B)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert (found.cost, found.epsilon, found.n) == ("Euclidean", None, (11, 7))
    assert energy(X, X).value == pytest.approx(0.0, abs=1e-12)
    assert energy([[0, 0]], [[3, 4]]).value == pytest.approx(10.0)


def test_w2_is_the_best_of_all_assignments() -> None:
    x, y = X[:6], Y[:6]
    best = min(np.mean(np.square(x - y[list(order)]).sum(axis=1)) for order in itertools.permutations(range(6)))
    plan = transport_plan(x, y)
    assert plan.distance.value == pytest.approx(np.sqrt(best), rel=1e-12)
    np.testing.assert_allclose(plan.mass.sum(axis=0), 1 / 6)
    np.testing.assert_allclose(plan.mass.sum(axis=1), 1 / 6)
    squares = distances.pairwise(np.stack([x, y]), np.stack([y, y])) ** 2
    np.testing.assert_allclose(distances.assignment_distances(squares), [np.sqrt(best), 0.0], atol=1e-9)
    assert w2(X, X + np.array([1.0, 2.0])).value == pytest.approx(np.sqrt(5))


def test_unequal_clouds_need_pot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ot", None)
    with pytest.raises(MissingExtraError, match="needs POT"):
        w2(X, Y[:7])
    assert w2(X, Y).value > 0


def test_weighted_plans_of_pot() -> None:
    pytest.importorskip("ot", reason="POT is not installed")
    plan = transport_plan(X, Y[:7], A, B)
    np.testing.assert_allclose(plan.mass.sum(axis=1), A, atol=1e-12)
    np.testing.assert_allclose(plan.mass.sum(axis=0), B, atol=1e-12)
    assert w2(np.repeat(X, 2, axis=0), Y).value == pytest.approx(w2(X, Y).value, rel=1e-9)


def test_sinkhorn_of_single_points_is_the_squared_distance() -> None:
    """One plan only, of relative entropy 0: no factor 1/2 hides, whatever the regularisation."""
    for epsilon in (0.1, 1.0, 10.0):
        found = sinkhorn([[0.0, 0.0]], [[3.0, 4.0]], epsilon)
        assert found.value == pytest.approx(25.0)
        assert (found.cost, found.epsilon, found.n) == ("squared Euclidean", epsilon, (1, 1))


def test_sinkhorn_moves_with_a_translation_and_is_zero_at_home() -> None:
    assert sinkhorn(X, X).value == pytest.approx(0.0, abs=1e-4)
    # Of a translation t any plan costs |t|^2 more than with the cloud itself, up to a term that every plan shares.
    assert sinkhorn(X, X + np.array([3.0, 4.0])).value == pytest.approx(25.0, abs=1e-3)


@pytest.mark.parametrize("epsilon", [1.0, 5.0])
def test_sinkhorn_is_that_of_pot(epsilon: float) -> None:
    ot = pytest.importorskip("ot", reason="POT is not installed")

    def cost(x: Array, y: Array, a: Array, b: Array) -> float:
        costs = ot.dist(x, y)
        plan = ot.sinkhorn(a, b, costs, epsilon, method="sinkhorn_log", numItermax=3000, stopThr=1e-8, warn=False)
        entropy = np.sum(plan * np.log(np.maximum(plan, 1e-300) / np.outer(a, b)))
        return float(np.sum(plan * costs) + epsilon * entropy)

    x, y = 0.5 * X, 0.5 * Y[:7]
    expected = cost(x, y, A, B) - 0.5 * cost(x, x, A, A) - 0.5 * cost(y, y, B, B)
    assert sinkhorn(x, y, epsilon, A, B).value == pytest.approx(expected, rel=1e-4)


def test_batches_are_their_members_and_tiny_epsilon_is_exact_transport() -> None:
    squares = distances.pairwise(np.stack([X, Y]), np.stack([Y, X])) ** 2
    batch = distances.transport_cost(squares)
    np.testing.assert_allclose(batch, [distances.transport_cost(each[None])[0] for each in squares], rtol=1e-12)
    assert batch[0] == pytest.approx(batch[1], rel=1e-5)
    small = distances.transport_cost(squares, 0.02)[0]
    assert w2(X, Y).value ** 2 <= small <= w2(X, Y).value ** 2 + 0.02 * np.log(11) + 1e-6
    own = distances.pairwise(X, X)[None] ** 2
    np.testing.assert_allclose(distances.own_transport_cost(own), distances.transport_cost(own), rtol=1e-4)


def test_weights_of_nothing_take_no_part() -> None:
    weights = np.r_[np.ones(6), np.zeros(5)]
    assert sinkhorn(X, Y, 1.0, weights, weights).value == pytest.approx(sinkhorn(X[:6], Y[:6]).value, rel=1e-5)
    assert energy(X, Y, weights, weights).value == pytest.approx(energy(X[:6], Y[:6]).value)


def test_curves_are_compared_in_decibels() -> None:
    point = plane.to_points([6.0, 0.0])
    curve = curves.curves_db(point)
    whole = response_db(plane.to_settings(point), CENTRES, plane.RATE)
    np.testing.assert_allclose(curve, whole - whole.mean(), atol=1e-9)
    flat = curves.curves_db(plane.to_points([0.0, 0.0]))
    np.testing.assert_allclose(flat, 0.0, atol=1e-12)
    root = float(np.sqrt(np.mean(curve**2)))
    assert curves.energy(curve[None], flat[None]).value == pytest.approx(2 * root)
    assert curves.w2(curve[None], flat[None]).value == pytest.approx(root)
    assert curves.sinkhorn(curve[None], flat[None]).value == pytest.approx(root**2)
    assert "dB" in curves.energy(curve[None], flat[None]).cost


def test_few_dimensions_are_enough_for_curves() -> None:
    short, whole = curves.compact(X), curves.embedded(curves.curves_db(X))
    assert short.shape[1] <= 8
    np.testing.assert_allclose(distances.pairwise(short, short), distances.pairwise(whole, whole), atol=1e-3)


def test_shapes_that_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        energy(X, np.zeros((3, 4)))
    with pytest.raises(ValueError, match="not negative"):
        energy(X, Y, -A)
