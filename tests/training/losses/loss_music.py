"""Real music for the tests of losses: the example song, processed by the renderer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings

RATE = 44_100
_SONG = Path(__file__).parents[3] / "examples" / "song.ogg"
EQUALIZED = Settings(
    bands=(
        Band(type="low_shelf", frequency_hz=120.0, gain_db=4.0, q=0.7),
        Band(type="peak", frequency_hz=2500.0, gain_db=-5.0, q=1.0),
    )
)
#: Fast and strong: attacks of all bands are held down.
SQUASHED = Settings(
    compressor=Compressor(threshold_db=-40.0, ratio=8.0, attack_ms=1.0, release_ms=60.0, knee_db=6.0, makeup_db=10.0)
)


@lru_cache
def _song() -> Tensor:
    samples, _ = soundfile.read(_SONG, frames=12 * RATE, dtype="float32", always_2d=True)
    return torch.from_numpy(np.ascontiguousarray(samples[:, 0]))


def music(rows: int, frames: int) -> Tensor:
    """Return rows of one song, half a second apart, the last fifth of the last row digital silence."""
    song = _song()
    starts = [RATE + row * RATE // 2 for row in range(rows)]
    x = torch.stack([song[start : start + frames] for start in starts])
    x[-1, frames - frames // 5 :] = 0.0
    return x


def processed(x: Tensor, settings: Settings) -> Tensor:
    """Return rows processed by settings."""
    return torch.stack([torch.from_numpy(render_array(row.numpy(), RATE, settings)) for row in x])
