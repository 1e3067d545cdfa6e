"""Requests that choose settings: ``auto``, ``match`` and ``say``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.requests import Auto, Match, Request, Say
from tonewright.running.asking import answers, invalid, reader_of
from tonewright.running.done import Done, Open
from tonewright.running.places import beside, check_places, path_of

if TYPE_CHECKING:
    from tonewright.controllers.say.saying import Model
    from tonewright.rendering import Progress, Source


def find(
    request: Auto | Match | Say, progress: Progress | None = None, open: Open | None = None, reader: Model | None = None
) -> Any:
    """Return what a controller finds, and write nothing.

    Parameters
    ----------
    open
        Opens the recordings that the request names; as paths if absent.
    reader
        Reads the words of ``say``; the one that the request names if absent.

    Returns
    -------
    A :class:`~tonewright.controllers.result.Result`; of ``say`` without a recording an
    :class:`~tonewright.controllers.say.answer.Answer`.

    Raises
    ------
    TonewrightError
        In one sentence.
    """
    from tonewright.rendering import open_source

    opened = open or open_source
    heard = None if request.recording is None else opened(request.recording)
    if isinstance(request, Match):
        return _find(request, heard, [opened(one) for one in request.references], progress, reader)
    return _find(request, heard, [], progress, reader)


def _find(
    request: Request, heard: Source | None, others: list[Source], progress: Progress | None, reader: Model | None
) -> Any:
    if isinstance(request, Say):
        found = answers(request, [request.prompt], reader or reader_of(request, progress))[0]
        if heard is None:
            return found
        from tonewright.controllers.say.saying import put_on

        amount, loudness, ceiling_db = request.amount, request.loudness, request.ceiling_db
        return put_on(found, heard, amount=amount, loudness=loudness, ceiling_db=ceiling_db, progress=progress)
    assert heard is not None
    if isinstance(request, Match):
        from tonewright.controllers.match import match

        return match(heard, others, **request.choices(), progress=progress)
    from tonewright.controllers.auto import auto

    return auto(heard, **request.choices(), progress=progress)


def choose(request: Auto | Match | Say, progress: Progress | None, open: Open) -> Done:
    """Find settings, render the recording through them, and write what else was asked for."""
    heard = None if request.recording is None else open(request.recording)
    others = [open(one) for one in request.references] if isinstance(request, Match) else []
    report, settings_file = path_of(request.report), path_of(request.settings_file)
    target = None
    if heard is not None and request.recording is not None:
        target = Path(request.output) if request.output is not None else beside(request.recording, request.word)
        inputs = [path for one in others for path in one.inputs]
        check_places(heard, target, inputs, report=report, settings_file=settings_file)
    reader = reader_of(request, progress) if isinstance(request, Say) else None
    result = _find(request, heard, others, progress, reader)
    notes = [] if reader is None else invalid(reader)
    if target is None:
        if settings_file is not None:
            result.settings.save(settings_file)
        return Done(request, result, settings_file=settings_file, notes=notes)
    rendered = result.write(target, ceiling_db=request.ceiling_db, inputs=inputs, progress=progress)
    if settings_file is not None:
        (rendered.timeline or rendered.settings).save(settings_file)
    pages = result.report(report) if report is not None else []
    return Done(request, result, heard, rendered, settings_file, pages, notes=notes)
