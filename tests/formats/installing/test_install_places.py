"""Where programs look, on systems of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tonewright.formats.installing.contract import InstallError
from tonewright.formats.installing.places import Places

FLATPAK = ".var/app/com.github.wwmm.easyeffects"


def test_easyeffects_where_nothing_is_yet(tmp_path: Path) -> None:
    assert Places({}, tmp_path).easyeffects() == ([tmp_path / ".local/share/easyeffects/output"], False)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ([".local/share/easyeffects"], [".local/share/easyeffects/output"]),
        (
            [".local/share/easyeffects", ".config/easyeffects/output"],
            [".local/share/easyeffects/output", ".config/easyeffects/output"],
        ),
        ([".config/easyeffects/output"], [".local/share/easyeffects/output", ".config/easyeffects/output"]),
        ([FLATPAK], [f"{FLATPAK}/data/easyeffects/output"]),
        (
            [f"{FLATPAK}/config/easyeffects/output", ".local/share/easyeffects"],
            [
                ".local/share/easyeffects/output",
                f"{FLATPAK}/data/easyeffects/output",
                f"{FLATPAK}/config/easyeffects/output",
            ],
        ),
    ],
)
def test_easyeffects(tmp_path: Path, there: list[str], wanted: list[str]) -> None:
    for one in there:
        (tmp_path / one).mkdir(parents=True)
    assert Places({}, tmp_path).easyeffects() == ([tmp_path / one for one in wanted], True)


def test_xdg_variables_count_if_they_are_absolute(tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "elsewhere")
    places = Places({"XDG_DATA_HOME": elsewhere, "XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": elsewhere}, tmp_path)
    assert places.easyeffects()[0] == [tmp_path / "elsewhere" / "easyeffects" / "output"]
    assert places.pipewire() == tmp_path / ".config" / "pipewire" / "filter-chain.conf.d"
    assert places.state() == tmp_path / "elsewhere" / "tonewright"
    assert places.runtime() is None


def test_equalizer_apo(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="--to-folder"):
        Places({}, tmp_path).equalizer_apo()
    config = tmp_path / "Program Files" / "EqualizerAPO" / "config"
    config.mkdir(parents=True)
    assert Places({"ProgramFiles": str(tmp_path / "Program Files")}, tmp_path).equalizer_apo() == config
    registered = tmp_path / "registered"
    registered.mkdir()
    places = Places({"ProgramFiles": str(tmp_path / "Program Files")}, tmp_path)
    assert places.equalizer_apo(str(registered)) == registered
    assert places.equalizer_apo(str(tmp_path / "gone")) == config


def test_camilladsp(tmp_path: Path) -> None:
    places = Places({}, tmp_path)
    if not any(Path(one).exists() for one in ("/var/lib/cdsp/statefile.yml", "/etc/camilladsp/statefile.yml")):
        with pytest.raises(InstallError, match="--config"):
            places.camilladsp()
    statefile = tmp_path / "camilladsp" / "statefile.yml"
    statefile.parent.mkdir()
    statefile.write_text("config_path: /somewhere/active.yml\nmute: [false]\nvolume: [0.0]\n")
    assert places.camilladsp() == Path("/somewhere/active.yml")
    statefile.write_text("config_path: configs/active.yml\n")
    assert places.camilladsp() == statefile.parent / "configs" / "active.yml"
    for broken in ("config_path: null\n", "- a\n", ":\n\t:", ""):
        statefile.write_text(broken)
        with pytest.raises(InstallError, match="names no configuration"):
            places.camilladsp()
