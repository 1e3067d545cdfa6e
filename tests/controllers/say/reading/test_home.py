"""Where models are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tonewright.controllers.say.reading.home import ModelError, home, models


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "here"))
    assert home() == tmp_path / "here"
    assert models() == tmp_path / "here" / "models"
    assert not home().exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the XDG specification is for Linux")
@pytest.mark.parametrize(
    ("caches", "expected"),
    [("/caches", "/caches/tonewright"), ("relative", "HOME/.cache/tonewright"), (None, "HOME/.cache/tonewright")],
)
def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caches: str | None, expected: str) -> None:
    """As the XDG Base Directory Specification has it: relative values are ignored."""
    for name in ("TONEWRIGHT_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if caches is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", caches)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home() == Path(expected.replace("HOME", str(tmp_path)))
    assert not home().exists()


def test_no_home_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TONEWRIGHT_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(ModelError, match="set TONEWRIGHT_HOME"):
        home()
