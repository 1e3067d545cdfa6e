"""Where models are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tonewright.controllers.say.reading.home import ModelError, home, models


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "here"))
    assert home() == tmp_path / "here"
    assert models() == tmp_path / "here" / "models"
    assert not home().exists()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/tonewright"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "HOME/.cache/tonewright"),
        ("linux", {}, "HOME/.cache/tonewright"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "HOME/Library/Caches/tonewright"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/tonewright"),
        ("win32", {}, "HOME/AppData/Local/tonewright"),
    ],
)
def test_the_cache_of_each_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("TONEWRIGHT_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert home() == Path(expected.replace("HOME", str(tmp_path)))


def test_no_home_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("TONEWRIGHT_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    with pytest.raises(ModelError, match="set TONEWRIGHT_HOME"):
        home()
