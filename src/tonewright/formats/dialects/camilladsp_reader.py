"""CamillaDSP configurations, read in the order of their pipeline."""

from __future__ import annotations

import math
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import Notes, Parsed
from tonewright.formats.dynamics import TO_TAU
from tonewright.formats.numbers import number, plain_number
from tonewright.formats.shelves import q_of_bandwidth, q_of_slope
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage

TYPES = {
    "Lowshelf": "low_shelf",
    "Highshelf": "high_shelf",
    "Peaking": "peak",
    "Lowpass": "low_pass",
    "Highpass": "high_pass",
}
_TITLE = "CamillaDSP"


def load_yaml(text: str) -> Any:
    """Load YAML safely; raises :class:`SettingsError` with the place of the fault."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # a safe loader
    except yaml.MarkedYAMLError as error:
        at = "" if error.problem_mark is None else f" in line {error.problem_mark.line + 1}"
        raise SettingsError(f"{_TITLE}: the file is not YAML{at}: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise SettingsError(f"{_TITLE}: the file is not YAML: {' '.join(str(error).split())[:100]}.") from None


def read(text: str, notes: Notes) -> Parsed:
    """Read the sections filters, processors and pipeline; without a pipeline filters follow in their order."""
    data = load_yaml(text)
    if not isinstance(data, dict) or not {"filters", "processors", "pipeline"} & data.keys():
        raise SettingsError(f"{_TITLE}: the file has no filters, processors or pipeline.")
    filters, processors = _section(data, "filters"), _section(data, "processors")
    pipeline = data.get("pipeline")
    if pipeline is None:
        notes.tell("The file has no pipeline: all its filters are taken, in their order, for all channels.")
        pipeline = [{"type": "Filter", "names": list(filters)}]
    if not isinstance(pipeline, list):
        raise SettingsError(f"{_TITLE}: the pipeline is no list.")
    rows: dict[str, list[Stage]] = {str(channel): [] for channel in _channels(pipeline, processors)}
    alone = linked = False
    for place, step in enumerate(pipeline, 1):
        if not isinstance(step, dict):
            raise SettingsError(f"{_TITLE}: step {place} of the pipeline is no mapping.")
        if step.get("bypassed") is True:
            continue
        kind = step.get("type")
        if kind == "Filter":
            stages = [one for name in _names(step, place) for one in _filter(filters, name, notes)]
            targets = _targets(step, rows)
        elif kind == "Processor":
            name = str(step.get("name"))
            stages, only = _processor(processors, name, notes)
            targets = list(rows) if only is None else [only] if only in rows else []
            alone, linked = alone or only is not None, linked or (only is None and bool(stages))
        else:
            notes.lost(
                f"Step {place} of the pipeline ({str(kind)[:20]}) has no counterpart in settings and is left out."
            )
            continue
        for target in targets:
            rows[target] += stages
    if alone and linked:
        notes.lost("The file links the channels of some compressors and not of others; none are linked here.")
    return Parsed(one_channel(rows, notes), link="none" if alone else "max")


def _section(data: dict[Any, Any], name: str) -> dict[str, Any]:
    section = data.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise SettingsError(f"{_TITLE}: {name} is no mapping.")
    return {str(key): value for key, value in section.items()}


def _channels(pipeline: list[Any], processors: dict[str, Any]) -> list[int]:
    """Return the channels that are named anywhere."""
    found: set[int] = set()
    for step in pipeline:
        if isinstance(step, dict):
            listed = step.get("channels", [step["channel"]] if "channel" in step else None)
            found |= {c for c in listed or [] if isinstance(c, int)} if isinstance(listed, list) else set()
    for one in processors.values():
        parameters = one.get("parameters") if isinstance(one, dict) else None
        monitored = parameters.get("monitor_channels") if isinstance(parameters, dict) else None
        found |= {c for c in monitored if isinstance(c, int)} if isinstance(monitored, list) else set()
    return sorted(found) or [0]


def _targets(step: dict[Any, Any], rows: dict[str, list[Stage]]) -> list[str]:
    listed = step.get("channels", [step["channel"]] if "channel" in step else None)
    if listed is None:
        return list(rows)
    if not isinstance(listed, list):
        raise SettingsError(f"{_TITLE}: the channels of a step are no list.")
    return [str(c) for c in dict.fromkeys(map(str, listed)) if str(c) in rows]


def _names(step: dict[Any, Any], place: int) -> list[str]:
    names = step.get("names")
    if not isinstance(names, list):
        raise SettingsError(f"{_TITLE}: step {place} of the pipeline has no list of names.")
    return [str(name) for name in names]


def _parameters(section: dict[str, Any], name: str, what: str) -> tuple[str, dict[str, Any]]:
    one = section.get(name)
    if not isinstance(one, dict):
        raise SettingsError(f"{_TITLE}: the pipeline names the {what} {name[:30]}, which the file does not define.")
    parameters = one.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    return str(one.get("type")), parameters


def _value(parameters: dict[str, Any], key: str, name: str, default: float | None = None) -> float:
    value = parameters.get(key, default)
    if value is None:
        if default is not None:
            return default
        raise SettingsError(f"{_TITLE}: {key} of {name[:30]} is missing.")
    try:
        # YAML 1.1 takes 1e3 for text.
        return number(value) if isinstance(value, str) else plain_number(value)
    except ValueError:
        raise SettingsError(f"{_TITLE}: {key} of {name[:30]} is no number.") from None


def _filter(filters: dict[str, Any], name: str, notes: Notes) -> list[Stage]:
    kind, parameters = _parameters(filters, name, "filter")
    if kind == "Gain":
        gain = _value(parameters, "gain", name)
        if parameters.get("scale", "dB") == "linear":
            if gain == 0.0:
                raise SettingsError(f"{_TITLE}: the gain {name[:30]} is silence.")
            gain = 20.0 * math.log10(abs(gain))
        if parameters.get("inverted") is True:
            notes.tell(f"The gain {name[:30]} turns the polarity round, which is left out.")
        if parameters.get("mute") is True:
            raise SettingsError(f"{_TITLE}: the gain {name[:30]} mutes the sound.")
        return [Gain(gain)]
    shape = str(parameters.get("type"))
    if kind != "Biquad" or shape not in TYPES:
        words = kind if kind != "Biquad" else f"{kind} {shape}"
        notes.lost(f"The filter {name[:30]} ({words[:40]}) has no counterpart in settings and is left out.")
        return []
    frequency, ours = _value(parameters, "freq", name), TYPES[shape]
    if ours in ("low_pass", "high_pass"):
        return [Filter(ours, frequency, 0.0, _value(parameters, "q", name))]
    gain = _value(parameters, "gain", name)
    if "slope" in parameters and ours != "peak":
        slope = _value(parameters, "slope", name) / 12.0
        if not 0.0 < slope <= 1.0:
            raise SettingsError(f"{_TITLE}: the slope of {name[:30]} does not lie between 0 and 12 dB.")
        if abs(gain) > 150.0:
            raise SettingsError(f"{_TITLE}: the gain of {name[:30]} does not lie between -150 and 150 dB.")
        return [Filter(ours, frequency, gain, q_of_slope(slope, gain))]
    if "bandwidth" in parameters and ours == "peak":
        octaves = _value(parameters, "bandwidth", name)
        if not 1e-3 <= octaves <= 20.0:
            raise SettingsError(f"{_TITLE}: the bandwidth of {name[:30]} makes no sense.")
        return [Filter(ours, frequency, gain, q_of_bandwidth(octaves))]
    return [Filter(ours, frequency, gain, _value(parameters, "q", name))]


def _processor(processors: dict[str, Any], name: str, notes: Notes) -> tuple[list[Stage], str | None]:
    """Return a compressor, and the one channel it works on if it is only one."""
    kind, parameters = _parameters(processors, name, "processor")
    if kind != "Compressor":
        notes.lost(f"The processor {name[:30]} ({kind[:20]}) has no counterpart in settings and is left out.")
        return [], None
    if parameters.get("clip_limit") is not None:
        notes.lost(f"The clip limit of {name[:30]} is left out.")
    monitored, processed = parameters.get("monitor_channels"), parameters.get("process_channels")
    only = None
    if isinstance(monitored, list) and len(monitored) == 1 and monitored == processed:
        only = str(monitored[0])
    elif monitored or processed:
        notes.lost(f"The compressor {name[:30]} does not work on all channels there; here it does.")
    notes.converted("Compressors smooth gain here and level there: transients differ.")
    return [
        Dynamics(
            threshold_db=_value(parameters, "threshold", name),
            ratio=_value(parameters, "factor", name),
            attack_ms=_value(parameters, "attack", name) * 1000.0 / TO_TAU,
            release_ms=_value(parameters, "release", name) * 1000.0 / TO_TAU,
            knee_db=0.0,
            makeup_db=_value(parameters, "makeup_gain", name, 0.0),
            outer=name.startswith("outer"),
        )
    ], only
