"""Values against the table: models made of options, and one sentence for the first fault."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from tonewright.requests.fault import RequestError, shown
from tonewright.requests.option import Option, options_of

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

F = TypeVar("F", bound=Callable[..., Any])


class Checker:
    """Options as a pydantic model: unknown keys and numbers that are not finite are refused.

    Parameters
    ----------
    name
        Of the whole, in sentences.
    options
        By what they are called.
    more
        What there is besides: type and default as :func:`pydantic.create_model` takes them.
    """

    def __init__(self, name: str, options: Mapping[str, Option], more: Mapping[str, Any] | None = None) -> None:
        self.name, self.options, self.more = name, options, more or {}

    @cached_property
    def model(self) -> type[BaseModel]:
        """The model, made when it is first needed."""
        from pydantic import ConfigDict, create_model

        fields: Any = {
            called: (one.checked_type(), ... if one.required else one.default) for called, one in self.options.items()
        }
        config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
        return create_model(self.name, __config__=config, **{**fields, **self.more})

    def values(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return all values, checked; raises :class:`RequestError`."""
        from pydantic import ValidationError

        try:
            found = self.model.model_validate(data)
        except ValidationError as error:
            raise self._fault(error, data) from None
        return {name: getattr(found, name) for name in (*self.options, *self.more)}

    def _fault(self, error: ValidationError, data: Any) -> RequestError:
        fault = error.errors(include_url=False)[0]
        place = [str(part) for part in fault["loc"]]
        if fault["type"] == "extra_forbidden" and len(place) == 1:
            known = ", ".join([*self.options, *self.more])
            return RequestError(place[0], f"is no option of {self.name}; there are {known}")
        if fault["type"] == "missing":
            return RequestError(".".join(place), "is missing")
        if place and place[0] in self.options:
            return RequestError(place[0], f"{self.options[place[0]].demand()}, got {shown(data[place[0]])}")
        message = fault["msg"].removeprefix("Value error, ").rstrip(".")
        return RequestError(f"{'.'.join(place) or 'the request'}:", f"{message[:1].lower()}{message[1:]}")


_WHOLE: dict[type, Checker] = {}


def checked(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all values of a request, checked; raises :class:`RequestError`."""
    if kind not in _WHOLE:
        _WHOLE[kind] = Checker(kind.verb, options_of(kind))
    return _WHOLE[kind].values(values)


def reads_options(kind: type[Any], *, without: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Check the arguments of a Python function that have the names of options of ``kind``, all but ``without``.

    ``{options}`` in its docstring becomes the list of them with what the table says.
    """

    def decorate(function: F) -> F:
        known = options_of(kind)
        own = {
            name: Checker(kind.verb, {name: known[name]})
            for name in inspect.signature(function).parameters
            if name in known and name not in without
        }

        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            for name in own.keys() & options.keys():
                options[name] = own[name].values({name: options[name]})[name]
            return function(*arguments, **options)

        call.__doc__ = (function.__doc__ or "").replace("{options}", described(known[name] for name in own))
        return call  # type: ignore[return-value]

    return decorate


def described(options: Iterable[Option]) -> str:
    """Return what the table says of options, as a section of a docstring."""
    return "\n    ".join(f"{one.name}\n        {one.row.sentence}" for one in options)
