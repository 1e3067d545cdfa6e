"""``tonewright say``: how it should sound, in words."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import asking, options, output, results
from tonewright.errors import SettingsError, TonewrightError

if TYPE_CHECKING:
    from tonewright.controllers.say.answer import Answer

#: Requests that are read together; their answers are flushed together.
_BATCH = 16


def say(
    prompt: Annotated[
        str | None, typer.Argument(metavar="REQUEST", help="How it should sound.", show_default=False)
    ] = None,
    source: Annotated[Path | None, typer.Argument(metavar="IN", help="A recording.", show_default=False)] = None,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Where the result goes.", show_default="IN.say beside IN"),
    ] = None,
    amount: options.Amount = 1.0,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=10_000, help="Other people's choices, drawn independently.")
    ] = 5,
    seed: asking.Seed = 0,
    mood: asking.Mood = None,
    place: asking.Place = None,
    company: asking.Company = None,
    programme: asking.Programme = None,
    taste: asking.TasteName = None,
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", metavar="FILE", help="One request a line, - for standard input; JSON lines out."),
    ] = None,
    model: asking.ModelName = None,
    adapter: asking.Adapter = None,
    endpoint: asking.Endpoint = None,
    endpoint_model: asking.EndpointModel = None,
    loudness: Annotated[
        str, typer.Option("--loudness", metavar="input|LUFS", help="How loud the result is.")
    ] = "input",
    ceiling: options.Ceiling = "-1",
    report: options.Report = None,
    settings_out: options.SettingsOut = None,
    json: options.Json = False,
) -> None:
    """Turn words into settings, and put them on a recording if one is named.

    Numbers in the request are obeyed exactly, engineers' words go to their band, everything else is what people would
    choose on average; --samples shows what single people would. It is said which part decided.
    """
    highest, loud = options.ceiling(ceiling), options.loudness(loudness, reference=False)
    _check(prompt, source, target, prompts, report, settings_out)
    from tonewright.controllers.say import tastes
    from tonewright.controllers.say.saying import answer, put_on
    from tonewright.rendering import open_source

    person = None if taste is None else tastes.get(taste)
    context = asking.make_context(mood, place, company, programme)
    heard = None if source is None else open_source(source)
    if source is not None and heard is not None:
        target = options.beside(source, "say") if target is None else target
        results.check_places(heard, target, [], report, settings_out)
    lines = None if prompts is None else _lines(prompts)
    with output.progress() as progress:
        reader = asking.find_reader(model, adapter, endpoint, endpoint_model, progress)

        def ask(requests: list[str]) -> list[Answer]:
            return answer(requests, reader, amount=amount, samples=samples, seed=seed, context=context, taste=person)

        if lines is not None:
            failed, count = _answer_lines(lines, ask)
            asking.tell_invalid(reader)
            if failed:
                output.say(f"{failed} of {count} lines could not be answered; each says why.")
                raise typer.Exit(SettingsError.exit_code)
            return
        found = ask([prompt or ""])[0]
        asking.tell_invalid(reader)
        if heard is not None and target is not None:
            result = put_on(
                found,
                heard,
                amount=amount,
                loudness=loud,
                ceiling_db=highest,
                progress=progress,
            )
            kept = results.keep(
                result, target, [], ceiling_db=highest, settings_out=settings_out, report=report, progress=progress
            )
    if heard is not None:
        results.show("say", result, kept, {"input": source, **found.to_dict()}, json=json)
        if not json:
            output.tell(_parts(found))
        return
    if settings_out is not None:
        found.settings.save(settings_out)
    if json:
        output.emit("say", {**found.to_dict(), "settings_file": settings_out})
        return
    tell(found)


def tell(found: Answer) -> None:
    """Print an answer: what was done and why, which part decided, what single people would choose."""
    from tonewright.reporting import describe_settings

    output.tell(found.explain())
    if not found.settings.is_neutral:
        for line in describe_settings(found.settings):
            output.tell(f"  {line}")
    output.tell(_parts(found))
    takes = [_gains(point) for point in found.samples]
    if takes:
        output.tell(f"Single people would choose (bass, treble): {'; '.join(takes)}.")


def _parts(found: Answer) -> str:
    return f"Decided by: {', '.join(found.decided_by)}."


def _gains(point: Any) -> str:
    from tonewright.population.plane import gains_db

    bass, treble = gains_db(point)
    return f"{bass:+.1f}, {treble:+.1f} dB"


def _check(
    prompt: str | None,
    source: Path | None,
    target: Path | None,
    prompts: Path | None,
    report: Path | None,
    settings_out: Path | None,
) -> None:
    if prompt is None and prompts is None:
        raise typer.BadParameter("say how it should sound, or name a file with --prompts.", param_hint="REQUEST")
    if prompts is not None and any(one is not None for one in (prompt, source, target, report, settings_out)):
        raise typer.BadParameter("it takes requests from the file and recordings not at all.", param_hint="--prompts")
    for value, option in ((target, "--output"), (report, "--report")):
        if value is not None and source is None:
            raise typer.BadParameter("it needs a recording behind the request.", param_hint=option)


def _lines(place: Path) -> Iterator[bytes]:
    """Yield lines without their ends; opens the file at once."""
    if str(place) == "-":
        return (line.rstrip(b"\r\n") for line in sys.stdin.buffer)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise SettingsError(f"{place} cannot be read as a list of requests: {error.strerror or error}.") from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    lines = content.split(b"\n")
    return (line.rstrip(b"\r") for line in (lines[:-1] if lines[-1] == b"" else lines))


def _answer_lines(lines: Iterable[bytes], ask: Callable[[list[str]], list[Answer]]) -> tuple[int, int]:
    """Answer line by line on standard output; return how many failed, and how many there were."""
    failed = count = 0
    waiting = iter(lines)
    while batch := list(islice(waiting, _BATCH)):
        found = _answer_batch(batch, ask)
        for one in found:
            print(json_text.dumps(output.plain(one), ensure_ascii=False, allow_nan=False))
        sys.stdout.flush()
        count += len(batch)
        failed += sum("error" in one for one in found)
    return failed, count


def _answer_batch(batch: list[bytes], ask: Callable[[list[str]], list[Answer]]) -> list[dict[str, Any]]:
    texts: list[str | None] = []
    for line in batch:
        try:
            texts.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(None)
    if all(text is not None for text in texts):
        try:
            return [one.to_dict() for one in ask([text for text in texts if text is not None])]
        except TonewrightError:
            pass  # One of them is at fault: each for itself.
    return [_answer_line(line, text, ask) for line, text in zip(batch, texts, strict=True)]


def _answer_line(line: bytes, text: str | None, ask: Callable[[list[str]], list[Answer]]) -> dict[str, Any]:
    if text is None:
        return {"prompt": line.decode("utf-8", errors="replace"), "error": "The line is not text in UTF-8."}
    try:
        return ask([text])[0].to_dict()
    except TonewrightError as error:
        return {"prompt": text, "error": str(error)}
