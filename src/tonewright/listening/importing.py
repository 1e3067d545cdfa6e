"""Past listening data: choices as a population, webMUSHRA's ratings as results."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tonewright.listening.exporting.webmushra import COLUMNS
from tonewright.listening.results import Results, ResultsError

_NEEDED = ("session_uuid", "trial_id", "rating_stimulus", "rating_score")
#: What webMUSHRA calls its hidden reference and anchors.
_ROLES = {"reference": "reference", "C1": "reference", "anchor35": "anchor", "anchor70": "anchor"}


def import_file(source: Path, target: Path) -> str:
    """Read past data, tell by themselves what they are, and write them; return a sentence on what was written.

    A CSV with webMUSHRA's columns becomes results for ``tonewright study analyse``. Everything else that
    :func:`~tonewright.population.imports.load_population` reads (choices on the tone plane with prompts and contexts)
    becomes a population for ``tonewright train`` and ``evaluate say``.

    Raises
    ------
    ResultsError, PopulationError, OutputError
        In one sentence.
    """
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{source} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    head = text.split("\n", 1)[0]
    if "rating_stimulus" in head:
        results = read_webmushra(text, str(source))
        results.save(target)
        return (
            f"{target}: results of {len(results.listeners)} listeners, {len(results.ratings)} ratings; next: "
            f"tonewright study analyse {target}"
        )
    from tonewright.population.imports import parse_population

    population = parse_population(text, str(source))
    population.save(target)
    return (
        f"{target}: a population of {len(population.listeners)} listeners, {len(population.items)} items; "
        "tonewright train and evaluate say take it"
    )


def read_webmushra(text: str, name: str) -> Results:
    """Read a table of webMUSHRA's ratings; ``name`` begins the sentence of an error.

    Other columns are the questionnaire's. Stimuli called ``reference`` (or ``C1``), ``anchor35`` and ``anchor70`` have
    those roles; a listener who scores a stimulus of a trial again begins a retest.
    """
    table = csv.DictReader(io.StringIO(text))
    columns = list(table.fieldnames or ())
    for missing in (column for column in _NEEDED if column not in columns):
        raise ResultsError(f"{name} has no column {missing!r}.")
    listeners: dict[str, dict[str, Any]] = {}
    ratings: list[dict[str, Any]] = []
    times: dict[tuple[str, str, str], int] = {}
    study = source = ""
    for number, row in enumerate(table, 2):
        who, item, source = row["session_uuid"], row["trial_id"], row["rating_stimulus"]
        study = study or row.get("session_test_id") or ""
        try:
            score, seconds = float(row["rating_score"]), float(row.get("rating_time") or 0.0) / 1000.0
        except (TypeError, ValueError):
            raise ResultsError(f"{name}: line {number} has a score or a time that is no number.") from None
        said = {column: row[column] for column in columns if column not in COLUMNS and row[column]}
        listeners.setdefault(who, {"id": who, "answers": said})
        repeat = times[who, item, source] = times.get((who, item, source), -1) + 1
        ratings.append(
            {
                "listener": who,
                "trial": f"{item} #{repeat + 1}" if repeat else item,
                "item": item,
                "repeat": repeat,
                "system": source,
                "role": _ROLES.get(source, "system"),
                "score": score,
                "seconds": seconds or None,
                "comment": row.get("rating_comment") or "",
            }
        )
    kind = "mushra" if any(each["role"] == "reference" for each in ratings) else "rating"
    scores = [each["score"] for each in ratings]
    scale = (1.0, 5.0) if kind == "rating" and scores and max(scores) <= 5.0 and min(scores) >= 1.0 else (0.0, 100.0)
    try:
        return Results.model_validate(
            {
                "study": study or "imported",
                "kind": kind,
                "scale": scale,
                "listeners": list(listeners.values()),
                "ratings": ratings,
                "notes": {"source": name},
            }
        )
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ResultsError(f"{name}: {fault['msg'].removeprefix('Value error, ')}.") from None
