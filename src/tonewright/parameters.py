"""The one table of parameters: name, unit, limits, search range, neutral value and scale.

A parameter is declared here and nowhere else. *Limits* are what :mod:`tonewright.settings` accepts, wide enough for
every preset in the world; the *search range* is what networks, degradations and fits may use (Tables 1 and 2 of the
NDMP paper). Documentation, JSON schema, sliders and network heads read this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Scale = Literal["linear", "log"]

#: Filters at or above this part of the sample rate cannot be designed well: the bilinear transform folds them.
HIGHEST_OF_RATE = 0.49
#: Sample rates the processor is made for, in Hz.
SAMPLE_RATES = (8_000, 384_000)
#: The most of an amount: of a controller's answer, or of settings.
HIGHEST_AMOUNT = 1.5


@dataclass(frozen=True)
class Range:
    """An interval in real units with the scale on which the unit interval is spread over it.

    Attributes
    ----------
    low, high
        Ends of the interval, in the parameter's unit.
    scale
        ``"linear"`` or ``"log"`` (then ``low > 0``).
    """

    low: float
    high: float
    scale: Scale = "linear"

    def to_units(self, u: ArrayLike) -> NDArray[np.float64]:
        """Map [0, 1] to real units: ``low + u (high - low)``, or ``low (high / low) ** u`` on a log scale."""
        import numpy as np  # the table itself is read where a start must not cost anything

        u = np.asarray(u, dtype=np.float64)
        if self.scale == "linear":
            return self.low + u * (self.high - self.low)
        return np.asarray(self.low * (self.high / self.low) ** u)

    def from_units(self, value: ArrayLike) -> NDArray[np.float64]:
        """Map real units to [0, 1]; values outside the range are clipped to its ends."""
        import numpy as np

        value = np.clip(np.asarray(value, dtype=np.float64), self.low, self.high)
        if self.scale == "linear":
            return np.asarray((value - self.low) / (self.high - self.low))
        return np.asarray(np.log(value / self.low) / np.log(self.high / self.low))

    @property
    def middle(self) -> float:
        """The value half-way on the range's scale."""
        return float(self.to_units(0.5))


@dataclass(frozen=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    name, unit
        As spelled in the settings file; the unit as printed.
    limits
        What the schema accepts, (lowest, highest) in the unit.
    search
        What may be searched by default; a layout may narrow it per band.
    default
        Value when a settings file leaves the key out.
    neutral
        The value that does nothing, or ``None`` where any value does nothing as long as the others are neutral.
    meaning
        One sentence for documentation and sliders.
    """

    name: str
    unit: str
    limits: tuple[float, float]
    search: Range
    default: float
    neutral: float | None
    meaning: str


_HIGHEST_HZ = HIGHEST_OF_RATE * SAMPLE_RATES[1]

PARAMETERS: dict[str, Parameter] = {
    row.name: row
    for row in (
        Parameter("gain_db", "dB", (-40, 40), Range(-20, 20), 0.0, 0.0, "Boost or cut of the band."),
        Parameter(
            "frequency_hz", "Hz", (5, _HIGHEST_HZ), Range(20, 21050, "log"), 1000.0, None,
            "Centre of a peak, half-gain point of a shelf, corner of a pass filter.",
        ),
        Parameter(
            "q", "", (0.05, 100), Range(0.1, 6, "log"), 0.7071, None,
            "Sharpness: centre frequency over bandwidth for a peak, resonance of a shelf.",
        ),
        Parameter(
            "threshold_db", "dBFS", (-160, 60), Range(-60, 0), -30.0, None,
            "Level above which the compressor acts.",
        ),
        Parameter(
            "ratio", ":1", (1, 100), Range(1, 10, "log"), 1.0, 1.0,
            "Decibels in per decibel out above the threshold.",
        ),
        Parameter(
            "attack_ms", "ms", (0.01, 5_000), Range(1, 100, "log"), 10.0, None,
            "Time from 10 to 90 % of a fall in gain.",
        ),
        Parameter(
            "release_ms", "ms", (0.01, 20_000), Range(10, 500, "log"), 100.0, None,
            "Time from 10 to 90 % of a rise in gain.",
        ),
        Parameter(
            "knee_db", "dB", (0, 60), Range(0, 12), 6.0, None,
            "Width of the range of levels, centred on the threshold, over which the ratio sets in.",
        ),
        Parameter("makeup_db", "dB", (-60, 60), Range(0, 12), 0.0, 0.0, "Gain after the compressor."),
        Parameter("preamp_db", "dB", (-120, 120), Range(-24, 24), 0.0, 0.0, "Gain before everything."),
        Parameter("output_db", "dB", (-120, 120), Range(-24, 24), 0.0, 0.0, "Gain after everything."),
    )
}  # fmt: skip

FILTER_PARAMETERS = ("gain_db", "frequency_hz", "q")
COMPRESSOR_PARAMETERS = ("threshold_db", "ratio", "attack_ms", "release_ms", "knee_db", "makeup_db")


def limits(name: str) -> tuple[float, float]:
    """Return what the schema accepts for the named parameter, in its unit."""
    return PARAMETERS[name].limits
