"""One way to install for every program, to take it back, and to tell a program that is running."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tonewright.formats.installing import camilladsp, easyeffects, equalizer_apo, pipewire
from tonewright.formats.installing import camilladsp_merge as merging
from tonewright.formats.installing.contract import DEFAULT_NAME, Installation, InstallError, check_name, read_if_there
from tonewright.formats.installing.journal import Journal, Step
from tonewright.formats.installing.live_camilladsp import ADDRESS, CamillaSocket
from tonewright.formats.installing.live_easyeffects import find_socket, gain_changes, load_preset, send
from tonewright.formats.installing.places import Places
from tonewright.settings import Settings

#: Programs that presets can be installed for.
PROGRAMS = ("easyeffects", "pipewire", "equalizer-apo", "camilladsp")
_FOLDERS = {"easyeffects": easyeffects.plan, "pipewire": pipewire.plan, "equalizer-apo": equalizer_apo.plan}
_GONE = "The preset is gone; EasyEffects keeps its sound until another preset is chosen."


@dataclass(frozen=True)
class Changed:
    """A file and what happened, or would happen, to it: ``new``, ``changed``, ``unchanged`` or ``removed``."""

    path: Path
    change: str


def plan(
    settings: Settings,
    program: str,
    *,
    name: str = DEFAULT_NAME,
    folder: Path | None = None,
    config: Path | None = None,
    rate_hz: float = 48_000.0,
    places: Places | None = None,
) -> Installation:
    """Say what an installation would write; nothing is written.

    Parameters
    ----------
    program
        One of :data:`PROGRAMS`.
    name
        Of the preset.
    folder
        Where the program looks for presets, if not in the usual place.
    config
        CamillaDSP's configuration, if not the one its statefile names.
    rate_hz
        At which the program runs; CamillaDSP's configuration says so itself.

    Raises
    ------
    SettingsError, InstallError
        If the settings cannot be carried, or a place is not found.
    """
    places = places or Places()
    if program == "camilladsp":
        return camilladsp.plan(settings, name, places, config=config)
    if program not in _FOLDERS:
        raise InstallError(f"Presets cannot be installed for {program!r}, only for {', '.join(PROGRAMS)}.")
    return _FOLDERS[program](settings, name, places, folder=folder, rate_hz=rate_hz)


def preview(installation: Installation) -> list[Changed]:
    """Return what an installation would do to each file."""
    found = []
    for file in installation.files:
        held = read_if_there(file.path)
        change = "unchanged" if held == file.content else "new" if held is None else "changed"
        found.append(Changed(file.path, change))
    return found


def install(installation: Installation, places: Places | None = None) -> list[Changed]:
    """Write an installation, all files or none, with a backup; installing the same again changes nothing."""
    places = places or Places()
    found = preview(installation)
    journal(installation.program, places).write(installation.name, installation.files)
    return found


def journal(program: str, places: Places) -> Journal:
    """Return what is on record for a program."""
    if program not in PROGRAMS:
        raise InstallError(f"Presets cannot be installed for {program!r}, only for {', '.join(PROGRAMS)}.")
    return Journal(places.state() / "installed" / program)


def last(program: str, places: Places | None = None) -> Step | None:
    """Return the step that :func:`undo` would take back; ``None`` if there is none."""
    steps = journal(program, places or Places()).steps()
    return steps[-1] if steps else None


def undo(program: str, *, force: bool = False, places: Places | None = None) -> tuple[Step, list[Changed]]:
    """Take the newest installation for a program back, byte for byte.

    Raises
    ------
    InstallError
        If there is none, or a file has been changed since (unless ``force``).
    """
    step = journal(program, places or Places()).undo(force=force)
    return step, [Changed(one.path, "removed" if one.before is None else "changed") for one in step.files]


def install_live_easyeffects(
    installation: Installation, *, adjust: bool = False, places: Places | None = None
) -> list[Changed]:
    """Install a preset and have a running EasyEffects load it.

    Parameters
    ----------
    adjust
        Turn only the gains that differ from the installed preset, without a gap: for the preset that is playing.

    Raises
    ------
    LiveError
        If EasyEffects is not running (nothing is written then), or cannot be told (the preset stays installed).
    InstallError
        If more than gains differ with ``adjust``.
    """
    places = places or Places()
    place = find_socket(places.runtime())
    messages: list[str] | None = load_preset(installation.name)
    if adjust:
        first = installation.files[0]
        messages = gain_changes(read_if_there(first.path), first.content or b"")
        if messages is None:
            raise InstallError(
                f"{installation.name} as it is installed differs in more than gains, or is not there; "
                "load it as a whole with --live."
            )
    found = install(installation, places)
    if messages:
        send(place, messages)
    return found


def install_live_camilladsp(
    settings: Settings, installation: Installation | None, *, address: str = ADDRESS, places: Places | None = None
) -> tuple[Installation, list[Changed]]:
    """Put settings into a running CamillaDSP, and into its configuration file if one is known.

    The running configuration is read, our parts are replaced, CamillaDSP checks the whole, and only then the file is
    written and the configuration set.

    Parameters
    ----------
    installation
        From :func:`plan`; ``None`` if no file is known.

    Raises
    ------
    LiveError
        If CamillaDSP cannot be reached or refuses; nothing is written then, unless it breaks at the last command.
    """
    with CamillaSocket(address) as running:
        config = merging.load(running.get_config(), "CamillaDSP's running configuration")
        preset, notes, exactness, error = camilladsp.preset_for(settings, config)
        whole = merging.dump(merging.merged(config, preset))
        running.validate(whole)
        found = [] if installation is None else install(installation, places)
        running.set_config(whole)
    if installation is None:
        step = "It is heard until CamillaDSP is restarted; name its configuration with --config to keep it."
        return Installation("camilladsp", DEFAULT_NAME, (), step, notes, exactness, error), found
    return replace(installation, next_step="CamillaDSP plays it now, and after a restart too."), found


def check_live(program: str, *, address: str = ADDRESS, places: Places | None = None) -> None:
    """Make sure that a running program can be told, before anything is changed; raises :class:`LiveError` if not."""
    if program == "easyeffects":
        find_socket((places or Places()).runtime())
        return
    with CamillaSocket(address) as running:
        running.get_config()


def known_config(places: Places | None = None) -> Path | None:
    """Return the configuration that CamillaDSP's statefile names; ``None`` if there is no such file."""
    try:
        path = (places or Places()).camilladsp()
    except InstallError:
        return None
    return path if path.is_file() else None


def tell_undone(program: str, step: Step | None, *, address: str = ADDRESS, places: Places | None = None) -> str:
    """Have a running program play what an undone step left; return a sentence about it.

    Parameters
    ----------
    step
        From :func:`undo`; ``None`` to take our parts out of a running CamillaDSP where no file was written.

    Raises
    ------
    LiveError
        If the program cannot be told.
    """
    if program == "easyeffects":
        if step is None or all(one.before is None for one in step.files):
            return _GONE
        send(find_socket((places or Places()).runtime()), load_preset(check_name(step.name)))
        return f"EasyEffects plays the older {step.name} again."
    before = step.files[0].before if step is not None else None
    older: dict[str, Any] = (
        {} if before is None else merging.load(before.decode("utf-8-sig"), "the older configuration")
    )
    preset = merging.ours(older)
    with CamillaSocket(address) as running:
        config = merging.load(running.get_config(), "CamillaDSP's running configuration")
        whole = merging.dump(merging.merged(config, preset))
        running.validate(whole)
        running.set_config(whole)
    return (
        "CamillaDSP plays the older filters again." if preset["pipeline"] else "CamillaDSP plays without our filters."
    )
