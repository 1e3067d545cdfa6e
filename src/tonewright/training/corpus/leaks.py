"""No content, no work and no producer in two splits: the check, and what is left out to pass it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple, Protocol, TypeVar

from tonewright.errors import TonewrightError
from tonewright.training.corpus.entries import Split, plain, producers

#: What judges is taken first; what teaches gives way.
PRIORITY: tuple[Split, ...] = ("test", "validation", "train")


class LeakError(TonewrightError):
    """Splits that share content, a work or a producer."""


class Named(Protocol):
    """What a leak is seen by; entries and recordings have it."""

    @property
    def name(self) -> str:
        """Name in the store."""

    @property
    def source(self) -> str:
        """Package, folder or data set."""

    @property
    def artist(self) -> str:
        """Tag, perhaps empty."""

    @property
    def title(self) -> str:
        """Tag, perhaps empty."""

    @property
    def sha256(self) -> str:
        """Digest of the content."""


class Leak(NamedTuple):
    """One thing that two splits share.

    Attributes
    ----------
    what
        ``"content"``, ``"work"`` or ``"producer"``.
    key
        The digest, the work's or the producer's name in comparable form.
    names
        One work of each of the two splits.
    splits
        The two splits.
    """

    what: str
    key: str
    names: tuple[str, str]
    splits: tuple[str, str]

    def __str__(self) -> str:
        return f"{self.what} {self.key[:40]} ({self.names[0]} in {self.splits[0]}, {self.names[1]} in {self.splits[1]})"


def keys(work: Named) -> set[tuple[str, str]]:
    """Return everything that may lie in one split only: (what, key) of content, work and producers."""
    makers = producers(work.artist, work.source)
    found = {("content", work.sha256)} | {("producer", maker) for maker in makers}
    if title := plain(work.title):
        found |= {("work", f"{title} by {maker}") for maker in makers}
    return found


def find_leaks(works: Iterable[tuple[Named, str]]) -> list[Leak]:
    """Find what is shared between splits, each thing once per pair of splits.

    Parameters
    ----------
    works
        Works with the names of their splits. Several stores are checked against each other by giving all their works;
        the split of the same name counts as the same.
    """
    owners: dict[tuple[str, str], dict[str, str]] = {}
    for work, split in works:
        for each in keys(work):
            owners.setdefault(each, {}).setdefault(split, work.name)
    return [
        Leak(what, key, (by_split[one], by_split[other]), (one, other))
        for (what, key), by_split in sorted(owners.items())
        for one, other in combinations(sorted(by_split), 2)
    ]


def refuse_leaks(leaks: Sequence[Leak], where: str) -> None:
    """Raise if anything is shared.

    Raises
    ------
    LeakError
        It names the first three.
    """
    if leaks:
        shown = "; ".join(str(leak) for leak in leaks[:3])
        more = f" and {len(leaks) - 3} more" if len(leaks) > 3 else ""
        raise LeakError(f'{where}: splits share {shown}{more}; change the splits, or set leaks to "drop".')


_Work = TypeVar("_Work", bound=Named)


def without_leaks(
    works: Sequence[tuple[_Work, Split]], apart: Iterable[Named] = ()
) -> tuple[list[tuple[_Work, Split]], list[tuple[_Work, Split]]]:
    """Leave out of training what validation or test share, and out of validation what test shares.

    Parameters
    ----------
    works
        Works with their splits.
    apart
        Works of other stores that count as test.

    Returns
    -------
    kept, dropped
        In the order they came in.
    """
    taken = {key for work in apart for key in keys(work)}
    kept_ids: set[int] = set()
    for split in PRIORITY:
        mine: set[tuple[str, str]] = set()
        for index, (work, of) in enumerate(works):
            if of == split and (split == "test" or taken.isdisjoint(keys(work))):
                kept_ids.add(index)
                mine |= keys(work)
        taken |= mine
    kept = [each for index, each in enumerate(works) if index in kept_ids]
    return kept, [each for index, each in enumerate(works) if index not in kept_ids]
