"""Two doors that need no words: ``auto`` and ``match``."""

from __future__ import annotations

from typing import Any

from tonewright.rendering import Progress
from tonewright.studio.tasks.common import source_of
from tonewright.studio.tasks.outcome import outcome


def auto(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Bring a recording into balance; see :func:`tonewright.controllers.auto.auto`."""
    from tonewright.controllers.auto import auto as find

    result = find(source_of(arguments["recording"]), **arguments["options"], progress=progress)
    details = {
        "profile": result.profile,
        "followed": result.trust.amount,
        "expected_remaining": result.trust.remaining,
    }
    return outcome("auto", result, arguments["recording"], details)


def match(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make a recording sound like references; see :func:`tonewright.controllers.match.match`."""
    from tonewright.controllers.match import match as find

    others = [source_of(one) for one in arguments["references"]]
    result = find(source_of(arguments["recording"]), others, **arguments["options"], progress=progress)
    before, after = result.errors_db
    sure = next((said[0] for heading, said in result.story.sections if heading == "How sure"), "")
    details = {
        "references": list(result.names),
        "error_before_db": before,
        "error_after_db": after,
        "confidence": sure,
    }
    return outcome("match", result, arguments["recording"], details)
