"""The tools that choose settings: ``say``, ``auto`` and ``match``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.assistant.arguments import Auto, Match, Say
from tonewright.assistant.bench import Bench, digests
from tonewright.assistant.provenance import language_model, network, provenance
from tonewright.audio.containers import EXTENSIONS
from tonewright.errors import OutputError
from tonewright.rendering import Progress, Timeline, check_target, open_source
from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.controllers.result import Result


def say(bench: Bench, given: Say, progress: Progress | None) -> dict[str, Any]:
    """Turn a request into settings, and propose to put them on a recording."""
    from tonewright.controllers.say.saying import answer, find_model, put_on
    from tonewright.population.data import Context

    recording = None if given.recording is None else bench.folders.reading(given.recording)
    if recording is None and given.output is not None:
        raise OutputError("output needs a recording; settings alone go to settings_file.")
    places = _places(bench, given, recording, [], "say")
    context = Context(mood=given.mood, place=given.place, company=given.company, programme=given.programme)
    reader = find_model(bench.model, progress)
    found = answer(
        [given.request], reader, amount=given.amount, samples=given.samples, seed=given.seed, context=context
    )[0]
    more = {"model": language_model(bench.model), "prompt": given.request, "seed": given.seed, "amount": given.amount}
    if recording is not None:
        result = put_on(
            found,
            recording,
            amount=given.amount,
            loudness="input" if given.loudness_lufs is None else given.loudness_lufs,
            ceiling_db=given.ceiling_dbtp,
            progress=progress,
        )
        shown = {"decided_by": list(found.decided_by), "samples": found.to_dict()["plane"]["samples"]}
        return _proposal(bench, "say", given, result, recording, [], places, shown, more)
    answered = {
        "settings": found.settings.to_dict(),
        "explanation": found.explain(),
        "decided_by": list(found.decided_by),
        "samples": found.to_dict()["plane"]["samples"],
        "notes": ["The settings are made for audio at -23 LUFS; name a recording to have them fitted to it."],
        "provenance": provenance({}, **more),
    }
    settings_file = places[1]
    if settings_file is None:
        return {"applied": False, **answered}

    def act(_progress: Progress | None) -> dict[str, Any]:
        found.settings.save(settings_file)
        return {"written": [bench.written(settings_file, "settings")]}

    return bench.propose("say", given, answered, inputs={}, targets=[settings_file], act=act)


def auto(bench: Bench, given: Auto, progress: Progress | None) -> dict[str, Any]:
    """Propose to bring a recording into balance."""
    from tonewright.controllers.auto import auto as find

    recording = bench.folders.reading(given.recording)
    places = _places(bench, given, recording, [], "auto")
    result = find(
        recording,
        amount=given.amount,
        profile=given.profile,
        what=given.what,
        sections=given.sections,
        max_gain_db=given.max_gain_db,
        loudness="input" if given.loudness_lufs is None else given.loudness_lufs,
        ceiling_db=given.ceiling_dbtp,
        progress=progress,
    )
    timeline = None if result.timeline is None else result.timeline.to_dict()
    shown = {"followed": result.trust.amount, "timeline": timeline}
    more = {"model": network("auto"), "amount": given.amount}
    return _proposal(bench, "auto", given, result, recording, [], places, shown, more)


def match(bench: Bench, given: Match, progress: Progress | None) -> dict[str, Any]:
    """Propose to make a recording sound like references."""
    from tonewright.controllers.match import match as find

    recording = bench.folders.reading(given.recording)
    references = [bench.folders.reading(one) for one in given.references]
    places = _places(bench, given, recording, references, "matched")
    result = find(
        recording,
        references,
        weights=given.weights,
        amount=given.amount,
        what=given.what,
        max_gain_db=given.max_gain_db,
        loudness=given.loudness_lufs,
        ceiling_db=given.ceiling_dbtp,
        progress=progress,
    )
    before, after = result.errors_db
    shown = {"error_db": {"before": before, "after": after}}
    more = {"model": network("match"), "amount": given.amount}
    return _proposal(bench, "match", given, result, recording, references, places, shown, more)


def default_output(recording: Path, word: str) -> Path:
    """Return ``NAME.WORD.ext`` beside a recording; WAV where its own format cannot be written."""
    suffix = recording.suffix if recording.suffix.lower() in EXTENSIONS else ".wav"
    return recording.with_name(f"{recording.stem}.{word}{suffix}")


def _places(
    bench: Bench, given: Say | Auto | Match, recording: Path | None, references: list[Path], word: str
) -> tuple[Path | None, Path | None]:
    """Return where sound and settings would go; what cannot be written is refused before the work."""
    target = settings_file = None
    inputs = [*references, *([] if recording is None else [recording])]
    if recording is not None:
        target = bench.folders.writing(given.output, default_output(recording, word), inputs)
        check_target(open_source(recording), target, inputs)
    if given.settings_file is not None:
        settings_file = bench.folders.writing(given.settings_file, Path(given.settings_file), inputs)
        if settings_file.suffix.lower() != ".json":
            raise OutputError(f"{given.settings_file} is no name for settings; let it end in .json.")
        if settings_file == target:
            raise OutputError("output and settings_file are the same file; choose another name for one of them.")
    return target, settings_file


def _proposal(
    bench: Bench,
    tool: str,
    given: Say | Auto | Match,
    result: Result,
    recording: Path,
    references: list[Path],
    places: tuple[Path | None, Path | None],
    shown: dict[str, Any],
    more: dict[str, Any],
) -> dict[str, Any]:
    target, settings_file = places
    assert target is not None
    inputs = digests([recording, *references])
    chain: Settings | Timeline = result.chain
    # The plan may wait for long: it keeps no result, which holds processed audio.
    before, after, notes = result.before, result.after, result.settled.notes
    whole = {
        "settings": result.settings.to_dict(),
        "explanation": result.explain(),
        **shown,
        "loudness": {"before": before.as_dict(), "after": after.as_dict()},
        "notes": notes,
        "provenance": provenance(inputs, **more),
    }

    def act(progress: Progress | None) -> dict[str, Any]:
        new = bench.write_sound(
            recording,
            target,
            chain,
            before=before,
            ceiling_db=given.ceiling_dbtp,
            inputs=references,
            settings_file=settings_file,
            progress=progress,
        )
        if isinstance(chain, Timeline):
            del new["settings"]  # those of its first section; what was shown is for the whole
        return {**new, "notes": [*notes, *new["notes"]]}

    targets = [target] if settings_file is None else [target, settings_file]
    return bench.propose(tool, given, whole, inputs=inputs, targets=targets, act=act)
