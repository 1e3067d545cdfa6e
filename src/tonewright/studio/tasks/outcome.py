"""What the page is told of a controller's result, whichever door it came through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tonewright.controllers.result import Result
from tonewright.studio.tasks.common import base_of, spectra_of, words_of


def outcome(kind: str, result: Result, recording: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings, levels, reasons and spectra as plain data.

    Parameters
    ----------
    kind
        Of the controller.
    recording
        ``id`` and ``level_db`` of the input.
    details
        What only this controller has to say.
    """
    story = result.story
    rate = result.source.sample_rate
    spectra = spectra_of(base_of(recording), result.settings, rate, story.spectra)
    labels = {"input": story.labels["input"], "output": story.labels["output"], "reference": story.labels["reference"]}
    timeline = result.settled.timeline
    return {
        "kind": kind,
        "recording": recording["id"],
        "settings": result.settings.to_dict(),
        "timeline": None if timeline is None else timeline.to_dict(),
        "amount": result.amount,
        "what": result.what,
        "loudness": {"before": result.before.as_dict(), "after": result.after.as_dict()},
        "limited_db": result.settled.limited_db,
        "notes": result.settled.notes,
        **words_of(result.settings, rate, spectra, labels),
        "story": {
            "title": story.title,
            "sections": [{"heading": heading, "sentences": list(said)} for heading, said in story.sections],
        },
        "spectra": {**spectra, "labels": labels},
        "details": dict(details),
    }
