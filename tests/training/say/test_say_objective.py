"""Targets and the transport term against what they mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

torch = pytest.importorskip("torch", reason="torch is not installed")

from tonewright.population.plane import EDGE  # noqa: E402
from tonewright.training.say.targets import CELLS, table_of_normal, table_of_points  # noqa: E402
from tonewright.training.say.transport import sinkhorn_divergence  # noqa: E402

CENTRES = (np.arange(CELLS) + 0.5) * (2 * EDGE / CELLS) - EDGE
#: Tables are (tilt, smile): y first.
PLACES = np.array([(x, y) for y in CENTRES for x in CENTRES])


def plain_transport(a: np.ndarray, b: np.ndarray) -> float:
    """Entropic transport in the log domain, squared Euclidean cost, epsilon 1."""
    cost = ((PLACES[:, None] - PLACES[None]) ** 2).sum(-1)
    f, g = np.zeros(len(a)), np.zeros(len(b))
    for _ in range(600):
        f = -logsumexp(g[None] - cost + np.log(b)[None], axis=1)
        g = -logsumexp(f[:, None] - cost + np.log(a)[:, None], axis=0)
    return float(a @ f + b @ g)


def drawn(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return table_of_points(np.clip(rng.normal(rng.uniform(-3, 3, 2), 2.0, (11, 2)), -EDGE, EDGE)).astype(np.float64)


def test_the_divergence_is_that_of_a_plain_iteration() -> None:
    a, b = drawn(0).ravel(), drawn(1).ravel()
    a, b = a / a.sum(), b / b.sum()
    wanted = plain_transport(a, b) - 0.5 * plain_transport(a, a) - 0.5 * plain_transport(b, b)
    found = sinkhorn_divergence(torch.tensor(drawn(0))[None], torch.tensor(drawn(1))[None])
    assert float(found[0]) == pytest.approx(wanted, rel=1e-3)


def test_its_gradient_is_that_of_differences() -> None:
    p = torch.tensor(drawn(2))[None].requires_grad_()
    q = torch.tensor(drawn(3))[None]
    sinkhorn_divergence(p, q).sum().backward()  # type: ignore[no-untyped-call]
    step = np.zeros((CELLS, CELLS))
    step[2, 3], step[6, 5] = 1e-4, -1e-4
    there, here = (sinkhorn_divergence(torch.tensor(drawn(2) + sign * step)[None], q)[0] for sign in (1, -1))
    assert float(there - here) / 2 == pytest.approx(float((p.grad[0].numpy() * step).sum()), rel=3e-2)


def test_equal_tables_are_no_distance_apart() -> None:
    same = torch.tensor(drawn(4))[None]
    assert abs(float(sinkhorn_divergence(same, same)[0])) < 1e-6


def test_tables_keep_mean_and_mass() -> None:
    table = table_of_points([[3.0, -3.0]], bandwidth=0.5)
    assert table.sum() == pytest.approx(1.0, abs=1e-6)
    assert table.sum(axis=0) @ CENTRES == pytest.approx(3.0, abs=0.05)
    assert table.sum(axis=1) @ CENTRES == pytest.approx(-3.0, abs=0.05)
    normal = table_of_normal((0.0, 1.0), (1.0, 2.0))
    assert normal.sum(axis=1) @ CENTRES == pytest.approx(1.0, abs=0.05)


def test_choices_on_the_edge_stay_there() -> None:
    table = table_of_points([[6.0, 6.0]], bandwidth=0.8)
    assert table[-1, -1] == table.max()
    assert table.sum() == pytest.approx(1.0, abs=1e-6)
