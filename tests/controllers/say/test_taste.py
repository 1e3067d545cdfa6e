"""One person's taste from choices between two: against simulated persons whose taste is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tonewright.controllers.say import tastes
from tonewright.controllers.say.taste import SHARE, SLOPE, WITHIN, Taste
from tonewright.population.distribution import PlaneDistribution

#: What people would choose for a few requests, as clouds of the width that people's choices have.
_RANDOM = np.random.default_rng(8)
PLANES = [
    PlaneDistribution.from_points(centre + _RANDOM.standard_normal((40, 2)) * WITHIN, bandwidth=0.8)
    for centre in ((1.0, 1.0), (-2.0, -1.0), (0.0, 2.0))
]


def likes(point: np.ndarray, other: np.ndarray, ideal: np.ndarray) -> float:
    """Return the probability that someone with this ideal prefers a point to another (Bradley and Terry, 1952)."""
    strengths = [np.exp(-SLOPE * np.linalg.norm(each - ideal)) for each in (point, other)]
    return float(strengths[0] / sum(strengths))


def trained(offset: np.ndarray, choices: int, seed: int) -> Taste:
    """Return the taste after choices of someone whose ideal lies off by ``offset``, with the model's noise."""
    rng, taste = np.random.default_rng(seed), Taste()
    for index in range(choices):
        plane = PLANES[index % len(PLANES)]
        first, second = taste.propose(plane, rng)
        if rng.random() > likes(first, second, plane.mean() + offset):
            first, second = second, first
        taste = taste.choose(first, second, plane)
    return taste


def test_no_choice_leaves_the_population_exactly() -> None:
    for plane in PLANES:
        assert np.array_equal(Taste().personal(plane).weights, plane.weights)
    assert Taste().offset == pytest.approx([0.0, 0.0], abs=1e-12)
    assert Taste().uncertainty == pytest.approx(np.sqrt(SHARE) * np.array(WITHIN), rel=0.03)


def test_the_posterior_finds_the_offset() -> None:
    offsets = np.random.default_rng(2).standard_normal((4, 2)) * np.sqrt(SHARE) * WITHIN
    few = [trained(offset, 10, seed) for seed, offset in enumerate(offsets)]
    many = [trained(offset, 120, seed) for seed, offset in enumerate(offsets)]

    def error(found: list[Taste]) -> float:
        return float(np.mean([np.linalg.norm(one.offset - true) for one, true in zip(found, offsets, strict=True)]))

    prior = float(np.mean(np.linalg.norm(offsets, axis=1)))
    assert error(many) < error(few) < prior
    assert error(many) < 0.5 * prior
    assert all(np.all(one.uncertainty < other.uncertainty) for one, other in zip(many, few, strict=True))


def test_the_person_is_nearer_to_their_own_distribution() -> None:
    """Expected distance to choices for a request never seen in training, by the model's own account of people."""
    rng = np.random.default_rng(3)
    plane = PlaneDistribution.from_points(rng.standard_normal((400, 2)) * WITHIN, bandwidth=0.3)
    before: list[float] = []
    after: list[float] = []
    for seed in range(4):
        offset = rng.standard_normal(2) * np.sqrt(SHARE) * WITHIN
        personal = trained(offset, 40, seed).personal(plane)
        chosen = plane.mean() + offset + rng.standard_normal((50, 2)) * np.sqrt(1.0 - SHARE) * WITHIN
        for one, found in ((plane, before), (personal, after)):
            points, weights = one.quantized
            gaps = np.linalg.norm(points[:, None] - chosen[None], axis=-1)
            found.append(float((weights @ gaps).mean()))
    assert np.mean(after) < np.mean(before)


def test_a_choice_moves_the_mean_its_way() -> None:
    plane = PLANES[2]
    warm = Taste().choose(plane.mean() - np.array([0.0, 2.0]), plane.mean() + np.array([0.0, 2.0]), plane)
    assert warm.personal(plane).mean()[1] < plane.mean()[1]
    assert warm.offset[1] < 0.0
    assert abs(warm.offset[0]) < 0.05


def test_the_order_of_choices_does_not_matter() -> None:
    taste = trained(np.array([1.0, -1.0]), 8, 0)
    assert Taste(taste.choices[::-1]).offset == pytest.approx(taste.offset, abs=1e-9)


def test_tastes_are_kept_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "home"))
    assert tastes.names() == []
    person = tastes.Personal("Ada L.-2")
    assert person.personal(PLANES[0]) is PLANES[0]
    person.learn((1.0, 2.0), (-1.0, 0.5), PLANES[0])
    assert tastes.names() == ["Ada L.-2"]
    assert tastes.Personal("Ada L.-2").taste == person.taste == tastes.get("Ada L.-2")
    tastes.save(person.taste, tmp_path / "copy.json")
    assert tastes.load(tmp_path / "copy.json") == person.taste
    tastes.delete("Ada L.-2")
    assert tastes.names() == []
    for wrong in ("../up", "", "a/b", ".hidden", "x" * 65, "end."):
        with pytest.raises(tastes.TasteError):
            tastes.place(wrong)
    for call in (tastes.get, tastes.delete):
        with pytest.raises(tastes.TasteError, match="There is no taste"):
            call("nobody")


@pytest.mark.parametrize(
    "content",
    [
        "no",
        "{}x",
        '{"version": 2}',
        '{"kind": "song"}',
        '{"choices": [{"chosen": [0, 9], "other": [0, 0], "mean": [0, 0]}]}',
        '{"choices": [{"chosen": [0, null], "other": [0, 0], "mean": [0, 0]}]}',
    ],
)
def test_broken_tastes_are_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "taste.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(tastes.TasteError) as caught:
        tastes.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
