"""Deal works out to splits, producer by producer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tonewright.training.corpus.config import Shares
from tonewright.training.corpus.entries import SPLITS, Split, producers
from tonewright.training.corpus.recordings import Recording


def split_of_each(works: Sequence[Recording]) -> list[Split]:
    """Return the split of each work: the fixed one, or dealt out by the shares of its source.

    Works that share a producer, directly or through others, stay together. The groups are dealt out in random order,
    each to the split that lacks most of its share; works are counted, as a producer's songs are of similar length.
    """
    result: dict[int, Split] = {}
    by_shares: dict[tuple[Shares, str], list[int]] = {}
    for index, work in enumerate(works):
        if isinstance(work.split, Shares):
            by_shares.setdefault((work.split, work.profile), []).append(index)
        else:
            result[index] = work.split
    for (shares, _), members in by_shares.items():
        groups = _together(works, members)
        wanted = {split: getattr(shares, split) * len(members) for split in SPLITS}
        for number in np.random.default_rng(shares.seed).permutation(len(groups)):
            split = max(SPLITS, key=lambda each: (wanted[each], -SPLITS.index(each)))
            wanted[split] -= len(groups[number])
            result.update(dict.fromkeys(groups[number], split))
    return [result[index] for index in range(len(works))]


def _together(works: Sequence[Recording], members: Sequence[int]) -> list[list[int]]:
    """Group works that share producers: union by the smallest index."""
    leader = {index: index for index in members}

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[str, int] = {}
    for index in members:
        for maker in producers(works[index].artist, works[index].source):
            one, other = sorted((find(index), find(first.setdefault(maker, index))))
            leader[other] = one
    groups: dict[int, list[int]] = {}
    for index in members:
        groups.setdefault(find(index), []).append(index)
    return list(groups.values())
