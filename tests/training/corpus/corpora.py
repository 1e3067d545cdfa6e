"""Recordings that the tests make: small, distinct, with tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from tonewright.training.corpus.config import Config
from tonewright.training.corpus.entries import Entry

Make = Callable[..., Path]


def maker(folder: Path) -> Make:
    """Return what writes noise to a file in the folder; its content follows from its name."""

    def write(
        name: str,
        seconds: float = 1.0,
        rate: int = 44_100,
        channels: int = 1,
        artist: str = "",
        title: str = "",
        samples: Any = None,
    ) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if samples is None:
            noise = np.random.default_rng(sum(name.encode())).normal(size=(int(seconds * rate), channels))
            samples = 0.5 * noise / np.abs(noise).max()
        data = np.asarray(samples)
        with sf.SoundFile(path, "w", rate, data.shape[1] if data.ndim > 1 else 1) as file:
            if artist:
                file.artist = artist
            if title:
                file.title = title
            file.write(data)
        return path

    return write


def config(*sources: dict[str, Any], **more: Any) -> Config:
    defaults = {"kind": "folder", "path": "raw", "split": "train", "minimum_s": 0.0}
    rows: Sequence[dict[str, Any]] = [
        {key: value for key, value in {**defaults, **source}.items() if value is not None}
        for source in sources or ({},)
    ]
    return Config.model_validate({"store": "store", "source": rows, **more})


def entry(name: str, split: Any, artist: str = "", title: str = "", source: str = "box", sha256: str = "") -> Entry:
    return Entry(name, source, artist, title, "", sha256 or name, "music", split, 44_100, 10, 0, 1.0, ())
