"""All programs by name."""

from __future__ import annotations

from functools import cache

from tonewright.errors import SettingsError
from tonewright.formats.contract import Program
from tonewright.formats.dialects import (
    camilladsp,
    coefficients,
    databases,
    easyeffects,
    equalizer_apo,
    faust,
    ffmpeg,
    graphic_eq,
    impulse_response,
    jsfx,
    own,
    pipewire,
    small,
    sox,
)

#: In the order in which tables list them and text is asked whose it is.
_MODULES = (
    own,
    jsfx,
    faust,
    graphic_eq,
    equalizer_apo,
    camilladsp,
    easyeffects,
    pipewire,
    coefficients,
    ffmpeg,
    sox,
    databases,
    small,
    impulse_response,
)


@cache
def _by_name() -> dict[str, Program]:
    return {program.name: program for module in _MODULES for program in module.PROGRAMS}


def programs() -> dict[str, Program]:
    """Return every program by its name."""
    return dict(_by_name())


def program(name: str) -> Program:
    """Return a program by its name or another name of it; raises :class:`SettingsError` with the names there are."""
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    for one in _by_name().values():
        if wanted == one.name or wanted in one.aliases:
            return one
    raise SettingsError(f"There is no program {name!r}; there are {', '.join(_by_name())}.")
