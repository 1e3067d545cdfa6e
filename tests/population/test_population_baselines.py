"""Baselines on made-up people whose answers follow the words; measures; reliability, on the shared data too."""

from __future__ import annotations

import numpy as np
import pytest

from tonewright.population import measures, reliability
from tonewright.population.baselines import (
    KernelRidge,
    NearestPrompts,
    OracleMean,
    PromptBlind,
    SamePeople,
    constants,
)
from tonewright.population.clouds import Cloud
from tonewright.population.data import Population, PopulationError
from tonewright.population.distribution import PlaneDistribution
from tonewright.population.embeddings import WordPieces, fitted


def split(population: Population) -> tuple[Population, Population]:
    prompts = list(population.prompts())
    return population.subset(prompts=prompts[3:]), population.subset(prompts=prompts[:3])


def test_constants_ignore_everything(small: Population) -> None:
    clouds = {one.name: one.fit(small, 0)(small.items[:2])[1] for one in constants()}
    assert set(clouds) == {"uniform", "flat", "clear", "dark", "podcast"}
    np.testing.assert_array_equal(clouds["clear"].points, [[0.0, 1.8]])
    assert np.abs(clouds["uniform"].sample(1000, np.random.default_rng(0))).max() > 5.7


@pytest.mark.parametrize("kind", [NearestPrompts, KernelRidge])
def test_words_lead_to_where_people_go(small: Population, kind: type[NearestPrompts] | type[KernelRidge]) -> None:
    train, held = split(small)
    system = NearestPrompts(WordPieces(), count=3) if kind is NearestPrompts else KernelRidge(WordPieces())
    asked = [item.asked() for item in held.items[:3]]
    means = [cloud.weights @ cloud.points for cloud in system.fit(train, 0)(asked)]
    truth = [item.points.mean(axis=0) for item in held.items[:3]]
    assert np.abs(np.subtract(means, truth)).max() < 1.5
    again = system.fit(train, 0)(asked)
    np.testing.assert_array_equal(again[0].points, system.fit(train, 0)(asked)[0].points)


def test_prompt_blind_has_all_others_and_bounds_know_answers(small: Population) -> None:
    train, held = split(small)
    blind = PromptBlind().fit(train, 0)(held.items)[0]
    assert sorted(map(tuple, blind.points)) == sorted(map(tuple, train.points))
    item = held.items[0]
    oracle = OracleMean().fit(train, 0)([item])[0]
    np.testing.assert_allclose(oracle.points.mean(axis=0), item.points.mean(axis=0), atol=0.1)
    same = SamePeople(small)
    assert [one.id for one in small.items if same.covers(one)] == ["0", "1", "12", "13"]
    np.testing.assert_array_equal(same.fit(train, 0)([item])[0].points, small.items[12].points)
    with pytest.raises(PopulationError, match="only once"):
        same.fit(train, 0)([small.items[5]])
    with pytest.raises(PopulationError, match="no choices"):
        NearestPrompts(WordPieces()).fit(Population(items=(item.asked(),)), 0)


def test_clouds_of_equal_size() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-6, 6, (11, 2))
    drawn = Cloud.of_points(points).samples(5, 11, rng)
    for each in drawn:
        assert sorted(map(tuple, each)) == sorted(map(tuple, points))
    heavy = Cloud.of_points([[0.0, 0.0], [1.0, 1.0]], [3.0, 1.0])
    assert heavy.sample(4000, rng).mean() == pytest.approx(0.25, abs=0.03)
    grid = Cloud.of_distribution(PlaneDistribution.at([1.25, 1.25]))
    assert np.ptp(grid.sample(4000, rng), axis=0) == pytest.approx(0.5, abs=0.01)
    many = Cloud.of_points(rng.uniform(-5, 5, (500, 2)))
    whole = many.gridded()
    assert len(whole.points) == 576
    np.testing.assert_allclose(whole.weights @ whole.points, many.points.mean(axis=0), atol=1e-9)
    assert many.gridded() is not many
    assert heavy.gridded() is heavy


def test_vectors_of_words() -> None:
    embed = fitted(WordPieces(), ["more bass please", "more treble please"])
    a, b, c, nothing = embed(["more bass", "deeper basses", "treble", ""])
    assert np.linalg.norm(a) == pytest.approx(1.0)
    assert a @ b > a @ c
    assert not nothing.any()
    # What every document has says little.
    assert a @ embed(["bass"])[0] > a @ embed(["more"])[0]


def test_percentile_among_people() -> None:
    people = np.random.default_rng(0).normal(size=(40, 2))
    assert measures.human_relative_percentile(people.mean(axis=0)[None], people) < 15
    assert measures.human_relative_percentile([[50.0, 0.0]], people) == 100.0
    assert 35 < measures.human_relative_percentile(people, people) < 65
    line = np.array([[0.0], [1.0], [3.0]])
    # Medians to the others are 2, 1.5 and 2.5; that of the prediction is 2: one below, one tie.
    assert measures.human_relative_percentile([[-1.0]], line) == pytest.approx(50.0)
    with pytest.raises(ValueError, match="at least three"):
        measures.human_relative_percentile(line, line[:2])


def test_spread_and_shares() -> None:
    people = np.array([[1.0, 1.0], [-1.0, 1.0], [0.0, -3.0], [2.0, 2.0]])
    assert measures.spread(people) == pytest.approx(np.sqrt(np.trace(np.cov(people.T))))
    assert measures.spread_ratio(0.5 * people, people) == pytest.approx(0.5)
    np.testing.assert_allclose(measures.mode_shares(people), [0.125, 0.25, 0.125, 0.5])
    assert measures.shares_apart([[1.0, 1.0]], people) == pytest.approx(0.5)


def test_reliability_of_made_up_people(small: Population) -> None:
    found = reliability.retest(small)
    assert found.pairs == 2
    assert set(found.listeners) == set(small.listeners)
    assert found.energy < 1.5
    # Of two normal points with deviation 1 in a plane, whoever they belong to.
    assert found.other_person == pytest.approx(np.sqrt(np.pi), rel=0.15)
    assert (reliability.variance_explained(small) > 0.5).all()
    assert min(reliability.agreement(small).values()) > 0.5
    with pytest.raises(PopulationError, match="twice"):
        reliability.retest(small.subset(ids=["5", "6"]))


def test_reliability_on_the_shared_data(shared: Population) -> None:
    """Seven of the ten published retests are here; their figures are the neighbours of those of all ten."""
    found = reliability.retest(shared)
    assert found.pairs == 7
    assert found.energy == pytest.approx(0.53, abs=0.15)
    assert found.w2 == pytest.approx(2.03, abs=0.25)
    assert found.sinkhorn == pytest.approx(4.3, abs=0.8)
    assert found.median_same_person == pytest.approx(2.14, abs=0.2)
    assert found.other_person == pytest.approx(4.05, abs=0.5)
    assert sorted(found.listeners, key=lambda name: -found.listeners[name])[:2] == ["8", "11"]
    np.testing.assert_allclose(reliability.variance_explained(shared), [0.26, 0.52], atol=0.05)
