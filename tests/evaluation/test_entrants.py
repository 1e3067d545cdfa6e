"""Weight files and segments as entrants: what a name means, and that the answers are those of the networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from conftest import save_made_up
from tonewright.audio import Audio
from tonewright.controllers.auto import auto
from tonewright.errors import AudioError, TonewrightError
from tonewright.evaluation.entrants import segmented
from tonewright.evaluation.metrics import rms_db
from tonewright.evaluation.network_systems import auto_settings, match_settings
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.segments import SEGMENT, cut, per_segment
from tonewright.evaluation.systems import System, label
from tonewright.evaluation.tasks import TASKS
from tonewright.networks.network import Network
from tonewright.networks.specification import NetworkError
from tonewright.processor.render import render_array

RATE = 44_100
AUTO, MATCH = TASKS["auto"], TASKS["match"]


def clip(seconds: float = 3.0, seed: int = 0, colour: float = -0.6) -> Clip:
    noise = np.random.default_rng(seed).standard_normal((1, int(seconds * RATE)))
    swell = 1.0 + 0.8 * np.sin(np.arange(noise.shape[1]) * 2 * np.pi / RATE)
    shaped = scipy.signal.lfilter([0.05], [1, colour], noise * swell)
    return Clip(np.asarray(shaped, dtype=np.float32), RATE)


@pytest.fixture(scope="module")
def match_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:

    return save_made_up(tmp_path_factory.mktemp("weights") / "match-even54.safetensors", "match")


def test_names() -> None:
    assert label("weights/auto-even54.safetensors") == "auto-even54"
    assert label("auto:weights/a.safetensors") == "auto:a"
    assert label("segments:weights/a.safetensors") == "segments:a"
    assert label("NDMP=weights/a.safetensors") == "NDMP"
    assert segmented("auto") == "segments:auto"
    assert segmented("segments:auto") == "segments:auto"
    assert segmented("nothing") == "nothing"
    assert segmented("a=b:c") == "segments:a=segments:b:c"
    assert label(segmented("a=b:c")) == "segments:a"


def test_a_weight_file_is_its_answer_in_full(auto_weights: Path) -> None:
    heard = clip()
    system = AUTO.find(f"mine={auto_weights}")
    settings = auto_settings(heard, Network.load(auto_weights))
    assert not settings.is_neutral
    output = system.function(heard)
    np.testing.assert_array_equal(output, render_array(heard.samples, RATE, settings))
    assert system.hears == ("input",)


def test_the_answer_follows_the_level(auto_weights: Path) -> None:
    """Twice as loud a clip gets the same treatment: twice as loud an answer."""
    heard = clip()
    system = AUTO.find(str(auto_weights))
    louder = system.function(Clip(2 * heard.samples, RATE))
    np.testing.assert_allclose(louder, 2 * system.function(heard), atol=2e-4)


def test_with_the_controller_it_is_what_the_verb_does(auto_weights: Path) -> None:
    heard = clip()
    settings = auto(Audio(heard.samples, RATE), model=auto_weights).settings
    output = AUTO.find(f"auto:{auto_weights}").function(heard)
    np.testing.assert_array_equal(output, render_array(heard.samples, RATE, settings))


def test_match_networks_hear_both(match_weights: Path) -> None:
    own, other, third = clip(), clip(seed=1, colour=-0.9), clip(seed=2, colour=0.5)
    network = Network.load(match_weights)
    first, second = (match_settings(own, reference, network) for reference in (other, third))
    assert first != second
    output = MATCH.find(str(match_weights)).function(own, other)
    np.testing.assert_array_equal(output, render_array(own.samples, RATE, first))
    short = own._replace(samples=own.samples[:, :RATE])
    assert MATCH.find(f"match:{match_weights}").function(short, other).shape == short.samples.shape


def test_refusals(auto_weights: Path, match_weights: Path, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="for auto, not for match"):
        MATCH.find(str(auto_weights))
    with pytest.raises(NetworkError, match="for match, not for auto"):
        AUTO.find(f"segments:{match_weights}")
    with pytest.raises(NetworkError, match="cannot be read"):
        AUTO.find(str(tmp_path / "none.safetensors"))
    with pytest.raises(TonewrightError, match="There is no system 'magic'"):
        AUTO.find("segments:magic")
    with pytest.raises(TonewrightError, match="Two systems are called 'auto'"):
        AUTO.find_all(["auto", f"auto={auto_weights}"])
    assert list(AUTO.find_all(["auto", "auto"])) == ["auto"]


def test_an_outer_compressor_is_no_start_for_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tonewright.evaluation.network_systems as systems
    from tonewright.layouts import LAYOUTS

    class Answers:
        layout = LAYOUTS["even24"]

    monkeypatch.setattr(systems, "find_network", lambda *_: Answers())
    with pytest.raises(NetworkError, match="compressor after the bands"):
        systems.with_controller(tmp_path / "x.safetensors", "match")


@pytest.mark.parametrize(("frames", "count"), [(1, 1), (149, 1), (150, 2), (200, 2), (249, 2), (250, 3)])
def test_segments_cover_everything(frames: int, count: int) -> None:
    places = cut(frames, 100)
    assert len(places) == count
    assert places[0][0] == 0
    assert places[-1][1] == frames
    assert [stop for _, stop in places[:-1]] == [start for start, _ in places[1:]]
    assert all(stop - start == 100 for start, stop in places[:-1])


def test_a_system_is_asked_once_per_segment() -> None:
    """The answer for a segment is that for the segment alone, at its level; references are heard in turn."""
    own, other = clip(5.0), clip(2.0, 1)
    own.samples[:, 40_000:80_000] = 0.0
    asked: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def brighter(one: Clip, two: Clip) -> NDArray[np.float32]:
        asked.append((one.samples, two.samples))
        return np.asarray(5 * np.diff(one.samples, prepend=0), dtype=np.float32)

    output = per_segment(System(brighter, ("input", "reference")), 40_000).function(own, other)
    assert output.shape == own.samples.shape
    places = [(0, 40_000), (80_000, 120_000), (120_000, 160_000), (160_000, 200_000), (200_000, own.samples.shape[1])]
    assert len(asked) == len(places)
    np.testing.assert_array_equal(output[:, 40_000:80_000], 0.0)
    for (start, stop), (one, two), turn in zip(places, asked, (0, 0, 1, 0, 1), strict=True):
        np.testing.assert_array_equal(one, own.samples[:, start:stop])
        first, last = (0, 40_000) if turn == 0 else (40_000, other.samples.shape[1])
        np.testing.assert_array_equal(two, other.samples[:, first:last])
        assert rms_db(output[:, start:stop]) == pytest.approx(rms_db(one), abs=1e-3)
    with pytest.raises(AudioError, match="answer for a segment"):
        per_segment(System(lambda one: one.samples[:, :9], ("input",))).function(own)


def test_a_network_answers_per_segment(auto_weights: Path) -> None:
    heard = clip(6.0)
    whole, parts = (AUTO.find(f"{way}{auto_weights}").function(heard) for way in ("", "segments:"))
    alone = AUTO.find(str(auto_weights)).function(heard._replace(samples=heard.samples[:, :SEGMENT]))
    part = parts[:, :SEGMENT]
    gain = np.sqrt(np.mean(alone**2) / np.mean(part**2))
    np.testing.assert_allclose(gain * part, alone, atol=1e-5)
    assert not np.allclose(parts, whole, atol=1e-3)
