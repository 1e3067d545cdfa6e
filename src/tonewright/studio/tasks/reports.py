"""A report on what the settings now do to a recording, and on why they were chosen."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.analysis.bands import CENTRES
from tonewright.files import Draft, write_text
from tonewright.rendering import Chain, Progress, settle
from tonewright.reporting import Story, describe_level, describe_settings, write_page, write_report
from tonewright.studio.tasks.common import base_of, called, chain_of, compared, first_of, source_of, spectra_of

#: Sections of a result that stay true when its settings are edited.
_LASTING = ("What was understood", "How sure")


def report(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write ``report.html``, or a zip with page, picture, settings and numbers.

    What is said of settings, level and spectrum is measured anew: the settings may have been edited since they were
    found. Only the reasons come from the result.
    """
    chain = chain_of(arguments["settings"])
    source = source_of(arguments["recording"])
    settled = settle(source, chain, keep_level=False, ceiling_db=None, progress=progress)
    story = _story(arguments, chain, settled.before, settled.after)
    target = Path(arguments["target"])
    if arguments["format"] == "html":
        write_page(story, target)
        return {}
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        pages = write_report(story, folder)
        if chain.to_dict() != first_of(chain).to_dict():
            timeline = Path(folder, "timeline.json")
            write_text(timeline, json.dumps(chain.to_dict(), indent=2) + "\n")
            pages.append(timeline)
        with Draft(target) as draft, zipfile.ZipFile(draft.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for page in pages:
                archive.write(page, page.name)
    return {}


def _story(arguments: dict[str, Any], chain: Chain, before: Any, after: Any) -> Story:
    recording, result = arguments["recording"], arguments["result"]
    settings, rate = first_of(chain), recording["sample_rate"]
    given, told = result["spectra"], result["story"] or {"title": recording["name"], "sections": []}
    labels = {} if given is None else given["labels"]
    own = spectra_of(base_of(recording), settings, rate)
    spectra = {"input": own["input_db"], "output": own["output_db"], **compared(given)}
    spectra = {name: values - np.nanmean(spectra["input"]) for name, values in spectra.items()}
    names = called(labels)
    done = describe_settings(
        settings.with_output(0.0),
        spectra,
        CENTRES,
        sample_rate=rate,
        yours=names["yours"],
        wanted=names["wanted"],
    )
    files = {"input": recording["name"]}
    if result["details"]["references"]:
        files["reference"] = ", ".join(result["details"]["references"])
    return Story(
        title=told["title"],
        settings=settings,
        sample_rate=rate,
        frequency_hz=CENTRES,
        spectra=spectra,
        sections=[
            ("What was done, and why" if "reference" in spectra else "What was done", done),
            *((one["heading"], one["sentences"]) for one in told["sections"] if one["heading"] in _LASTING),
            ("Level", describe_level(before, after)),
        ],
        before=before,
        after=after,
        files=files,
        labels={key: labels[key] for key in ("input", "reference", "output") if key in labels},
    )
