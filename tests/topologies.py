"""Layouts in every topology: the shipped ones are serial, the processor knows three."""

from __future__ import annotations

from dataclasses import replace

from tonewright.layouts import Layout
from tonewright.settings import Settings, Topology

#: Split frequencies in Hz for six bands: two octaves apart around the speech range. The bands of layouts overlap, so
#: they cannot be split at their own middles.
CROSSOVER_HZ = (120.0, 400.0, 1500.0, 5000.0, 11000.0)


def in_topology(layout: Layout, topology: Topology) -> Layout:
    """Return a layout in another topology; ``crossover`` splits at :data:`CROSSOVER_HZ`."""
    splits = CROSSOVER_HZ if topology == "crossover" else None
    data = layout.base.model_dump(mode="json") | {"topology": topology, "splits_hz": splits}
    return replace(layout, base=Settings.from_dict(data))
