"""Exports to files: results, tables, a population."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tonewright.errors import MissingExtraError, SettingsError
from tonewright.files import make_folder, write_bytes, write_text
from tonewright.listening.analysis.choices import to_population
from tonewright.listening.exporting.collecting import collect, find_edition
from tonewright.listening.exporting.tables import Tables, make_tables
from tonewright.listening.exporting.webmushra import webmushra_rows
from tonewright.listening.results import ResultsError
from tonewright.listening.store.store import Store
from tonewright.listening.study.reading import Opened

FORMATS = ("results", "csv", "webmushra", "parquet", "json", "population")


def export_to(store: Store, opened: Opened, target: Path, form: str, edition: str | None = None) -> list[Path]:
    """Write the answers to a study.

    Parameters
    ----------
    store
        Where they are.
    opened
        The study as it is now; its hash says which answers are meant.
    target
        A file; for ``csv`` and ``parquet`` a folder.
    form
        ``results``: what ``study analyse`` reads; ``csv``, ``parquet``: a table per file with ``dictionary.json``;
        ``json``: all tables and the dictionary in one file; ``webmushra``: ratings in its columns; ``population``:
        choices, for ``tonewright train`` and ``evaluate say``.
    edition
        Another version of the study, by its hash or what begins it.

    Returns
    -------
    The files.

    Raises
    ------
    StoreError, ResultsError, OutputError, SettingsError
        In one sentence.
    """
    if form not in FORMATS:
        raise SettingsError(f"--format must be one of {', '.join(FORMATS)}, got {form!r}.")
    found = find_edition(store, edition or opened.hash())
    results = collect(store, found)
    if form == "results":
        results.save(target)
        return [target]
    if form == "population":
        if results.kind != "adjustment":
            raise ResultsError(
                f"A population holds choices of sound, and {results.study} is of the kind {results.kind}."
            )
        # Catch trials ask for a given sound, not for a choice.
        to_population(results).save(target)
        return [target]
    if form == "webmushra":
        columns, rows = webmushra_rows(results)
        return [write_text(target, csv_text(columns, rows))]
    tables = make_tables(results, store, found)
    if form == "json":
        whole = {"study": found.study, "hash": found.hash, "dictionary": tables.dictionary(), "tables": tables.rows}
        return [write_text(target, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")]
    folder = make_folder(target)
    written = [write_text(folder / "dictionary.json", json.dumps(tables.dictionary(), indent=1) + "\n")]
    written.append(write_text(folder / "study.json", json.dumps(found.study, indent=1, ensure_ascii=False) + "\n"))
    for name, rows in tables.rows.items():
        if form == "csv":
            written.append(write_text(folder / f"{name}.csv", csv_text(tables.columns[name], rows)))
        else:
            written.append(write_bytes(folder / f"{name}.parquet", _parquet(tables, name)))
    return written


def csv_text(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a table as CSV: commas, quotes where needed, empty for nothing, true and false in small letters."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: str(cell).lower() if isinstance(cell, bool) else cell for name, cell in row.items()})
    return out.getvalue()


def _parquet(tables: Tables, name: str) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("Parquet needs pyarrow: pip install 'tonewright[study]'.") from None
    kinds = {
        "text": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
    }
    fields, columns = [], []
    for column, what in tables.columns[name].items():
        cells = [row[column] for row in tables.rows[name]]
        kind = kinds.get(what.type)
        if kind is None:
            kind, cells = _guessed(cells, kinds)
        fields.append(pyarrow.field(column, kind, metadata={"meaning": what.meaning, "unit": what.unit}))
        columns.append(pyarrow.array(cells, kind))
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields)), sink)
    return bytes(sink.getvalue().to_pybytes())


def _guessed(cells: list[Any], kinds: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """Return the type of a column of the questionnaire or the browser, and its cells: text where they differ."""
    said = [cell for cell in cells if cell is not None]
    if said and all(isinstance(cell, bool) for cell in said):
        return kinds["boolean"], cells
    if said and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in said):
        return kinds["number"], cells
    return kinds["text"], [None if cell is None else str(cell) for cell in cells]
