r"""Merge a LoRA adapter into a model's weights, with torch alone.

An adapter keeps two thin matrices for each weight it changes (Hu et al., arXiv:2106.09685),

.. math::

    W' = W + s B A, \quad s = \alpha / r \text{ or, rank-stabilised (arXiv:2312.03732), } \alpha / \sqrt{r},

with :math:`A` of shape :math:`(r, in)`, :math:`B` of shape :math:`(out, r)`. Files are those that peft writes:
``adapter_model.safetensors`` and ``adapter_config.json``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from tonewright.controllers.say.reading.home import ModelError

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_PREFIX = "base_model.model."
_KEY = re.compile(r"(?P<module>.+)\.lora_(?P<half>[AB])\.weight")
#: What changes more than one product per weight, by key of the configuration and the value that says "no".
_UNSUPPORTED = {"use_dora": False, "fan_in_fan_out": False, "lora_bias": False, "modules_to_save": None, "bias": "none"}


def read_adapter(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read an adapter's tensors and configuration.

    Raises
    ------
    ModelError
        If a file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = load_file(folder / WEIGHTS)
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"{folder} cannot be read as an adapter ({error}).") from None
    if not isinstance(config, dict):
        raise ModelError(f"{folder / CONFIG} is no configuration of an adapter.")
    return tensors, config


@torch.no_grad()
def merge_lora(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor], config: Mapping[str, Any]) -> None:
    """Add an adapter to the weights of a model, in place; the model is left alone if anything does not fit.

    Parameters
    ----------
    model
        The base model that the adapter was trained on.
    tensors
        By the names that peft gives: ``base_model.model.MODULE.lora_A.weight`` (r, in) and ``lora_B`` (out, r).
    config
        ``lora_alpha``, ``r``, and perhaps ``alpha_pattern``, ``rank_pattern`` and ``use_rslora``.

    Raises
    ------
    ModelError
        If it is no plain LoRA adapter, or not one for this model.
    """
    if config.get("peft_type") != "LORA":
        raise ModelError(f"The adapter is of the kind {config.get('peft_type')}; only LORA can be merged.")
    for key, no in _UNSUPPORTED.items():
        if config.get(key, no) not in (no, None):
            raise ModelError(f"The adapter uses {key}, which cannot be merged.")
    halves: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        found = _KEY.fullmatch(name.removeprefix(_PREFIX))
        if found is None:
            raise ModelError(f"The adapter holds {name}, which is not of LoRA.")
        halves.setdefault(found["module"], {})[found["half"]] = tensor
    changes = [(_weight(model, module), _change(module, pair, config)) for module, pair in halves.items()]
    for (module, _), (weight, change) in zip(halves.items(), changes, strict=True):
        if weight.shape != change.shape:
            raise ModelError(
                f"The adapter is for another model: {module} is {tuple(weight.shape)}, not {tuple(change.shape)}."
            )
    for weight, change in changes:
        weight.copy_((weight.float() + change).to(weight.dtype))


def _change(module: str, pair: Mapping[str, torch.Tensor], config: Mapping[str, Any]) -> torch.Tensor:
    if set(pair) != {"A", "B"} or pair["A"].ndim != 2 or pair["B"].ndim != 2 or len(pair["A"]) != pair["B"].shape[1]:
        raise ModelError(f"The adapter is damaged: the matrices for {module} do not fit each other.")
    rank = len(pair["A"])
    alpha = float(_patterned(config.get("alpha_pattern"), module, config.get("lora_alpha", rank)))
    scale = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
    return scale * (pair["B"].float() @ pair["A"].float())


def _patterned(patterns: Mapping[str, Any] | None, module: str, otherwise: Any) -> Any:
    """Look up a value whose key, a regular expression, ends the module's name, as peft does."""
    for pattern, value in (patterns or {}).items():
        if re.fullmatch(rf"(.*\.)?({pattern})", module):
            return value
    return otherwise


def _weight(model: torch.nn.Module, module: str) -> torch.Tensor:
    try:
        found = model.get_submodule(module)
    except AttributeError:
        raise ModelError(f"The adapter is for another model: this one has no {module}.") from None
    if not isinstance(found, torch.nn.Linear):
        raise ModelError(f"The adapter changes {module}, which is no linear layer and cannot be merged.")
    shared = getattr(model, "get_input_embeddings", lambda: None)()
    if shared is not None and found.weight is getattr(shared, "weight", None):
        raise ModelError(f"The adapter changes {module}, whose weight is also the embedding, and cannot be merged.")
    return found.weight
