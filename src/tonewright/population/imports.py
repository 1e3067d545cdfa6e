"""Listening data from files and addresses: our own JSON, the published tone-plane data, and tables in CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tonewright.population.data import KIND, Population, PopulationError, read_json

#: Where the published data come from and under which terms; the file names neither.
_PUBLISHED = {
    "source": "github.com/YannisStyl/repo_Audio_aware_recommender_system, Data_dir/prompts_and_audio_data.json",
    "licence": "MIT, Audio-Aware Recommender System Authors",
}
#: Keys of the published data: what each may be called.
_START = ("start", "initial position")
_NEEDED = ("prompt", "listener", "x", "y")
_CONTEXT = ("mood", "place", "company", "programme")
_CSV_KEYS = frozenset((*_NEEDED, *_CONTEXT, "start_x", "start_y", "track"))
#: No listening data are larger than this, in bytes.
_LARGEST = 64 << 20
_PATIENCE_S = 60.0


def load_population(place: str | Path, sha256: str | None = None) -> Population:
    """Read listening data from a file or an https address and tell by itself what they are.

    Parameters
    ----------
    place
        A population file of ours; the published tone-plane data, either as a list of ``{prompt, track, start,
        responses}`` or with ``initial position`` for ``start``; or a CSV with a row per choice and the columns
        ``prompt, listener, x, y`` and perhaps ``start_x, start_y, track, mood, place, company, programme``, where a
        listener who comes back to the same prompt, context and track begins a retest.
    sha256
        What the content must hash to, in hexadecimal digits; not checked if absent.

    Raises
    ------
    PopulationError
        If there is nothing at the place, it hashes to something else, or it is no listening data.
    """
    name = str(place)
    content = _fetched(name) if "://" in name else _read(Path(place))
    if sha256 is not None:
        found = hashlib.sha256(content).hexdigest()
        if found != sha256.lower():
            raise PopulationError(f"{name} has the SHA-256 {found}, not {sha256}; it is another version or damaged.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PopulationError(f"{name} is not text in UTF-8.") from None
    return parse_population(text, name)


def parse_population(text: str, name: str = "the population") -> Population:
    """Read listening data from text, see :func:`load_population`; ``name`` begins the sentence of an error."""
    if text.lstrip()[:1] not in ("[", "{"):
        return _from_csv(text, name)
    data = read_json(text, name)
    if isinstance(data, list):
        return _from_published(data, name)
    if data.get("kind") != KIND:
        raise PopulationError(f"{name} is JSON but no listening data: it has neither a list of items nor our kind.")
    return Population.from_dict(data, name)


def _from_published(rows: Sequence[Any], name: str) -> Population:
    items = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not {"prompt", "responses"} <= row.keys():
            raise PopulationError(f"{name}: item {number} has no prompt or no responses.")
        unknown = row.keys() - {"prompt", "responses", "track", *_START}
        if unknown:
            raise PopulationError(f"{name}: item {number} has the unknown key {sorted(unknown)[0]!r}.")
        start = next((row[key] for key in _START if key in row), None)
        # Column i is the same listener in every item of the published data.
        choices = [
            {"listener": str(listener), "point": point, "start": start}
            for listener, point in enumerate(row["responses"], 1)
        ]
        items.append({"id": f"{number:03}", "prompt": row["prompt"], "track": row.get("track"), "choices": choices})
    return Population.of_items(items, name, **_PUBLISHED)


def _from_csv(text: str, name: str) -> Population:
    table = csv.DictReader(io.StringIO(text))
    columns = [column.strip() for column in table.fieldnames or ()]
    table.fieldnames = columns
    for missing in (column for column in _NEEDED if column not in columns):
        raise PopulationError(f"{name} is neither JSON nor a table with the column {missing!r}.")
    for unknown in (column for column in columns if column not in _CSV_KEYS):
        raise PopulationError(f"{name} has the unknown column {unknown!r}; known are {', '.join(sorted(_CSV_KEYS))}.")
    trials: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for number, row in enumerate(table, 2):
        if None in row or any(value is None for value in row.values()):
            raise PopulationError(f"{name}: line {number} does not have {len(columns)} cells.")
        cells = {key: value.strip() for key, value in row.items() if value.strip()}
        context = {key: cells[key] for key in _CONTEXT if key in cells}
        trial = (cells.get("prompt", ""), cells.get("track"), tuple(context.items()))
        occasions = trials.setdefault(trial, [])
        choice = _csv_choice(cells, f"{name}: line {number}")
        free = next((one for one in occasions if choice["listener"] not in one["who"]), None)
        if free is None:
            free = {"prompt": trial[0], "track": trial[1], "context": context, "choices": [], "who": set()}
            occasions.append(free)
        free["who"].add(choice["listener"])
        free["choices"].append(choice)
    # First occasions first, retests behind, as in the published data.
    most = max(map(len, trials.values()), default=0)
    ordered = [occasions[turn] for turn in range(most) for occasions in trials.values() if turn < len(occasions)]
    items = [
        {"id": f"{number:03}", **{key: value for key, value in item.items() if key != "who"}}
        for number, item in enumerate(ordered, 1)
    ]
    return Population.of_items(items, name, source=name)


def _csv_choice(cells: Mapping[str, str], where: str) -> dict[str, Any]:
    try:
        start = (float(cells["start_x"]), float(cells["start_y"])) if "start_x" in cells else None
        return {"listener": cells["listener"], "point": (float(cells["x"]), float(cells["y"])), "start": start}
    except KeyError as error:
        raise PopulationError(f"{where} has nothing in the column {error.args[0]!r}.") from None
    except ValueError as error:
        raise PopulationError(f"{where}: {error}.") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PopulationError(f"There are no listening data {path}.") from None
    except OSError as error:
        raise PopulationError(f"{path} cannot be read: {error.strerror or error}.") from None


def _fetched(address: str) -> bytes:
    if not address.startswith("https://"):
        raise PopulationError(f"{address} is not an https address; only those are fetched.")
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:
            content: bytes = answer.read(_LARGEST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise PopulationError(f"{address} cannot be fetched: {getattr(error, 'reason', error)}.") from None
    if len(content) > _LARGEST:
        raise PopulationError(f"{address} is larger than listening data can be.")
    return content
