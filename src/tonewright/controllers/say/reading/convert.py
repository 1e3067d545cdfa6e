"""From a GGUF file to a folder that loads at once: safetensors in float32, configuration, tokenizer, a record.

Reading a GGUF file takes many seconds each time, mapping the folder into memory less than one. Weights are kept in the
float32 they are dequantised to: half-size formats would change the logits, and be no faster to load.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tonewright.controllers.say.reading.home import ModelError, models
from tonewright.controllers.say.reading.quiet import missing_extra, quiet
from tonewright.controllers.say.reading.sources import DEFAULT, Progress, Source, disk_error, fetch, sha256_of
from tonewright.files import write_text

#: Of the way of converting; raised when the same file would give other weights or another tokenizer.
CONVERTER = 1
#: The record in a converted folder, which appears with the folder and so says that it is complete.
RECORD = "tonewright.json"
WEIGHTS = "model.safetensors"
#: Keys of a configuration that say how it was read, not what it is.
_FOREIGN = frozenset({"quantization_config", "_name_or_path", "_model_name_or_path", "architectures"})
#: What a conversion needs on the disk, as a multiple of the quantised file.
_ROOM = 8


@dataclass(frozen=True)
class Record:
    """What a converted folder was made from.

    Attributes
    ----------
    name
        Of the model.
    source
        The file's name.
    source_sha256
        Of the file.
    converter
        :data:`CONVERTER` when it was made.
    licence
        SPDX identifier; empty where nobody said.
    files
        SHA-256 of every other file in the folder, by name.
    """

    name: str
    source: str
    source_sha256: str
    converter: int
    licence: str
    files: dict[str, str]


def read_record(folder: Path) -> Record | None:
    """Return the record of a folder; ``None`` if it was not converted here or cannot be read."""
    try:
        return Record(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def folder_of(name: str, sha256: str) -> Path:
    """Return where a model lies once it is converted: its name and eight digits of its file's SHA-256."""
    return models() / f"{name}-{sha256[:8]}"


def install(source: Source = DEFAULT, origin: str | Path | None = None, progress: Progress | None = None) -> Path:
    """Return the folder of a known model, fetching and converting it if it is not there.

    Parameters
    ----------
    source
        The model.
    origin
        See :func:`~tonewright.controllers.say.reading.sources.fetch`.
    progress
        Called as work goes on.

    Raises
    ------
    ModelError
        In one sentence; no half folder is left.
    MissingExtraError
        If transformers or gguf are not installed.
    """
    folder = folder_of(source.name, source.sha256)
    if _is_complete(folder, source.sha256):
        return folder
    missing_extra("torch", "transformers", "gguf", "accelerate")  # before the download, not after it
    with _workshop(source.size) as workshop:
        path = fetch(source, workshop, origin, progress)
        return _convert(
            path, folder, Record(source.name, source.file, source.sha256, CONVERTER, source.licence, {}), progress
        )


def install_file(path: Path, progress: Progress | None = None) -> Path:
    """Return the folder of any GGUF file, converting it the first time; errors as :func:`install`."""
    sha256 = sha256_of(path, progress)
    if sha256 == DEFAULT.sha256:
        return install(DEFAULT, path, progress)
    folder = folder_of(path.stem, sha256)
    if _is_complete(folder, sha256):
        return folder
    missing_extra("torch", "transformers", "gguf", "accelerate")
    with _workshop(path.stat().st_size):
        return _convert(path, folder, Record(path.stem, path.name, sha256, CONVERTER, "", {}), progress)


def check(folder: Path, progress: Progress | None = None) -> Record:
    """Compare every file of a converted folder with its record.

    Raises
    ------
    ModelError
        If it has no record, or a file is missing or was changed.
    """
    record = read_record(folder)
    if record is None:
        raise ModelError(f"{folder} holds no model that was converted here.")
    for name, sha256 in record.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name, progress) != sha256:
            raise ModelError(f"{folder} is damaged ({name}); delete the folder and fetch the model again.")
    return record


def _is_complete(folder: Path, sha256: str) -> bool:
    record = read_record(folder)
    return (
        record is not None
        and (record.source_sha256, record.converter) == (sha256, CONVERTER)
        and all((folder / name).is_file() for name in record.files)
    )


@contextmanager
def _workshop(size: int) -> Iterator[Path]:
    """Make a folder beside the models that is gone afterwards, whatever happens."""
    place = models()
    try:
        place.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(place).free
        if free < _ROOM * size:
            raise ModelError(
                f"{place} has {free / 1e9:.1f} GB free and the model needs {_ROOM * size / 1e9:.1f} GB; make room, or "
                "set TONEWRIGHT_HOME to a folder elsewhere."
            )
        with tempfile.TemporaryDirectory(dir=place, prefix=".making-", ignore_cleanup_errors=True) as made:
            yield Path(made)
    except OSError as error:
        raise disk_error(place, error) from None


def _convert(path: Path, folder: Path, record: Record, progress: Progress | None) -> Path:
    """Convert beside the place and rename, so that a folder is whole or absent."""
    if progress is not None:
        progress("Converting", 0.0)
    beside = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        write_folder(path, beside)
        files = {each.name: sha256_of(each) for each in sorted(beside.iterdir())}
        whole = {**asdict(record), "files": files}
        write_text(beside / RECORD, json.dumps(whole, indent=2) + "\n")
        if folder.exists() and not _is_complete(folder, record.source_sha256):  # damaged, or of an older converter
            shutil.rmtree(folder)
        try:
            beside.rename(folder)
        except OSError:
            if not _is_complete(folder, record.source_sha256):  # else another process was quicker with the same
                raise
    except OSError as error:
        raise disk_error(folder, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    if progress is not None:
        progress("Converting", 1.0)
    return folder


def write_folder(path: Path, folder: Path) -> None:
    """Dequantise a GGUF file and write what it holds as a folder of transformers, without a record.

    Raises
    ------
    ModelError
        If transformers cannot read it.
    """
    import torch
    from safetensors.torch import save_file
    from transformers.models.auto.modeling_auto import AutoModelForCausalLM
    from transformers.models.auto.tokenization_auto import AutoTokenizer

    with quiet(bars=True):
        try:
            found = AutoModelForCausalLM.from_pretrained(
                path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
            )
            tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
        except Exception as error:  # whatever a reader of foreign files may raise
            raise ModelError(
                f"{path} cannot be read as a language model ({' '.join(str(error).split())[:200]})."
            ) from None
        # A model that came from GGUF counts as quantised and refuses to be saved: its parts are written instead.
        weights: dict[int, tuple[str, torch.Tensor]] = {}
        for key, tensor in found.state_dict().items():  # what is tied has one place in memory and one in the file
            weights.setdefault(tensor.data_ptr(), (key, tensor.contiguous()))
        save_file(dict(weights.values()), folder / WEIGHTS, metadata={"format": "pt"})
        described = {key: value for key, value in found.config.to_dict().items() if key not in _FOREIGN}
        type(found.config)(**described, architectures=[type(found).__name__]).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
