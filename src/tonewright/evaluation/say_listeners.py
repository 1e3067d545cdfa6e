r"""The skill of predictions with prompts and listeners both drawn anew, from the energy of any weights of listeners.

.. math:: E(m) = 2 \sum_l m_l \bar d_l - \bar d_{xx} - \tfrac{L}{L - 1} \sum_{kl} m_k m_l d_{kl}

The factor undoes that a listener drawn twice is at distance 0 from himself, which no other person is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tonewright.evaluation.say_scores import Score
from tonewright.population.data import Item, prompt_key
from tonewright.population.distances import pairwise
from tonewright.statistics import Interval, work_means

Array = NDArray[np.float64]

_RESAMPLES = 2_000


def skill_over_listeners(
    items: list[Item], scores: Mapping[str, Score], blind: Mapping[str, Score], seed: int
) -> Interval | None:
    """Return the skill in energy; ``None`` where items do not share their listeners.

    Parameters
    ----------
    items
        All that were judged.
    scores, blind
        A system's and prompt-blind humans' scores by the item's name; items without scores are left out.
    """
    items = [item for item in items if item.id in scores]
    if len({item.listeners for item in items}) != 1:
        return None
    prompts = [prompt_key(item.prompt) for item in items]
    order = list(dict.fromkeys(prompts))
    count = len(items[0].listeners)
    rng = np.random.default_rng(seed)
    people = rng.multinomial(count, np.full(count, 1 / count), size=_RESAMPLES) / count
    drawn = rng.multinomial(len(order), np.full(len(order), 1 / len(order)), size=_RESAMPLES)
    among = np.stack([pairwise(item.points, item.points) for item in items])
    own = np.einsum("rk,ikl,rl->ri", people, among, people, optimize=True) * count / (count - 1)
    member = np.array([[prompt == one for one in order] for prompt in prompts], dtype=np.float64)
    member /= member.sum(axis=0)

    def totals(of: Mapping[str, Score]) -> Array:
        to = np.stack([of[item.id].to_listeners for item in items])
        within = np.array([of[item.id].within for item in items])
        energy = 2.0 * people @ to.T - within - own
        return np.asarray(np.sum((energy @ member) * drawn, axis=1))

    def mean(of: Mapping[str, Score]) -> float:
        return float(work_means([of[item.id].values["energy"] for item in items], prompts).mean())

    low, high = np.quantile(1.0 - totals(scores) / totals(blind), [0.025, 0.975])
    return Interval(1.0 - mean(scores) / mean(blind), float(low), float(high))
