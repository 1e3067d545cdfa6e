"""Every column of the tables, explained once: the data dictionary."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """What a column holds: its type, its unit (empty for none) and its meaning."""

    type: str
    unit: str
    meaning: str


_TRIAL = {
    "listener": Column("text", "", "pseudonym of the listener"),
    "trial": Column("text", "", "page, unique for the listener"),
    "item": Column("text", "", "what was judged: the track, with the request where there is one"),
    "repeat": Column("integer", "", "0 the first time, 1 in a retest"),
    "catch": Column("boolean", "", "whether the answer was known beforehand"),
    "passed": Column("boolean", "", "of a catch trial: whether it was answered as expected; else empty"),
    "position": Column("integer", "", "place among the listener's trials, from 0"),
    "seconds": Column("number", "s", "time on the page"),
    "mood": Column("text", "", "context that was shown"),
    "place": Column("text", "", "context that was shown"),
    "company": Column("text", "", "context that was shown"),
    "programme": Column("text", "", "context that was shown"),
    "comment": Column("text", "", "what the listener typed"),
}

#: Columns by table. Coordinates of adjustments (``point_...``, ``start_...``) are added by their space.
COLUMNS: dict[str, dict[str, Column]] = {
    "listeners": {
        "listener": Column("text", "", "pseudonym"),
        "complete": Column("boolean", "", "whether all pages were answered"),
        "headphones": Column("boolean", "", "whether the headphone test was passed; empty where there was none"),
        "seconds": Column("number", "s", "from consent to the last event"),
    },
    "ratings": {
        **_TRIAL,
        "system": Column("text", "", "what made the stimulus"),
        "role": Column("text", "", "system, reference (hidden) or anchor"),
        "score": Column("number", "", "on the study's scale"),
        "plays": Column("integer", "", "how often the stimulus was switched to"),
    },
    "pairs": {
        **_TRIAL,
        "first": Column("text", "", "what A was"),
        "second": Column("text", "", "what B was"),
        "chosen": Column("text", "", "first, second or tie; in ABX what X was taken for"),
        "x": Column("text", "", "ABX: what X was, first or second; else empty"),
    },
    "adjustments": {
        **_TRIAL,
        "prompt": Column("text", "", "request that was read, in English where it has that"),
        "track": Column("text", "", "what was heard"),
    },
    "trajectories": {
        "listener": Column("text", "", "pseudonym of the listener"),
        "trial": Column("text", "", "page, unique for the listener"),
        "seconds": Column("number", "s", "since the page was shown"),
    },
    "log": {
        "listener": Column("text", "", "pseudonym of the listener"),
        "trial": Column("text", "", "page, unique for the listener"),
        "seconds": Column("number", "s", "since the page was shown; of the window's events empty"),
        "event": Column("text", "", "play, pause, select LABEL, loop FROM TO, score LABEL VALUE, left, returned, ..."),
    },
    "stimuli": {
        "listener": Column("text", "", "pseudonym of the listener"),
        "trial": Column("text", "", "page, unique for the listener"),
        "label": Column("text", "", "what the listener read"),
        "place": Column("integer", "", "place on the page, from 0"),
        "system": Column("text", "", "the truth: what made the stimulus"),
        "plays": Column("integer", "", "how often it was switched to"),
        "listened_s": Column("number", "s", "how long it was heard"),
    },
}
