"""Profiles of devices: what their equalizer accepts, as a JSON file.

    {"version": 1, "name": "Car radio", "bands": 5, "types": ["peak"], "gain_db": [-9, 9], "q": [0.5, 4],
     "frequency_hz": [60, 16000], "frequencies_hz": [60, 230, 910, 3600, 14000], "preamp_db": [-12, 0]}

Every key but ``version`` may be left out; then the device has no such limit. With ``frequencies_hz`` filters stand
there and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tonewright.errors import SettingsError
from tonewright.formats.contract import Limits
from tonewright.settings import MAX_BANDS, BandType

_PLAIN = Limits()


def _ascending(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[1] < pair[0]:
        raise ValueError("the lowest value stands first")
    return pair


_Pair = Annotated[tuple[float, float], AfterValidator(_ascending)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    version: Literal[1] = 1
    name: str = "device"
    bands: int = Field(default=MAX_BANDS, ge=1, le=MAX_BANDS)
    types: tuple[BandType, ...] = Field(default=get_args(BandType), min_length=1)
    gain_db: _Pair = _PLAIN.gain_db
    q: _Pair = _PLAIN.q
    frequency_hz: _Pair = _PLAIN.frequency_hz
    frequencies_hz: tuple[float, ...] = Field(default=(), max_length=MAX_BANDS)
    preamp_db: _Pair = _PLAIN.preamp_db


@dataclass(frozen=True)
class Profile:
    """A device's name and limits."""

    name: str
    limits: Limits

    @classmethod
    def from_dict(cls, data: Any, source: str = "profile") -> Profile:
        """Validate plain data; raises :class:`SettingsError` with the place of the first fault."""
        try:
            model = _Model.model_validate(data)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(map(str, fault["loc"])) or "the whole"
            raise SettingsError(f"{source}: {place}: {fault['msg'].removeprefix('Value error, ')}.") from None
        for name in ("gain_db", "q", "frequency_hz"):
            low, high = getattr(model, name)
            allowed = getattr(_PLAIN, name)
            if high < allowed[0] or low > allowed[1]:
                raise SettingsError(f"{source}: {name} lies outside {allowed[0]:g} to {allowed[1]:g}.")
        fixed = tuple(sorted(model.frequencies_hz))
        if any(not _PLAIN.frequency_hz[0] <= f <= _PLAIN.frequency_hz[1] for f in fixed):
            raise SettingsError(f"{source}: frequencies_hz holds a frequency that no filter can have.")
        if len(set(fixed)) != len(fixed):
            raise SettingsError(f"{source}: frequencies_hz holds a frequency twice.")

        def within(name: str) -> tuple[float, float]:
            low, high = getattr(model, name)
            allowed = getattr(_PLAIN, name)
            return max(low, allowed[0]), min(high, allowed[1])

        return cls(
            model.name,
            Limits(
                types=tuple(model.types),
                bands=model.bands,
                gain_db=within("gain_db"),
                q=within("q"),
                frequency_hz=within("frequency_hz"),
                preamp_db=model.preamp_db,
                frequencies_hz=fixed,
            ),
        )

    @classmethod
    def load(cls, path: str | Path) -> Profile:
        """Read a profile file; raises :class:`SettingsError` when it is missing, not JSON, or not valid."""
        import json

        path = Path(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise SettingsError(f"There is no profile {path}.") from None
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {error.strerror or error}.") from None
        except (ValueError, RecursionError) as error:
            raise SettingsError(f"{path} is not JSON: {error}.") from None
        return cls.from_dict(data, str(path))
