r"""A controller network: encoder of frames, pooling over the whole work, and a decision over a layout.

For each recording with frames :math:`x_t` (:mod:`tonewright.networks.frames`):

.. math::

    h^0 = g(C_3 x), \quad h^{i+1} = h^i + W g(C_{3,d_i} N(h^i)), \quad
    e = g(V [\text{mean}_t h, \text{std}_t h, \text{attention}_t h])

with convolutions :math:`C` over time, layer normalisation :math:`N` and :math:`g` the GELU. Beside the summary
:math:`e` stand statistics of the frames themselves (long-term spectrum, mean, deviation). All of that, for two
recordings also the difference of their statistics, and the hint make up :math:`z`; then

.. math::

    a = g(A z), \quad b = a + g(B a), \quad u = \text{clip}_{[0, 1]}(u_0 + S b + s), \quad c = K b + k,

where :math:`u_0` is the layout's neutral vector (with filters from the hint where the specification says so), so that
:math:`S = 0, s = 0` is exactly where it starts, and :math:`c` is the expected logarithm of the error that is left,
relative to the error of doing nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright.layouts import LAYOUTS, Layout
from tonewright.networks.frames import BANDS, WIDTH, Frames
from tonewright.networks.layers import attend, convolve, gelu, linear, normalise, power_mean, spread
from tonewright.networks.ridge import SHAPES, Ridge
from tonewright.networks.specification import NetworkError, Specification
from tonewright.settings import Settings

Floats = NDArray[np.float32]

#: Decibels per unit of the frames' levels.
DECIBELS = 15.0
#: Key of the specification in a weight file's header.
HEADER = "tonewright"


@dataclass(frozen=True)
class Prediction:
    """What a network answers.

    Attributes
    ----------
    settings
        For recordings at the networks' working level.
    vector
        The same as a vector of the layout in [0, 1], float64.
    log_ratio
        Expected logarithm of the remaining error relative to doing nothing: below 0 it expects to help.
    """

    settings: Settings
    vector: NDArray[np.float64]
    log_ratio: float


@dataclass(frozen=True)
class Network:
    """A specification and its weights by name, float32."""

    specification: Specification
    weights: Mapping[str, Floats]

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read a ``.safetensors`` file.

        Raises
        ------
        NetworkError
            If the file is not a network of ours or is damaged.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(path), framework="numpy") as file:
                header = (file.metadata() or {}).get(HEADER)
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise NetworkError(f"{path} cannot be read as a network ({error}).") from error
        if header is None:
            raise NetworkError(f"{path} is not a network of Tonewright: its header lacks {HEADER!r}.")
        network = cls(Specification.from_json(header), weights)
        if network.specification.layout not in LAYOUTS:
            raise NetworkError(f"{path} predicts an unknown layout, {network.specification.layout!r}.")
        if network.layout.size != network.specification.size:
            raise NetworkError(f"{path} predicts {network.specification.size} numbers, its layout has others.")
        for name, shape in weight_shapes(network.specification).items():
            if name not in weights or weights[name].shape != shape:
                raise NetworkError(f"{path} is damaged: {name} is missing, or not of shape {shape}.")
        return network

    @cached_property
    def layout(self) -> Layout:
        """The layout it predicts."""
        return LAYOUTS[self.specification.layout]

    @cached_property
    def ridge(self) -> Ridge | None:
        """The regression that makes the hint of ``auto``, where the weights hold one."""
        return Ridge.of(self.weights) if self.specification.ridge else None

    def predict(self, recordings: Sequence[Frames], hint: NDArray[np.floating]) -> Prediction:
        """Hear recordings and answer.

        Parameters
        ----------
        recordings
            One for ``auto``; input and reference for ``match``.
        hint
            (specification.hint,).
        """
        wanted = self.specification
        if len(recordings) != wanted.recordings or hint.shape != (wanted.hint,):
            raise ValueError(
                f"A network for {wanted.task} hears {wanted.recordings} recordings and {wanted.hint} hints."
            )
        heard = [(self._summary(one.values), statistics(one.values)) for one in recordings]
        parts = [part for pair in heard for part in pair]
        if wanted.recordings == 2:
            parts.append(heard[1][1] - heard[0][1])
        z = np.concatenate([*parts, hint.astype(np.float32)])
        a = gelu(self._linear("decide", z))
        b = a + gelu(self._linear("think", a))
        move = self._linear("head", b).astype(np.float64)
        base = self.layout.neutral.copy()
        if wanted.start:
            base[filter_columns(self.layout)] = hint[-wanted.start :]
        vector = np.clip(base + move, 0.0, 1.0)
        expected = float(self._linear("expect", b)[0])
        return Prediction(self.layout.decode(vector), vector, expected)

    def _summary(self, x: Floats) -> Floats:
        w = self.weights
        h = gelu(convolve(x, w["first.weight"], w["first.bias"]))
        for index, dilation in enumerate(self.specification.dilations):
            name = f"blocks.{index}"
            inner = normalise(h, w[f"{name}.norm.weight"], w[f"{name}.norm.bias"])
            inner = gelu(convolve(inner, w[f"{name}.look.weight"], w[f"{name}.look.bias"], dilation))
            h = h + self._linear(f"{name}.mix", inner)
        pooled = [h.mean(axis=0), spread(h), attend(h, self._linear("attention", h)).ravel()]
        return gelu(self._linear("summary", np.concatenate(pooled)))

    def _linear(self, name: str, x: Floats) -> Floats:
        return linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])


def weight_shapes(specification: Specification) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight that a network needs, by name."""
    s = specification
    heard = BANDS + 2 * WIDTH
    width = s.recordings * (s.summary + heard) + (heard if s.recordings == 2 else 0) + s.hint
    layers: dict[str, tuple[int, ...]] = {"first": (s.channels, WIDTH, 3), "attention": (s.heads, s.channels)}
    for index in range(len(s.dilations)):
        layers[f"blocks.{index}.norm"] = (s.channels,)
        layers[f"blocks.{index}.look"] = (s.channels, s.channels, 3)
        layers[f"blocks.{index}.mix"] = (s.channels, s.channels)
    layers |= {
        "summary": (s.summary, (2 + s.heads) * s.channels),
        "decide": (s.hidden, width),
        "think": (s.hidden, s.hidden),
        "head": (s.size, s.hidden),
        "expect": (1, s.hidden),
    }
    weights = {f"{name}.weight": shape for name, shape in layers.items()}
    weights |= {f"{name}.bias": shape[:1] for name, shape in layers.items()}
    return weights | SHAPES if s.ridge else weights


def filter_columns(layout: Layout) -> list[int]:
    """Return where a layout's vector holds gains, frequencies and Qs of its bands, in its order."""
    names = ("gain_db", "frequency_hz", "q")
    return [
        index
        for index, free in enumerate(layout.free)
        if free.path.startswith("bands.") and free.path.count(".") == 2 and free.path.endswith(names)
    ]


def statistics(x: Floats) -> Floats:
    """Return long-term spectrum, means and deviations of frames: (57 + 65 + 65,)."""
    return np.concatenate([power_mean(x[:, :BANDS], DECIBELS), x.mean(axis=0), spread(x)])
