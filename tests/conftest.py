"""What tests of several rooms share: the command line, small networks with drawn weights, music to train on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import tonewright
from tonewright.audio import Audio, Format, write
from tonewright.cli.main import run
from tonewright.settings import Band, Compressor, Settings


def made_up_weights(specification: Any, seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Draw every weight that a specification asks for, so small that answers stay inside the layout's ranges."""
    from tonewright.networks.network import weight_shapes

    random = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(specification).items():
        wide = 0.5 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 1.0
        scale = 0.1 if name.endswith(".bias") else wide
        weights[name] = (scale * random.standard_normal(shape)).astype(np.float32)
    return weights


def save_made_up(path: Path, task: str = "auto", seed: int = 5, **extra: np.ndarray[Any, Any]) -> Path:
    """Write a small network for a task; `extra` arrays are kept beside its weights, dots as double underscores."""
    from safetensors.numpy import save_file

    from tonewright.layouts import LAYOUTS
    from tonewright.networks.specification import Specification

    layout = "even54"
    specification = Specification(
        task=task,  # type: ignore[arg-type]
        layout=layout,
        size=LAYOUTS[layout].size,
        hint={"auto": 2, "match": 76}[task],
        start={"auto": 0, "match": 18}[task],
        channels=8,
        summary=8,
        hidden=16,
        dilations=(1, 2),
        heads=2,
    )
    weights = made_up_weights(specification, seed)
    weights |= {name.replace("__", "."): np.asarray(value, dtype=np.float32) for name, value in extra.items()}
    save_file(weights, path, metadata={"tonewright": specification.to_json()})
    return path


@pytest.fixture(scope="session")
def auto_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up network for ``auto`` that is followed fully."""
    return save_made_up(tmp_path_factory.mktemp("weights") / "auto.safetensors")


@pytest.fixture
def made_up_network() -> Any:
    """The function that writes made-up networks."""
    return save_made_up


#: Music for trainings of seconds.
_EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="session")
def music_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of music for training, as much for validation."""
    from tonewright.training.corpus import Corpus
    from tonewright.training.corpus.config import Config

    folder = tmp_path_factory.mktemp("corpus") / "store"
    common = {"kind": "folder", "path": str(_EXAMPLES), "minimum_s": 5}
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
    monkeypatch.setattr("tonewright.training.export._EXPECTATION_BATCHES", 2)


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def call(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture
def process() -> Command:
    """Run a command as a process of its own."""

    def call(*arguments: str | Path, **environment: str) -> Outcome:
        source = str(Path(tonewright.__file__).parents[1])
        paths = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH", ""))))
        done = subprocess.run(
            [sys.executable, "-m", "tonewright", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", **environment},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


def pink(seconds: float, channels: int = 2, rate: int = 44_100, seed: int = 0) -> np.ndarray[Any, Any]:
    """Noise with music's slope and beats, peaks near 0.4."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / rate), 20.0))
    noise = np.fft.irfft(spectrum, frames) * (0.6 + 0.4 * np.sin(2 * np.pi * 2.0 * np.arange(frames) / rate))
    return np.asarray(0.4 * noise / np.abs(noise).max(), dtype=np.float32)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Write six seconds of stereo in 16 bit, with tags."""
    path = tmp_path / "song.wav"
    tags = {"title": "Ton", "artist": "Wir"}
    write(path, Audio(pink(6.0), 44_100, tags, Format("WAV", "PCM_16"), processed=False))
    return path


@pytest.fixture
def settings() -> Settings:
    return Settings(
        preamp_db=1.0,
        bands=(
            Band(
                type="low_shelf",
                frequency_hz=120.0,
                gain_db=4.0,
                compressor=Compressor(threshold_db=-30.0, ratio=2.5, makeup_db=2.0),
            ),
            Band(type="peak", frequency_hz=2500.0, gain_db=-5.0, q=1.2),
        ),
        note="for a test",
    )


@pytest.fixture
def settings_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "settings.json"
    settings.save(path)
    return path


#: The shared listening data, where they are: beside the project, or where a variable says.
LISTENING = Path(
    os.environ.get(
        "TONEWRIGHT_LISTENING",
        Path(__file__).parents[2] / "shared" / "data" / "listening" / "tone-plane-listening.json",
    )
)


def made_up_people(prompts: int = 12, listeners: int = 6, seed: int = 0, repeats: int = 2) -> Any:
    """Prompts whose words say where people go: bright ones up, warm ones down, lively ones to the right."""
    from tonewright.population.data import Population

    rng = np.random.default_rng(seed)
    centres = {"bright": (0.0, 3.0), "warm": (0.0, -3.0), "lively": (3.0, 0.0)}
    items = []
    for number in range(prompts + repeats):
        word = list(centres)[number % prompts % 3]
        points = np.clip(rng.normal(centres[word], 1.0, (listeners, 2)), -6, 6).round(2)
        choices = [
            {"listener": str(index), "point": tuple(map(float, point)), "start": (1.0, 1.0)}
            for index, point in enumerate(points, 1)
        ]
        prompt = f"Make it {word} like number {number % prompts}."
        items.append({"id": f"{number}", "prompt": prompt, "track": f"{number % prompts}.wav", "choices": choices})
    return Population.of_items(items, "made up", source="made up", licence="none")


@pytest.fixture(scope="session")
def small() -> Any:
    """Return a small population that is made up."""
    return made_up_people()


@pytest.fixture(scope="session")
def shared() -> Any:
    """Return the shared listening data."""
    if not LISTENING.exists():
        pytest.skip("the shared listening data are not here")
    from tonewright.population.imports import load_population

    return load_population(LISTENING)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Return a real headless Chromium, driven by playwright; the one the system has.

    For a module and no longer: playwright's event loop runs in this thread until it is closed, and tests with a loop
    of their own could not begin one.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if binary is None:
        pytest.skip("there is no Chromium here")
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=binary, headless=True, args=options)
        yield browser
        browser.close()
