"""Our filters in somebody's CamillaDSP configuration: ours are replaced, everything else stays as it is.

What is ours is known by its names, which all start with ``tonewright_``. Our steps stand at the head of the pipeline,
on the captured channels, where no mixer has changed them yet; once there, they keep the place that the user gives them.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from tonewright.formats.installing.contract import InstallError

PREFIX = "tonewright_"
_STEREO = 2


class _Loader(yaml.SafeLoader):
    """YAML 1.2's truth values and numbers, as CamillaDSP reads them: no ``on``, ``off``, ``yes``, no base 60."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", "~nN\0"),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+."),
):
    _Loader.add_implicit_resolver(
        _tag, re.compile(f"(?:{_pattern})\\Z"), [*_first, ""] if "\0" in _first else list(_first)
    )


def load(text: str, where: str) -> dict[str, Any]:
    """Read a configuration; raises :class:`InstallError` if it is none."""
    try:
        found = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise InstallError(f"{where} is no YAML that can be read{line}; mend it first.") from None
    if not isinstance(found, dict):
        raise InstallError(f"{where} is no CamillaDSP configuration.")
    for key, kind in (("filters", dict), ("processors", dict), ("pipeline", list), ("devices", dict)):
        if found.get(key) is not None and not isinstance(found[key], kind):
            raise InstallError(f"{where} is no CamillaDSP configuration: {key} is of another kind.")
    return found


def dump(config: dict[str, Any]) -> str:
    """Return a configuration as text, keys in their order."""
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=120)


def sample_rate(config: dict[str, Any]) -> float | None:
    """Return the rate at which the configuration processes, in Hz; ``None`` if it does not say."""
    rate = (config.get("devices") or {}).get("samplerate")
    return float(rate) if isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0 else None


def channels(config: dict[str, Any]) -> int:
    """Return how many channels are captured; 2 if the configuration does not say."""
    capture = (config.get("devices") or {}).get("capture")
    count = capture.get("channels") if isinstance(capture, dict) else None
    return count if isinstance(count, int) and count > 0 else _STEREO


def without_ours(config: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return the configuration without our parts, and where in the pipeline they stood (0 if there were none)."""
    rest = dict(config)
    for key in ("filters", "processors"):
        if config.get(key):
            rest[key] = {name: one for name, one in config[key].items() if not _is_ours(name)}
    place: int | None = None
    pipeline: list[Any] = []
    for step in config.get("pipeline") or []:
        kept = _others(step)
        if kept is None:
            place = len(pipeline) if place is None else place
        else:
            pipeline.append(kept)
    if "pipeline" in config:
        rest["pipeline"] = pipeline
    return rest, place or 0


def ours(config: dict[str, Any]) -> dict[str, Any]:
    """Return our parts of a configuration alone: filters, processors and pipeline."""
    return {
        "filters": {name: one for name, one in (config.get("filters") or {}).items() if _is_ours(name)},
        "processors": {name: one for name, one in (config.get("processors") or {}).items() if _is_ours(name)},
        "pipeline": [step for step in config.get("pipeline") or [] if _others(step) is None],
    }


def merged(config: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with our parts replaced by a preset's.

    Parameters
    ----------
    config
        Somebody's.
    preset
        From :func:`named`: filters, processors and pipeline, all names ours, for as many channels as are captured.
    """
    whole, place = without_ours(config)
    for key in ("filters", "processors"):
        if preset[key] or whole.get(key) is not None:
            whole[key] = {**(whole.get(key) or {}), **preset[key]}
    pipeline = list(whole.get("pipeline") or [])
    whole["pipeline"] = [*pipeline[:place], *preset["pipeline"], *pipeline[place:]]
    return whole


def named(snippet: dict[str, Any], count: int) -> dict[str, Any]:
    """Return an exported snippet with our names, for so many channels.

    Raises
    ------
    InstallError
        If it treats each of two channels by itself and there are not two.
    """
    if count != _STEREO and any(
        (one.get("parameters") or {}).get("process_channels") for one in (snippet.get("processors") or {}).values()
    ):
        raise InstallError(
            f"These settings compress each channel by itself, which is written for 2 channels only, not for {count}; "
            "set link to max."
        )

    def own(name: str) -> str:
        return PREFIX + name

    processors = {}
    for name, one in (snippet.get("processors") or {}).items():
        parameters = {**one["parameters"], "channels": count}
        processors[own(name)] = {**one, "parameters": parameters}
    pipeline: list[dict[str, Any]] = []
    for step in snippet.get("pipeline") or []:
        if step["type"] == "Filter":
            pipeline.append({**step, "channels": list(range(count)), "names": [own(name) for name in step["names"]]})
        else:
            pipeline.append({**step, "name": own(step["name"])})
    return {
        "filters": {own(name): one for name, one in (snippet.get("filters") or {}).items()},
        "processors": processors,
        "pipeline": pipeline,
    }


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and name.startswith(PREFIX)


def _others(step: Any) -> Any:
    """Return a step of the pipeline without our filters; ``None`` if nothing of others is left."""
    if not isinstance(step, dict):
        return step
    if _is_ours(step.get("name")):
        return None
    names = step.get("names")
    if not isinstance(names, list) or not any(map(_is_ours, names)):
        return step
    left = [name for name in names if not _is_ours(name)]
    return {**step, "names": left} if left else None
