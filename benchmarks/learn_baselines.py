"""Learn the baselines of ``tonewright evaluate`` from a corpus: its mean spectrum, and two ridge regressions.

    python scripts/fetch_music.py dev corpora/dev
    python -m benchmarks.learn_baselines corpora/dev -o src/tonewright/evaluation/data/baselines.json

The cases are those of the protocols, with a seed of their own; the corpus must not be one that is judged on. The
strength of a regression is chosen by five-fold cross-validation over works and printed with its errors.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation import auto_protocol, match_protocol
from tonewright.evaluation.learned import solve_ridge
from tonewright.evaluation.protocol import Work, find_works
from tonewright.evaluation.spectra import difference_db, spectrum_of

Array = NDArray[np.float64]

#: Of the cases; the benchmarks' default is 0.
SEED = 1000
#: Strengths tried, in dB^2 per case.
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=4)
    asked = parser.parse_args()
    works, _ = find_works(asked.corpus)
    rows: dict[str, list[tuple[Array, Array, int]]] = {"auto": [], "match": []}
    levels, audible = [], []
    for index, work in enumerate(works):
        print(f"{index + 1}/{len(works)} {work.name}", file=sys.stderr)
        try:
            auto, match = _auto_rows(work, asked.draws), _match_rows(work, asked.draws)
        except AudioError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        rows["auto"] += [(heard, curve, index) for heard, curve, _, _ in auto]
        rows["match"] += [(heard, curve, index) for heard, curve in match]
        levels.append(np.mean([level for _, _, level, _ in auto], axis=0))
        audible.append(np.mean([heard for _, _, _, heard in auto], axis=0))
    mean = np.sum(levels, axis=0) / np.maximum(np.sum(audible, axis=0), 1e-9)
    content: dict[str, Any] = {
        "made_by": f"python -m benchmarks.learn_baselines {asked.corpus.name} --draws {asked.draws}",
        "works": len(levels),
        "mean_spectrum_db": _rounded(mean),
        "ridge": {task: _learn(task, cases) for task, cases in rows.items()},
    }
    asked.output.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _auto_rows(work: Work, draws: int) -> list[tuple[Array, Array, Array, Array]]:
    """Heard spectrum, wanted curve, the target's spectrum and where it is audible, for each draw."""
    rows = []
    for case in auto_protocol.cases_of(work, auto_protocol.AutoProtocol(draws=draws, seed=SEED)):
        heard, target = spectrum_of(case.input), spectrum_of(case.target)
        rows.append((heard.level_db, difference_db(target, heard), target.level_db, target.audible.astype(np.float64)))
    return rows


def _match_rows(work: Work, draws: int) -> list[tuple[Array, Array]]:
    """Difference of reference and input, and the wanted curve, for each draw."""
    rows = []
    for case in match_protocol.cases_of(work, match_protocol.MatchProtocol(draws=draws, seed=SEED)):
        assert case.reference is not None
        heard = spectrum_of(case.input)
        wanted, shown = (difference_db(spectrum_of(clip), heard) for clip in (case.target, case.reference))
        rows.append((shown, wanted))
    return rows


def _learn(task: str, cases: Sequence[tuple[Array, Array, int]]) -> dict[str, Any]:
    spectra, curves = (np.array([case[column] for case in cases]) for column in (0, 1))
    fold = np.array([case[2] for case in cases]) % FOLDS
    errors = {}
    for strength in STRENGTHS:
        left = np.zeros_like(curves)
        for k in range(FOLDS):
            found = solve_ridge(spectra[fold != k], curves[fold != k], strength)
            left[fold == k] = curves[fold == k] - [found.predict(s) for s in spectra[fold == k]]
        errors[strength] = float(np.sqrt(np.mean(left**2)))
    best = min(errors, key=lambda strength: errors[strength])
    nothing = float(np.sqrt(np.mean(curves**2)))
    print(f"{task}: doing nothing leaves {nothing:.2f} dB; by strength {errors}", file=sys.stderr)
    found = solve_ridge(spectra, curves, best)
    return {
        "strength": best,
        "error_db": round(errors[best], 3),
        "nothing_db": round(nothing, 3),
        "mean": _rounded(found.mean),
        "curve_mean": _rounded(found.curve_mean),
        "weights": [_rounded(row) for row in found.weights],
    }


def _rounded(values: Array) -> list[float]:
    return [round(float(value), 4) for value in values]


if __name__ == "__main__":
    main()
