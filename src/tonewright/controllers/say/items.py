"""One instruction with numbers, from its collected parts to a band or a change of level, within safe limits.

Bandwidth in octaves N becomes ``1/Q = 2 sinh(ln 2 / 2 * N)`` (RBJ cookbook, analogue prototype); the band between two
frequencies is centred on their geometric mean with ``Q = centre / width``, which is the same thing. Pass filters
steeper than 12 dB per octave are cascades with the Qs of a Butterworth filter, ``Q_k = 1 / (2 cos((2k - 1) pi / 2n))``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tonewright.controllers.say.tokens import Token, grammar
from tonewright.settings import Band, BandType

#: Where nothing is said: Q of a peak, and of shelves and pass filters; Q of "broad", "narrow" and a notch.
PEAK_Q, SHELF_Q = 1.0, math.sqrt(0.5)
WIDE_Q, NARROW_Q, NOTCH_Q = 0.5, 4.0, 8.0
#: Gain in dB for "boost 100 Hz" without a number; a notch's depth.
PLAIN_GAIN_DB, NOTCH_DB = 3.0, -12.0
#: What a sentence can ask for at most: gain in dB, frequency in Hz, Q.
MAX_GAIN_DB = 12.0
FREQUENCIES_HZ = (20.0, 20_000.0)
QS = (0.1, 20.0)
#: Below, a shelf or a roll-off without a side is a low one, in Hz.
_MIDDLE_HZ = 1_000.0


@dataclass
class Item:
    """Parts of one instruction as they are heard; ``None`` where nothing was said.

    Attributes
    ----------
    action
        +1 boost, -1 cut.
    gain_db, hz, upper_hz, width_hz, octaves, q, slope_db
        Numbers; ``upper_hz`` makes a range of ``hz``. ``gain_weak`` and ``hz_weak``: given without a unit.
    side
        ``below`` or ``above`` the frequency.
    shape
        Role of the word that names a filter.
    joined
        Whether the words before it ("and", a comma) continue a list.
    """

    first: int = -1
    last: int = -1
    action: int | None = None
    gain_db: float | None = None
    gain_signed: bool = False
    gain_weak: bool = False
    hz: float | None = None
    hz_weak: bool = False
    hz_strong: bool = False
    upper_hz: float | None = None
    width_hz: float | None = None
    octaves: float | None = None
    q: float | None = None
    slope_db: float | None = None
    side: str | None = None
    shape: str | None = None
    place: str | None = None
    level: bool = False
    everything: bool = False
    breadth: str | None = None
    negated: bool = False
    separated: bool = False
    joined: bool = False
    said: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether nothing more is needed to act."""
        return (self.hz is not None or self.place is not None or self.level) and (
            self.gain_db is not None or self.shape in ("high_pass", "low_pass")
        )

    def hears(self, token: Token) -> None:
        """Stretch the instruction over a token that belongs to it."""
        self.first = token.start if self.first < 0 else self.first
        self.last = token.end

    def signed_gain_db(self) -> float | None:
        """Return the gain in dB with its direction, not limited; a cut is negative however its number is signed."""
        if self.gain_db is None:
            return None
        down = self.action == -1 or (self.shape == "notch" and not self.gain_signed)
        return -abs(self.gain_db) if down else self.gain_db

    def level_db(self) -> float:
        """Return the change of the whole sound's level in dB, limited."""
        return self._limited(self.signed_gain_db() or 0.0, -MAX_GAIN_DB, MAX_GAIN_DB, "dB", "level")

    def bands(self, factor: float) -> tuple[Band, ...]:
        """Return the bands this asks for; none if it is no instruction about a frequency.

        Parameters
        ----------
        factor
            Words of degree, for a gain without a number: 1 is plain.
        """
        if self.hz is None and self.place is None:
            return ()
        kind = self._kind()
        if kind is None:
            return ()
        frequency, q = self._where(kind)
        if kind in ("high_pass", "low_pass"):
            order = self._order()
            if self.q is not None or order == 2:
                return (Band(type=kind, frequency_hz=frequency, q=q),)
            return tuple(
                Band(type=kind, frequency_hz=frequency, q=1 / (2 * math.cos((2 * k - 1) * math.pi / (2 * order))))
                for k in range(1, order // 2 + 1)
            )
        gain = self.signed_gain_db()
        if gain is None and self.shape == "notch":
            gain = NOTCH_DB
        if gain is None:
            if self.action is None or not (self.hz_strong or self.place):
                return ()
            gain = self.action * round(PLAIN_GAIN_DB * factor, 1)
            self.said.append(f"No decibels were given for {_hertz(frequency)}: {gain:+.3g} dB.")
        gain = self._limited(gain, -MAX_GAIN_DB, MAX_GAIN_DB, "dB", f"at {_hertz(frequency)}")
        return (Band(type=kind, frequency_hz=frequency, gain_db=gain, q=q),)

    def _kind(self) -> BandType | None:
        silent = self.gain_db is None
        if self.shape == "high_pass" or self.shape == "low_pass":
            return "high_pass" if self.shape == "high_pass" else "low_pass"
        cuts_side = silent and self.side is not None and (self.action == -1 or self.everything)
        if self.shape == "roll_off" or cuts_side:
            low = self.side == "below" or (self.side is None and (self.hz or 0.0) < _MIDDLE_HZ)
            return "high_pass" if low else "low_pass"
        if self.shape == "low_shelf" or self.shape == "high_shelf":
            return "low_shelf" if self.shape == "low_shelf" else "high_shelf"
        if self.hz is None:
            return str(grammar()["places"][self.place][0])  # type: ignore[return-value]
        if self.shape == "shelf" or (self.side is not None and self.shape is None and self.upper_hz is None):
            below = self.side == "below" or (self.side is None and self._low())
            return "low_shelf" if below else "high_shelf"
        return "peak"

    def _low(self) -> bool:
        if self.place is not None:
            return bool(grammar()["places"][self.place][0] == "low_shelf")
        return (self.hz or 0.0) < _MIDDLE_HZ

    def _where(self, kind: BandType) -> tuple[float, float]:
        """Return frequency in Hz and Q, limited."""
        default = PEAK_Q if kind == "peak" else SHELF_Q
        if self.hz is None:
            _, frequency, default = grammar()["places"][self.place]
        else:
            frequency = self._limited(self.hz, *FREQUENCIES_HZ, "Hz", "")
        q = {"wide": WIDE_Q, "narrow": NARROW_Q}.get(self.breadth or "", default) if kind == "peak" else default
        if self.shape == "notch":
            q = NOTCH_Q
        if self.upper_hz is not None:
            low, high = sorted((frequency, self._limited(self.upper_hz, *FREQUENCIES_HZ, "Hz", "")))
            frequency = math.sqrt(low * high)
            q = frequency / (high - low) if high > low else q
        elif self.width_hz is not None:
            q = frequency / max(self.width_hz, 1.0)
        if self.octaves is not None:
            q = 1.0 / (2.0 * math.sinh(math.log(2.0) / 2.0 * min(max(self.octaves, 0.01), 10.0)))
        if self.q is not None:
            q = self.q
        return float(frequency), self._limited(float(q), *QS, "Q", "")

    def _order(self) -> int:
        if self.slope_db is None:
            return 2
        order = min(8, max(2, 2 * round(self.slope_db / 12.0)))
        if order * 6 != self.slope_db:
            self.said.append(f"A slope of {self.slope_db:g} dB per octave is not available: {6 * order} dB per octave.")
        return order

    def _limited(self, value: float, low: float, high: float, unit: str, where: str) -> float:
        kept = min(max(value, low), high)
        if kept != value:
            asked = f"Q {value:.3g}" if unit == "Q" else _hertz(value) if unit == "Hz" else f"{value:+.4g} dB"
            given = f"Q {kept:g}" if unit == "Q" else _hertz(kept) if unit == "Hz" else f"{kept:+g} dB"
            place = f" {where}" if where else ""
            self.said.append(f"{asked}{place} is beyond what is safe: {given}.")
        return kept


def _hertz(value: float) -> str:
    return f"{value / 1000:.4g} kHz" if value >= 1000 else f"{value:.4g} Hz"
