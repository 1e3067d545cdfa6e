"""PipeWire's filter-chain: a configuration with one ``param_eq`` node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import Job, Limits, Notes, Parsed, Program
from tonewright.formats.numbers import number, short
from tonewright.formats.spa import load_spa
from tonewright.formats.stages import Filter, Gain, Stage

_TYPES = {
    "bq_lowshelf": "low_shelf",
    "bq_peaking": "peak",
    "bq_highshelf": "high_shelf",
    "bq_lowpass": "low_pass",
    "bq_highpass": "high_pass",
}
_TITLE = "PipeWire"
_HEAD = """\
# Save in ~/.config/pipewire/filter-chain.conf.d and restart the service filter-chain.
context.modules = [
  { name = libpipewire-module-filter-chain
    args = {
      node.description = "Tonewright"
      media.name = "Tonewright"
      filter.graph = {
        nodes = [
          { type = builtin name = eq label = param_eq
            config = {
              filters = [
"""
_TAIL = """\
              ]
            }
          }
        ]
      }
      audio.channels = 2
      audio.position = [ FL FR ]
      capture.props = { node.name = "effect_input.tonewright" media.class = Audio/Sink }
      playback.props = { node.name = "effect_output.tonewright" node.passive = true }
    }
  }
]
"""


def _write(job: Job) -> str:
    names = {ours: theirs for theirs, ours in _TYPES.items()}
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    # A high shelf at 0 Hz is PipeWire's own way to write a preamp.
    rows = [("bq_highshelf", 0.0, level, 1.0)]
    rows += [(names[one.type], one.frequency_hz, one.gain_db, one.q) for one in job.stages if isinstance(one, Filter)]
    lines = [
        f"                {{ type = {name} freq = {short(frequency)} gain = {short(gain)} q = {short(q)} }}\n"
        for name, frequency, gain, q in rows
    ]
    return _HEAD + "".join(lines) + _TAIL


def _read(text: str, notes: Notes) -> Parsed:
    graphs = [graph for graph in _find(load_spa(text, _TITLE), "filter.graph") if isinstance(graph, dict)]
    if not graphs:
        raise SettingsError(f"{_TITLE}: the file has no filter.graph.")
    if len(graphs) > 1:
        notes.lost(f"The file holds {len(graphs)} filter graphs; the first is taken.")
    nodes = graphs[0].get("nodes")
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise SettingsError(f"{_TITLE}: nodes of filter.graph is missing or no list of objects.")
    rows: dict[str, list[Stage]] = {}
    groups = _groups(nodes, graphs[0].get("links", []))
    for node in nodes:
        group = groups[id(node)]
        for channel, stages in _node(node, notes).items():
            # A chain of its own, or channels of one node, are channels.
            rows.setdefault(f"{group}{channel}", []).extend(stages)
    return Parsed(one_channel({name: row for name, row in rows.items() if row}, notes))


def _find(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            else:
                yield from _find(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _find(inner, key)


def _groups(nodes: list[dict[str, Any]], links: Any) -> dict[int, str]:
    """Name the chain each node belongs to: nodes that are linked share one."""
    names = [str(node.get("name", index)) for index, node in enumerate(nodes)]
    if not isinstance(links, list):
        raise SettingsError(f"{_TITLE}: links of filter.graph is no list.")
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for link in links:
        ends = (
            [str(link.get(key, "")).rpartition(":")[0] for key in ("output", "input")] if isinstance(link, dict) else []
        )
        if len(ends) != 2 or any(end not in parent for end in ends):
            raise SettingsError(f"{_TITLE}: a link of filter.graph leads nowhere.")
        parent[root(ends[0])] = root(ends[1])
    return {id(node): root(name) for node, name in zip(nodes, names, strict=True)}


def _node(node: dict[str, Any], notes: Notes) -> dict[str, list[Stage]]:
    """Return a node's stages by channel; ``""`` is all of them."""
    label, name = str(node.get("label", "")), str(node.get("name", "without a name"))[:30]
    config = node.get("config", {})
    control = node.get("control", {})
    if label == "copy":
        return {}
    if node.get("type", "builtin") != "builtin" or not (label in _TYPES or label in ("param_eq", "linear")):
        notes.lost(
            f"The node {name} ({label[:20] or node.get('type')}) has no counterpart in settings and is left out."
        )
        return {}
    if label == "linear":
        factor = _value(control, "Mult", name, 1.0)
        if factor <= 0.0 or _value(control, "Add", name, 0.0) != 0.0:
            raise SettingsError(f"{_TITLE}: the node {name} is no plain gain.")
        import math

        return {"": [Gain(20.0 * math.log10(factor))]}
    if label in _TYPES:
        if "config" in node and not isinstance(config, list | dict):
            raise SettingsError(f"{_TITLE}: config of {name} is no object.")
        return {"": [_biquad(label, control, ("Freq", "Gain", "Q"), name, notes)]}
    if not isinstance(config, dict):
        raise SettingsError(f"{_TITLE}: config of {name} is no object.")
    if any(key.startswith("filename") for key in config):
        notes.lost(f"The node {name} loads another file, which is left out: import that file by itself.")
    found: dict[str, list[Stage]] = {}
    for key, value in config.items():
        channel = re.fullmatch(r"filters(\d*)", key)
        if not channel:
            continue
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise SettingsError(f"{_TITLE}: {key[:20]} of {name} is no list of objects.")
        row = found.setdefault(channel[1], [])
        for one in value:
            kind = str(one.get("type", ""))
            if kind not in _TYPES:
                notes.lost(f"A filter of {name} ({kind[:20]}) has no counterpart in settings and is left out.")
                continue
            row.append(_biquad(kind, one, ("freq", "gain", "q"), name, notes))
    return found


def _biquad(label: str, values: Any, keys: tuple[str, str, str], name: str, notes: Notes) -> Stage:
    if not isinstance(values, dict):
        raise SettingsError(f"{_TITLE}: the values of {name} are no object.")
    kind = _TYPES[label]
    frequency, q = _value(values, keys[0], name, 0.0), _value(values, keys[2], name, 0.0)
    gain = _value(values, keys[1], name, 0.0)
    if label == "bq_highshelf" and frequency == 0.0:
        return Gain(gain)
    if q <= 0.0:
        notes.tell(f"A Q of 0 in {name} stands for 0.7071.")
        q = 2.0**-0.5
    return Filter(kind, frequency, 0.0 if kind.endswith("pass") else gain, q)


def _value(values: Any, key: str, name: str, default: float) -> float:
    if not isinstance(values, dict):
        raise SettingsError(f"{_TITLE}: the values of {name} are no object.")
    text = values.get(key)
    if text is None:
        return default
    try:
        if not isinstance(text, str) or "," in text:
            raise ValueError
        return number(text)
    except ValueError:
        raise SettingsError(f"{_TITLE}: {key} of {name} is no number.") from None


def _looks(text: str) -> bool:
    return bool(re.search(r"\bfilter\.graph\b|\blibpipewire-module-filter-chain\b", text))


PROGRAMS = (
    Program(
        name="pipewire",
        title="PipeWire filter-chain",
        suffix=".conf",
        instruction="Save in ~/.config/pipewire/filter-chain.conf.d and restart the user service filter-chain.",
        write=_write,
        read=_read,
        looks=_looks,
        limits=Limits(),
    ),
)
