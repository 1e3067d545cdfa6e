"""Music for trainings of seconds: the two example recordings as a store, and exports that calibrate on few examples."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def music_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of music for training, as much for validation."""
    from tonewright.training.corpus import Corpus
    from tonewright.training.corpus.config import Config

    folder = tmp_path_factory.mktemp("corpus") / "store"
    common = {"kind": "folder", "path": str(EXAMPLES), "minimum_s": 5}
    sources = [
        {**common, "only": ["song.ogg"], "split": "train"},
        {**common, "only": ["reference.ogg"], "split": "validation"},
    ]
    # Both are by one artist: fine where nothing is judged.
    Corpus.build(Config.model_validate({"store": "store", "leaks": "allow", "source": sources}), folder)
    return folder


@pytest.fixture
def little_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrate exports on eight examples."""
    monkeypatch.setattr("tonewright.training.export._CALIBRATION_EXAMPLES", 8)
