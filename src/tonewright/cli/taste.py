"""``tonewright taste``: what one person likes, learnt from choices between two, kept on this computer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import asking, options, output
from tonewright.cli.deriving import takes
from tonewright.requests import Say

if TYPE_CHECKING:
    import numpy as np

    from tonewright.controllers.say.taste import Taste
    from tonewright.rendering import Source
    from tonewright.settings import Settings

app = typer.Typer(help="Learn what you like from choices between two; kept on this computer.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the taste.")]
#: The first of a train's words for each answer is shown.
_ANSWERS = {"a": 0, "this one": 0, "1": 0, "b": 1, "that one": 1, "2": 1}


@app.callback()
def _taste() -> None:
    pass


@app.command("list")
def list_tastes(json: options.Json = False) -> None:
    """List the tastes that are kept here."""
    from tonewright.controllers.say import tastes

    found = [(name, tastes.get(name)) for name in tastes.names()]
    if json:
        output.emit("taste list", {"folder": tastes.folder(), "tastes": [_data(*each) for each in found]})
        return
    if not found:
        output.say(f"There are no tastes in {tastes.folder()}; tonewright taste train makes one.")
    for name, taste in found:
        output.tell(f"{name}: {_count(taste)}")


@app.command("show")
def show(name: Name = "me", json: options.Json = False) -> None:
    """Say how far a person's choices lie from other people's."""
    from tonewright.controllers.say import tastes

    taste = tastes.get(name)
    if json:
        output.emit("taste show", {**_data(name, taste), "file": tastes.place(name)})
        return
    output.tell(f"{name}: {_count(taste)}")
    for line in describe(taste):
        output.tell(line)


@app.command("export")
def export(
    name: Name,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
) -> None:
    """Write a copy of a taste."""
    from tonewright.controllers.say import tastes

    tastes.save(tastes.get(name), target)
    output.tell(f"{name}: {target}")


@app.command("import")
def import_taste(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that export wrote.")],
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Kept as.", show_default="FILE's name")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="In place of a taste of that name.")] = False,
) -> None:
    """Keep a copy of a taste under a name."""
    from tonewright.controllers.say import tastes

    name = source.stem if name is None else name
    if name in tastes.names() and not replace:
        raise tastes.TasteError(f"There is a taste {name!r} already; name another one or add --replace.")
    output.tell(f"{name}: {tastes.put(name, tastes.load(source))}")


@app.command("delete")
def delete(name: Name) -> None:
    """Remove a taste for good."""
    from tonewright.controllers.say import tastes

    tastes.delete(name)
    output.tell(f"{name}: deleted")


@app.command("train")
@takes(asking.TRAIN, positions={"prompt": "REQUEST", "recording": "IN"})
def train(
    request: Say,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Whose taste it is.")] = "me",
    pairs: Annotated[int, typer.Option("--pairs", min=1, max=200, help="How many choices.")] = 8,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Where both are rendered.", show_default="beside IN")
    ] = None,
) -> None:
    """Choose between two, a few times: a or b for each pair, s to skip, q to end.

    Every choice is kept at once. With a recording both are written beside it, IN.a and IN.b, equally loud.
    """
    import numpy as np

    from tonewright.controllers.say import tastes
    from tonewright.population.plane import to_settings
    from tonewright.rendering import open_source
    from tonewright.running.asking import answers, reader_of

    person = tastes.Personal(name)
    source = request.recording
    heard = None if source is None else open_source(source)
    with output.progress() as progress:
        plane = answers(request, [request.prompt], reader_of(request, progress))[0].plane
    rng = np.random.default_rng([request.seed, len(person.taste.choices), *request.prompt.encode()])
    for count in range(pairs):
        points = person.propose(plane, rng)
        output.tell(f"{count + 1} of {pairs}")
        for letter, point in zip("ab", points, strict=True):
            output.tell(f"  {letter}: {_gains(point)}")
            if source is not None and heard is not None:
                output.tell(f"     {_render(heard, source, folder, letter, to_settings(point))}")
        said = _choice()
        if said == "q":
            break
        if said != "s":
            chosen = _ANSWERS[said]
            person.learn(points[chosen], points[1 - chosen], plane)
    output.tell(f"{name}: {_count(person.taste)}")
    for line in describe(person.taste):
        output.tell(line)


def describe(taste: Taste) -> list[str]:
    """Say in words where a taste lies, and how sure that is."""
    if not taste.choices:
        return ["Nothing is known yet, so other people's choices stay as they are."]
    from tonewright.population.plane import gains_db

    (x, y), (dx, dy) = taste.offset, taste.uncertainty
    sides = [_side(x, dx, "energetic", "relaxed"), _side(y, dy, "bright", "warm")]
    bass, treble = gains_db(taste.offset)
    return [
        f"{' and '.join(sides)} than other people.".capitalize(),
        f"On the tone plane: x {x:+.1f} (sure to {dx:.1f}), y {y:+.1f} (sure to {dy:.1f}); that is {bass:+.1f} dB in "
        f"the bass and {treble:+.1f} dB in the treble.",
    ]


def _side(value: float, sure: float, above: str, below: str) -> str:
    if abs(value) < 0.5 * sure:
        return f"as {above} or {below}"
    much = "clearly more" if abs(value) > 2.0 * sure else "rather more"
    return f"{much} {above if value > 0 else below}"


def _choice() -> str:
    while True:
        if sys.stdin.isatty():
            print("a or b? ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            return "q"
        said = line.strip().lower().rstrip(".!")
        if said in (*_ANSWERS, "s", "q"):
            return said
        output.say("Answer a or b, s to skip, q to end.")


def _render(heard: Source, source: str, folder: Path | None, letter: str, settings: Settings) -> Path:
    from tonewright.files import make_folder
    from tonewright.rendering import CEILING_DB, check_target, render_file, settle
    from tonewright.running.places import beside

    target = beside(source if folder is None else make_folder(folder) / Path(source).name, letter)
    check_target(heard, target, [])
    settled = settle(heard, settings, loudness=None, ceiling_db=CEILING_DB)
    return render_file(heard, target, settled.settings, ceiling_db=CEILING_DB, settled=settled).path


def _gains(point: np.ndarray[Any, Any]) -> str:
    from tonewright.population.plane import gains_db

    bass, treble = gains_db(point)
    return f"{bass:+.1f} dB in the bass, {treble:+.1f} dB in the treble"


def _count(taste: Taste) -> str:
    count = len(taste.choices)
    return f"{count} choice{'' if count == 1 else 's'}"


def _data(name: str, taste: Taste) -> dict[str, Any]:
    return {
        "name": name,
        "choices": len(taste.choices),
        "offset": [round(float(value), 3) for value in taste.offset],
        "uncertainty": [round(float(value), 3) for value in taste.uncertainty],
    }
