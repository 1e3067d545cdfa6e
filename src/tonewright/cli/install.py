"""``tonewright install``: settings put where a program looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.formats.installing.contract import Installation
    from tonewright.formats.installing.installer import Changed

_ADDRESS = "127.0.0.1:1234"


class Target(StrEnum):
    """Programs that presets can be installed for."""

    easyeffects = "easyeffects"
    pipewire = "pipewire"
    equalizer_apo = "equalizer-apo"
    camilladsp = "camilladsp"


def install(
    program: Annotated[Target, typer.Option("--to", help="The program.", show_default=False)],
    settings: Annotated[
        Path | None, typer.Argument(metavar="SETTINGS", help="A settings file (JSON).", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the preset is called.")] = "Tonewright",
    folder: Annotated[
        Path | None,
        typer.Option("--to-folder", metavar="DIR", help="The program's folder.", show_default="where it looks"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="CamillaDSP's configuration.", show_default="its statefile's"),
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", min=8_000, max=384_000, help="Sample rate the program runs at, in Hz.")
    ] = 48_000.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Have the running program play it at once (EasyEffects, CamillaDSP).")
    ] = False,
    adjust: Annotated[
        bool,
        typer.Option("--adjust", help="As --live, but only turn the gains of the EasyEffects preset that is playing."),
    ] = False,
    address: Annotated[
        str, typer.Option("--address", metavar="HOST:PORT", help="Where CamillaDSP's websocket is.")
    ] = _ADDRESS,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last installation for the program back.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --undo: even if a file was changed since.")] = False,
    json: options.Json = False,
) -> None:
    """Put settings where a program looks for them, with a backup and a way back.

    Files of yours are kept: for Equalizer APO one line is added to config.txt, for CamillaDSP only our own filters,
    processors and steps are replaced. --undo restores what was there, byte for byte, as many times as was installed.
    """
    _check(settings, program, folder, config, live=live, adjust=adjust, undo=undo, force=force)
    if undo:
        _undo(program, dry_run=dry_run, live=live, force=force, address=address, json=json)
        return
    assert settings is not None
    from tonewright.formats.installing import installer
    from tonewright.settings import Settings

    loaded = Settings.load(settings)
    planned: Installation | None = None
    if live and program is Target.camilladsp and config is None:
        # A running CamillaDSP can be told without knowing its file.
        config = installer.known_config()
    if not live or program is not Target.camilladsp or config is not None:
        planned = installer.plan(loaded, program.value, name=name, folder=folder, config=config, rate_hz=rate)
    if dry_run:
        files = [] if planned is None else installer.preview(planned)
    elif (live or adjust) and program is Target.easyeffects and planned is not None:
        files = installer.install_live_easyeffects(planned, adjust=adjust)
    elif live and program is Target.camilladsp:
        planned, files = installer.install_live_camilladsp(loaded, planned, address=address)
    else:
        assert planned is not None
        files = installer.install(planned)
    told = (live or adjust) and not dry_run
    _tell(program, planned, files, dry_run=dry_run, told=told, json=json)


def _check(
    settings: Path | None,
    program: Target,
    folder: Path | None,
    config: Path | None,
    *,
    live: bool,
    adjust: bool,
    undo: bool,
    force: bool,
) -> None:
    if (settings is None) != undo:
        text = "it takes no settings." if undo else "name a settings file, or take the last one back with --undo."
        raise typer.BadParameter(text, param_hint="--undo" if undo else "SETTINGS")
    if config is not None and program is not Target.camilladsp:
        raise typer.BadParameter("only CamillaDSP has one; use --to-folder.", param_hint="--config")
    if folder is not None and program is Target.camilladsp:
        raise typer.BadParameter("CamillaDSP has one configuration file; use --config.", param_hint="--to-folder")
    if live and program is Target.equalizer_apo:
        raise typer.BadParameter("Equalizer APO reads its files at once anyway.", param_hint="--live")
    if live and program is Target.pipewire:
        raise typer.BadParameter("PipeWire needs a restart of its service filter-chain.", param_hint="--live")
    if adjust and (undo or program is not Target.easyeffects):
        raise typer.BadParameter("it turns gains of a preset in EasyEffects only.", param_hint="--adjust")
    if force and not undo:
        raise typer.BadParameter("it belongs to --undo.", param_hint="--force")


def _undo(program: Target, *, dry_run: bool, live: bool, force: bool, address: str, json: bool) -> None:
    from tonewright.formats.installing import installer

    step = installer.last(program.value)
    sentence = ""
    if live and not dry_run:
        installer.check_live(program.value, address=address)
    if dry_run and step is not None:
        files = [installer.Changed(one.path, "removed" if one.before is None else "changed") for one in step.files]
    elif step is None and live and program is Target.camilladsp:
        files = []
    else:
        step, files = installer.undo(program.value, force=force)
    if live and not dry_run:
        sentence = installer.tell_undone(program.value, step, address=address)
    if json:
        output.emit(
            "install",
            {
                "program": program.value,
                "name": None if step is None else step.name,
                "undone": not dry_run,
                "dry_run": dry_run,
                "installed": None if step is None else step.when,
                "files": _data(files),
                "next_step": sentence or None,
            },
        )
        return
    if step is not None:
        output.tell(f"{'would undo' if dry_run else 'undone'}: {step.name}, installed {step.when}")
    for one in files:
        output.tell(f"{'removed' if one.change == 'removed' else 'restored':9} {one.path}")
    if sentence:
        output.tell(sentence)


def _tell(
    program: Target,
    planned: Installation | None,
    files: Sequence[Changed],
    *,
    dry_run: bool,
    told: bool,
    json: bool,
) -> None:
    notes = () if planned is None else planned.notes
    output.notes(notes)
    if json:
        found: dict[str, Any] = {
            "program": program.value,
            "name": None if planned is None else planned.name,
            "dry_run": dry_run,
            "live": told,
            "files": _data(files),
            "exactness": None if planned is None else planned.exactness,
            "max_error_db": None if planned is None else planned.max_error_db,
            "notes": notes,
            "next_step": None if planned is None else planned.next_step,
        }
        output.emit("install", found)
        return
    for one in files:
        output.tell(f"{one.change:9} {one.path}")
    if dry_run:
        output.tell("Nothing is written: this is a dry run.")
        return
    if planned is not None:
        output.tell(f"{planned.exactness}, static error at most {planned.max_error_db:.3f} dB")
        if told and program is Target.easyeffects:
            output.tell("EasyEffects plays it now.")
        else:
            output.tell(planned.next_step)


def _data(files: Sequence[Changed]) -> list[dict[str, Any]]:
    return [{"path": one.path, "change": one.change} for one in files]
