"""What is written for each program, and that the user's own lines stay."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tonewright.errors import SettingsError
from tonewright.formats import parse
from tonewright.formats.installing import installer
from tonewright.formats.installing.contract import InstallError, check_name, slug
from tonewright.formats.installing.equalizer_apo import include
from tonewright.formats.installing.places import Places
from tonewright.processor.filters import response_db
from tonewright.settings import Band, Settings

SETTINGS = Settings(
    preamp_db=-6.2,
    bands=(
        Band(type="low_shelf", frequency_hz=105.0, gain_db=3.5),
        Band(type="peak", frequency_hz=1000.0, gain_db=-2.4, q=1.41),
        Band(type="high_shelf", frequency_hz=9000.0, gain_db=1.8),
    ),
)
FREQUENCIES = np.geomspace(20.0, 20_000.0, 60)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places({}, tmp_path)


def same_shape(text: str, program: str, rate_hz: float = 48_000.0) -> bool:
    """Whether a preset, read back, has our response; headroom may lower all of it."""
    found = parse(text, program).settings
    off = response_db(found, FREQUENCIES, rate_hz) - response_db(SETTINGS, FREQUENCIES, rate_hz)
    return bool(np.ptp(off) < 0.05 and off.max() < 0.05)


def test_easyeffects(places: Places, tmp_path: Path) -> None:
    (tmp_path / ".config" / "easyeffects" / "output").mkdir(parents=True)
    planned = installer.plan(SETTINGS, "easyeffects", name="Late dinner", places=places)
    assert [one.change for one in installer.preview(planned)] == ["new", "new"]
    installer.install(planned, places)
    paths = [
        tmp_path / place / "output" / "Late dinner.json"
        for place in (".local/share/easyeffects", ".config/easyeffects")
    ]
    for path in paths:
        assert same_shape(path.read_text(), "easyeffects")
    assert "easyeffects -l 'Late dinner'" in planned.next_step
    assert planned.max_error_db < 0.01
    _, files = installer.undo("easyeffects", places=places)
    assert {one.path for one in files} == set(paths)
    assert not any(path.exists() for path in paths)


def test_easyeffects_that_was_never_started(places: Places) -> None:
    assert any("never been started" in one for one in installer.plan(SETTINGS, "easyeffects", places=places).notes)


def test_pipewire(places: Places, tmp_path: Path) -> None:
    planned = installer.plan(SETTINGS, "pipewire", name="Late dinner", places=places)
    installer.install(planned, places)
    path = tmp_path / ".config" / "pipewire" / "filter-chain.conf.d" / "late-dinner.conf"
    text = path.read_text()
    assert same_shape(text, "pipewire")
    assert 'node.description = "Late dinner"' in text
    assert 'node.name = "effect_input.late-dinner"' in text
    assert 'node.name = "effect_output.late-dinner"' in text
    assert "systemctl --user restart filter-chain" in planned.next_step
    other = installer.plan(SETTINGS, "pipewire", name="Morning", places=places)
    assert b"late-dinner" not in (other.files[0].content or b"")


class TestEqualizerApo:
    def test_one_line_more_and_everything_else_stays(self, places: Places, tmp_path: Path) -> None:
        config = tmp_path / "config.txt"
        own = b"Device: Speakers\r\nPreamp: -3 dB # l\xe4uft\r\nInclude: peace.txt\r\n"
        config.write_bytes(own)
        planned = installer.plan(SETTINGS, "equalizer-apo", folder=tmp_path, places=places)
        for _ in range(3):
            installer.install(planned, places)
        assert config.read_bytes() == b"Include: tonewright.txt\r\n" + own
        assert same_shape((tmp_path / "tonewright.txt").read_text(), "equalizer-apo")
        assert b"\r\n" in (tmp_path / "tonewright.txt").read_bytes()
        installer.undo("equalizer-apo", places=places)
        assert config.read_bytes() == own
        assert not (tmp_path / "tonewright.txt").exists()

    def test_other_settings_change_our_file_only(self, places: Places, tmp_path: Path) -> None:
        (tmp_path / "config.txt").write_bytes(b"Preamp: -3 dB\n")
        installer.install(installer.plan(SETTINGS, "equalizer-apo", folder=tmp_path, places=places), places)
        other = installer.plan(SETTINGS.scaled(0.5), "equalizer-apo", folder=tmp_path, places=places)
        assert [one.change for one in installer.preview(other)] == ["changed", "unchanged"]
        installer.install(other, places)
        assert (tmp_path / "config.txt").read_bytes() == b"Include: tonewright.txt\nPreamp: -3 dB\n"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"", b"Include: t.txt\r\n"),
            (b"\xef\xbb\xbfPreamp: 0 dB\r\n", b"\xef\xbb\xbfInclude: t.txt\r\nPreamp: 0 dB\r\n"),
            (b"Preamp: 0 dB\ninclude:  T.TXT\n", b"Preamp: 0 dB\ninclude:  T.TXT\n"),
            (b"# Include: t.txt\n", b"Include: t.txt\n# Include: t.txt\n"),
            # Below a device it would hold for that one only.
            (b"Device: A\nInclude: t.txt\n", b"Include: t.txt\nDevice: A\nInclude: t.txt\n"),
            (b"Include: not-t.txt\n", b"Include: t.txt\nInclude: not-t.txt\n"),
        ],
    )
    def test_include(self, before: bytes, after: bytes) -> None:
        assert include(before, "t.txt") == after
        assert include(after, "t.txt") == after

    def test_what_equalizer_apo_cannot_read_is_refused(self) -> None:
        with pytest.raises(InstallError, match="UTF-16"):
            include("Preamp: 0 dB".encode("utf-16"), "t.txt")

    def test_its_main_file_is_not_replaced(self, places: Places, tmp_path: Path) -> None:
        with pytest.raises(InstallError, match=r"config\.txt"):
            installer.plan(SETTINGS, "equalizer-apo", name="Config", folder=tmp_path, places=places)


def test_links_are_followed(places: Places, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles" / "config.txt").write_bytes(b"Preamp: -3 dB\n")
    apo = tmp_path / "apo"
    apo.mkdir()
    (apo / "config.txt").symlink_to(tmp_path / "dotfiles" / "config.txt")
    installer.install(installer.plan(SETTINGS, "equalizer-apo", folder=apo, places=places), places)
    assert (apo / "config.txt").is_symlink()
    assert b"Include" in (tmp_path / "dotfiles" / "config.txt").read_bytes()


@pytest.mark.parametrize(
    "name", ["", ".hidden", "../x", "a/b", "a\\b", 'a"b', "a:b", "a\nb", "x" * 65, "CON", "nul.txt", "a."]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(InstallError, match="no name for a preset"):
        check_name(name)


@pytest.mark.parametrize(("name", "wanted"), [("Tonewright", "tonewright"), ("Wärmer (2)", "wärmer-2"), ("a", "a")])
def test_names(name: str, wanted: str) -> None:
    assert slug(check_name(name)) == wanted


def test_only_what_can_be_installed(places: Places) -> None:
    with pytest.raises(InstallError, match="only for easyeffects"):
        installer.plan(SETTINGS, "sox", places=places)
    with pytest.raises(InstallError, match="only for"):
        installer.undo("../x", places=places)


def test_the_preset_is_what_export_writes(places: Places) -> None:
    from tonewright.formats import export

    content = installer.plan(SETTINGS, "easyeffects", places=places).files[0].content or b""
    assert json.loads(content) == json.loads(export(SETTINGS, "easyeffects").text)
    with pytest.raises(SettingsError):
        installer.plan(SETTINGS, "easyeffects", rate_hz=1.0, places=places)
