"""``tonewright match``: make a recording sound like a reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand

from tonewright.cli import options, output, results
from tonewright.cli.deriving import lists, switches, takes
from tonewright.requests import Match
from tonewright.requests.face import Face

_SWITCHES = frozenset({"--json", "--help", "-h", *switches(Match)})
_SEVERAL = frozenset(lists(Match))


def spread_values(arguments: Sequence[str]) -> list[str]:
    """Let ``IN --reference A B`` mean ``IN --reference A --reference B``; the same for ``--weight``.

    Only behind IN: before it there is no telling the two apart, and one reference must have one ``--reference``.
    """
    spread: list[str] = []
    several, seen, waiting = "", False, False
    for index, word in enumerate(arguments):
        if word == "--":
            return [*spread, *arguments[index:]]
        if waiting:
            waiting = False
        elif len(word) > 1 and word.startswith("-"):
            name = word.partition("=")[0]
            several = name if seen and name in _SEVERAL else ""
            waiting = "=" not in word and word not in _SWITCHES and (word.startswith("--") or len(word) == 2)
        elif several:
            spread.append(several)
        else:
            seen = True
        spread.append(word)
    return spread


class MatchCommand(TyperCommand):
    """The verb with several references behind one ``--reference``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse after :func:`spread_values`."""
        return super().parse_args(ctx, spread_values(args))


@takes(Face(Match), positions={"recording": "IN"})
def match(request: Match, json: options.Json = False) -> None:
    """Make a recording sound like a reference: six bands of equalizer and compressor, found by listening to both.

    The result is as loud as the input unless asked, keeps format and tags, and comes with the settings and the reasons.
    """
    from tonewright.running import run

    with output.progress() as progress:
        done = run(request, progress)
    results.show(done, {"input": request.recording, "references": request.references}, json=json)
