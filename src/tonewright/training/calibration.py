"""After training: how far a network's answers should be followed, and what recordings of each kind are like.

Both are learned from validation works and training works, never from test works, and go into the weight file; see
:mod:`tonewright.networks.trust`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tonewright.analysis.survey import window_powers
from tonewright.layouts import Layout
from tonewright.networks.frames import WORKING_DB, band_factors, level_db
from tonewright.parameters import limits
from tonewright.processor.differentiable import plan_values, process
from tonewright.training.examples import Batch, Examples
from tonewright.training.networks import ControllerNetwork
from tonewright.training.tasks import Objective, at_level_of

Floats = NDArray[np.float32]

#: Amounts that are tried, and groups of equal size into which answers are sorted by what they expected. Answers are
#: means over all that may have been hidden, and nothing on many, so where something was hidden more may be better.
AMOUNTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
GROUPS = 6
#: Excerpts per work and their length in seconds, for typical spectra.
_EXCERPTS, _EXCERPT_S = 3, 6.0
_LEAST_ERROR = 0.02
#: Logarithms of ratios are clipped to this; penalty of the regression on them per example, for unit variances.
_LOG_RATIOS, _RIDGE = (-1.5, 0.5), 1.0


def calibrate(network: nn.Module, objective: Objective, batches: list[Batch]) -> dict[str, Floats]:
    """Find the best amount for what was expected.

    Parameters
    ----------
    network
        Averaged weights, in evaluation mode.
    batches
        Validation examples; a hundred or more in all.

    Returns
    -------
    The arrays of :data:`tonewright.networks.trust.NAMES`: amounts fall and remaining errors rise with expectations.
    """
    expected, errors = [], []
    with torch.no_grad():
        for batch in batches:
            u, log_ratio = network([torch.from_numpy(one) for one in batch.recordings], torch.from_numpy(batch.hint))
            target = torch.from_numpy(batch.target)
            rows = []
            for amount in AMOUNTS:
                output = _process_scaled(torch.from_numpy(batch.input), u, objective.layout, amount, objective.rate)
                rows.append(objective.stft(at_level_of(output, target), target))
            expected.append(log_ratio)
            errors.append(torch.stack(rows, dim=1))
    return trust_table(torch.cat(expected).double().numpy(), torch.cat(errors).double().numpy())


def fit_expectation(network: ControllerNetwork, objective: Objective, batches: Iterable[Batch]) -> None:
    """Fit the last layer of what is expected by ridge regression on training examples, in place.

    While the network learns, its errors move under this layer; afterwards a regression on what is fixed says more.
    Ratios are clipped, so that examples with nothing to undo do not rule it.
    """
    rows, ratios = [], []
    network.eval()
    with torch.no_grad():
        for batch in batches:
            heard = [torch.from_numpy(one) for one in batch.recordings]
            thoughts = network.thoughts(heard, torch.from_numpy(batch.hint))
            terms = objective(network, batch)
            ratio = terms.error.clamp_min(_LEAST_ERROR) / terms.nothing.clamp_min(_LEAST_ERROR)
            rows.append(thoughts.double().numpy())
            ratios.append(torch.log(ratio).clamp(*_LOG_RATIOS).double().numpy())
    x, y = np.concatenate(rows), np.concatenate(ratios)
    middle, width = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - middle) / width
    slope = np.linalg.solve(z.T @ z + _RIDGE * len(z) * np.eye(z.shape[1]), z.T @ (y - y.mean())) / width
    with torch.no_grad():
        network.expect.weight.copy_(torch.from_numpy(slope[None].astype(np.float32)))
        network.expect.bias.fill_(float(y.mean() - middle @ slope))


def trust_table(expected: NDArray[np.float64], errors: NDArray[np.float64]) -> dict[str, Floats]:
    """Turn expectations, (examples,), and errors for each of :data:`AMOUNTS`, (examples, 7), into the table.

    Amounts may not rise with expectations. Neighbouring groups that break this become one (the pool of adjacent
    violators; M. Ayer et al., *Annals of Mathematical Statistics* 26, 1955): taking the lowest so far instead would let
    one group's bad luck hold back all after it.
    """
    pools: list[NDArray[np.int64]] = []
    for group in np.array_split(np.argsort(expected, kind="stable"), min(GROUPS, len(expected))):
        pools.append(group)
        while len(pools) > 1 and _lowest(errors[pools[-1]].mean(axis=0)) > _lowest(errors[pools[-2]].mean(axis=0)):
            last = pools.pop()
            pools[-1] = np.concatenate([pools[-1], last])
    centres = np.array([expected[pool].mean() for pool in pools])
    means = np.array([errors[pool].mean(axis=0) for pool in pools])
    amounts = np.array([_lowest(row) for row in means])
    left = [
        max(float(np.interp(a, AMOUNTS, row)), _LEAST_ERROR) / max(row[0], _LEAST_ERROR)
        for a, row in zip(amounts, means, strict=True)
    ]
    remaining = np.maximum.accumulate(np.log(np.clip(left, 1e-3, 1.0)))
    keep = np.concatenate([[True], np.diff(centres) > 1e-6])
    table = {"trust.log_ratio": centres, "trust.amount": amounts, "trust.actual": remaining}
    return {name: np.asarray(values[keep], dtype=np.float32) for name, values in table.items()}


def _lowest(row: NDArray[np.float64]) -> float:
    """Return the amount of least error: of a parabola through the best that was tried and its neighbours."""
    best = int(np.argmin(row))
    if best in (0, len(row) - 1):
        return AMOUNTS[best]
    before, here, after = row[best - 1 : best + 2]
    bend = before - 2.0 * here + after
    step = AMOUNTS[1] - AMOUNTS[0]
    return AMOUNTS[best] + (0.5 * step * (before - after) / bend if bend > 0 else 0.0)


def _process_scaled(x: Tensor, u: Tensor, layout: Layout, amount: float, sample_rate: float) -> Tensor:
    """Process with settings scaled as :meth:`~tonewright.settings.Settings.scaled` does."""
    plan, values = plan_values(layout, u)
    values = values.clone()
    for column, name in enumerate(plan.names):
        if name.endswith(("gain_db", "makeup_db", "preamp_db", "output_db")):
            values[:, column] *= amount
        elif name.endswith("ratio"):
            slope = amount * (1.0 - 1.0 / values[:, column])
            values[:, column] = 1.0 / (1.0 - slope.clamp(max=1.0 - 1.0 / limits("ratio")[1]))
    return process(x, values, plan, sample_rate)


def typical_spectra(examples: Examples, seed: int = 0) -> dict[str, Floats]:
    """Return the mean level per sixth octave of the training works of each profile, at the working level, in dB.

    Returns
    -------
    ``typical.music`` and, where there is speech, ``typical.speech``, (57,) each: excerpts are averaged within a work,
    works over all.
    """
    rng = np.random.default_rng(seed)
    rate = examples.rate
    found: dict[str, list[NDArray[np.float64]]] = {}
    for corpus in examples.corpora:
        for entry in corpus.split("train"):
            frames = min(round(_EXCERPT_S * rate), entry.frames)
            rows = []
            for start in rng.integers(0, entry.frames - frames + 1, size=_EXCERPTS):
                powers = window_powers(
                    corpus.read(entry, int(start), frames)[None], rate, examples.window, examples.window
                )
                if powers.mean() > 1e-9:
                    mean = powers.mean(axis=0, dtype=np.float64) * band_factors(rate)
                    rows.append(10.0 * np.log10(mean + 1e-14) + WORKING_DB - level_db(powers, rate))
            if rows:
                found.setdefault(f"typical.{entry.profile}", []).append(np.mean(rows, axis=0))
    return {name: np.mean(rows, axis=0).astype(np.float32) for name, rows in found.items()}
