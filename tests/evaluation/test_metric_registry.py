"""The table of metrics: complete, consistent, and forgiving only where it says so."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tonewright.errors import AudioError, MissingExtraError, TonewrightError
from tonewright.evaluation import perceptual
from tonewright.evaluation.metrics import SI_SDR_CEILING_DB, at_rms
from tonewright.evaluation.registry import METRICS, available, compute, lufs_signed, rmse

RATE = 44_100
NAMES = [
    *("mrstft", "si_sdr_db", "pesq", "rmse", "lufs_difference", "lufs_signed"),
    *("centroid_hz", "bandwidth_hz", "flatness", "harmonic_distortion", "phase_distortion", "transient_preservation"),
    *("crest_db", "lsd_db", "mel_distance", "visqol"),
]
OWN = [name for name in NAMES if not METRICS[name].needs]
DISTANCES = [name for name in OWN if METRICS[name].better == "lower"]
#: The same both ways round, up to the sign of the signed one; spectral convergence, coherence and SI-SDR are not.
SYMMETRIC = [name for name in DISTANCES if name not in {"mrstft", "harmonic_distortion"}]


def music(seconds: float = 1.5, seed: int = 0, channels: int = 1) -> NDArray[np.float32]:
    """Decaying notes over faint noise: something with pitch, attacks and dynamics."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    out = 0.003 * rng.standard_normal((channels, time.size))
    for start in np.arange(0.05, seconds, 0.17):
        since = time - start
        note = np.exp(-12 * np.maximum(since, 0)) * (since >= 0)
        pitch = 110 * 2 ** (rng.integers(0, 36) / 12)
        out += rng.random((channels, 1)) * note * np.sin(2 * np.pi * pitch * since + rng.random())
    return at_rms(out)


def test_the_table_is_complete() -> None:
    assert list(METRICS) == NAMES
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.label
        assert metric.meaning.endswith(".")
        assert metric.better in {"lower", "higher"}
    assert {name for name in NAMES if METRICS[name].better == "higher"} == {"si_sdr_db", "pesq", "visqol"}
    assert {METRICS[name].needs for name in NAMES} == {"", "pesq", "visqol-python"}


@pytest.mark.parametrize("channels", [1, 2])
def test_equal_recordings(channels: int) -> None:
    x = music(channels=channels)
    values = compute(OWN, x, x, RATE)
    assert values.pop("si_sdr_db") == SI_SDR_CEILING_DB
    np.testing.assert_allclose(list(values.values()), 0.0, atol=1e-6)


def test_a_flat_array_is_one_channel() -> None:
    x, y = music(seed=1), music(seed=2)
    assert compute(OWN, x[0], y[0], RATE) == compute(OWN, x, y, RATE)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), gain_db=st.floats(-12, 12), rate=st.sampled_from([16_000, 44_100, 48_000]))
def test_distances_are_not_negative_and_symmetric(seed: int, gain_db: float, rate: int) -> None:
    x, y = music(0.6, seed), music(0.6, seed + 1) * 10 ** (gain_db / 20)
    there, back = compute(OWN, x, y, rate), compute(OWN, y, x, rate)
    for name in DISTANCES:
        assert math.isfinite(there[name])
        assert there[name] >= 0 or name == "lufs_signed"
    for name in SYMMETRIC:
        sign = -1 if name == "lufs_signed" else 1
        assert there[name] == pytest.approx(sign * back[name], rel=1e-4, abs=1e-6), name


def test_what_a_pure_gain_costs() -> None:
    """Half the amplitude is seen by the metrics that need a level, and by no others."""
    x = music()
    values = compute(OWN, 0.5 * x, x, RATE)
    assert values["lufs_difference"] == pytest.approx(6.0206, abs=1e-3)
    assert values["lufs_signed"] == pytest.approx(-6.0206, abs=1e-3)
    assert values["rmse"] == pytest.approx(0.05, rel=1e-4)  # half of -20 dBFS
    assert min(values["mrstft"], values["mel_distance"]) > 0.3
    free = ["centroid_hz", "bandwidth_hz", "flatness", "harmonic_distortion", "phase_distortion"]
    for name in [*free, "transient_preservation", "crest_db", "lsd_db"]:
        assert values[name] == pytest.approx(0.0, abs=1e-4), name
    assert values["si_sdr_db"] > 100


def test_rmse_and_signed_loudness_of_known_signals() -> None:
    assert rmse([1.0, 2.0, 3.0], [1.0, 2.0, 6.0]) == pytest.approx(math.sqrt(3))
    x = music()
    assert lufs_signed(2 * x, x, RATE) == pytest.approx(6.0206, abs=1e-3)
    assert lufs_signed(0 * x, 0 * x, RATE) == 0.0
    assert lufs_signed(0 * x, x, RATE) == -math.inf


def test_silence_is_not_judged() -> None:
    x = music(0.6)
    values = compute(OWN, 0 * x, x, RATE)
    nothing_said = {name for name, value in values.items() if math.isnan(value)}
    assert nothing_said == {
        "centroid_hz",
        "bandwidth_hz",
        "flatness",
        "harmonic_distortion",
        "phase_distortion",
        "transient_preservation",
    }


def test_short_recordings_are_not_judged_but_measured_where_possible() -> None:
    values = compute(OWN, np.full(900, 0.1), np.full(900, 0.2), RATE)
    assert values["rmse"] == pytest.approx(0.1)
    assert all(math.isnan(values[name]) for name in ["mrstft", "centroid_hz", "mel_distance", "phase_distortion"])


@pytest.mark.parametrize("name", ["centroid_hz", "harmonic_distortion", "phase_distortion", "transient_preservation"])
def test_the_functions_themselves_refuse_in_one_sentence(name: str) -> None:
    x = music(0.6)
    with pytest.raises(AudioError, match=r"^[^.]*silent[^.]*\.$"):
        METRICS[name].function(0 * x, x, RATE)
    with pytest.raises(AudioError, match=r"at least \d+ samples"):
        METRICS[name].function(x[:, :100], x[:, :100], RATE)


def test_a_broken_pair_is_refused_whatever_is_asked() -> None:
    x = music(0.6)
    with pytest.raises(AudioError, match="same shape"):
        compute([], x[:, 1:], x, RATE)
    with pytest.raises(AudioError, match="not finite"):
        compute(["rmse"], np.where(x == x.max(), np.nan, x), x, RATE)
    with pytest.raises(AudioError, match="at least 1 samples"):
        compute(["rmse"], np.zeros((1, 0)), np.zeros((1, 0)), RATE)
    with pytest.raises(TonewrightError, match=r"no metric 'loudness'.*mrstft"):
        compute(["loudness"], x, x, RATE)


def test_without_its_package_a_metric_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    x = music(0.6)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "pesq", None)
    assert available("rmse") is None
    assert available("pesq") == "PESQ needs the package pesq: install it with pip install pesq."
    assert math.isnan(compute(["pesq"], x, x, RATE)["pesq"])
    with pytest.raises(MissingExtraError, match="pip install pesq"):
        perceptual.pesq_score(x, x, RATE)
