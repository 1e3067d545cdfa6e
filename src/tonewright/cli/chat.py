"""``tonewright chat``: a conversation about sound, line by line."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tonewright.cli import asking, options, output, words
from tonewright.cli.deriving import takes
from tonewright.errors import SettingsError, TonewrightError
from tonewright.requests import Say

if TYPE_CHECKING:
    from tonewright.controllers.say.conversation import Conversation
    from tonewright.rendering import Source

_HELP = (
    "Say how it should sound; then 'a bit less', 'much more', 'the other way', 'keep the bass but more air', "
    "'like the first one', 'undo', 'redo', 'start over', 'why?', 'other people?', 'a or b'. "
    "/save FILE keeps the conversation, /open FILE goes on with one, /write OUT renders the recording, "
    "/export [FILE] gives the settings, /quit ends."
)


class CommandError(TonewrightError):
    """A command of the chat that cannot be carried out."""


class _Ended(Exception):  # noqa: N818
    pass


@takes(asking.CHAT, positions={"recording": "IN"})
def chat(request: Say, json: options.Json = False) -> None:
    """Talk about the sound until it is right; reads lines, so it works in a pipe.

    Requests add up; "a bit less", "keep the bass but more air", "like the first one", "undo" and "why?" refer to what
    was done. Each turn says what changed from what to what. /help lists what can be said. With --json each turn is an
    object on a line.
    """
    from tonewright.controllers.say import tastes
    from tonewright.controllers.say.conversation import Conversation
    from tonewright.rendering import open_source
    from tonewright.running.asking import context_of, invalid, reader_of

    heard = None if request.recording is None else open_source(request.recording)
    person = None if request.taste is None else tastes.Personal(request.taste)
    with output.progress() as progress:
        reader = reader_of(request, progress)
    context = context_of(request)
    talk = Conversation.begin(reader, amount=request.amount, seed=request.seed, context=context, taste=person)
    code = _Chat(talk, heard, request.ceiling_db, json).run()
    output.notes(invalid(reader))
    if code:
        raise typer.Exit(code)


class _Chat:
    """Lines in, turns out; the exit code is that of the last error, if nobody sat there to see it."""

    def __init__(self, talk: Conversation, heard: Source | None, ceiling_db: float | None, json: bool) -> None:
        self.talk, self.heard, self.ceiling_db, self.json = talk, heard, ceiling_db, json

    def run(self) -> int:
        code = 0
        for line in _lines():
            if not line.strip():
                continue
            try:
                self._take(line.strip())
            except _Ended:
                break
            except TonewrightError as error:
                output.say(str(error))
                code = 0 if sys.stdin.isatty() else error.exit_code
            sys.stdout.flush()
        return code

    def _take(self, line: str) -> None:
        if line.startswith("/"):
            self._command(*line[1:].split(maxsplit=1))
            return
        turn = self.talk.say(line)
        if self.json:
            self._object(turn.to_dict())
            return
        output.tell(f"[{turn.number}] {turn.explain()}")
        output.tell(f"    Decided by: {', '.join(turn.decided_by)}.")

    def _command(self, name: str = "", rest: str = "") -> None:
        place = Path(rest).expanduser() if rest else None
        if name in ("quit", "q", "exit"):
            raise _Ended
        if name == "help":
            output.tell(_HELP)
        elif name == "export" and place is None:
            output.tell(self.talk.settings.to_json().rstrip())
        elif name in ("save", "open", "write", "export"):
            if place is None:
                raise CommandError(f"/{name} needs the name of a file behind it.")
            getattr(self, f"_{name}")(place)
        else:
            raise CommandError(f"There is no command /{name}; /help lists them.")

    def _save(self, place: Path) -> None:
        self._refuse_recording(place)
        self.talk.save(place)
        self._kept("conversation", place)

    def _open(self, place: Path) -> None:
        from tonewright.controllers.say.conversation import Conversation

        self.talk = Conversation.load(place, self.talk.model, self.talk.taste)
        number = self.talk.state.number
        if self.json:
            self._object({"opened": str(place), "number": number, "settings": self.talk.settings.to_dict()})
        else:
            output.tell(f"{place}: {len(self.talk.state.turns)} turns; result {number} stands.")

    def _export(self, place: Path) -> None:
        self._refuse_recording(place)
        self.talk.settings.save(place)
        self._kept("settings", place)

    def _write(self, place: Path) -> None:
        if self.heard is None:
            raise CommandError("There is no recording to write: begin with tonewright chat IN.")
        from tonewright.controllers.say.saying import put_on
        from tonewright.rendering import check_target

        check_target(self.heard, place, [])
        with output.progress() as progress:
            result = put_on(self.talk.answer(), self.heard, ceiling_db=self.ceiling_db, progress=progress)
            rendered = result.write(place, ceiling_db=self.ceiling_db, progress=progress)
        output.notes([*rendered.notes, *rendered.written.dropped])
        self._kept("result", place, words.written(rendered.written))

    def _refuse_recording(self, place: Path) -> None:
        from tonewright.files import refuse_place

        refuse_place(place, [] if self.heard is None else self.heard.inputs)

    def _kept(self, what: str, place: Path, shown: str = "") -> None:
        if self.json:
            self._object({what: str(place)})
        else:
            output.tell(f"{what}: {shown or place}")

    def _object(self, data: dict[str, Any]) -> None:
        print(json_text.dumps(output.plain(data), ensure_ascii=False, allow_nan=False))


def _lines() -> Iterator[str]:
    """Yield lines of standard input; a person is shown where to write."""
    if sys.stdin.isatty():
        output.say(_HELP)
    while True:
        if sys.stdin.isatty():
            print("> ", end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise SettingsError("Standard input is not text in UTF-8.") from None
        if not line:
            return
        yield line
