"""What stores hold, and whether their splits share anything, within one store and between several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tonewright.training.corpus.entries import PROFILES, SPLITS, Entry
from tonewright.training.corpus.leaks import Leak, find_leaks
from tonewright.training.corpus.store import Corpus


@dataclass(frozen=True)
class Amount:
    """How much of one profile a split of a store holds.

    Attributes
    ----------
    store
        The folder.
    split, profile
        Of what.
    works, producers, minutes
        How many and how long.
    loud
        Part of the flagged stretches that are worth hearing, 0 to 1; 0 where there is none.
    """

    store: Path
    split: str
    profile: str
    works: int
    producers: int
    minutes: float
    loud: float


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    amounts
        By store, split and profile.
    leaks
        What two splits share, over all stores.
    """

    amounts: tuple[Amount, ...]
    leaks: tuple[Leak, ...]


def check(folders: Sequence[str | Path]) -> Checked:
    """Count what stores hold and look for leaks; the same split of several stores counts as one.

    Raises
    ------
    AudioError
        If one of them is no store.
    """
    stores = [Corpus.open(folder) for folder in folders]
    amounts = [
        _amount(store.folder, split, profile, works)
        for store in stores
        for split in SPLITS
        for profile in PROFILES
        if (works := [work for work in store.split(split) if work.profile == profile])
    ]
    leaks = find_leaks((work, work.split) for store in stores for work in store.works)
    return Checked(tuple(amounts), tuple(leaks))


def _amount(store: Path, split: str, profile: str, works: Sequence[Entry]) -> Amount:
    flags = [flag for work in works for flag in work.loud]
    makers = {maker for work in works for maker in work.producers}
    minutes = sum(work.duration_s for work in works) / 60
    return Amount(store, split, profile, len(works), len(makers), minutes, sum(flags) / max(1, len(flags)))
