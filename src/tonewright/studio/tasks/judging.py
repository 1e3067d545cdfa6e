"""What settings are: how loud they leave a recording, and what they do in words."""

from __future__ import annotations

from typing import Any

from tonewright.analysis.bands import CENTRES
from tonewright.processor.filters import response_db
from tonewright.rendering import Progress, settle
from tonewright.rendering.timeline import chain_warnings
from tonewright.studio.tasks.common import (
    base_of,
    chain_of,
    chain_to_dict,
    first_of,
    source_of,
    spectra_of,
    words_of,
)

_USUAL_RATE = 48_000.0


def measure(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Scale and restrict settings and find their output gain; see :func:`tonewright.rendering.settle`."""
    chain = chain_of(arguments["settings"]).scaled(arguments["amount"]).only(arguments["what"])
    source = source_of(arguments["recording"])
    loudness = arguments["loudness"]
    settled = settle(
        source,
        chain,
        loudness=None if isinstance(loudness, str) else loudness,
        keep_level=loudness != "as it is",
        ceiling_db=arguments["ceiling_db"],
        progress=progress,
    )
    return {
        **chain_to_dict(settled.chain),
        "loudness": {"before": settled.before.as_dict(), "after": settled.after.as_dict()},
        "limited_db": settled.limited_db,
        "notes": settled.notes,
    }


def describe(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Say what each band does and why, compared with the spectra that a result came with."""
    progress("describing", 0.0)
    chain = chain_of(arguments["settings"])
    settings, recording = first_of(chain), arguments["recording"]
    rate = _USUAL_RATE if recording is None else recording["sample_rate"]
    spectra = arguments["spectra"]
    output = None
    if recording is not None:
        output = spectra_of(base_of(recording), settings, rate)["output_db"]
    return {
        **words_of(settings, rate, spectra, (spectra or {}).get("labels") or {}),
        "output_db": output,
        "response": {"frequency_hz": CENTRES, "gain_db": response_db(settings, CENTRES, rate)},
        "warnings": chain_warnings(chain, rate),
    }
