"""The door of words in the worker, with a small model that reads the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from studio_server import write_music

from tonewright.controllers.say.saying import answer
from tonewright.population.data import Context
from tonewright.population.plane import gains_db
from tonewright.settings import Settings
from tonewright.studio.plain import plain
from tonewright.studio.tasks import saying
from tonewright.studio.tasks.hearing import hear
from word_model import WordModel


@pytest.fixture(autouse=True)
def _small_model() -> Iterator[None]:
    saying._models[:] = [WordModel()]
    yield
    saying._models.clear()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("saying")
    path = write_music(folder / "song.wav", 2.0)
    facts = hear(
        {
            "path": str(path),
            "name": "song.wav",
            "audio": str(folder / "audio.wav"),
            "peaks": str(folder / "peaks.npy"),
        },
        lambda *_: None,
    )
    facts = plain(facts)
    return {
        "id": "1",
        "path": str(path),
        "name": "song.wav",
        "sample_rate": 44_100,
        "integrated_lufs": facts["loudness"]["integrated_lufs"],
        "level_db": facts["spectrum"]["level_db"],
    }


def say(prompt: str, recording: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    request = {
        "recording": recording,
        "prompt": prompt,
        "conversation": None,
        "amount": 1.0,
        "seed": 0,
        "context": None,
        "samples": 4,
        "what": "both",
        "loudness": None,
        "ceiling_db": -1.0,
    }
    return dict(plain(saying.say({**request, **more}, lambda *_: None)))


def test_words_alone_answer_as_the_command_line_does() -> None:
    found = say("for a late dinner", seed=3)
    expected = answer(["for a late dinner"], WordModel(), samples=4, seed=3)[0]
    assert Settings.from_dict(found["settings"]) == expected.settings
    assert np.allclose(found["details"]["plane"]["samples"], expected.samples)
    assert found["details"]["decided_by"] == "population"
    for take, point in zip(found["details"]["takes"], expected.samples, strict=True):
        gains = [band["gain_db"] for band in take["bands"] if band["gain_db"] != 0.0]
        assert np.allclose(gains, [gain for gain in gains_db(point) if gain != 0.0])
    assert found["recording"] is found["spectra"] is found["loudness"] is None


def test_a_conversation_is_kept_by_whoever_leads_it(recording: dict[str, Any]) -> None:
    first = say("for a late dinner", recording)
    second = say("a bit less", recording, conversation=first["details"]["conversation"])
    third = say("undo", recording, conversation=second["details"]["conversation"])
    assert [one["details"]["turn"]["kind"] for one in (first, second, third)] == ["request", "scale", "undo"]
    assert third["settings"] == first["settings"] != second["settings"]
    assert second["details"]["turn"]["changes"]
    assert second["details"]["takes"] == [], "nobody was asked about less of it"
    # Branching off an earlier answer needs nothing but that answer.
    other = say("much more", recording, conversation=first["details"]["conversation"])
    assert other["details"]["turn"]["number"] == 2


def test_other_peoples_choices_keep_what_was_said_in_numbers(recording: dict[str, Any]) -> None:
    found = say("cut 4 dB at 400 Hz, for a late dinner", recording)
    assert found["details"]["decided_by"] == "numbers+population"
    assert len(found["details"]["takes"]) == 4
    for take in found["details"]["takes"]:
        assert any(band["frequency_hz"] == 400.0 and band["gain_db"] == -4.0 for band in take["bands"])


def test_compressors_are_moved_to_the_level_of_the_recording(recording: dict[str, Any]) -> None:
    found = say("even out the level", recording)
    standing = Settings.from_dict(found["details"]["standing"])
    assert standing.compressor is not None
    shift = found["settings"]["compressor"]["threshold_db"] - standing.compressor.threshold_db
    assert shift == pytest.approx(recording["integrated_lufs"] + 23.0, abs=1e-6)
    tone = say("even out the level", recording, what="tone")
    assert (tone["settings"]["compressor"] or {"ratio": 1.0})["ratio"] == 1.0


def test_the_level_is_kept_and_the_moment_counts(recording: dict[str, Any]) -> None:
    found = say("for a late dinner", recording)
    levels = found["loudness"]
    assert levels["after"]["integrated_lufs"] == pytest.approx(levels["before"]["integrated_lufs"], abs=0.05)
    assert found["story"]["sections"][0]["heading"] == "What was understood"
    context = {"mood": "calm", "place": None, "company": None, "programme": None}
    with_context = say("brighter", context=context)["details"]["conversation"]
    assert Context(**with_context["context"]) == Context(mood="calm")


def test_what_is_not_about_sound_changes_nothing(recording: dict[str, Any]) -> None:
    found = say("what is the capital of France", recording)
    assert found["details"]["decided_by"] == "unrelated"
    assert Settings.from_dict(found["settings"]).is_neutral
    assert found["details"]["takes"] == []
