"""Options of verbs, made from the table of requests: flags, defaults, words and ranges are read there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from tonewright.requests import Request, RequestError
from tonewright.requests.face import Face
from tonewright.requests.option import Option

#: Flags that are not the option's name less its unit.
_FLAGS = {
    "references": ("--reference",),
    "weights": ("--weight",),
    "output": ("--output", "-o"),
    "settings_file": ("--settings-out",),
    "program": ("--to",),
}
#: What stands for a value; elsewhere its kind.
_METAVARS = {
    "references": "REF [REF...]",
    "weights": "W [W...]",
    "reference": "REF",
    "program": "PROGRAM",
    "endpoint": "URL",
}
_PLACES = {"recording": "SOUND", "settings": "FILE", "file": "FILE", "sound": "OUT", "preset": "OUT", "folder": "DIR"}
#: Ends of names that are units.
_UNITS = ("_db", "_hz")


def takes(
    face: Face[Any], *, positions: Mapping[str, str], absent: Mapping[str, Any] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the options of a face; the function gets the request, and what it asks for besides by name.

    Parameters
    ----------
    positions
        Options that stand by their place, and what the help calls them.
    absent
        Values of options that must be given elsewhere and need not be here.
    """
    absent = absent or {}

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        own = list(signature(function).parameters.values())[1:]
        made = [_parameter(one, positions.get(name), absent) for name, one in face.options.items()]
        made.sort(key=lambda one: list(positions).index(one.name) if one.name in positions else 99)
        more = [one.replace(annotation=hints[one.name], kind=Parameter.KEYWORD_ONLY) for one in own]

        @wraps(function)
        def verb(**given: Any) -> None:
            rest = {one.name: given.pop(one.name) for one in own}
            said = {name: value for name, value in given.items() if value is not None and value != []}
            try:
                request, _ = face.read({**absent, **said})
            except RequestError as error:
                raise typer.BadParameter(f"{error.says}.", param_hint=_hint(face, positions, error.name)) from None
            function(request, **rest)

        del verb.__wrapped__
        parameters = [*made, *more]
        setattr(verb, "__signature__", Signature(parameters))  # noqa: B010
        verb.__annotations__ = {one.name: one.annotation for one in parameters}
        return verb

    return decorate


def switches(kind: type[Request]) -> Iterator[str]:
    """Yield flags that take no value."""
    return (flag for name, one in Face(kind).options.items() if bool in one.kinds for flag in flags(name))


def lists(kind: type[Request]) -> Iterator[str]:
    """Yield flags that may have several values."""
    return (flag for name, one in Face(kind).options.items() if one.several for flag in flags(name))


def flags(name: str) -> tuple[str, ...]:
    """Return the flags of an option."""
    if name in _FLAGS:
        return _FLAGS[name]
    for unit in _UNITS:
        name = name.removesuffix(unit)
    return (f"--{name.replace('_', '-')}",)


def option(one: Option) -> Any:
    """Return what typer shows of an option."""
    names: tuple[str, ...] = flags(one.name)
    if bool in one.kinds and one.default:
        names = (f"{names[0]}/--no-{names[0].removeprefix('--')}",)
    return typer.Option(*names, metavar=_metavar(one), help=_help(one), show_default=not one.required)


def text(value: Any) -> Any:
    """Return a default as it would be typed."""
    return f"{value:g}" if isinstance(value, float) else str(value) if type(value) is int else value


def _parameter(one: Option, position: str | None, absent: Mapping[str, Any]) -> Parameter:
    required = one.required and one.name not in absent
    default = Parameter.empty if required else None if one.required else text(one.default)
    kind = _annotation(one)
    if default is None:
        kind = kind | None
    info = (
        option(one) if position is None else typer.Argument(metavar=position, help=one.row.sentence, show_default=False)
    )
    return Parameter(one.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _annotation(one: Option) -> Any:
    item: Any = Path if one.row.reads or one.row.writes else str
    if one.several:
        return list[item]
    if bool in one.kinds:
        return bool
    return Literal[one.words] if one.words and not one.is_number else item


def _metavar(one: Option) -> str | None:
    if one.name in _METAVARS:
        return _METAVARS[one.name]
    place = one.row.reads or one.row.writes
    if place:
        return _PLACES[place]
    if not one.is_number:
        return None if one.words or bool in one.kinds else "TEXT"
    number = one.row.unit.upper() or ("INTEGER" if int in one.kinds else "FLOAT")
    return "|".join([*one.words, number, *([one.row.none] if one.row.none else [])])


def _help(one: Option) -> str:
    low, high = one.row.low, one.row.high
    if not one.is_number or low is None:
        return one.row.sentence
    return f"{one.row.sentence} ({low:g} {'or more' if high is None else f'to {high:g}'})"


def _hint(face: Face[Any], positions: Mapping[str, str], name: str) -> str:
    return positions[name] if name in positions else flags(name)[0] if name in face.options else name
