"""Carrying out requests: from what was asked, on whichever face, to what became of it."""

from __future__ import annotations

from tonewright.running.choosing import find as find
from tonewright.running.done import Done as Done
from tonewright.running.done import Open as Open
from tonewright.running.run import run as run
