"""Dry run first: what would be written is shown with a token, and only that token writes it, exactly."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tonewright.assistant.folders import digest
from tonewright.errors import TonewrightError
from tonewright.rendering import Progress

#: Writes, tells how far it is, and returns what is new in the result.
Act = Callable[[Progress | None], dict[str, Any]]
#: So many plans are kept; older ones are forgotten.
_MOST = 100


class PlanError(TonewrightError):
    """A token that does not stand for what was shown, or for what is there now."""


@dataclass(frozen=True)
class Plan:
    """What was shown, and how it is carried out.

    Attributes
    ----------
    tool, arguments
        As they were asked for, the token left out.
    inputs
        SHA-256 of every file that was read.
    targets
        SHA-256 of every file that would be replaced; ``None`` for those that are not there.
    act
        Carries it out.
    """

    tool: str
    arguments: Mapping[str, Any]
    inputs: Mapping[Path, str]
    targets: Mapping[Path, str | None]
    act: Act


class Plans:
    """Plans that wait for their token."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[Plan, dict[str, Any]]] = OrderedDict()

    def show(self, plan: Plan, shown: dict[str, Any]) -> str:
        """Keep a plan and return its token: the SHA-256 of everything shown, the files it rests on included."""
        whole = {
            "tool": plan.tool,
            "arguments": plan.arguments,
            "inputs": {str(path): value for path, value in plan.inputs.items()},
            "targets": {str(path): value for path, value in plan.targets.items()},
            "shown": shown,
        }
        token = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
        self._waiting[token] = (plan, shown)
        self._waiting.move_to_end(token)
        while len(self._waiting) > _MOST:
            self._waiting.popitem(last=False)
        return token

    def carry_out(
        self, token: str, tool: str, arguments: Mapping[str, Any], progress: Progress | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write what a token stands for, once; return what was shown and what is new.

        Raises
        ------
        PlanError
            If the token is not known or already used, belongs to another call, or a file has changed since.
        """
        found = self._waiting.get(token.strip())
        again = f"call {tool} again without apply to see what would be written now"
        if found is None:
            raise PlanError(f"This token is unknown, used or forgotten; {again}.")
        plan, shown = found
        if (plan.tool, plan.arguments) != (tool, arguments):
            raise PlanError(f"This token was shown for another call; repeat that one, or {again}.")
        for path, value in plan.inputs.items():
            if digest(path) != value:
                raise PlanError(f"{path.name} has changed since the token was shown; {again}.")
        for path, before in plan.targets.items():
            # A link put there meanwhile, even one to nothing, would lead the result elsewhere.
            if path.resolve() != path or (digest(path) if path.exists() else None) != before:
                raise PlanError(f"{path.name} has changed since the token was shown; {again}.")
        del self._waiting[token.strip()]
        return shown, plan.act(progress)
