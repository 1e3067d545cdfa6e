"""Statistics against scipy, against published examples, and against their promise of coverage."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from tonewright.statistics import (
    bootstrap,
    bootstrap_median,
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


def test_bootstrap_is_bca_as_published() -> None:
    """Efron's formulas, one resample and one work left out after the other."""
    values = RNG.lognormal(size=25)
    rng = np.random.default_rng(2)
    replicas = np.array([values[rng.integers(0, 25, 25)].mean() for _ in range(50_000)])
    bias = scipy.stats.norm.ppf(np.mean(replicas < values.mean()))
    left_out = np.array([np.delete(values, i).mean() for i in range(25)])
    skew = left_out.mean() - left_out
    acceleration = np.sum(skew**3) / (6 * np.sum(skew**2) ** 1.5)
    got = bootstrap(values, range(25), resamples=50_000)
    assert got.estimate == pytest.approx(values.mean())
    for tail, bound in ((0.025, got.low), (0.975, got.high)):
        z = bias + scipy.stats.norm.ppf(tail)
        share = scipy.stats.norm.cdf(bias + z / (1 - acceleration * z))
        assert bound == pytest.approx(np.quantile(replicas, share), rel=0.01)


def test_the_median_has_the_percentiles_of_resampled_medians() -> None:
    values = RNG.lognormal(size=25)
    rng = np.random.default_rng(2)
    replicas = [np.median(values[rng.integers(0, 25, 25)]) for _ in range(20_000)]
    got = bootstrap_median(values, range(25), resamples=20_000)
    assert got.estimate == np.median(values)
    assert (got.low, got.high) == pytest.approx(tuple(np.quantile(replicas, [0.025, 0.975])), rel=0.03)
    assert bootstrap_median([2.0, 4.0], ["only", "only"]) == (3.0, -np.inf, np.inf)


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
    assert bootstrap(table[:, [0, 0]], range(12), ratio_of_columns) == (1.0, 1.0, 1.0)
    assert bootstrap([2.0], ["only"]) == (2.0, -np.inf, np.inf)


@pytest.mark.parametrize(("successes", "count"), [(0, 10), (8, 10), (16, 20), (36, 36)])
def test_wilson_is_the_closed_form(successes: int, count: int) -> None:
    share, z = successes / count, 1.959963984540054
    centre = share + z * z / (2 * count)
    half = z * (share * (1 - share) / count + (z / (2 * count)) ** 2) ** 0.5
    scale = 1 + z * z / count
    assert wilson(successes, count) == pytest.approx(
        (share, max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))
    )
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
