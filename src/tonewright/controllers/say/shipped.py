"""Which model reads requests: the default one with the adapter that comes with the package, or what was asked for."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.errors import MissingExtraError, TonewrightError

if TYPE_CHECKING:
    from tonewright.controllers.say.reading.reader import Reader, ReadoutReader
    from tonewright.rendering import Progress

FOLDER = Path(__file__).parent / "weights"
#: Says beside an adapter how it is to be read.
RECORD = "reading.json"


class AdapterError(TonewrightError):
    """An adapter cannot be used."""


def reader(model: str | Path | None = None, progress: Progress | None = None) -> Reader | ReadoutReader:
    """Return a reader, loaded once per process.

    Parameters
    ----------
    model
        ``None``: the default model with the package's adapter. A folder that ``tonewright train --export`` wrote: the
        model and adapter that it names. Anything else is a language model as it is, asked with an explanation.
    progress
        Called while a model is fetched or converted.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    ModelError, AdapterError
        In one sentence.
    """
    if model is None:
        return _adapted(FOLDER, progress)
    folder = Path(model)
    if (folder / RECORD).is_file():
        return _adapted(folder, progress)
    return _plain(str(model), progress)


def read_record(folder: Path) -> dict[str, Any]:
    """Read what an adapter's folder says about itself: ``base``, ``method`` (``readout`` or ``lora``) and ``depth``."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(f"{folder} holds no adapter of say ({error}).") from None
    if not isinstance(record, dict) or record.get("version") != 1:
        raise AdapterError(f"{folder / RECORD} is of another version of Tonewright.")
    return record


@lru_cache(maxsize=2)
def _adapted(folder: Path, progress: Progress | None) -> Reader | ReadoutReader:
    record = read_record(folder)
    load, reading = _modules()
    if record.get("method") == "readout":
        from tonewright.controllers.say.reading.places import LAYERS
        from tonewright.controllers.say.reading.readout import FILE, Readout

        readout = Readout.load(folder / FILE)
        loaded = load.load(record.get("base"), progress=progress, light=True, depth=LAYERS[-1])
        return reading.ReadoutReader(loaded, readout)  # type: ignore[no-any-return]
    loaded = load.load(record.get("base"), adapter=folder, progress=progress)
    load.keep_layers(loaded.model, record.get("depth"))
    return reading.Reader(loaded)  # type: ignore[no-any-return]


@lru_cache(maxsize=2)
def _plain(name: str, progress: Progress | None) -> Reader | ReadoutReader:
    load, reading = _modules()
    from tonewright.controllers.say.reading.questions import EXPLAINED

    return reading.Reader(load.load(name, progress=progress), frame=EXPLAINED, kinds=False)  # type: ignore[no-any-return]


def _modules() -> tuple[Any, Any]:
    try:
        from tonewright.controllers.say.reading import load
        from tonewright.controllers.say.reading import reader as reading
    except ImportError as error:
        raise MissingExtraError(
            f"say needs a language model, and {error.name or 'a package'} is not installed: "
            "pip install 'tonewright[llm]'."
        ) from None
    return load, reading
