"""Random settings for the processor's tests: with a numpy generator, and as hypothesis strategies."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tonewright.parameters import COMPRESSOR_PARAMETERS, PARAMETERS
from tonewright.settings import Band, BandType, Compressor, Settings, Topology

TYPES: tuple[BandType, ...] = ("low_shelf", "peak", "high_shelf", "low_pass", "high_pass")
TOPOLOGIES: tuple[Topology, ...] = ("serial", "eq_then_drc", "crossover")


def random_compressor(rng: np.random.Generator) -> Compressor:
    """Over the table's search ranges, on their scales."""
    return Compressor(**{name: float(PARAMETERS[name].search.to_units(rng.random())) for name in COMPRESSOR_PARAMETERS})


def random_settings(
    rng: np.random.Generator,
    bands: int,
    topology: Topology = "serial",
    types: tuple[BandType, ...] = TYPES,
    gain_db: float = 12.0,
    **more: Any,
) -> Settings:
    """Bands of random types, every other one with a compressor on average, frequencies ascending over 40..15000 Hz."""
    frequencies = np.geomspace(40, 15000, bands + 1)[:-1] * 1.1
    rows = []
    for frequency in frequencies.tolist():
        kind = types[int(rng.integers(len(types)))]
        if kind == "low_pass":
            frequency = 15000 + frequency
        elif kind == "high_pass":
            frequency = 10 + frequency / 1000
        rows.append(
            Band(
                type=kind,
                frequency_hz=frequency,
                gain_db=0.0 if kind.endswith("pass") else float(rng.uniform(-gain_db, gain_db)),
                q=float(np.exp(rng.uniform(np.log(0.3), np.log(4)))),
                compressor=random_compressor(rng) if rng.random() < 0.5 else None,
            )
        )
    splits = tuple(np.geomspace(90, 9000, bands - 1).tolist()) if topology == "crossover" and bands > 1 else None
    return Settings(topology=topology, bands=tuple(rows), splits_hz=splits, **more)


def within(name: str, *, whole: bool) -> st.SearchStrategy[float]:
    """Values of a parameter: its limits (``whole``) or its search range."""
    row = PARAMETERS[name]
    low, high = row.limits if whole else (row.search.low, row.search.high)
    return st.floats(low, high)


def compressors(*, whole: bool = False) -> st.SearchStrategy[Compressor]:
    return st.builds(Compressor, **{name: within(name, whole=whole) for name in COMPRESSOR_PARAMETERS})


@st.composite
def bands(draw: st.DrawFn, *, whole: bool = False) -> Band:
    kind = draw(st.sampled_from(TYPES))
    return Band(
        type=kind,
        frequency_hz=draw(within("frequency_hz", whole=whole)),
        gain_db=0.0 if kind.endswith("pass") else draw(within("gain_db", whole=whole)),
        q=draw(within("q", whole=whole)),
        compressor=draw(st.none() | compressors(whole=whole)),
    )


@st.composite
def settings(draw: st.DrawFn, *, whole: bool = False, most: int = 6) -> Settings:
    """Any settings: search ranges, or everything that the schema accepts (``whole``)."""
    rows = draw(st.lists(bands(whole=whole), max_size=most))
    topology = draw(st.sampled_from(TOPOLOGIES))
    splits: tuple[float, ...] | None = None
    if topology == "crossover":
        frequencies = st.lists(
            within("frequency_hz", whole=whole),
            min_size=max(0, len(rows) - 1),
            max_size=max(0, len(rows) - 1),
            unique=True,
        )
        splits = tuple(sorted(draw(frequencies)))
    return Settings(
        topology=topology,
        preamp_db=draw(within("preamp_db", whole=whole)),
        bands=tuple(rows),
        compressor=draw(st.none() | compressors(whole=whole)),
        output_db=draw(within("output_db", whole=whole)),
        ballistics=draw(st.sampled_from(("branching", "tied"))),
        link=draw(st.sampled_from(("max", "none"))),
        splits_hz=splits,
        note=draw(st.text(max_size=20)) if whole else "",
    )
