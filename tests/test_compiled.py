"""Compiled functions: results, arithmetic that does not drift, the GIL, and the word to the user."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tonewright
from tonewright import compiled
from tonewright.compiled import VECTOR, can_cache, kernel


@kernel()
def _last_of_running_sum(x: np.ndarray, out: np.ndarray) -> float:
    total = 0.0
    for i in range(x.size):
        total += x[i]
        out[i] = total
    return total


@kernel(VECTOR)
def _largest(x: np.ndarray) -> float:
    largest = 0.0
    for i in range(x.size):
        largest = max(largest, abs(x[i]))
    return largest


@kernel(inline=True)
def _twice(x: float) -> float:
    return 2.0 * x


@kernel()
def _four_times(x: float) -> float:
    return _twice(_twice(x))


def test_recursions_keep_their_order_of_operations() -> None:
    x = np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.arange(-500, 500) ** 0.0
    x[::7] *= 1e12
    out = np.empty_like(x)
    last = _last_of_running_sum(x, out)
    assert np.array_equal(out, np.cumsum(x))  # numpy's is sequential too: the same roundings
    assert last == out[-1]


def test_both_precisions() -> None:
    x = np.array([1.5, -2.5], dtype=np.float32)
    assert _largest(x) == 2.5
    assert _largest(x.astype(np.float64)) == 2.5


def test_infinities_stay_correct_in_vector_loops() -> None:
    assert _largest(np.array([1.0, -np.inf, 2.0])) == np.inf


def test_inlined_functions() -> None:
    assert _four_times(1.5) == 6.0


def test_division_by_zero_is_numpys() -> None:
    @kernel()
    def inverse(x: float) -> float:
        return 1.0 / x

    assert inverse(0.0) == np.inf


def test_the_gil_is_released() -> None:
    assert _last_of_running_sum.targetoptions["nogil"]  # type: ignore[attr-defined]
    assert _four_times.targetoptions["nogil"]  # type: ignore[attr-defined]
    assert not _last_of_running_sum.targetoptions.get("parallel")  # type: ignore[attr-defined]


def test_this_checkout_can_cache() -> None:
    assert can_cache()


def test_what_is_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="tonewright"):
        monkeypatch.setitem(compiled._state, "cached", True)
        compiled._announce("these kernels")
        monkeypatch.setitem(compiled._state, "cached", False)
        compiled._announce("these kernels")
    first, second = caplog.messages
    assert first.startswith("Compiling these kernels")
    assert "once after installation" in first
    assert "NUMBA_CACHE_DIR" in second


def test_functions_of_others_compile_silently(tmp_path: Path) -> None:
    """Whoever uses numba beside us hears nothing from us."""
    script = "import numba, tonewright.compiled\nassert numba.njit(lambda x: x + 1)(1) == 2\n"
    environment = os.environ | {"PYTHONPATH": str(Path(tonewright.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout + done.stderr == ""


def test_cached_kernels_depend_on_the_sources_beside_them(tmp_path: Path) -> None:
    """A kernel inlines functions of its neighbours: when one of those changes, the cached machine code is stale."""
    (tmp_path / "inner.py").write_text(
        "from tonewright.compiled import kernel\n\n@kernel()\ndef inner(x):\n    return x + 1.0\n"
    )
    (tmp_path / "outer.py").write_text(
        "from inner import inner\nfrom tonewright.compiled import kernel\n\n"
        "@kernel()\ndef outer(x):\n    return inner(x) * 10.0\n\nprint(outer(1.0), outer.stats.cache_hits)\n"
    )

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "outer.py"], cwd=tmp_path, capture_output=True, text=True, check=True,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")},
        )  # fmt: skip
        return done.stdout.split("\n")[0]

    assert run() == "20.0 Counter()"
    assert run().startswith("20.0 Counter({")
    text = (tmp_path / "inner.py").read_text()
    (tmp_path / "inner.py").write_text(text.replace("1.0", "2.0"))
    assert run() == "30.0 Counter()"


def test_kept_machine_code_needs_no_compiler(tmp_path: Path) -> None:
    if not can_cache():
        pytest.skip("no cache can be written here")
    (tmp_path / "kernels_kept.py").write_text(
        "from tonewright.compiled import kernel\n\n@kernel()\ndef add(x: float) -> float:\n    return x + 1.0\n"
    )
    code = "import sys, kernels_kept; print(kernels_kept.add(1.0), 'numba.np.npyimpl' in sys.modules)"
    source = str(Path(tonewright.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([source, str(tmp_path)])}
    said = [
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert said == ["2.0 True\n", "2.0 False\n"]
