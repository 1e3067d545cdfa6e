"""Load a language model by whatever it is called: the default, a folder, a GGUF file, a name at the hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tonewright.controllers.say.reading.convert import install, install_file, read_record
from tonewright.controllers.say.reading.home import ModelError
from tonewright.controllers.say.reading.light import read_light
from tonewright.controllers.say.reading.lora import merge_lora, read_adapter
from tonewright.controllers.say.reading.quiet import missing_extra, quiet
from tonewright.controllers.say.reading.sources import DEFAULT, Progress
from tonewright.threads import get_threads

#: Number formats by the name a user gives; ``auto`` is float32, which gives the same answer on every processor.
DTYPES = {
    "auto": torch.float32,
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")


@dataclass(frozen=True)
class Loaded:
    """A language model that can be read.

    Attributes
    ----------
    model
        A causal model of transformers on the CPU, in eval mode, its weights frozen; or, if asked for, the light one.
    tokenizer
        Its fast tokenizer; of the light one, a :class:`~tonewright.controllers.say.reading.light.LightTokenizer`.
    name
        What to call it in reports.
    sha256
        Of the file its weights came from; ``None`` where that is not known (hub names, foreign folders).
    """

    model: Any
    tokenizer: Any
    name: str
    sha256: str | None


def load(
    name: str | Path | None = None,
    *,
    adapter: Path | None = None,
    dtype: str = "auto",
    light: bool = False,
    depth: int | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Load a model and its tokenizer.

    Code that comes with a model is never run, and standard error stays silent.

    Parameters
    ----------
    name
        ``None`` or ``SmolLM2-135M-Instruct``: the default, fetched if it is not there. A folder with safetensors, a
        GGUF file (converted the first time), or a name at the hub, for which transformers' own cache and offline
        variables (``HF_HOME``, ``HF_HUB_OFFLINE``) count.
    adapter
        Folder of a LoRA adapter, which is merged into the weights.
    dtype
        A key of :data:`DTYPES`.
    light
        For reading only: without transformers where that can be, which saves most of the time until the first answer.
        Models converted from GGUF that are plain Llamas, the default among them, then come as
        :class:`~tonewright.controllers.say.reading.light.LightLlama`; everything else as usual.
    depth
        How many layers are kept, all if absent; see :func:`keep_layers`.
    progress
        Called while a model is fetched or converted.

    Raises
    ------
    ModelError
        In one sentence.
    MissingExtraError
        If transformers is not installed and needed.
    """
    if dtype not in DTYPES:
        raise ModelError(f"{dtype!r} is no number format; choose one of {', '.join(DTYPES)}.")
    place, called = find(name, progress)
    record = read_record(place) if isinstance(place, Path) else None
    found = None
    if light and record is not None and isinstance(place, Path):
        found = read_light(place, DTYPES[dtype], depth)
    model, tokenizer = found if found is not None else _read(str(place), DTYPES[dtype])
    keep_layers(model, depth)
    if adapter is not None:
        tensors, config = read_adapter(adapter)
        merge_lora(model, tensors, config)
    if record is None:
        return Loaded(model, tokenizer, called, None)
    return Loaded(model, tokenizer, record.name, record.source_sha256)


def find(name: str | Path | None, progress: Progress | None = None) -> tuple[Path | str, str]:
    """Return where a model is to be read from, a folder or a name at the hub, and what it is called."""
    if name is None or str(name) == DEFAULT.name:
        return install(DEFAULT, progress=progress), DEFAULT.name
    path = Path(name)
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ModelError(f"{path} is no folder of a language model: it lacks config.json.")
        return path, path.resolve().name
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise ModelError(f"{path} is no GGUF file; name a .gguf file, a folder or a model at the hub.")
        return install_file(path, progress), path.stem
    if isinstance(name, Path) or path.suffix.lower() == ".gguf" or not _HUB_NAME.fullmatch(name):
        raise ModelError(f"{name} is not there; name a folder, a GGUF file or a model at the hub.")
    return name, name


def keep_layers(model: Any, depth: int | None) -> None:
    """Drop the layers above the first `depth`, in place: the last ones serve to write, and reading needs none of them.

    Raises
    ------
    ModelError
        If the model is not that deep.
    """
    layers = model.get_decoder().layers
    if depth is None:
        return
    if not 1 <= depth <= len(layers):
        raise ModelError(f"The model has {len(layers)} layers; {depth} cannot be kept.")
    model.get_decoder().layers = layers[:depth]
    model.config.num_hidden_layers = depth


@contextmanager
def torch_threads(count: int | None = None) -> Iterator[None]:
    """Let torch compute on as many threads as Tonewright uses, and on as many as before afterwards.

    The number is the process's own and torch's default is every core, which is slow where others work too: two
    threads that wait for each other take several times as long as one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count if count is not None else get_threads())
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _read(place: str, dtype: torch.dtype) -> tuple[Any, Any]:
    missing_extra("transformers")
    from transformers.models.auto.modeling_auto import AutoModelForCausalLM
    from transformers.models.auto.tokenization_auto import AutoTokenizer

    with quiet():
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(place, dtype=dtype, trust_remote_code=False)
            tokenizer: Any = AutoTokenizer.from_pretrained(place, trust_remote_code=False)
        except Exception as error:  # transformers raises nearly every class there is for a foreign or absent model
            raise ModelError(f"{place} cannot be loaded as a language model ({_first_line(error)}).") from None
    return model.eval().requires_grad_(False), tokenizer


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")[:200]
