"""The statistics against examples with published answers, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from tonewright.listening.analysis.bradley_terry import chances, fit_strengths
from tonewright.listening.analysis.discrimination import d_prime, discriminate, right_share
from tonewright.listening.analysis.mixed import fit_mixed
from tonewright.listening.analysis.paired import cliffs_delta, compare, equivalence, rank_biserial
from tonewright.listening.analysis.power import choice_power, equivalence_power, fewest, paired_power
from tonewright.statistics import holm

#: Student, Biometrika 6 (1908): extra hours of sleep by two soporific drugs; R's data set `sleep`.
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
#: Hollander and Wolfe, Nonparametric Statistical Methods (1973), 29f.: depression before and after; R's ?wilcox.test.
FIRST_VISIT = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND_VISIT = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
#: Davies and Goldsmith (1972), yields of dyestuff in six batches; lme4's data set `Dyestuff`.
DYESTUFF = {
    "A": [1545, 1440, 1440, 1520, 1580],
    "B": [1540, 1555, 1490, 1560, 1495],
    "C": [1595, 1550, 1605, 1510, 1560],
    "D": [1445, 1440, 1595, 1465, 1545],
    "E": [1595, 1630, 1515, 1635, 1625],
    "F": [1520, 1455, 1450, 1480, 1445],
}
#: Agresti, Categorical Data Analysis (2nd ed. 2002), table 10.10: games of the American League's East in 1987.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
BASEBALL = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]


def test_students_sleep() -> None:
    found = compare(DRUG_1, DRUG_2)
    assert found.t == pytest.approx(-4.0621, abs=5e-5)
    assert found.p_t == pytest.approx(0.002833, abs=5e-7)
    assert found.difference == pytest.approx((-1.58, -2.4598858, -0.7001142), abs=5e-8)
    assert (found.n, found.degrees) == (10, 9)
    assert found.dz == pytest.approx(-4.0621 / np.sqrt(10), abs=1e-4)
    shapiro = scipy.stats.shapiro(np.subtract(DRUG_1, DRUG_2))
    assert found.p_shapiro == pytest.approx(shapiro.pvalue, rel=1e-6)


def test_hollander_and_wolfes_depression() -> None:
    found = compare(FIRST_VISIT, SECOND_VISIT)
    # V = 40 of 45 in R, whose smaller sum is 5; one-sided p = 0.01953.
    assert found.w == 5.0
    assert found.p_wilcoxon == pytest.approx(2 * 0.01953, abs=1e-5)
    assert found.rank_biserial == pytest.approx((40 - 5) / 45)


def test_effects_by_counting() -> None:
    assert cliffs_delta([1, 2, 3, 4], [1, 2, 3]) == pytest.approx((6 - 3) / 12)
    assert cliffs_delta([5, 6], [1, 2]) == 1.0
    assert rank_biserial([0.0, 0.0]) == 0.0
    assert rank_biserial([3.0, 2.0, -1.0]) == pytest.approx((3 + 2 - 1) / 6)


def test_lakens_equivalence() -> None:
    # TOSTER's example (Lakens 2017): n = 65, means 5.83 and 5.75, deviations 1.17 and 1.29, r = 0.75, bounds dz = 0.4.
    sd = np.sqrt(1.17**2 + 1.29**2 - 2 * 0.75 * 1.17 * 1.29)
    found = equivalence(5.83 - 5.75, sd, 65, 0.4 * sd)
    assert (found.t_lower, found.t_upper) == pytest.approx((3.96, -2.49), abs=0.005)
    assert found.margin == pytest.approx(0.351, abs=0.0005)
    assert (found.low, found.high) == pytest.approx((-0.101, 0.262), abs=0.001)
    assert found.p == pytest.approx(scipy.stats.t.cdf(found.t_upper, 64))
    # Both tests must reject exactly where the 90 % interval lies inside of the margin.
    for mean in (0.0, 0.5, 1.0):
        judged = equivalence(mean, 1.0, 20, 0.8)
        assert (judged.p < 0.05) == (judged.low > -0.8 and judged.high < 0.8)


def test_agrestis_baseball() -> None:
    found = fit_strengths(np.array(BASEBALL))
    against_baltimore = found.strengths - found.strengths[-1]
    # R's BradleyTerry2, vignette, baseballModel1 (Firth and Turner, J. Stat. Software 48, 2012).
    assert against_baltimore == pytest.approx([1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0], abs=5e-5)
    errors = [found.error(index, 6) for index in range(6)]
    assert errors == pytest.approx([0.3433, 0.3396, 0.3367, 0.3359, 0.3339, 0.3319], abs=5e-5)
    # Agresti's goodness of fit: G2 = 15.7 with 15 degrees of freedom.
    assert found.deviance == pytest.approx(15.737, abs=5e-4)


def test_davidsons_ties_are_the_maximum() -> None:
    rng = np.random.default_rng(3)
    wins = rng.integers(1, 12, (4, 4)).astype(float)
    ties = np.triu(rng.integers(0, 6, (4, 4)), 1).astype(float)
    ties += ties.T
    found = fit_strengths(wins, ties)

    def negative(value: np.ndarray) -> float:
        total = 0.0
        strengths, log_tie = np.append(value[:3], 0.0), value[3]
        for i in range(4):
            for j in range(i + 1, 4):
                parts = np.array([strengths[i], strengths[j], log_tie + (strengths[i] + strengths[j]) / 2])
                logs = parts - np.log(np.exp(parts).sum())
                total -= wins[i, j] * logs[0] + wins[j, i] * logs[1] + ties[i, j] * logs[2]
        return total

    best = scipy.optimize.minimize(negative, np.zeros(4), tol=1e-10)
    assert found.strengths - found.strengths[3] == pytest.approx(np.append(best.x[:3], 0.0), abs=1e-4)
    assert found.tie == pytest.approx(np.exp(best.x[3]), abs=1e-4)
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    # Errors from the curvature by differences of the likelihood itself.
    step = 1e-4 * np.eye(4)
    curvature = [
        [
            (negative(best.x + a + b) - negative(best.x + a - b) - negative(best.x - a + b) + negative(best.x - a - b))
            / 4e-8
            for a in step
        ]
        for b in step
    ]
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))[:3]
    assert [found.error(index, 3) for index in range(3)] == pytest.approx(list(errors), rel=1e-3)


def test_who_always_wins_has_no_finite_strength() -> None:
    found = fit_strengths(np.array([[0, 5, 5], [0, 0, 3], [0, 2, 0]]))
    assert "no finite strengths" in found.note
    assert np.isnan(found.strengths).all()


def test_two_strengths_are_log_odds() -> None:
    found = fit_strengths(np.array([[0, 30], [10, 0]]))
    assert found.strengths[0] - found.strengths[1] == pytest.approx(np.log(3))
    assert found.error(0, 1) == pytest.approx(np.sqrt(1 / 30 + 1 / 10))
    assert chances(found.strengths)[0, 1] == pytest.approx(0.75)


def test_dyestuff() -> None:
    scores = [float(value) for values in DYESTUFF.values() for value in values]
    batches = [name for name, values in DYESTUFF.items() for _ in values]
    found = fit_mixed(scores, ["yield"] * 30, {"batch": batches})
    # lme4 (Bates and others 2015, section 1.1 of the package's examples): REML criterion 319.6543.
    assert found.criterion == pytest.approx(319.6543, abs=5e-4)
    assert found.deviations["batch"] == pytest.approx(42.001, abs=5e-3)
    assert found.deviations["residual"] == pytest.approx(49.510, abs=5e-3)
    assert found.means[0] == pytest.approx(1527.5)
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(19.383, abs=5e-3)


def made_up_crossed(seed: int = 4) -> tuple[np.ndarray, list[str], list[str], list[str]]:
    rng = np.random.default_rng(seed)
    people, items, systems = 12, 7, 3
    scores = (
        np.array([50.0, 54.0, 60.0])
        + rng.normal(0, 8, (people, 1, 1))
        + rng.normal(0, 5, (1, items, 1))
        + rng.normal(0, 6, (people, items, systems))
    )
    grid = [(f"p{p}", f"i{i}", f"s{s}") for p in range(people) for i in range(items) for s in range(systems)]
    who, what, made = (list(each) for each in zip(*grid, strict=True))
    return scores.ravel(), made, who, what


def test_mixed_model_is_the_analysis_of_variance_where_that_is_exact() -> None:
    scores, systems, listeners, items = made_up_crossed()
    found = fit_mixed(scores, systems, {"listener": listeners, "item": items})
    cube = scores.reshape(12, 7, 3)
    rest = cube - cube.mean(axis=(1, 2), keepdims=True) - cube.mean(axis=(0, 2), keepdims=True)
    rest = rest - cube.mean(axis=(0, 1), keepdims=True) + 2 * cube.mean()
    residual = np.sum(rest**2) / (cube.size - 12 - 7 - 3 + 2)
    between = 21 * np.var(cube.mean(axis=(1, 2)), ddof=1), 36 * np.var(cube.mean(axis=(0, 2)), ddof=1)
    assert found.deviations["residual"] ** 2 == pytest.approx(residual, rel=1e-4)
    assert found.deviations["listener"] ** 2 == pytest.approx((between[0] - residual) / 21, rel=1e-3)
    assert found.deviations["item"] ** 2 == pytest.approx((between[1] - residual) / 36, rel=1e-3)
    assert found.contrast("s2", "s0").difference.estimate == pytest.approx(cube[..., 2].mean() - cube[..., 0].mean())
    assert found.contrast("s2", "s0").error == pytest.approx(np.sqrt(2 * residual / 84), rel=1e-4)


def test_mixed_model_agrees_with_statsmodels_on_unbalanced_ratings() -> None:
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model", reason="statsmodels is not installed")
    pandas = pytest.importorskip("pandas")
    scores, systems, listeners, items = made_up_crossed(9)
    kept = np.random.default_rng(1).random(len(scores)) < 0.7
    table = pandas.DataFrame({"y": scores, "system": systems, "listener": listeners, "item": items})[kept]
    ours = fit_mixed(
        table["y"].to_numpy(), list(table["system"]), {"listener": list(table["listener"]), "item": list(table["item"])}
    )
    crossed = {"listener": "0 + C(listener)", "item": "0 + C(item)"}
    model = models.MixedLM.from_formula("y ~ 0 + system", table, groups=np.ones(len(table)), vc_formula=crossed)
    theirs = model.fit(reml=True)
    order = [ours.systems.index(name) for name in ("s0", "s1", "s2")]
    assert np.array(ours.means)[order] == pytest.approx(np.asarray(theirs.fe_params), abs=1e-3)
    assert ours.deviations["residual"] == pytest.approx(np.sqrt(theirs.scale), rel=1e-3)
    assert ours.deviations["item"] == pytest.approx(np.sqrt(theirs.vcomp[0]), rel=5e-3)
    assert ours.deviations["listener"] == pytest.approx(np.sqrt(theirs.vcomp[1]), rel=5e-3)
    assert ours.criterion == pytest.approx(-2 * theirs.llf, abs=1e-3)


def test_mixed_model_says_what_it_cannot_do() -> None:
    assert "too few" in fit_mixed([1.0, 2.0], ["a", "b"], {"listener": ["x", "y"]}).note
    assert "equal" in fit_mixed([3.0] * 8, ["a", "b"] * 4, {"listener": list("wwxxyyzz")}).note


def test_holms_own_example() -> None:
    # Holm's procedure on four p-values, as worked in R's ?p.adjust manner: 4 * 0.005, 3 * 0.01, 2 * 0.03, then no less.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_power_of_the_paired_t_test() -> None:
    # R: power.t.test(delta = .5, sd = 1, power = .8, type = "paired") gives n = 33.367; G*Power: 34, power 0.8078.
    assert fewest(lambda n: paired_power(0.5, 1.0, n), 0.8) == 34
    assert paired_power(0.5, 1.0, 34) == pytest.approx(0.8078, abs=5e-5)
    assert paired_power(0.0, 1.0, 34) == pytest.approx(0.05, abs=1e-9)
    assert paired_power(20.0, 1.0, 500) == pytest.approx(1.0)


def test_power_of_equivalence_against_drawing() -> None:
    rng = np.random.default_rng(2)
    gaps = rng.normal(0.1, 1.0, (40_000, 30))
    mean, error = gaps.mean(axis=1), gaps.std(axis=1, ddof=1) / np.sqrt(30)
    critical = scipy.stats.t.ppf(0.95, 29)
    drawn = np.mean((mean + 0.6 > critical * error) & (mean - 0.6 < -critical * error))
    assert equivalence_power(0.6, 1.0, 30, difference=0.1) == pytest.approx(drawn, abs=0.01)
    assert equivalence_power(0.05, 1.0, 10) == pytest.approx(0.0, abs=1e-3)


def test_power_of_choices_by_counting() -> None:
    # ABX with 16 trials: 12 right answers are needed at 0.05 (p = 0.0384), as every table of ABX tests says.
    assert choice_power(0.5, 16, one_sided=True) == pytest.approx(0.0384, abs=5e-5)
    assert choice_power(0.8, 16, one_sided=True) == pytest.approx(scipy.stats.binom.sf(11, 16, 0.8))


def test_abx_against_guessing() -> None:
    found = discriminate([(12, 16)])
    assert found.p == pytest.approx(0.0384, abs=5e-5)
    assert found.share.estimate == 0.75
    assert discriminate([(8, 16)]).d_prime.estimate == 0.0
    assert discriminate([(16, 16)]).d_prime.estimate == np.inf


@pytest.mark.parametrize("sensitivity", [0.5, 1.5, 3.0])
def test_sensitivity_against_drawn_listeners(sensitivity: float) -> None:
    rng = np.random.default_rng(8)
    a, b, x = rng.normal(size=(3, 400_000))
    b, x = b + sensitivity, x + sensitivity  # X is B
    assert np.mean(np.abs(x - b) < np.abs(x - a)) == pytest.approx(right_share(sensitivity), abs=0.003)
    assert np.mean(b > a) == pytest.approx(right_share(sensitivity, "two"), abs=0.003)
    # Each on its own: A and B are told apart first, and X is judged against the middle.
    ordered = np.where(a < b, x > sensitivity / 2, x < sensitivity / 2)
    assert np.mean(ordered) == pytest.approx(right_share(sensitivity, "abx-independent"), abs=0.003)
    for task in ("two", "abx", "abx-independent"):
        assert d_prime(right_share(sensitivity, task), task) == pytest.approx(sensitivity, abs=1e-6)


def test_what_the_first_papers_opinion_scores_allow() -> None:
    """Neural multi-band processing paper, table 4: 20 listeners; it prints means and stars, no deviations."""
    # Every mean is a whole sum over twenty, as one grade per listener gives.
    for mean in (3.85, 3.75, 3.55, 3.65, 3.60, 3.45):
        assert 20 * mean == pytest.approx(round(20 * mean))
    # The least spread of whole-grade differences with the mean of 0.10 (3.85 less 3.75): two listeners one grade apart.
    found = compare([1, 1, *[0] * 18], [0] * 20)
    assert found.difference.estimate == pytest.approx(0.10)
    assert found.t == pytest.approx(0.1 / np.sqrt(1.8 / 19 / 20))
    # p = 0.16: the starred p < 0.05 needs several grades averaged per listener, and a deviation of at most 0.2137.
    assert found.p_t == pytest.approx(0.163, abs=5e-4)
    assert paired_power(0.10, 0.2137, 20) == pytest.approx(0.5, abs=0.02)
    assert 0.10 / (0.2137 / np.sqrt(20)) == pytest.approx(scipy.stats.t.ppf(0.975, 19), abs=1e-3)
