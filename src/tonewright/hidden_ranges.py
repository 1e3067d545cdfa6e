"""What may be hidden on a recording: the ranges that training draws from and that the evaluation is published with."""

from __future__ import annotations

from tonewright.parameters import PARAMETERS, Range
from tonewright.settings import BandType

#: Band types and their frequency ranges in Hz, log-uniform, in the order of the chain.
BANDS: tuple[tuple[BandType, Range], ...] = (
    ("low_shelf", Range(30, 120, "log")),
    ("peak", Range(60, 400, "log")),
    ("peak", Range(250, 1200, "log")),
    ("peak", Range(800, 4000, "log")),
    ("peak", Range(2500, 10000, "log")),
    ("high_shelf", Range(6000, 16000, "log")),
)
GAIN_DB = Range(-12, 12)
Q = Range(0.3, 4, "log")
COMPRESSOR_ON = 0.5
#: Thresholds hold for audio at -20 dBFS RMS; times and knee go over the parameter table.
COMPRESSOR = {
    "threshold_db": Range(-30, 0),
    "ratio": Range(1, 4),
    "attack_ms": PARAMETERS["attack_ms"].search,
    "release_ms": PARAMETERS["release_ms"].search,
    "knee_db": PARAMETERS["knee_db"].search,
    "makeup_db": Range(0, 4),
}
