r"""From a model's states to distributions: two linear maps, all that is trained of the adapter that ships.

On the tone plane, with states :math:`h` (standardised) and places :math:`z = (x, y) / 6`,

.. math::

    p(z \mid h) \propto \exp(b(z) + \textstyle\sum_k (W h)_k \, \psi_k(z)),

an exponential family whose base :math:`b` is what people choose whatever they are asked, and whose statistics
:math:`\psi` are polynomials up to the third degree: a request can move the cloud, widen, tilt and skew it. The
logits of all cells come from one pass and nothing is sampled. The kind of request is a softmax of another linear map.

A penalised fit is wider than people are, and rounder. Where a *shape* was learned, the shares of people's differences
from the mean of their own request, the answer is that shape around the mean of p, as far as the request is about sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.say.reading.home import ModelError
from tonewright.controllers.say.reading.questions import KINDS
from tonewright.files import write_bytes
from tonewright.population.distribution import PlaneDistribution
from tonewright.population.plane import EDGE

Floats = NDArray[np.float32]

FILE = "readout.safetensors"
#: Cells along an axis of the plane.
CELLS = 10


def statistics() -> Floats:
    """Return the statistics of every cell, (9, 100); cells in the order of tables (tilt, smile)."""
    centres = ((np.arange(CELLS) + 0.5) * (2.0 / CELLS)) - 1.0
    y, x = (one.ravel() for one in np.meshgrid(centres, centres, indexing="ij"))
    # Squares and cubes without what the lower powers say already, for a uniform cell.
    rows = [x, y, x * x - 1 / 3, y * y - 1 / 3, x * y, x**3 - 0.6 * x, y**3 - 0.6 * y, x * x * y, x * y * y]
    return np.array(rows, dtype=np.float32)


#: A request is taken for one that is not about sound only from this probability on: a missed joke costs less than a
#: listener who is told that they did not speak of sound.
CERTAIN = 0.8
#: Cells along an axis of a shape, and their width in units of the plane.
SHAPE_CELLS, SHAPE_STEP = 40, 4.0 * EDGE / 40
#: Cells per axis of what is returned: a multiple of the table's, so that cells are split evenly.
SIZE = 20


def as_distribution(table: NDArray[np.float64]) -> PlaneDistribution:
    """Turn a table (tilt, smile) into a distribution on the plane."""
    return PlaneDistribution(np.asarray(table, dtype=np.float64).T).resampled(SIZE)


def shape_centres() -> NDArray[np.float64]:
    """Return the middles of a shape's cells, (1600, 2), in the order of its flattened shares."""
    centres = (np.arange(SHAPE_CELLS) + 0.5) * SHAPE_STEP - 2.0 * EDGE
    x, y = np.meshgrid(centres, centres, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1)


def shape_of(differences: NDArray[np.float64]) -> Floats:
    """Return the shares of differences, (count, 2), as a shape."""
    edges = np.linspace(-2.0 * EDGE, 2.0 * EDGE, SHAPE_CELLS + 1)
    shares, _, _ = np.histogram2d(differences[:, 0], differences[:, 1], bins=[edges, edges])
    return np.asarray(shares / max(1.0, shares.sum()), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Readout:
    """The trained maps.

    Attributes
    ----------
    mean, scale
        By which states are standardised, (states,).
    plane, base
        (9, states) and (100,).
    kind, kind_base
        (24, states) and (24,).
    shape
        Shares of people's differences from their request's mean, (40, 40), x first, in steps of 0.6 from -12 to 12; all
        zeros where none was learned.
    """

    mean: Floats
    scale: Floats
    plane: Floats
    base: Floats
    kind: Floats
    kind_base: Floats
    shape: Floats

    def distributions(self, states: Floats) -> tuple[list[PlaneDistribution], NDArray[np.float64]]:
        """Return what people would choose for each request, and the tables of kinds, (requests, 24)."""
        tables, kinds = self.tables(states)
        foreign = np.where(kinds[:, KINDS.index("unrelated")] > CERTAIN, 1.0, 0.0)
        return [self._placed(*one) for one in zip(tables, foreign, strict=True)], kinds

    def _placed(self, table: NDArray[np.float64], foreign: float) -> PlaneDistribution:
        own = as_distribution(table)
        if not self.shape.any():
            return own
        used = self.shape > 0.0
        points = own.mean() + shape_centres()[used.ravel()]
        people = PlaneDistribution.from_points(points, self.shape[used], bandwidth=SHAPE_STEP / 2.0, size=own.size)
        return people.mixed([own], [1.0 - foreign, foreign])

    def tables(self, states: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return tables of the plane, (requests, 10, 10), tilt first, and of kinds, (requests, 24), each of sum 1."""
        h = (states - self.mean) * self.scale
        plane = _softmax(self.base + (h @ self.plane.T) @ statistics())
        return plane.reshape(-1, CELLS, CELLS), _softmax(self.kind_base + h @ self.kind.T)

    def save(self, path: Path) -> None:
        """Write a file of safetensors; large arrays as float16."""
        from safetensors.numpy import save

        small = {name: value.astype(np.float16) for name, value in (("plane", self.plane), ("kind", self.kind))}
        rest = {name: getattr(self, name) for name in ("mean", "scale", "base", "kind_base", "shape")}
        write_bytes(path, save({**small, **rest}, metadata={"format": "tonewright say readout 1"}))

    @classmethod
    def load(cls, path: Path) -> Readout:
        """Read what :meth:`save` wrote.

        Raises
        ------
        ModelError
            If it cannot be read or its shapes do not fit each other.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            held = {name: value.astype(np.float32) for name, value in load_file(path).items()}
            found = cls(**held)
        except (OSError, ValueError, TypeError, SafetensorError) as error:
            raise ModelError(f"{path} cannot be read as a readout of say ({error}).") from None
        count = len(found.mean)
        shapes = {
            "scale": (count,), "plane": (len(statistics()), count), "base": (CELLS * CELLS,),
            "kind": (len(KINDS), count), "kind_base": (len(KINDS),), "shape": (SHAPE_CELLS, SHAPE_CELLS),
        }  # fmt: skip
        wrong = [name for name, shape in shapes.items() if getattr(found, name).shape != shape]
        if wrong or not all(np.isfinite(value).all() for value in held.values()):
            raise ModelError(f"{path} is damaged: {', '.join(wrong) or 'it holds values that are no numbers'}.")
        return found


def _softmax(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    values = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(values / values.sum(axis=1, keepdims=True))
