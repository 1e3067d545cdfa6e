"""The benchmark of two different songs: what it does otherwise than those with a known target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import TonewrightError
from tonewright.evaluation.benchmark import Task
from tonewright.evaluation.pair_report import PairReport
from tonewright.evaluation.pairs_protocol import partners
from tonewright.evaluation.protocol import Case, Protocol, Work
from tonewright.evaluation.real_pairs import pair_distances
from tonewright.evaluation.report import Report
from tonewright.evaluation.systems import System


@dataclass(frozen=True)
class PairTask(Task):
    """Distances to the reference instead of metrics against a target, which there is not: no system may hear one."""

    report: ClassVar[type[Report]] = PairReport
    alone: ClassVar[str] = "is alone at its sample rate"

    def find_all(self, names: Sequence[str]) -> dict[str, System]:
        """Return systems by their labels; one that hears the target is refused."""
        found = super().find_all(names)
        for name, system in found.items():
            if system.sees_target:
                raise TonewrightError(f"{name} hears the target, and two different songs have none.")
        return found

    def company(self, works: Sequence[Work]) -> Mapping[Work, Sequence[Work]]:
        """Return each work with those of the same sample rate."""
        return partners(works)

    def no_works(self, folder: Path, protocol: Protocol) -> str:
        """Return what is wrong with a corpus of which nothing could be judged."""
        return f"{folder} holds no usable pair: two works of at least {protocol.minimum_s:g} s at one rate."

    def about(self, case: Case) -> dict[str, Any]:
        """Return what a file says about a pair; ``scale`` is how far the reference's work is from itself."""
        assert case.scale is not None
        return {
            "reference_work": case.reference_work,
            "draw": case.draw,
            "sample_rate": case.input.sample_rate,
            "starts_s": case.starts_s,
            "scale": self.measured(case, case.scale.samples),
        }

    def measured(self, case: Case, output: NDArray[np.float32], metrics: Sequence[str] = ()) -> dict[str, float]:  # noqa: ARG002
        """Return the distances of an answer to the reference."""
        return pair_distances(output, case.target.samples, case.target.sample_rate)
