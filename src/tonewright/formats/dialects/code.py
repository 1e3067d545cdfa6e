"""What source texts share: every number a definition with a name, so that people and our own reader find it."""

from __future__ import annotations

import re
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.contract import Notes, Parsed
from tonewright.formats.numbers import number
from tonewright.parameters import COMPRESSOR_PARAMETERS, FILTER_PARAMETERS
from tonewright.settings import Band, Compressor, Settings

_TITLE = re.compile(r"^// topology: (serial|eq_then_drc|crossover), link: (max|none)$", re.MULTILINE)
_DEFINITION = re.compile(r"^(preamp|output|outer|split\d+|band\d+)_([a-z_]+) = ([^;\s]+);", re.MULTILINE)
_KIND = re.compile(r"^// (band\d+): (low_shelf|peak|high_shelf|low_pass|high_pass)$", re.MULTILINE)


def digits(value: float) -> str:
    """Write a number exactly enough for double precision, always with a point, never with an exponent."""
    text = f"{value:.12f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def heading(settings: Settings) -> str:
    """Return the comment that says how the stages are put together."""
    return f"// topology: {settings.topology}, link: {settings.link}"


def definitions(settings: Settings) -> list[str]:
    """Return one definition a line: gains, splits, and each band's numbers under its name and type."""
    lines = [f"preamp_db = {digits(settings.preamp_db)};", f"output_db = {digits(settings.output_db)};"]
    lines += [f"split{n}_hz = {digits(split)};" for n, split in enumerate(settings.crossover_hz, 1)]
    tied = settings.ballistics == "tied"
    for n, band in enumerate(settings.bands, 1):
        lines.append(f"// band{n}: {band.type}")
        lines += [f"band{n}_{name} = {digits(getattr(band, name))};" for name in ("frequency_hz", "gain_db", "q")]
        lines += _compressor(f"band{n}", band.compressor, tied)
    return lines + _compressor("outer", settings.compressor, tied)


def _compressor(name: str, one: Compressor | None, tied: bool) -> list[str]:
    if one is None or one.is_neutral:
        return []
    values = {key: getattr(one, key) for key in COMPRESSOR_PARAMETERS}
    if tied:
        values["release_ms"] = values["attack_ms"]
    return [f"{name}_{key} = {digits(value)};" for key, value in values.items()]


def acts(band: Band) -> tuple[bool, bool]:
    """Whether a band's filter and its compressor do anything."""
    return not band.filter_is_neutral, band.has_dynamics


def read_definitions(text: str, title: str, notes: Notes) -> Parsed:
    """Read the numbers of a source text of ours back; what else the text does is not read."""
    head = _TITLE.search(text)
    if not head:
        raise SettingsError(f"{title}: only texts that Tonewright wrote can be read.")
    groups: dict[str, dict[str, float]] = {}
    for name, key, value in _DEFINITION.findall(text):
        try:
            if "," in value:
                raise ValueError
            read = number(value)
        except ValueError:
            raise SettingsError(f"{title}: {name}_{key} is no number.") from None
        if key in groups.setdefault(name, {}):
            raise SettingsError(f"{title}: {name}_{key} is defined twice.")
        groups[name][key] = read
    kinds = dict(_KIND.findall(text))
    _check(groups, title)
    splits = [groups.pop(name).get("hz") for name in sorted(_numbered(groups, "split"), key=_place)]
    data: dict[str, Any] = {
        "topology": head[1],
        "link": head[2],
        "preamp_db": groups.pop("preamp", {}).get("db"),
        "output_db": groups.pop("output", {}).get("db"),
        "bands": [],
    }
    if head[1] == "crossover":
        data["splits_hz"] = splits
    if "outer" in groups:
        data["compressor"] = groups.pop("outer")
    names = sorted(_numbered(groups, "band"), key=_place)
    if set(names) != set(kinds) or groups.keys() - set(names):
        raise SettingsError(f"{title}: a band has no type, or a type no band.")
    for name in names:
        values = groups[name]
        band: dict[str, Any] = {"type": kinds[name]}
        compressor: dict[str, float] = {}
        for key, value in values.items():
            (compressor if key in COMPRESSOR_PARAMETERS else band)[key] = value
        if compressor:
            band["compressor"] = compressor
        data["bands"].append(band)
    del notes
    return Parsed([], settings=Settings.from_dict(data, title))


def _check(groups: dict[str, dict[str, float]], title: str) -> None:
    """Raise unless every definition is there: one that is spelled differently is one that is missing."""
    compressor = set(COMPRESSOR_PARAMETERS)
    filters = set(FILTER_PARAMETERS)
    for name in ("preamp", "output"):
        if groups.get(name, {}).keys() != {"db"}:
            raise SettingsError(f"{title}: {name}_db is missing.")
    for name, values in groups.items():
        allowed: tuple[set[str], ...] = (filters, filters | compressor)
        if name == "outer":
            allowed = (compressor,)
        elif name in ("preamp", "output"):
            allowed = ({"db"},)
        elif name.startswith("split"):
            allowed = ({"hz"},)
        if values.keys() not in allowed:
            raise SettingsError(f"{title}: the definitions of {name} are not complete, or one is not known.")
    for word in ("band", "split"):
        found = sorted(_place(name) for name in _numbered(groups, word))
        if found != list(range(1, len(found) + 1)):
            raise SettingsError(f"{title}: the numbers behind {word} have a gap.")


def _numbered(groups: dict[str, Any], word: str) -> list[str]:
    return [name for name in groups if re.fullmatch(rf"{word}\d+", name)]


def _place(name: str) -> int:
    return int(re.sub(r"\D", "", name))
