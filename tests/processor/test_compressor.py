"""Static curve and ballistics of the compressor, measured on signals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.processor.render import render_array
from tonewright.settings import Compressor, Settings

RATE = 48_000


def gain_db(levels_db: NDArray[np.float64], compressor: Compressor, **more: Any) -> NDArray[np.float64]:
    """The gain over time that a signal of constant sign with these levels meets."""
    x = 10 ** (levels_db / 20)
    y = render_array(x[None], RATE, Settings(compressor=compressor, **more))[0]
    return np.asarray(20 * np.log10(y / x))


def settled(level_db: float, compressor: Compressor) -> float:
    return float(gain_db(np.full(2000, level_db), compressor)[-1])


def quick(**values: float) -> Compressor:
    return Compressor(**{"threshold_db": -20.0, "ratio": 4.0, "attack_ms": 0.1, "release_ms": 0.1} | values)


def ten_to_ninety_ms(gain: NDArray[np.float64], start: float, end: float) -> float:
    done = (gain - start) / (end - start)
    at = [float(np.interp(part, done, np.arange(done.size))) for part in (0.1, 0.9)]
    return (at[1] - at[0]) / RATE * 1e3


@pytest.mark.parametrize("time_ms", [1.0, 10.0, 77.0])
@pytest.mark.parametrize("ballistics", ["branching", "tied"])
def test_attack_and_release_are_the_time_from_10_to_90_percent(time_ms: float, ballistics: str) -> None:
    other = 3.7 * time_ms
    n = round(8 * 3.7 * time_ms * 1e-3 * RATE)
    levels = np.concatenate([np.full(10, -60.0), np.full(n, 0.0), np.full(n, -60.0)])
    compressor = Compressor(threshold_db=-20, ratio=4, knee_db=0, attack_ms=time_ms, release_ms=other)
    gain = gain_db(levels, compressor, ballistics=ballistics)
    assert gain[9 + n] == pytest.approx(-15, abs=0.01)  # all of the 20 dB above the threshold, 4:1
    assert ten_to_ninety_ms(gain[10 : 10 + n], 0, -15) == pytest.approx(time_ms, rel=0.01)
    release = other if ballistics == "branching" else time_ms
    assert ten_to_ninety_ms(gain[10 + n :], -15, 0) == pytest.approx(release, rel=0.01)


def test_the_gain_starts_at_0_db() -> None:
    compressor = Compressor(threshold_db=-20, ratio=4, knee_db=0, attack_ms=10, release_ms=100)
    alpha = np.exp(-np.log(9) / (RATE * 0.01))
    assert gain_db(np.zeros(3), compressor)[0] == pytest.approx(-15 * (1 - alpha), rel=1e-9)


def test_faster_attack_when_the_gain_falls_even_while_it_is_reduced() -> None:
    """From reduced to more reduced is attack; from more to less is release."""
    compressor = Compressor(threshold_db=-40, ratio=10, knee_db=0, attack_ms=1, release_ms=50)
    n = RATE // 4
    levels = np.concatenate([np.full(n, -20.0), np.full(n, 0.0), np.full(n, -20.0)])
    gain = gain_db(levels, compressor)
    assert ten_to_ninety_ms(gain[n : 2 * n], -18, -36) == pytest.approx(1, rel=0.02)
    assert ten_to_ninety_ms(gain[2 * n :], -36, -18) == pytest.approx(50, rel=0.02)


@pytest.mark.parametrize("knee", [0.0, 1e-9, 0.5, 6.0, 12.0, 60.0])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 4.0, 100.0])
def test_static_curve(ratio: float, knee: float) -> None:
    for over in (-40.0, -30.001, -6.0, -3.0, -0.25, -1e-3, 0.0, 1e-3, 0.25, 2.0, 3.0, 6.0, 20.0, 45.0):
        if over <= -knee / 2:
            wanted = 0.0
        elif over < knee / 2:
            wanted = (1 / ratio - 1) * (over + knee / 2) ** 2 / (2 * knee)
        else:
            wanted = (1 / ratio - 1) * over
        found = settled(-20 + over, quick(ratio=ratio, knee_db=knee, makeup_db=2.0))
        assert found == pytest.approx(wanted + 2.0, abs=1e-8)


def test_hard_knee_has_a_corner_and_a_soft_one_has_none() -> None:
    levels = np.arange(-30, -10, 0.25)
    for knee, largest_bend in ((0.0, 0.18), (8.0, 0.01)):
        curve = [settled(level, quick(knee_db=knee)) for level in levels.tolist()]
        bend = np.abs(np.diff(curve, 2)).max()
        assert (bend > largest_bend) if knee == 0 else (bend < largest_bend)


def test_the_loudest_channel_rules_when_linked() -> None:
    compressor = Compressor(threshold_db=-30, ratio=4, attack_ms=1)
    loud, soft = np.full(5000, 0.5), np.full(5000, -0.01)
    together = render_array(np.stack([soft, loud]), RATE, Settings(compressor=compressor))
    alone = render_array(loud[None], RATE, Settings(compressor=compressor))[0]
    np.testing.assert_allclose(together[1], alone, rtol=1e-12)
    np.testing.assert_allclose(together[0], soft * (alone / loud), rtol=1e-12)
    apart = render_array(np.stack([soft, loud]), RATE, Settings(compressor=compressor, link="none"))
    np.testing.assert_allclose(apart[1], alone, rtol=1e-12)
    assert np.array_equal(apart[0], soft)  # below the threshold


def test_linking_does_not_add_channels_up() -> None:
    """Mono in stereo, or in eight channels, is compressed as mono is."""
    x = np.random.default_rng(0).standard_normal(3000) * 0.3
    settings = Settings(compressor=Compressor(threshold_db=-30, ratio=4, attack_ms=1))
    alone = render_array(x[None], RATE, settings)[0]
    for channels in (2, 8):
        for channel in render_array(np.tile(x, (channels, 1)), RATE, settings):
            np.testing.assert_allclose(channel, alone, rtol=1e-12)


def test_makeup_is_a_plain_gain() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3000)) * 0.3
    makeup = Settings(compressor=Compressor(threshold_db=-30, ratio=1, makeup_db=7.5))
    np.testing.assert_allclose(render_array(x, RATE, makeup), x * 10 ** (7.5 / 20), rtol=1e-13)


def test_the_floor_is_minus_160_db() -> None:
    """At threshold -160 dB silence sits exactly on the threshold; anything softer than 1e-8 counts as 1e-8."""
    compressor = Compressor(threshold_db=-160, ratio=2, knee_db=0, attack_ms=0.01, release_ms=0.01)
    x = np.full((1, 500), 1e-9)
    assert render_array(x, RATE, Settings(compressor=compressor))[0, -1] == pytest.approx(1e-9, rel=1e-9)
    y = render_array(x * 100, RATE, Settings(compressor=compressor))[0, -1]
    assert y == pytest.approx(1e-7 * 10 ** (-10 / 20), rel=1e-9)  # 20 dB over, 2:1
    soft = Compressor(threshold_db=-150, ratio=2, knee_db=60, attack_ms=0.01, release_ms=0.01)
    for level in (1e-9, 1e-20, 5e-324):  # over = -10 dB, inside the knee: (-10 + 30)^2 / 120 / 2
        y = render_array(np.full((1, 500), level), RATE, Settings(compressor=soft, preamp_db=0.0))[0, -1]
        if level > 1e-300:
            assert 20 * np.log10(y / level) == pytest.approx(-400 / 240, abs=1e-6)
        assert np.isfinite(y)
