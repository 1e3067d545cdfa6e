"""Results of benchmarks as files: what ``tonewright evaluate ... -o FILE`` wrote is read again."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from tonewright.errors import TonewrightError
from tonewright.evaluation.auto_protocol import AutoProtocol
from tonewright.evaluation.match_protocol import MatchProtocol
from tonewright.evaluation.pair_report import PairReport
from tonewright.evaluation.protocol import Protocol
from tonewright.evaluation.report import Report
from tonewright.evaluation.say_report import SayReport
from tonewright.evaluation.say_rules import SayProtocol
from tonewright.evaluation.style_protocol import StyleProtocol
from tonewright.evaluation.truth_report import TruthReport

#: What each benchmark's file holds: its protocol, its kind of report.
KINDS: dict[str, tuple[type[Any], type[Report]]] = {
    "auto": (AutoProtocol, TruthReport),
    "match": (MatchProtocol, TruthReport),
    "style": (StyleProtocol, TruthReport),
    "pairs": (Protocol, PairReport),
    "say": (SayProtocol, SayReport),
}


def read_report(path: Path) -> Report:
    """Read a result; intervals and tests are computed again from its rows.

    Raises
    ------
    TonewrightError
        If the file cannot be read, or holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        protocol, kind = KINDS[data["benchmark"]]
        asked = {
            one.name: tuple(value) if isinstance(value, list) else value
            for one in fields(protocol)
            if (value := data["protocol"].get(one.name, one.default)) is not None
        }
        return kind.from_dict(data, protocol(**asked))
    except OSError as error:
        raise TonewrightError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TonewrightError(f"{path} holds no result of tonewright evaluate auto|match|style|pairs|say.") from error
