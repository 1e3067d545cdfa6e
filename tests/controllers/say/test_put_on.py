"""Answers on recordings: thresholds follow the recording's level, whether it is a file or in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tonewright.audio import measure, read
from tonewright.controllers.say.answer import Answer
from tonewright.controllers.say.saying import WORKING_LUFS, put_on
from tonewright.population.distribution import PlaneDistribution
from tonewright.settings import Compressor, Settings


@pytest.mark.parametrize("in_memory", [False, True], ids=["file", "memory"])
def test_thresholds_are_moved_to_the_level(song: Path, in_memory: bool) -> None:
    compressor = Compressor(threshold_db=-26.0, ratio=2.5)
    answer = Answer(
        "even out the level",
        Settings(compressor=compressor),
        ("vocabulary",),
        PlaneDistribution.at((0.0, 0.0)),
        np.zeros((0, 2)),
        "compress",
        (),
    )
    audio = read(song)
    found = put_on(answer, audio if in_memory else song)
    assert found.settings.compressor is not None
    moved = found.settings.compressor.threshold_db - compressor.threshold_db
    assert moved == pytest.approx(measure(audio).integrated_lufs - WORKING_LUFS, abs=0.05)
