"""Exact gradients in numpy against central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from oracle import music
from processor.draws import TOPOLOGIES, random_compressor, random_settings
from tonewright.layouts import LAYOUTS
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings, Topology
from topologies import in_topology

RATE = 44_100
#: More than two of the kernels' blocks, and not a whole number of them.
FRAMES = 1300
Array = NDArray[np.float64]


def signal(rows: int = 1, channels: int = 2, frames: int = FRAMES) -> Array:
    return np.stack([music(RATE, frames / RATE, channels, seed=row, level_db=-3) for row in range(rows)])


def loss_weights(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(9).standard_normal(shape)


def value_differences(x: Array, plan: Plan, values: Array, weights: Array) -> Array:
    """Central differences of sum(weights * output), for each value."""
    found = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        step = 1e-6 * max(1.0, abs(float(values[index])))
        losses = []
        for sign in (1, -1):
            moved = values.copy()
            moved[index] += sign * step
            losses.append(float(np.sum(weights * Tape(x, RATE, plan, moved).output)))
        found[index] = (losses[0] - losses[1]) / (2 * step)
    return found


def assert_exact(settings: Settings, x: Array, tolerance: float = 1e-5) -> None:
    plan, values = Plan.of(settings, everything=True)
    tape = Tape(x, RATE, plan, values)
    np.testing.assert_allclose(tape.output, np.stack([render_array(row, RATE, settings) for row in x]), atol=1e-12)
    weights = loss_weights(x.shape)
    by_input, by_values = tape.gradient(weights)
    assert by_input.shape == x.shape
    assert by_values.shape == values.shape
    wanted = value_differences(x, plan, values, weights)
    # Differences of a loss of this size carry rounding of about 1e-8 of it for a step of 1e-6.
    scale = float(np.sum(np.abs(weights * tape.output)))
    for name, found, expected in zip(plan.names, by_values, wanted, strict=True):
        assert found == pytest.approx(expected, rel=tolerance, abs=1e-9 * scale), name
    assert_input_exact(x, plan, values, weights, by_input, tolerance)


def assert_input_exact(
    x: Array, plan: Plan, values: Array, weights: Array, by_input: Array, tolerance: float = 1e-5
) -> None:
    rng = np.random.default_rng(3)
    directions = [rng.standard_normal(x.shape) * np.abs(x) for _ in range(3)]
    for flat in rng.integers(0, x.size, 8):
        one = np.zeros(x.size)
        one[flat] = 1.0
        directions.append(one.reshape(x.shape))
    for direction in directions:
        step = 1e-7
        losses = [
            float(np.sum(weights * Tape(x + sign * step * direction, RATE, plan, values).output)) for sign in (1, -1)
        ]
        expected = (losses[0] - losses[1]) / (2 * step)
        found = float(np.sum(by_input * direction))
        size = float(np.linalg.norm(by_input) * np.linalg.norm(direction))
        assert found == pytest.approx(expected, rel=tolerance, abs=1e-7 * size)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_full54(topology: Topology, seed: int) -> None:
    drawn = in_topology(LAYOUTS["full54"], topology).decode(np.random.default_rng(seed).random(54))
    assert_exact(drawn, signal(channels=1))


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("change", [{"ballistics": "tied"}, {"link": "none"}, {"ballistics": "tied", "link": "none"}])
def test_stereo_tied_and_unlinked(topology: Topology, change: dict[str, Any]) -> None:
    drawn = in_topology(LAYOUTS["full54"], topology).decode(np.random.default_rng(5).random(54))
    assert_exact(drawn.changed(**change), signal(channels=2, frames=600))


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_linked_channels_outer_compressor_and_every_filter_type(topology: Topology) -> None:
    rng = np.random.default_rng(7)
    settings = random_settings(
        rng, 5, topology, compressor=random_compressor(rng), preamp_db=3.0, output_db=-2.0, gain_db=12.0
    )
    assert_exact(settings, signal(channels=3), tolerance=1e-4)  # a high pass at 10 Hz loses digits in differences


def test_tied_ballistics_have_no_gradient_by_release() -> None:
    settings = Settings(compressor=Compressor(threshold_db=-30, ratio=3), ballistics="tied")
    plan, values = Plan.of(settings, everything=True)
    tape = Tape(signal(), RATE, plan, values)
    _, by_values = tape.gradient(loss_weights(tape.output.shape))
    assert by_values[plan.names.index("compressor.release_ms")] == 0
    assert by_values[plan.names.index("compressor.attack_ms")] != 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_attack_and_release_have_a_gradient_each(dtype: Any) -> None:
    settings = Settings(compressor=Compressor(threshold_db=-30, ratio=3, attack_ms=20, release_ms=20))
    x = signal()
    plan, values = Plan.of(settings, everything=True)
    weights = loss_weights(x.shape)
    wanted = value_differences(x, plan, values, weights)
    _, found = Tape(x.astype(dtype), RATE, plan, values).gradient(weights)
    np.testing.assert_allclose(found, wanted, rtol=1e-3 if dtype == np.float32 else 1e-5)


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_neutral_settings_have_gradients_to_leave_by(topology: Topology) -> None:
    """Where training starts every gain, ratio and makeup is heard; a ratio can only rise, so that side counts."""
    layout = in_topology(LAYOUTS["full54"], topology)
    plan, values = Plan.of(layout.decode(layout.neutral), everything=True)
    x = signal()
    tape = Tape(x, RATE, plan, values)
    weights = loss_weights(x.shape)
    _, found = tape.gradient(weights)
    wanted = value_differences(x, plan, values, weights)
    for index, (name, value) in enumerate(zip(plan.names, found, strict=True)):
        if name.endswith("ratio"):
            moved = values.copy()
            moved[index] += 1e-6
            difference = np.sum(weights * (Tape(x, RATE, plan, moved).output - tape.output)) / 1e-6
            assert value == pytest.approx(difference, rel=1e-4), name
        else:
            assert value == pytest.approx(wanted[index], rel=1e-5, abs=1e-5), name
        if name.rsplit(".", 1)[-1] in ("gain_db", "ratio", "makeup_db", "preamp_db", "output_db"):
            assert abs(value) > 1e-6, name


def test_knee_0() -> None:
    settings = Settings(compressor=Compressor(threshold_db=-30, ratio=3, knee_db=0.0))
    plan, values = Plan.of(settings, everything=True)
    x = signal()
    weights = loss_weights(x.shape)
    _, found = Tape(x, RATE, plan, values).gradient(weights)
    wanted = value_differences(x, plan, values, weights)
    keep = [i for i, name in enumerate(plan.names) if not name.endswith("knee_db")]
    np.testing.assert_allclose(found[keep], wanted[keep], rtol=1e-4, atol=1e-7)
    assert np.isfinite(found).all()


def test_a_bypassed_band_has_no_gradient() -> None:
    settings = Settings(bands=(Band(type="peak", frequency_hz=20_000, gain_db=6), Band(type="peak", frequency_hz=100)))
    plan, values = Plan.of(settings, everything=True)
    x = music(16_000, 0.05)[None]
    _, found = Tape(x, 16_000, plan, values).gradient(loss_weights(x.shape))
    assert not found[plan.filter_columns(0)].any()
    assert found[plan.filter_columns(1)].any()


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("ballistics", ["branching", "tied"])
def test_float32_is_close_to_float64(topology: Topology, ballistics: str) -> None:
    drawn = in_topology(LAYOUTS["full54"], topology).decode(np.random.default_rng(2).random(54))
    settings = drawn.changed(ballistics=ballistics)
    x = signal(frames=20_000).astype(np.float32)
    plan, values = Plan.of(settings, everything=True)
    weights = loss_weights(x.shape).astype(np.float32)
    inputs, found = Tape(x, RATE, plan, values).gradient(weights)
    exact_inputs, exact = Tape(x.astype(np.float64), RATE, plan, values).gradient(weights.astype(np.float64))
    assert inputs.dtype == np.float32
    assert found.dtype == np.float64
    assert np.linalg.norm(inputs - exact_inputs) <= 1e-3 * np.linalg.norm(exact_inputs)
    # Each value in its own unit: relative to what it is, or to a thousandth of the largest in the same unit.
    units = [name.rsplit("_", 1)[-1] for name in plan.names]
    for name, unit, a, b in zip(plan.names, units, found, exact, strict=True):
        largest = max(abs(v) for v, u in zip(exact, units, strict=True) if u == unit)
        assert a == pytest.approx(b, rel=1e-2, abs=1e-3 * largest), name


def test_rows_have_values_of_their_own_or_share_them() -> None:
    rng = np.random.default_rng(0)
    layout = LAYOUTS["full54"]
    x = signal(rows=3)
    weights = loss_weights(x.shape)
    plan, _ = Plan.of(layout.base, everything=True)
    rows = np.stack([Plan.of(layout.decode(rng.random(54)), everything=True)[1] for _ in range(3)])
    by_input, by_values = Tape(x, RATE, plan, rows).gradient(weights)
    for row in range(3):
        one = Tape(x[row : row + 1], RATE, plan, rows[row])
        one_input, one_values = one.gradient(weights[row : row + 1])
        np.testing.assert_allclose(by_input[row], one_input[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(by_values[row], one_values, rtol=1e-9, atol=1e-12)
    shared = Tape(x, RATE, plan, rows[0])
    _, together = shared.gradient(weights)
    _, apart = Tape(x, RATE, plan, np.tile(rows[0], (3, 1))).gradient(weights)
    np.testing.assert_allclose(together, apart.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_silence_and_odd_lengths_have_finite_gradients(topology: Topology, dtype: Any) -> None:
    drawn = in_topology(LAYOUTS["full54"], topology).decode(np.random.default_rng(2).random(54))
    plan, values = Plan.of(drawn, everything=True)
    for frames in (0, 1, 2, 511, 512, 513):
        for x in (np.zeros((1, 2, frames), dtype), np.full((1, 2, frames), 1e-40, dtype)):
            by_input, by_values = Tape(x, RATE, plan, values).gradient(np.ones_like(x))
            assert by_input.shape == x.shape
            assert np.isfinite(by_input).all()
            assert np.isfinite(by_values).all()


def test_the_gradient_may_be_asked_for_twice() -> None:
    drawn = LAYOUTS["full54"].decode(np.random.default_rng(2).random(54))
    plan, values = Plan.of(drawn, everything=True)
    tape = Tape(signal(), RATE, plan, values)
    weights = loss_weights(tape.output.shape)
    first, second = tape.gradient(weights), tape.gradient(weights)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_wrong_numbers_of_values_are_refused() -> None:
    plan, values = Plan.of(LAYOUTS["full54"].base, everything=True)
    with pytest.raises(ValueError, match="values per row"):
        Tape(signal(), RATE, plan, values[:-1])


def test_a_plan_and_its_values_are_the_settings_again() -> None:
    rng = np.random.default_rng(1)
    for topology in TOPOLOGIES:
        settings = random_settings(rng, 5, topology, compressor=random_compressor(rng), preamp_db=1.0, link="none")
        plan, values = Plan.of(settings, everything=True)
        assert len(plan.names) == values.size
        assert plan.settings(values) == settings
