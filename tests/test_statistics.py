"""Statistics against scipy, against published examples, and against their promise of coverage."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import scipy.stats

from tonewright.statistics import (
    bootstrap,
    compare_pairs,
    holm,
    ratio_of_columns,
    share_better,
    wilson,
    work_means,
)

RNG = np.random.default_rng(1)


def test_rows_of_a_work_are_averaged() -> None:
    means = work_means([1.0, 3.0, 10.0], ["a", "a", "b"])
    np.testing.assert_array_equal(means, [[2.0], [10.0]])
    with pytest.raises(ValueError, match="3 rows but 1"):
        work_means([1, 2, 3], ["a"])


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_agrees_with_scipy(method: Literal["bca", "percentile"]) -> None:
    values = RNG.lognormal(size=25)
    expected = scipy.stats.bootstrap(
        [values], np.mean, n_resamples=50_000, method=method, rng=np.random.default_rng(2)
    ).confidence_interval
    got = bootstrap(values, range(25), method=method, resamples=50_000)
    assert got.estimate == pytest.approx(values.mean())
    assert got.low == pytest.approx(expected.low, rel=0.01)
    assert got.high == pytest.approx(expected.high, rel=0.01)


def test_bootstrap_covers_the_truth() -> None:
    hits = 0
    for trial in range(300):
        sample = np.random.default_rng(trial).exponential(size=30)
        interval = bootstrap(sample, range(30), seed=trial, resamples=1000)
        hits += interval.low <= 1.0 <= interval.high
    assert 0.90 <= hits / 300 <= 0.98


def test_works_are_the_unit() -> None:
    works = np.repeat(np.arange(10), 20)
    values = np.repeat(RNG.standard_normal(10), 20)
    rows = bootstrap(values, range(200))
    clustered = bootstrap(values, works.tolist())
    assert clustered.estimate == pytest.approx(rows.estimate)
    assert clustered.high - clustered.low > 3 * (rows.high - rows.low)


def test_ratio_seed_and_degenerate_cases() -> None:
    table = RNG.uniform(1, 2, size=(12, 2))
    interval = bootstrap(table, range(12), ratio_of_columns, seed=3)
    assert interval.estimate == pytest.approx(table[:, 0].mean() / table[:, 1].mean())
    assert interval.low < interval.estimate < interval.high
    assert interval == bootstrap(table, range(12), ratio_of_columns, seed=3)
    assert bootstrap([2.0, 2.0, 2.0], range(3)) == (2.0, 2.0, 2.0)
    assert bootstrap([2.0], ["only"]) == (2.0, -np.inf, np.inf)


@pytest.mark.parametrize(("successes", "count"), [(0, 10), (8, 10), (16, 20), (36, 36)])
def test_wilson_agrees_with_scipy(successes: int, count: int) -> None:
    expected = scipy.stats.binomtest(successes, count).proportion_ci(method="wilson")
    got = wilson(successes, count)
    assert got == pytest.approx((successes / count, expected.low, expected.high))
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)


def test_share_counts_works_and_ties_are_not_better() -> None:
    share = share_better([1, 5, 2, 2], [2, 2, 2, 2], ["a", "a", "b", "c"])
    assert share.estimate == 0.0  # a: 3 against 2; b and c: ties
    assert share_better([1, 2], [2, 1], ["a", "b"]).estimate == 0.5


def test_holm_on_a_known_family() -> None:
    # Worked example: 0.01, 0.04, 0.03, 0.005 -> 0.03, 0.06, 0.06, 0.02.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_pairs_are_tested_on_work_means() -> None:
    works = np.repeat(np.arange(12), 3).tolist()
    nothing = RNG.uniform(0.9, 1.1, 36)
    values = {"nothing": nothing, "match": nothing - 0.3 + 0.01 * RNG.standard_normal(36), "same": nothing}
    result = compare_pairs(values, works, [("match", "nothing"), ("same", "nothing")])
    better = result["match", "nothing"]
    gaps = (np.asarray(values["match"]) - nothing).reshape(12, 3).mean(axis=1)
    assert better.median_difference == pytest.approx(np.median(gaps))
    assert better.p == pytest.approx(float(scipy.stats.wilcoxon(gaps).pvalue))
    assert better.p_holm == pytest.approx(2 * better.p)
    assert result["same", "nothing"] == (0.0, 1.0, 1.0)
