"""Settings: everything a controller may choose, in real units; the one schema of files, command line and HTTP."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from tonewright.errors import SettingsError
from tonewright.files import write_text
from tonewright.frozen import Frozen
from tonewright.parameters import HIGHEST_AMOUNT, PARAMETERS, limits

BandType = Literal["low_shelf", "peak", "high_shelf", "low_pass", "high_pass"]
Topology = Literal["serial", "eq_then_drc", "crossover"]

#: Band types without a gain.
PASS_TYPES = ("low_pass", "high_pass")
MAX_BANDS = 32


def _number(name: str, *, required: bool = False) -> Any:
    row = PARAMETERS[name]
    low, high = limits(name)
    described = f"{row.meaning} [{row.unit}]" if row.unit else row.meaning
    if required:
        return Field(ge=low, le=high, description=described)
    return Field(default=row.default, ge=low, le=high, description=described)


class _Model(Frozen):
    def changed(self, **values: Any) -> Self:
        """Return a copy with other values, validated as a whole.

        Raises
        ------
        SettingsError
            If there is no such key, or the whole would not be valid.
        """
        try:
            return super().changed(**values)
        except ValidationError as error:
            raise SettingsError(f"{type(self).__name__}: {_first_fault(error)}") from None


class Compressor(_Model):
    """A feed-forward compressor: level in dB, soft knee, gain smoothed in dB (NDMP paper, section 3.2).

    Ratio 1 and makeup 0 do nothing, whatever the other values are.
    """

    threshold_db: float = _number("threshold_db", required=True)
    ratio: float = _number("ratio", required=True)
    attack_ms: float = _number("attack_ms")
    release_ms: float = _number("release_ms")
    knee_db: float = _number("knee_db")
    makeup_db: float = _number("makeup_db")

    @property
    def is_neutral(self) -> bool:
        """Whether the compressor passes every signal unchanged."""
        return self.ratio == 1.0 and self.makeup_db == 0.0

    def scaled(self, amount: float) -> Compressor:
        """Return the compressor with makeup and slope ``1 - 1/ratio`` multiplied by ``amount`` (slope at most 1)."""
        slope = min(1.0, (1.0 - 1.0 / self.ratio) * amount)
        highest = limits("ratio")[1]
        ratio = highest if slope >= 1.0 - 1.0 / highest else 1.0 / (1.0 - slope)
        return self.changed(ratio=ratio, makeup_db=_clip("makeup_db", self.makeup_db * amount))

    def idle(self) -> Compressor:
        """Return the compressor with ratio 1 and no makeup: it does nothing, and remembers how it would."""
        return self.changed(ratio=1.0, makeup_db=0.0)

    def at_level(self, gain_db: float) -> Compressor:
        """Return what treats audio made ``gain_db`` louder alike; the threshold stops at its limits."""
        return self.changed(threshold_db=_clip("threshold_db", self.threshold_db + gain_db))

    def __repr__(self) -> str:
        return (
            f"Compressor({self.ratio:.3g}:1 above {self.threshold_db:.1f} dB, attack {self.attack_ms:.3g} ms, "
            f"release {self.release_ms:.3g} ms, knee {self.knee_db:.3g} dB, makeup {self.makeup_db:+.1f} dB)"
        )

    __str__ = __repr__


class Band(_Model):
    """One filter (RBJ cookbook, Q for every type) with its optional compressor."""

    type: BandType
    frequency_hz: float = _number("frequency_hz", required=True)
    gain_db: float = _number("gain_db")
    q: float = _number("q")
    compressor: Compressor | None = None

    @model_validator(mode="after")
    def _pass_filters_have_no_gain(self) -> Self:
        if self.type in PASS_TYPES and self.gain_db != 0.0:
            raise ValueError(f"a {self.type} has no gain: remove gain_db")
        return self

    @property
    def filter_is_neutral(self) -> bool:
        """Whether the filter alone passes every signal unchanged."""
        return self.type not in PASS_TYPES and self.gain_db == 0.0

    @property
    def is_neutral(self) -> bool:
        """Whether filter and compressor pass every signal unchanged."""
        return self.filter_is_neutral and not self.has_dynamics

    @property
    def has_dynamics(self) -> bool:
        """Whether there is a compressor that does something."""
        return self.compressor is not None and not self.compressor.is_neutral

    def with_gain(self, gain_db: float) -> Band:
        """Return the band with another gain in dB; raises :class:`SettingsError` for a pass filter, which has none."""
        return self.changed(gain_db=gain_db)

    def with_compressor(self, compressor: Compressor | None) -> Band:
        """Return the band with another compressor, or without one."""
        return self.changed(compressor=compressor)

    def flat(self) -> Band:
        """Return the band with a filter that does nothing: 0 dB, a pass filter as a peak. The compressor stays."""
        return self.changed(type="peak" if self.type in PASS_TYPES else self.type, gain_db=0.0)

    def __repr__(self) -> str:
        gain = "" if self.type in PASS_TYPES else f", {self.gain_db:+.1f} dB"
        compressor = "" if self.compressor is None else f", {self.compressor!r}"
        return f"Band({self.type} {self.frequency_hz:.4g} Hz{gain}, Q {self.q:.3g}{compressor})"

    __str__ = __repr__


class Settings(_Model):
    """All bands, the outer compressor and the gains around them.

    Order of work: preamp, bands (by ``topology``), outer compressor, output. Neutral settings copy the samples.

    Attributes
    ----------
    version
        Of this schema; 1.
    topology
        ``serial``: filter 1, compressor 1, filter 2, ...; ``eq_then_drc``: all filters, then all compressors;
        ``crossover``: Linkwitz-Riley split, each band its filter and compressor, sum.
    ballistics
        ``branching``: attack when the gain falls, release when it rises; ``tied``: ``attack_ms`` for both (equation 2
        of the NDMP paper).
    link
        ``max``: one detector for all channels, on the loudest; ``none``: each channel alone.
    splits_hz
        Crossover frequencies in Hz, ascending, one fewer than bands; by default the geometric means of neighbouring
        band frequencies.
    design_rate_hz
        Informational: filters are designed at the rate of the audio.
    """

    version: Literal[1] = 1
    topology: Topology = "serial"
    preamp_db: float = _number("preamp_db")
    bands: tuple[Band, ...] = Field(default=(), max_length=MAX_BANDS)
    compressor: Compressor | None = None
    output_db: float = _number("output_db")
    ballistics: Literal["branching", "tied"] = "branching"
    link: Literal["max", "none"] = "max"
    splits_hz: tuple[float, ...] | None = None
    design_rate_hz: float | None = Field(default=None, gt=0)
    note: str = ""

    @model_validator(mode="after")
    def _splits_fit_the_bands(self) -> Self:
        splits = self.splits_hz
        if self.topology != "crossover":
            if splits is not None:
                raise ValueError("splits_hz belongs to topology crossover only")
            return self
        if splits is None:
            frequencies = [band.frequency_hz for band in self.bands]
            if any(b <= a for a, b in itertools.pairwise(frequencies)):
                raise ValueError("topology crossover needs bands in ascending order of frequency, or splits_hz")
            return self
        if len(splits) != max(0, len(self.bands) - 1):
            raise ValueError(f"splits_hz must be one fewer than the bands ({len(self.bands)}), got {len(splits)}")
        low, high = limits("frequency_hz")
        if any(not low <= f <= high for f in splits):
            raise ValueError(f"splits_hz must lie between {low:g} and {high:g} Hz")
        if any(b <= a for a, b in itertools.pairwise(splits)):
            raise ValueError("splits_hz must ascend")
        return self

    @property
    def is_neutral(self) -> bool:
        """Whether these settings pass every signal unchanged, bit for bit."""
        return (
            self.preamp_db == 0.0
            and self.output_db == 0.0
            and not self.has_dynamics
            and all(band.filter_is_neutral for band in self.bands)
        )

    @property
    def has_dynamics(self) -> bool:
        """Whether any compressor does something, in a band or after all bands."""
        outer = self.compressor is not None and not self.compressor.is_neutral
        return outer or any(band.has_dynamics for band in self.bands)

    @property
    def crossover_hz(self) -> tuple[float, ...]:
        """The split frequencies in force, in Hz; empty unless the topology is ``crossover``."""
        if self.topology != "crossover":
            return ()
        if self.splits_hz is not None:
            return self.splits_hz
        frequencies = [band.frequency_hz for band in self.bands]
        return tuple(math.sqrt(a * b) for a, b in itertools.pairwise(frequencies))

    def scaled(self, amount: float) -> Settings:
        """Return the settings at ``amount`` (0 neutral, 1 as they are, at most 1.5): half of it is half the decibels.

        All gains in dB and every compressor's slope are multiplied; threshold, knee, times, frequency and Q stay. A
        gain that would leave its limits stops there. Low-pass and high-pass bands have no gain to scale and stay,
        except at 0, which is neutral.
        """
        if not (math.isfinite(amount) and 0.0 <= amount <= HIGHEST_AMOUNT):
            raise SettingsError(f"The amount must lie between 0 and {HIGHEST_AMOUNT}, got {amount:g}.")
        if amount == 1.0:
            return self
        bands = [
            band.changed(
                gain_db=_clip("gain_db", band.gain_db * amount),
                compressor=None if band.compressor is None else band.compressor.scaled(amount),
            )
            for band in self.bands
            if amount > 0.0 or band.type not in PASS_TYPES
        ]
        splits = self.crossover_hz or None
        if splits is not None and len(bands) != len(self.bands):
            splits, bands = None, []
        return self.changed(
            bands=tuple(bands),
            splits_hz=splits,
            compressor=None if self.compressor is None else self.compressor.scaled(amount),
            preamp_db=_clip("preamp_db", self.preamp_db * amount),
            output_db=_clip("output_db", self.output_db * amount),
        )

    def at_level(self, gain_db: float) -> Settings:
        """Return the settings that treat audio made ``gain_db`` louder as these treat the audio itself.

        Only thresholds move. A threshold that would leave its limits stops there.
        """
        return self.with_each_compressor(lambda compressor: compressor.at_level(gain_db))

    def with_output(self, output_db: float) -> Settings:
        """Return the settings with another gain after everything, in dB."""
        return self.changed(output_db=output_db)

    def with_preamp(self, preamp_db: float) -> Settings:
        """Return the settings with another gain before everything, in dB."""
        return self.changed(preamp_db=preamp_db)

    def with_bands(self, bands: Iterable[Band]) -> Settings:
        """Return the settings with other bands; of a crossover with given ``splits_hz``, as many as before."""
        return self.changed(bands=tuple(bands))

    def with_compressor(self, compressor: Compressor | None) -> Settings:
        """Return the settings with another outer compressor, or without one."""
        return self.changed(compressor=compressor)

    def with_each_compressor(self, change: Callable[[Compressor], Compressor | None]) -> Settings:
        """Return the settings with ``change`` of every compressor in its place; ``None`` takes it out."""

        def changed(compressor: Compressor | None) -> Compressor | None:
            return None if compressor is None else change(compressor)

        bands = tuple(band.with_compressor(changed(band.compressor)) for band in self.bands)
        return self.changed(bands=bands, compressor=changed(self.compressor))

    def without_dynamics(self) -> Settings:
        """Return the settings without compressors."""
        return self.with_each_compressor(lambda _: None)

    def without_gains(self) -> Settings:
        """Return the settings with 0 dB before and after everything: what the bands alone do."""
        return self.changed(preamp_db=0.0, output_db=0.0)

    def without_bands(self) -> Settings:
        """Return what is left of the settings for the whole sound: preamp, outer compressor, output."""
        return self.changed(bands=(), topology="serial", splits_hz=None)

    def only(self, what: str) -> Settings:
        """Return the settings with only filters (``tone``) or compressors (``dynamics``) at work, or ``both``.

        The structure, preamp and output stay: a compressor out of work is :meth:`Compressor.idle`, a filter
        :meth:`Band.flat`.

        Raises
        ------
        SettingsError
            If ``what`` is something else.
        """
        if what == "both":
            return self
        if what == "tone":
            return self.with_each_compressor(Compressor.idle)
        if what == "dynamics":
            return self.with_bands(band.flat() for band in self.bands)
        raise SettingsError(f"What to change must be tone, dynamics or both, got {what!r}.")

    def limited(self, max_gain_db: float) -> Settings:
        """Return the settings with no band's gain beyond so many dB, 0 or more, up or down."""
        return self.with_bands(band.with_gain(min(max(band.gain_db, -max_gain_db), max_gain_db)) for band in self.bands)

    def to_json(self) -> str:
        """Return the settings as the text of a settings file; keys at their default that may be absent are left out."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain data, in the order of the schema; optional keys at their default left out."""
        whole = self.model_dump(mode="json")
        kept = {k: v for k, v in whole.items() if k in _ALWAYS or v != Settings.model_fields[k].default}
        kept["bands"] = [_plain_band(band) for band in self.bands]
        return kept

    @classmethod
    def from_dict(cls, data: Any, source: str = "settings") -> Settings:
        """Validate plain data.

        Raises
        ------
        SettingsError
            With the place and the reason of the first fault, prefixed by ``source``.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SettingsError(f"{source}: {_first_fault(error)}") from None

    @classmethod
    def from_json(cls, text: str, source: str = "settings") -> Settings:
        """Validate the text of a settings file; raises :class:`SettingsError` like :meth:`from_dict`."""
        try:
            data = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise SettingsError(f"{source} is not JSON: {error}.") from None
        return cls.from_dict(data, source)

    @classmethod
    def load(cls, path: str | Path) -> Settings:
        """Read a settings file; raises :class:`SettingsError` when it is missing, not JSON, or not valid."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise SettingsError(f"There is no settings file {path}.") from None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise SettingsError(f"{path} cannot be read as a settings file: {reason}.") from None
        return cls.from_json(text, str(path))

    def save(self, path: str | Path) -> None:
        """Write a settings file; raises :class:`~tonewright.errors.OutputError`."""
        write_text(path, self.to_json())

    def __repr__(self) -> str:
        parts = [self.topology, f"preamp {self.preamp_db:+.1f} dB", *map(repr, self.bands)]
        if self.compressor is not None:
            parts.append(f"outer {self.compressor!r}")
        parts.append(f"output {self.output_db:+.1f} dB")
        return f"Settings({'; '.join(parts)})"

    __str__ = __repr__


_ALWAYS = ("version", "topology", "preamp_db", "bands")


def _plain_band(band: Band) -> dict[str, Any]:
    data = band.model_dump(mode="json", exclude_none=True)
    if band.type in PASS_TYPES:
        del data["gain_db"]
    return data


def _clip(name: str, value: float) -> float:
    low, high = limits(name)
    return min(max(value, low), high)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number a setting may have")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a known key; check its spelling."
    if fault["type"] == "missing":
        return f"{place} is missing."
    message = fault["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    got = fault.get("input")
    shown = f", got {got!r}" if isinstance(got, int | float | str) and len(repr(got)) < 60 else ""
    return f"{place}: {message}{shown}." if place else f"{message}{shown}."
