"""Forks, a cold and a warm cache, and an installation where nothing can be written."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tonewright
from oracle import error_db, music, render
from tonewright.layouts import LAYOUTS
from tonewright.processor.render import render_array
from tonewright.settings import Settings
from tonewright.threads import set_threads

RATE = 44_100
PACKAGE = Path(tonewright.__file__).parent
SCRIPT = """
import sys
import numpy as np
from tonewright.processor.render import render_array
from tonewright.settings import Settings
x = np.load(sys.argv[1])
settings = Settings.load(sys.argv[2])
for _ in range(2):
    y = render_array(x, 44_100, settings)
np.save(sys.argv[3], y)
"""


def example() -> tuple[np.ndarray[Any, Any], Settings]:
    x = np.stack([music(RATE, 0.1, 2, seed=row) for row in range(4)]).astype(np.float32)
    return x, LAYOUTS["full54"].decode(np.random.default_rng(0).random(54))


def in_child(tmp_path: Path, source: Path, environment: dict[str, str]) -> tuple[np.ndarray[Any, Any], str]:
    """Render the example in another process; return the result and what it said."""
    x, settings = example()
    np.save(tmp_path / "in.npy", x)
    settings.save(tmp_path / "settings.json")
    places = [str(tmp_path / name) for name in ("in.npy", "settings.json", "out.npy")]
    kept = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *places],
        env=kept | {"PYTHONPATH": str(source)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return np.load(tmp_path / "out.npy"), done.stderr


def _send_render(pipe: Any, x: np.ndarray[Any, Any], settings: Settings) -> None:
    pipe.send_bytes(render_array(x, RATE, settings).tobytes())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
def test_a_fork_after_use_works_in_the_child() -> None:
    x, settings = example()
    set_threads(3)
    try:
        wanted = render_array(x, RATE, settings).tobytes()  # the pool has threads now; the child will not have them
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe()
        child = context.Process(target=_send_render, args=(there, x, settings))
        child.start()
        assert here.poll(60), "the child hangs"
        assert here.recv_bytes() == wanted
        child.join(60)
        assert child.exitcode == 0
        assert render_array(x, RATE, settings).tobytes() == wanted  # and the parent goes on
    finally:
        set_threads(0)


def test_a_read_only_installation_with_an_unwritable_home_renders_and_says_so_once(tmp_path: Path) -> None:
    source = tmp_path / "installed"
    shutil.copytree(PACKAGE, source / "tonewright", ignore=shutil.ignore_patterns("__pycache__"))
    # Nobody, root included, can make a directory where a file is.
    for folder in [source / "tonewright", *(p for p in (source / "tonewright").rglob("*") if p.is_dir())]:
        (folder / "__pycache__").write_text("in the way")
    blocked = tmp_path / "blocked"
    blocked.write_text("not a directory")
    places = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "TONEWRIGHT_HOME", "USERPROFILE")
    y, said = in_child(tmp_path, source, {name: str(blocked) for name in places})
    x, settings = example()
    for row, wanted in zip(y, x, strict=True):
        assert error_db(row, render(wanted, RATE, settings)) <= -120
    assert "Traceback" not in said
    assert said.count("Compiling") == 1
    assert "No cache directory can be written" in said
    assert "NUMBA_CACHE_DIR" in said
    assert len(said.strip().splitlines()) == 1
    assert blocked.read_text() == "not a directory"


def test_a_warm_cache_is_not_filled_again(tmp_path: Path) -> None:
    """The first process may compile, and says so at most once; the next one has nothing to say."""
    x, settings = example()
    first, said = in_child(tmp_path, PACKAGE.parent, {})
    assert said.count("Compiling") <= 1
    second, said = in_child(tmp_path, PACKAGE.parent, {})
    assert said == ""
    assert first.tobytes() == second.tobytes() == render_array(x, RATE, settings).tobytes()
