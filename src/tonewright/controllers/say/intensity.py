"""Words of degree: how much of it. 1 is a plain request, "a touch" is less, "much" is more.

The factors are ours; that such words scale a request, and that theirs order is shared between people, is why they are
worth a table (``intensity.toml``). Six languages; the longest phrase found counts.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources


def intensity(text: str) -> float:
    """Return the factor of a request's words of degree; 1 where it has none.

    Where several are said, the longest phrase counts, the first of equals: "way too much" is not "much". "Too" alone
    is plain: it is how complaints are made.

    Examples
    --------
    >>> intensity("a touch warmer"), intensity("warmer"), intensity("viel wärmer")
    (0.45, 1.0, 1.5)
    """
    found = _pattern().findall(" ".join(text.lower().split()))
    return _factors()[max(found, key=len)] if found else 1.0


def is_degree(text: str) -> bool:
    """Whether a text is a phrase of degree and nothing else."""
    return " ".join(text.lower().split()) in _factors()


@cache
def _factors() -> dict[str, float]:
    content = tomllib.loads(resources.files(__package__).joinpath("intensity.toml").read_text(encoding="utf-8"))
    return {phrase: float(factor) for factor, phrases in content["degrees"].items() for phrase in phrases}


@cache
def _pattern() -> re.Pattern[str]:
    phrases = sorted(_factors(), key=len, reverse=True)
    return re.compile(
        "|".join(re.escape(p) if "一" <= p[0] <= "鿿" else rf"(?<!\w){re.escape(p)}(?!\w)" for p in phrases)
    )
