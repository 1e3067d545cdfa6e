"""A report as a folder: picture, page, settings and numbers."""

from __future__ import annotations

import json
from pathlib import Path

from tonewright.files import make_folder, write_text
from tonewright.reporting.curves import plot_story
from tonewright.reporting.page import write_page
from tonewright.reporting.story import Story


def write_report(story: Story, folder: str | Path) -> list[Path]:
    """Write ``report.html``, ``curves.png``, ``settings.json`` and ``report.json`` into a folder, created if needed.

    Returns
    -------
    The paths written, the page first.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    folder = make_folder(folder)
    return [
        write_page(story, folder / "report.html"),
        plot_story(story, folder / "curves.png"),
        write_text(folder / "settings.json", story.settings.to_json()),
        write_text(folder / "report.json", json.dumps(story.to_dict(), indent=2, allow_nan=False) + "\n"),
    ]
