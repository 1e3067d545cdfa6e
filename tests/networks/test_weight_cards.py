"""Every weight file that ships has a card that names its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import tonewright

WEIGHTS = sorted((Path(tonewright.__file__).parent / "networks" / "weights").glob("*.safetensors"))


@pytest.mark.skipif(not WEIGHTS, reason="this checkout has no weights")
@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_the_card_is_of_this_file(path: Path) -> None:
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card
    assert path.stat().st_size <= 20_000_000
