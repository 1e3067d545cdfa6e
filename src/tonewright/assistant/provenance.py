"""Where a result comes from: version, inputs and models by their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from tonewright.assistant.folders import digest


def provenance(inputs: Mapping[Path, str], **more: Any) -> dict[str, Any]:
    """Return version and input hashes, and what else is said."""
    from tonewright import __version__

    files = [{"path": str(path), "sha256": value} for path, value in inputs.items()]
    return {"tonewright": __version__, "inputs": files, **more}


@lru_cache(maxsize=4)
def network(task: Literal["auto", "match"]) -> dict[str, Any] | None:
    """Return name and hash of the weights that come with the package; ``None`` without any."""
    from tonewright.networks.shipped import shipped_path

    path = shipped_path(task)
    return {"name": path.name, "sha256": digest(path)} if path.exists() else None


@lru_cache(maxsize=4)
def language_model(name: str | None) -> dict[str, Any]:
    """Return what reads requests: the language model, and hash and method of what was taught to it."""
    from tonewright.controllers.say import shipped
    from tonewright.controllers.say.reading.sources import DEFAULT

    folder = shipped.FOLDER if name is None else Path(name)
    if not (folder / shipped.RECORD).is_file():
        return {"name": str(name)}
    record = shipped.read_record(folder)
    weights = sorted(folder.glob("*.safetensors"))
    base = record.get("base")
    return {
        "name": base,
        "sha256": DEFAULT.sha256 if base == DEFAULT.name else None,
        "adapter": {"method": record.get("method"), "sha256": [digest(path) for path in weights]},
    }
