"""Where programs look for presets, on each system.

Sources: XDG Base Directory Specification; EasyEffects 8 keeps presets in its data folder, version 7 in its
configuration folder, Flatpak each in a folder of its own; PipeWire's filter-chain service reads
``filter-chain.conf.d``; Equalizer APO's installer writes ``ConfigPath`` to the registry.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tonewright.formats.installing.contract import InstallError

_FLATPAK = ".var/app/com.github.wwmm.easyeffects"
_APO_KEY = r"SOFTWARE\EqualizerAPO"


class Places:
    """The folders of one user.

    Parameters
    ----------
    variables
        Environment; the process's own if absent.
    home
        Of the user; found out if absent.
    """

    def __init__(self, variables: Mapping[str, str] | None = None, home: Path | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        try:
            self.home = Path.home() if home is None else home
        except RuntimeError:
            raise InstallError("There is no home folder to look in; name a folder.") from None

    def data(self) -> Path:
        """Return ``$XDG_DATA_HOME``."""
        return self._xdg("XDG_DATA_HOME", ".local/share")

    def config(self) -> Path:
        """Return ``$XDG_CONFIG_HOME``."""
        return self._xdg("XDG_CONFIG_HOME", ".config")

    def state(self) -> Path:
        """Return the folder of our own notes: what was installed, and what was there before."""
        if sys.platform == "win32" and (local := self._variables.get("LOCALAPPDATA")):
            return Path(local) / "tonewright"
        return self._xdg("XDG_STATE_HOME", ".local/state") / "tonewright"

    def runtime(self) -> Path | None:
        """Return ``$XDG_RUNTIME_DIR``; ``None`` if there is none."""
        named = self._variables.get("XDG_RUNTIME_DIR", "")
        return Path(named) if Path(named).is_absolute() else None

    def _xdg(self, variable: str, default: str) -> Path:
        # The specification: relative values are ignored.
        named = Path(self._variables.get(variable, ""))
        return named if named.is_absolute() else self.home / default

    def easyeffects(self) -> tuple[list[Path], bool]:
        """Return the folders of output presets, version 8's first, and whether EasyEffects was ever started here."""
        current = self.data() / "easyeffects"
        older = self.config() / "easyeffects" / "output"
        flatpak = self.home / _FLATPAK
        found = [current / "output"] if current.is_dir() else []
        if older.is_dir():
            found.append(older)
        if flatpak.is_dir():
            found.append(flatpak / "data" / "easyeffects" / "output")
            packed = flatpak / "config" / "easyeffects" / "output"
            found += [packed] if packed.is_dir() else []
        if current / "output" not in found and not flatpak.is_dir():
            found.insert(0, current / "output")
        return found, current.is_dir() or older.is_dir() or flatpak.is_dir()

    def pipewire(self) -> Path:
        """Return the folder of the filter-chain service's parts."""
        return self.config() / "pipewire" / "filter-chain.conf.d"

    def equalizer_apo(self, registered: str | None = None) -> Path:
        """Return Equalizer APO's folder of configurations.

        Parameters
        ----------
        registered
            What the registry says; asked if absent.

        Raises
        ------
        InstallError
            If it is not found.
        """
        registered = registered or _registered()
        candidates = [Path(registered)] if registered else []
        programs = [self._variables[one] for one in ("ProgramW6432", "ProgramFiles") if self._variables.get(one)]
        candidates += [Path(one) / "EqualizerAPO" / "config" for one in programs]
        return _first(candidates, Path.is_dir) or _missing(
            "Equalizer APO is not found on this computer; name its config folder with --to-folder."
        )

    def camilladsp(self) -> Path:
        """Return the configuration that CamillaDSP's statefile names.

        Raises
        ------
        InstallError
            If there is no statefile in the usual places, or it names no configuration.
        """
        import yaml

        candidates = [
            self.home / "camilladsp" / "statefile.yml",
            self.config() / "camilladsp" / "statefile.yml",
            Path("/var/lib/cdsp/statefile.yml"),
            Path("/etc/camilladsp/statefile.yml"),
        ]
        statefile = _first(candidates, Path.is_file) or _missing(
            "CamillaDSP's statefile is not found; name the configuration with --config."
        )
        try:
            state = yaml.safe_load(statefile.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            state = None
        named = state.get("config_path") if isinstance(state, dict) else None
        if not isinstance(named, str) or not named:
            raise InstallError(f"{statefile} names no configuration; name it with --config.")
        return statefile.parent / named


def _first(candidates: Iterable[Path], fits: object) -> Path | None:
    for path in candidates:
        try:
            if callable(fits) and fits(path):
                return path
        except OSError:  # not ours to look into
            continue
    return None


def _missing(sentence: str) -> Path:
    raise InstallError(sentence)


def _registered() -> str | None:
    """Ask Windows' registry where Equalizer APO's configurations are."""
    if sys.platform == "win32":
        import winreg

        for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
            try:
                with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _APO_KEY, 0, winreg.KEY_READ | view) as key:
                    return str(winreg.QueryValueEx(key, "ConfigPath")[0])
            except OSError:
                continue
    return None
