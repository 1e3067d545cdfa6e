"""Requests that carry settings further: ``render`` into sound, ``export`` into another program's words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.requests import Export, Render
from tonewright.running.done import Done, Open
from tonewright.running.places import beside

if TYPE_CHECKING:
    from tonewright.rendering import Chain, Progress


def chain_of(settings: str | dict[str, Any]) -> Chain:
    """Return settings or a timeline, from a file or plain data; raises :class:`~tonewright.errors.SettingsError`."""
    from tonewright.rendering import Timeline, load_chain
    from tonewright.settings import Settings

    if isinstance(settings, str):
        return load_chain(Path(settings))
    return Timeline.from_dict(settings) if "sections" in settings else Settings.from_dict(settings)


def render(request: Render, progress: Progress | None, open: Open) -> Done:
    """Write a recording through settings as they stand."""
    from tonewright.files import refuse_place
    from tonewright.rendering import render_file

    chain = chain_of(request.settings).scaled(request.amount)
    heard = open(request.recording)
    files = [request.settings] if isinstance(request.settings, str) else []
    target = Path(request.output) if request.output is not None else beside(request.recording, request.word)
    refuse_place(target, [*heard.inputs, *files])
    done = render_file(heard, target, chain, ceiling_db=request.ceiling_db, inputs=files, progress=progress)
    return Done(request, done, heard, done)


def export(request: Export, _progress: Progress | None, _open: Open) -> Done:
    """Write settings as a preset of another program; without an output only find it."""
    from tonewright.audio import read
    from tonewright.formats import Profile
    from tonewright.formats import export as convert
    from tonewright.settings import Settings

    given = request.settings
    settings = Settings.load(given) if isinstance(given, str) else Settings.from_dict(given)
    done = convert(
        settings,
        request.program,
        rate_hz=request.rate_hz,
        profile=None if request.profile is None else Profile.load(Path(request.profile)),
        headroom=request.headroom,
        material=None if request.material is None else read(request.material),
    )
    if request.output is not None:
        named = [given if isinstance(given, str) else None, request.profile, request.material]
        done.save(Path(request.output), tuple(Path(one) for one in named if one is not None))
    return Done(request, done, notes=list(done.warnings))
