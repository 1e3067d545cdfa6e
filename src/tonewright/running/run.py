"""One way to carry out any request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tonewright.requests import Auto, Compare, Export, Match, Measure, Render, Request, Say
from tonewright.running import applying, choosing, looking
from tonewright.running.done import Done, Open

if TYPE_CHECKING:
    from tonewright.rendering import Progress

_DOING: dict[type[Request], Callable[[Any, Progress | None, Open], Done]] = {
    Auto: choosing.choose,
    Match: choosing.choose,
    Say: choosing.choose,
    Render: applying.render,
    Export: applying.export,
    Compare: looking.compare,
    Measure: looking.measure,
}


def run(request: Request, progress: Progress | None = None, open: Open | None = None) -> Done:
    """Carry out a request: look, choose, and write what it asks for.

    Parameters
    ----------
    request
        What is asked; its files are paths unless ``open`` says otherwise.
    progress
        Called with what is being done and how much of it is, 0 to 1.
    open
        Opens the recordings that the request names.

    Raises
    ------
    TonewrightError
        In one sentence; nothing is half written.
    """
    from tonewright.rendering import open_source

    return _DOING[type(request)](request, progress, open or open_source)
