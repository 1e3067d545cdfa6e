"""Reports: what was done to a recording and why, in words, curves and numbers."""

from tonewright.reporting.curves import plot_settings, plot_story
from tonewright.reporting.folder import write_report
from tonewright.reporting.page import write_page
from tonewright.reporting.story import Story
from tonewright.reporting.words import describe_band, describe_error, describe_level, describe_settings

__all__ = [
    "Story",
    "describe_band",
    "describe_error",
    "describe_level",
    "describe_settings",
    "plot_settings",
    "plot_story",
    "write_page",
    "write_report",
]
