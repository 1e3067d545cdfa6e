"""What became of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.requests import Request

if TYPE_CHECKING:
    from tonewright.rendering import Rendered, Source

#: Opens a recording that a request names.
Open = Callable[[str], "Source"]


@dataclass(frozen=True)
class Done:
    """What was found and what was written.

    Attributes
    ----------
    request
        What was asked.
    result
        Of ``auto`` and ``match`` the controller's result, of ``say`` too, or an answer where there is no recording; of
        ``render`` what is known of the file; of ``compare`` the comparison; of ``measure`` a list of measurements; of
        ``export`` the preset.
    heard
        The recording that it is about, if there is one.
    rendered
        The recording that was written, if any.
    settings_file
        Where the settings went, if anywhere.
    pages
        Files of the report.
    copies
        Of ``compare``: equally loud copies.
    notes
        What the user should know besides, in sentences.
    """

    request: Request
    result: Any
    heard: Source | None = None
    rendered: Rendered | None = None
    settings_file: Path | None = None
    pages: list[Path] = field(default_factory=list)
    copies: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
