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
from tonewright.cli.deriving import takes
from tonewright.errors import SettingsError, TonewrightError
from tonewright.requests import Say

if TYPE_CHECKING:
    from tonewright.controllers.say.answer import Answer

#: Requests that are read together; their answers are flushed together.
_BATCH = 16


@takes(asking.SAY, positions={"prompt": "REQUEST", "recording": "IN"}, absent={"prompt": ""})
def say(
    request: Say,
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", metavar="FILE", help="One request a line, - for standard input; JSON lines out."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Turn words into settings, and put them on a recording if one is named.

    Numbers in the request are obeyed exactly, engineers' words go to their band, everything else is what people would
    choose on average; --samples shows what single people would. It is said which part decided.
    """
    from tonewright.running import run

    if prompts is not None:
        _answer_file(request, prompts)
        return
    if request.prompt == "":
        raise typer.BadParameter("say how it should sound, or name a file with --prompts.", param_hint="REQUEST")
    with output.progress() as progress:
        done = run(request, progress)
    found = getattr(done.result, "answer", done.result)
    if done.heard is not None:
        results.show(done, {"input": request.recording, **found.to_dict()}, json=json)
        if not json:
            output.tell(_parts(found))
        return
    output.notes(done.notes)
    if json:
        output.emit("say", {**found.to_dict(), "settings_file": done.settings_file})
        return
    tell(found)


def _answer_file(request: Say, prompts: Path) -> None:
    """Answer every line of a file."""
    if request.prompt or request.recording or request.settings_file:
        raise typer.BadParameter("it takes requests from the file and recordings not at all.", param_hint="--prompts")
    from tonewright.running.asking import answers, invalid, reader_of

    lines = _lines(prompts)
    with output.progress() as progress:
        reader = reader_of(request, progress)
        failed, count = _answer_lines(lines, lambda texts: answers(request, texts, reader))
    output.notes(invalid(reader))
    if failed:
        output.say(f"{failed} of {count} lines could not be answered; each says why.")
        raise typer.Exit(SettingsError.exit_code)


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
