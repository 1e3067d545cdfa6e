"""A row of stages: what other programs understand by a chain, and the way to settings and back.

Settings put gains at both ends only. A gain g between two stages commutes with filters, and with a compressor if its
threshold T is moved: gain g, then threshold T, is threshold T - g, then gain g. So every row of gains, filters and
compressors is one of our settings, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from tonewright.errors import SettingsError
from tonewright.settings import MAX_BANDS, PASS_TYPES, Compressor, Settings


@dataclass(frozen=True)
class Gain:
    """A gain in dB."""

    db: float


@dataclass(frozen=True)
class Filter:
    """A filter in real units; types as in :class:`~tonewright.settings.Band`."""

    type: str
    frequency_hz: float
    gain_db: float
    q: float

    @property
    def is_neutral(self) -> bool:
        """Whether it passes every signal unchanged."""
        return self.type not in PASS_TYPES and self.gain_db == 0.0


@dataclass(frozen=True)
class Dynamics:
    """A compressor in our units; not yet checked against the limits of settings."""

    threshold_db: float
    ratio: float
    attack_ms: float
    release_ms: float
    knee_db: float = 0.0
    makeup_db: float = 0.0
    #: Whether it is the outer one, where a file says so.
    outer: bool = False

    @property
    def is_neutral(self) -> bool:
        """Whether it passes every signal unchanged."""
        return self.ratio == 1.0 and self.makeup_db == 0.0

    @property
    def words(self) -> str:
        """How sentences name it: ``2.5:1 above -24 dB``."""
        return f"{self.ratio:.3g}:1 above {self.threshold_db:.3g} dB"

    def to_dict(self) -> dict[str, float]:
        """Return the values by their names in a settings file."""
        names = ("threshold_db", "ratio", "attack_ms", "release_ms", "knee_db", "makeup_db")
        return {name: getattr(self, name) for name in names}


Stage = Gain | Filter | Dynamics


def stages_of(settings: Settings) -> tuple[Stage, ...]:
    """Lay serial settings, or ``eq_then_drc``, out as a row without neutral stages: what is heard, in order.

    With tied ballistics the attack time stands for both.
    """
    tied = settings.ballistics == "tied"
    filters: list[list[Stage]] = []
    compressors: list[list[Stage]] = []
    for band in settings.bands:
        own = Filter(band.type, band.frequency_hz, band.gain_db, band.q)
        filters.append([] if own.is_neutral else [own])
        compressors.append(_dynamics(band.compressor, tied))
    if settings.topology == "eq_then_drc":
        rows = [*filters, *compressors]
    else:
        rows = [part for pair in zip(filters, compressors, strict=True) for part in pair]
    middle = [stage for row in [*rows, _dynamics(settings.compressor, tied, outer=True)] for stage in row]
    before = [Gain(settings.preamp_db)] if settings.preamp_db else []
    after = [Gain(settings.output_db)] if settings.output_db else []
    return (*before, *middle, *after)


def _dynamics(compressor: Compressor | None, tied: bool, outer: bool = False) -> list[Stage]:
    if compressor is None or compressor.is_neutral:
        return []
    values = compressor.model_dump()
    if tied:
        values["release_ms"] = values["attack_ms"]
    return [Dynamics(**values, outer=outer)]


def settings_of(
    stages: Iterable[Stage], *, link: Literal["max", "none"] = "max", note: str = "", source: str = "the file"
) -> Settings:
    """Put a row of stages together as serial settings with the same sound.

    Raises
    ------
    SettingsError
        If there are more bands than settings hold, or a value leaves their limits; the sentence starts with ``source``.
    """
    preamp = offset = 0.0
    compressed = False
    bands: list[dict[str, Any]] = []
    outer: dict[str, float] | None = None
    row = list(stages)
    last = max((index for index, stage in enumerate(row) if not isinstance(stage, Gain)), default=-1)
    for index, stage in enumerate(row):
        if isinstance(stage, Gain):
            if compressed:
                offset += stage.db
            else:
                preamp += stage.db
        elif isinstance(stage, Filter):
            band: dict[str, Any] = {"type": stage.type, "frequency_hz": stage.frequency_hz, "q": stage.q}
            if stage.type not in PASS_TYPES:
                band["gain_db"] = stage.gain_db
            bands.append(band)
        else:
            compressed = True
            values = stage.to_dict()
            values["threshold_db"] -= offset
            if stage.outer and index == last:
                outer = values
            elif bands and "compressor" not in bands[-1]:
                bands[-1]["compressor"] = values
            else:
                bands.append({"type": "peak", "frequency_hz": 1000.0, "gain_db": 0.0, "compressor": values})
    if len(bands) > MAX_BANDS:
        raise SettingsError(f"{source} holds {len(bands)} bands; Tonewright's settings hold at most {MAX_BANDS}.")
    data = {"preamp_db": preamp, "bands": bands, "compressor": outer, "output_db": offset, "link": link, "note": note}
    return Settings.from_dict(data, source)
