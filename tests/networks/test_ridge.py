"""The regression that ``auto`` starts from: its curve, its file, and the hint that is made of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from conftest import made_up_weights
from tonewright.analysis.bands import CENTRES
from tonewright.audio import read
from tonewright.controllers.auto import auto
from tonewright.controllers.balance_hints import balance_hint
from tonewright.layouts import LAYOUTS
from tonewright.networks.frames import BANDS, CENTRE_DB, SCALE_DB, WIDTH, Frames
from tonewright.networks.network import HEADER, Network, filter_columns
from tonewright.networks.ridge import SHAPES, Ridge, long_term_db
from tonewright.networks.specification import NetworkError, Specification
from tonewright.processor.filters import response_db

EXAMPLES = Path(__file__).parents[2] / "examples"
LAYOUT = LAYOUTS["even54"]
SPECIFICATION = Specification(
    "auto", "even54", LAYOUT.size, 77, 18, channels=8, summary=8, hidden=16, dilations=(1,), heads=2, ridge=True
)


def drawn(seed: int = 0) -> Ridge:
    rng = np.random.default_rng(seed)
    level = np.linspace(-30.0, -60.0, BANDS)
    return Ridge(
        level + rng.normal(0.0, 2.0, (2, BANDS)),
        rng.normal(0.0, 0.5, (2, BANDS)),
        rng.normal(0.0, 0.02, (BANDS, BANDS)) - 0.3 * np.eye(BANDS),
    )


def frames_of(level_db: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Frames:
    values = np.zeros((4, WIDTH), np.float32)
    values[:, :BANDS] = (level_db - CENTRE_DB) / SCALE_DB
    return Frames(values, -23.0)


def save_with_ridge(path: Path, ridge: Ridge, *, without: str = "", head: float = 0.0) -> Path:
    """Write a made-up network that starts from a regression and adds `head` times what it makes up."""
    weights = made_up_weights(SPECIFICATION, seed=3) | ridge.arrays()
    weights |= {f"head.{name}": head * weights[f"head.{name}"] for name in ("weight", "bias")}
    weights.pop(without, None)
    save_file(weights, path, metadata={HEADER: SPECIFICATION.to_json()})
    return path


def test_the_curve_is_the_regression_s() -> None:
    ridge = drawn()
    spectrum = ridge.middle[1] + np.random.default_rng(1).normal(0.0, 5.0, BANDS)
    slow = [
        ridge.bias[1, i] + sum(ridge.slope[i, j] * (spectrum[j] - ridge.middle[1, j]) for j in range(BANDS))
        for i in range(BANDS)
    ]
    assert ridge.curve_db(spectrum, 1) == pytest.approx(slow)
    assert np.abs(ridge.curve_db(spectrum, 0) - slow).max() > 0.1, "the profile counts"
    assert np.abs(ridge.curve_db(spectrum + 200.0 * (np.arange(BANDS) > 30), 1)).max() == 12.0


def test_bands_without_sound_count_as_usual() -> None:
    ridge = drawn()
    spectrum = ridge.middle[0] + 3.0 * np.cos(np.arange(BANDS))
    dull, usual = spectrum.copy(), spectrum.copy()
    dull[50:], usual[50:] = -110.0, ridge.middle[0, 50:]
    assert ridge.curve_db(dull, 0) == pytest.approx(ridge.curve_db(usual, 0))


def test_long_term_levels_are_those_of_the_mean_power() -> None:
    level = np.linspace(-20.0, -70.0, BANDS)
    assert long_term_db(frames_of(level).values) == pytest.approx(level, abs=1e-3)
    values = np.concatenate([frames_of(level).values, frames_of(level - 30.0).values])
    assert long_term_db(values) == pytest.approx(level + 10.0 * np.log10((1.0 + 1e-3) / 2.0), abs=1e-3)


def test_the_hint_says_the_curve_and_filters_that_follow_it() -> None:
    curve = 6.0 * np.exp(-0.5 * ((np.log2(CENTRES / 900.0)) / 0.7) ** 2) - 4.0 * (CENTRES > 7000.0)
    ridge = replace(drawn(), bias=np.stack([curve, -curve]), slope=np.zeros((BANDS, BANDS)))
    for profile, sign in (("music", 1.0), ("speech", -1.0)):
        hint = balance_hint(ridge, frames_of(ridge.middle[0]), profile, LAYOUT, 44_100)  # type: ignore[arg-type]
        assert hint.shape == (77,)
        assert hint[:2].tolist() == [float(profile == "music"), float(profile == "speech")]
        assert 10.0 * hint[2:59] == pytest.approx(sign * curve)
        vector = LAYOUT.neutral.copy()
        vector[filter_columns(LAYOUT)] = hint[59:]
        settings = LAYOUT.decode(vector)
        gap = response_db(settings, CENTRES, 44_100) - sign * curve
        assert np.sqrt(np.mean(gap**2)) < 0.35 * np.sqrt(np.mean(curve**2))
        assert all(band.compressor is not None and band.compressor.ratio == 1.0 for band in settings.bands)
    assert balance_hint(None, frames_of(curve), "speech", LAYOUT, 44_100).tolist() == [0.0, 1.0]


def test_a_network_that_learned_nothing_is_the_regression(tmp_path: Path) -> None:
    ridge = drawn()
    network = Network.load(save_with_ridge(tmp_path / "untrained.safetensors", ridge))
    frames = frames_of(ridge.middle[0] + 6.0 * np.sin(np.arange(BANDS) / 6.0))
    hint = balance_hint(network.ridge, frames, "music", LAYOUT, 44_100)
    said = network.predict([frames], hint)
    expected = LAYOUT.neutral.copy()
    expected[filter_columns(LAYOUT)] = hint[59:]
    assert said.vector == pytest.approx(expected)
    assert max(abs(band.gain_db) for band in said.settings.bands) > 0.5


def test_auto_starts_from_it(tmp_path: Path) -> None:
    whole = read(EXAMPLES / "song.ogg")
    song = whole.with_samples(whole.samples[:, : 4 * whole.sample_rate])
    flat = Ridge(np.zeros((2, BANDS)), np.zeros((2, BANDS)), np.zeros((BANDS, BANDS)))
    bright = replace(flat, bias=np.tile(8.0 * (CENTRES > 5000.0), (2, 1)))
    nothing = auto(song, model=save_with_ridge(tmp_path / "flat.safetensors", flat))
    assert nothing.settings.is_neutral
    found = auto(song, model=save_with_ridge(tmp_path / "bright.safetensors", bright))
    curve = response_db(found.settings.with_output(0.0), np.array([500.0, 12000.0]), 44_100)
    assert curve[1] - curve[0] > 5.0


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_without_it_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NetworkError, match=f"damaged: {name}".replace(".", r"\.")):
        Network.load(save_with_ridge(tmp_path / "damaged.safetensors", drawn(), without=name))


def test_descriptions_from_before_know_none() -> None:
    text = SPECIFICATION.to_json().replace(', "ridge": true', "")
    assert "ridge" not in text
    assert Specification.from_json(text) == replace(SPECIFICATION, ridge=False)
