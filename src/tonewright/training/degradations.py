"""Random settings that training hides and networks find or undo: documented, seeded, in real units.

``paper`` is the NDMP paper's: every parameter uniform over its Tables 1 and 2, and a random gain. Six compressors drawn
so leave hardly any dynamics to recover, so ``ours`` draws bands that are on with a probability, log-uniform Hz and Q,
and mild ratios; ``sparse`` is a gentler kind of it, ``none`` leaves the recording as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tonewright import hidden_ranges
from tonewright.layouts import PAPER_BANDS
from tonewright.parameters import COMPRESSOR_PARAMETERS, PARAMETERS, Range
from tonewright.processor.plan import Plan
from tonewright.settings import Band, BandType, Compressor, Settings

Array = NDArray[np.float64]

_PAPER_BANDS = tuple((kind, Range(low, high)) for kind, low, high in PAPER_BANDS)


def _linear(name: str) -> Range:
    search = PARAMETERS[name].search
    return Range(search.low, search.high)


@dataclass(frozen=True)
class Degradation:
    """A distribution of settings with six bands.

    Attributes
    ----------
    bands
        Types and frequency ranges in Hz.
    band_on, compressor_on
        Probability that a band has a gain, and that it has a compressor.
    gain_db, q, compressor
        Ranges; uniform on their scale.
    gain_spread_db
        If above 0, gains are normal with this standard deviation instead, within `gain_db`.
    level_db
        Range of a random gain before everything.
    """

    bands: tuple[tuple[BandType, Range], ...] = hidden_ranges.BANDS
    band_on: float = 1.0
    compressor_on: float = hidden_ranges.COMPRESSOR_ON
    gain_db: Range = field(default=hidden_ranges.GAIN_DB)
    q: Range = field(default=hidden_ranges.Q)
    compressor: Mapping[str, Range] = field(default_factory=lambda: hidden_ranges.COMPRESSOR)
    gain_spread_db: float = 0.0
    level_db: Range = field(default=Range(0, 0))

    @cached_property
    def plan(self) -> Plan:
        """The structure of what is drawn: every band with a compressor, those that are off at ratio 1."""
        resting = Compressor(threshold_db=0.0, ratio=1.0)
        bands = tuple(Band(type=kind, frequency_hz=f.middle, compressor=resting) for kind, f in self.bands)
        return Plan.of(Settings(bands=bands), everything=True)[0]

    def draw(self, rng: np.random.Generator) -> Array:
        """Draw values in real units in the order of ``plan.names``, (56,)."""
        rows = []
        for _, frequencies in self.bands:
            gain = float(self.gain_db.to_units(rng.random()))
            if self.gain_spread_db > 0.0:
                gain = float(np.clip(rng.normal(0.0, self.gain_spread_db), self.gain_db.low, self.gain_db.high))
            on, pressed = rng.random() < self.band_on, rng.random() < self.compressor_on
            one = [gain if on else 0.0, float(frequencies.to_units(rng.random())), float(self.q.to_units(rng.random()))]
            moves = {name: float(self.compressor[name].to_units(rng.random())) for name in COMPRESSOR_PARAMETERS}
            if not pressed:
                moves |= {"ratio": 1.0, "makeup_db": 0.0}
            rows.append([*one, *(moves[name] for name in COMPRESSOR_PARAMETERS)])
        level = float(self.level_db.to_units(rng.random()))
        return np.array([level, *np.concatenate(rows), 0.0])


#: By name, as training configurations say it.
DEGRADATIONS: dict[str, Degradation] = {
    "ours": Degradation(),
    "sparse": Degradation(band_on=0.5, compressor_on=0.25, gain_spread_db=5.0),
    "paper": Degradation(
        bands=_PAPER_BANDS,
        compressor_on=1.0,
        gain_db=_linear("gain_db"),
        q=_linear("q"),
        compressor={name: _linear(name) for name in COMPRESSOR_PARAMETERS},
        level_db=Range(-24, 24),
    ),
    "none": Degradation(band_on=0.0, compressor_on=0.0),
}
