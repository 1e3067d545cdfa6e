"""What competes in the auto benchmark by name."""

from __future__ import annotations

from tonewright.evaluation.learned import average_spectrum, ridge_auto
from tonewright.evaluation.oracle import oracle, oracle_eq
from tonewright.evaluation.systems import NOTHING, System, nothing

SYSTEMS: dict[str, System] = {
    NOTHING: System(nothing, ("input",), baseline=True),
    "average-spectrum": System(average_spectrum, ("input",), baseline=True),
    "ridge": System(ridge_auto, ("input",), baseline=True),
    "oracle-eq": System(oracle_eq, ("input", "target"), baseline=True),
    "oracle": System(oracle, ("input", "target"), baseline=True),
}
