"""A face of the table: which options of a request somebody offers, under which names and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from tonewright.requests.checking import Checker
from tonewright.requests.fault import RequestError
from tonewright.requests.option import Option, options_of
from tonewright.requests.request import Request

R = TypeVar("R", bound=Request)


@dataclass(frozen=True)
class Face(Generic[R]):
    """How somebody offers a kind of request.

    Attributes
    ----------
    kind
        The request.
    only, without
        Options that are offered (all if empty), and that are not: they keep their defaults.
    names
        What options are called there, where that is not their name.
    limits
        Narrower ranges, (low, high).
    fixed
        Values of options that are not offered, where they are not the defaults.
    more
        What there is besides: type and default as :func:`pydantic.create_model` takes them.
    """

    kind: type[R]
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def options(self) -> dict[str, Option]:
        """The options that are offered, by what they are called here."""
        found = {}
        for name, one in options_of(self.kind).items():
            if name in (self.only or (name,)) and name not in self.without and name not in self.fixed:
                found[self.names.get(name, name)] = one.narrowed(*self.limits[name]) if name in self.limits else one
        return found

    @cached_property
    def _checker(self) -> Checker:
        return Checker(self.kind.verb, self.options, self.more)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of what is sent, a sentence with each option."""
        return self._checker.model.model_json_schema()

    def read(self, data: Mapping[str, Any]) -> tuple[R, dict[str, Any]]:
        """Return the request in what was sent, and what was sent besides.

        Raises
        ------
        RequestError
            With one sentence about the first fault, under the name that the option has here.
        """
        values = self._checker.values(data)
        more = {name: values.pop(name) for name in self.more}
        try:
            chosen = {self.options[called].name: value for called, value in values.items()}
            return self.kind(**self.fixed, **chosen), more
        except RequestError as error:
            raise RequestError(self.names.get(error.name, error.name), error.says) from None
