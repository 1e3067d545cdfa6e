"""Units dealt into folds: what a system learns from never holds what it is judged on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

Unit = TypeVar("Unit", bound=Hashable)


def deal(units: Sequence[Unit], folds: int, seed: int) -> list[set[Unit]]:
    """Deal units, each given once, into so many folds of nearly equal size; the same seed deals the same.

    Raises
    ------
    ValueError
        If there are fewer units than folds, or fewer than two folds.
    """
    if not 2 <= folds <= len(units):
        raise ValueError(f"{len(units)} units cannot be dealt into {folds} folds")
    order = np.random.default_rng(seed).permutation(len(units))
    return [{units[i] for i in part} for part in np.array_split(order, folds)]
