"""What the judged predictions say: skill against ignoring the prompt, intervals, tests, and all of it as plain data.

A prompt is the unit: items of one prompt are averaged first. Skill is 1 - mean distance / mean distance of prompt-blind
humans over the same prompts: 0 for ignoring the prompt, 1 for the very same choices.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonewright import __version__
from tonewright.evaluation.say_scores import DISTANCES, MEASURES
from tonewright.evaluation.say_systems import BLIND
from tonewright.population.data import Item, prompt_key
from tonewright.population.distances import pairwise
from tonewright.reporting.files import write_text
from tonewright.statistics import Comparison, Interval, bootstrap, compare_pairs, ratio_of_columns, work_means

if TYPE_CHECKING:
    from tonewright.evaluation.say_rules import SayProtocol

Array = NDArray[np.float64]

#: Distances for which tests are made.
TESTED = ("energy", "sinkhorn", "w2", "curve_energy")
_RESAMPLES = 2_000


@dataclass(frozen=True)
class SystemScores:
    """One system on all items, averaged over seeds and draws; NaN for items that it does not cover.

    Attributes
    ----------
    values
        Each measure, ``(items,)``.
    to_listeners
        For each item the mean distance to each listener, ``(listeners,)``.
    within
        Mean distance within drawn clouds, ``(items,)``.
    """

    values: dict[str, Array]
    to_listeners: Sequence[Array]
    within: Array


@dataclass(frozen=True)
class SaySummary:
    """What a system did over prompts, intervals at 95 %.

    Attributes
    ----------
    prompts
        How many it covers.
    means
        Each measure, its mean over prompts (BCa bootstrap over prompts).
    skill
        For each distance, against prompt-blind humans on the same prompts (BCa bootstrap over prompts).
    skill_people
        Skill in energy, prompts and listeners both drawn anew; ``None`` where items do not share their listeners.
    spread_ratio
        Mean spread of drawn clouds over mean spread of people.
    """

    prompts: int
    means: dict[str, Interval]
    skill: dict[str, Interval]
    skill_people: Interval | None
    spread_ratio: Interval


@dataclass(frozen=True)
class SayReport:
    """The result of a run.

    Attributes
    ----------
    population, source
        Its name, and where it comes from.
    protocol
        How it was judged.
    items
        Those judged.
    baselines, bounds
        Which systems are there to be compared with, and which were told answers.
    scores
        By system.
    """

    population: str
    source: str
    protocol: SayProtocol
    items: tuple[Item, ...]
    baselines: tuple[str, ...]
    bounds: tuple[str, ...]
    scores: dict[str, SystemScores]

    @property
    def systems(self) -> tuple[str, ...]:
        """All systems in the order judged."""
        return tuple(self.scores)

    @cached_property
    def prompts(self) -> list[str]:
        """Each item's prompt, by its key."""
        return [prompt_key(item.prompt) for item in self.items]

    @cached_property
    def summaries(self) -> dict[str, SaySummary]:
        """Every system's summary."""
        return {system: self._summarise(system) for system in self.systems}

    def _summarise(self, system: str) -> SaySummary:
        values, blind = self.scores[system].values, self.scores[BLIND].values
        known = np.isfinite(values["energy"])
        prompts = [prompt for prompt, good in zip(self.prompts, known, strict=True) if good]
        seed = self.protocol.first_seed

        def ratio(above: Array, below: Array) -> Interval:
            table = np.column_stack([above[known], below[known]])
            return bootstrap(table, prompts, ratio_of_columns, seed=seed)

        return SaySummary(
            prompts=len(set(prompts)),
            means={name: bootstrap(values[name][known], prompts, seed=seed) for name in MEASURES},
            skill={name: _one_minus(ratio(values[name], blind[name])) for name in DISTANCES},
            skill_people=self._skill_people(system, known),
            spread_ratio=ratio(values["spread"], values["human_spread"]),
        )

    def _skill_people(self, system: str, known: NDArray[np.bool_]) -> Interval | None:
        r"""Draw prompts and listeners anew, with the energy of any weights m of listeners in closed form.

        .. math:: E(m) = 2 \sum_l m_l \bar d_l - \bar d_{xx} - \tfrac{L}{L - 1} \sum_{kl} m_k m_l d_{kl}

        The factor undoes that a listener drawn twice is at distance 0 from himself, which no other person is.
        """
        items = [item for item, good in zip(self.items, known, strict=True) if good]
        if len({item.listeners for item in items}) != 1:
            return None
        order = list(dict.fromkeys(prompt_key(item.prompt) for item in items))
        count = len(items[0].listeners)
        rng = np.random.default_rng(self.protocol.first_seed)
        people = rng.multinomial(count, np.full(count, 1 / count), size=_RESAMPLES) / count
        prompts = rng.multinomial(len(order), np.full(len(order), 1 / len(order)), size=_RESAMPLES)
        among = np.stack([pairwise(item.points, item.points) for item in items])
        own = np.einsum("rk,ikl,rl->ri", people, among, people, optimize=True) * count / (count - 1)
        member = np.array([[prompt_key(item.prompt) == prompt for prompt in order] for item in items], dtype=np.float64)
        member /= member.sum(axis=0)

        def totals(name: str) -> Array:
            scores = self.scores[name]
            to = np.stack([row for row, good in zip(scores.to_listeners, known, strict=True) if good])
            energy = 2.0 * people @ to.T - scores.within[known] - own
            return np.asarray(np.sum((energy @ member) * prompts, axis=1))

        replicas = 1.0 - totals(system) / totals(BLIND)
        estimate = self._plain_skill(system, "energy", known)
        low, high = np.quantile(replicas, [0.025, 0.975])
        return Interval(estimate, float(low), float(high))

    def _plain_skill(self, system: str, measure: str, known: NDArray[np.bool_]) -> float:
        prompts = [prompt for prompt, good in zip(self.prompts, known, strict=True) if good]
        ours, theirs = (
            work_means(self.scores[name].values[measure][known], prompts).mean() for name in (system, BLIND)
        )
        return float(1.0 - ours / theirs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which systems are tested: each that is judged against each baseline; baselines against prompt-blind."""
        rivals = [system for system in self.systems if system not in self.bounds]
        old = [system for system in rivals if system in self.baselines]
        judged = [system for system in rivals if system not in self.baselines]
        return [(new, one) for new in judged for one in old] + [(one, BLIND) for one in old if one != BLIND]

    def tests(self, measure: str = "energy") -> dict[tuple[str, str], Comparison]:
        """Compare :attr:`pairs` by a distance: Wilcoxon's signed-rank test over prompts, Holm over all pairs.

        A negative median difference means that the first is nearer to people.
        """
        names = list(dict.fromkeys(name for pair in self.pairs for name in pair))
        if len(set(self.prompts)) < 2 or not names:
            return {}
        return compare_pairs({name: self.scores[name].values[measure] for name in names}, self.prompts, self.pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; what does not exist is null."""
        plain: dict[str, Any] = _plain(
            {
                "benchmark": "say",
                "tonewright": __version__,
                "population": self.population,
                "source": self.source,
                "protocol": asdict(self.protocol),
                "distances": {
                    "energy": {"cost": "Euclidean, all pairs, own ones too", "n": self.protocol.size},
                    "sinkhorn": {
                        "cost": "squared Euclidean",
                        "epsilon": self.protocol.epsilon,
                        "n": self.protocol.size,
                    },
                    "w2": {"cost": "squared Euclidean", "n": self.protocol.size},
                    "curve_energy": {"cost": "RMS dB of mean-free responses", "n": self.protocol.size},
                },
                "items": len(self.items),
                "prompts": len(set(self.prompts)),
                "systems": list(self.systems),
                "baselines": list(self.baselines),
                "sees_answers": list(self.bounds),
                "summary": {system: _summary(found) for system, found in self.summaries.items()},
                "tests": {
                    measure: [{"pair": list(pair), **test._asdict()} for pair, test in self.tests(measure).items()]
                    for measure in TESTED
                },
                "rows": self.rows(),
            }
        )
        return plain

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per item and system that covers it: item, prompt, system and all measures."""
        return [
            {"item": item.id, "prompt": item.prompt, "system": system}
            | {name: float(scores.values[name][index]) for name in MEASURES}
            for index, item in enumerate(self.items)
            for system, scores in self.scores.items()
            if np.isfinite(scores.values["energy"][index])
        ]

    def write(self, path: Path) -> None:
        """Write :meth:`to_dict` as JSON, beside and renamed."""
        write_text(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")


def _one_minus(value: Interval) -> Interval:
    return Interval(1.0 - value.estimate, 1.0 - value.high, 1.0 - value.low)


def _summary(found: SaySummary) -> dict[str, Any]:
    data = asdict(found)
    for name in ("means", "skill"):
        data[name] = {key: value._asdict() for key, value in getattr(found, name).items()}
    data["skill_people"] = None if found.skill_people is None else found.skill_people._asdict()
    data["spread_ratio"] = found.spread_ratio._asdict()
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
