"""How outlines of recordings are kept."""

from __future__ import annotations

#: Frames behind each kept pair of peaks.
PEAK_FRAMES = 256
