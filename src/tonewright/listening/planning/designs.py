"""Balanced orders.

References
----------
E. J. Williams: Experimental designs balanced for the estimation of residual effects of treatments. Australian Journal
of Scientific Research 2 (1949), 149-168.
"""

from __future__ import annotations

#: Designs are made for up to so many conditions; more have more rows than studies have listeners.
LARGEST = 24


def williams(count: int) -> list[list[int]]:
    """Return a Latin square in which every condition follows every other one equally often.

    Parameters
    ----------
    count
        Of conditions, 1 or more.

    Returns
    -------
    Rows of the numbers 0 to ``count - 1``: ``count`` rows if that is even, twice as many if it is odd. In all rows
    together each condition has each place equally often and comes right after each other one equally often: once if
    ``count`` is even, twice if it is odd.
    """
    # 0, 1, n - 1, 2, n - 2, ...: all differences of neighbours differ.
    first = [((step + 1) // 2 if step % 2 else count - step // 2) % count for step in range(count)]
    rows = [[(value + shift) % count for value in first] for shift in range(count)]
    return rows if count % 2 == 0 else rows + [row[::-1] for row in rows]


def row(count: int, number: int) -> list[int]:
    """Return the row of a design for a listener (or a page) of that number, from 0; rows repeat."""
    rows = williams(count)
    return rows[number % len(rows)]
