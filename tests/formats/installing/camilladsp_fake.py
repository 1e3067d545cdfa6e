"""A CamillaDSP that follows its documentation: what it would refuse is refused, with the answers it would give."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from websockets.sync.server import ServerConnection, serve

RUNNING = """\
devices:
  samplerate: 44100
  chunksize: 1024
  capture: {type: Alsa, channels: 2, device: "hw:Loopback,1", format: S32LE}
  playback: {type: Alsa, channels: 4, device: "hw:0", format: S32LE}
mixers:
  split:
    channels: {in: 2, out: 4}
    mapping: []
filters:
  room: {type: Biquad, parameters: {type: Peaking, freq: 55.0, gain: -6.0, q: 4.0}}
pipeline:
- {type: Mixer, name: split}
- {type: Filter, channels: [0, 1], names: [room]}
"""

_BIQUADS = {
    "Lowshelf": {"freq", "gain", "q"},
    "Highshelf": {"freq", "gain", "q"},
    "Peaking": {"freq", "gain", "q"},
    "Lowpass": {"freq", "q"},
    "Highpass": {"freq", "q"},
}
_COMPRESSOR = {"channels", "attack", "release", "threshold", "factor"}
_OPTIONAL = {"makeup_gain", "clip_limit", "soft_clip", "monitor_channels", "process_channels"}


def fault(text: str) -> str | None:
    """Return what CamillaDSP would object to in a configuration; ``None`` if it would take it."""
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        return "invalid YAML"
    if not isinstance(config, dict) or "devices" not in config:
        return "missing field `devices`"
    unknown = set(config) - {"title", "description", "devices", "mixers", "filters", "processors", "pipeline"}
    if unknown:
        return f"unknown field `{unknown.pop()}`"
    filters, processors = config.get("filters") or {}, config.get("processors") or {}
    for name, one in filters.items():
        found = one["parameters"]
        if one["type"] == "Biquad":
            wanted = _BIQUADS.get(found["type"])
            if wanted is None or set(found) - {"type"} != wanted:
                return f"Invalid filter '{name}'"
            if not all(isinstance(found[key], float) for key in wanted) or found["q"] <= 0.0:
                return f"Invalid filter '{name}': wrong number"
            if not 0.0 < found["freq"] < config["devices"]["samplerate"] / 2:
                return f"Invalid filter '{name}': Frequency must be < samplerate/2"
        elif one["type"] == "Gain":
            if set(found) - {"gain", "scale", "inverted", "mute"} or not -150.0 <= found["gain"] <= 150.0:
                return f"Invalid filter '{name}'"
        else:
            return f"unknown variant `{one['type']}`"
    for name, one in processors.items():
        found = one["parameters"]
        if one["type"] != "Compressor" or not set(found) >= _COMPRESSOR or set(found) - _COMPRESSOR - _OPTIONAL:
            return f"Invalid processor '{name}'"
        if found["attack"] <= 0.0 or found["release"] <= 0.0:
            return f"Invalid processor '{name}': Attack and release must be larger than zero"
    channels = config["devices"]["capture"]["channels"]
    for step in config.get("pipeline") or []:
        if step["type"] == "Mixer":
            channels = config["mixers"][step["name"]]["channels"]["out"]
        elif step["type"] == "Filter":
            if any(name not in filters for name in step["names"]):
                return "Use of missing filter"
            if max(step["channels"]) >= channels:
                return f"Use of non existing channel {max(step['channels'])}"
        elif step["name"] not in processors:
            return f"Use of missing processor '{step['name']}'"
        elif processors[step["name"]]["parameters"]["channels"] != channels:
            return f"Processor '{step['name']}' has wrong number of channels"
    return None


class Camilla:
    """The program: its configuration, everything it was asked, and the faults it shall have."""

    def __init__(self, version: int = 4, config: str = RUNNING) -> None:
        self.version, self.config = version, config
        self.asked: list[str] = []
        #: By command: ``close``, ``silence``, ``nonsense``, ``error``, ``unknown``.
        self.faults: dict[str, str] = {}
        self.address = ""

    def answer(self, line: ServerConnection) -> None:
        """Serve one client."""
        for text in line:
            message = json.loads(text)
            command, argument = (message, None) if isinstance(message, str) else next(iter(message.items()))
            self.asked.append(command)
            kind = self.faults.get(command)
            if kind == "close":
                line.close()
                return
            if kind == "silence":
                time.sleep(1.0)
                return
            if kind == "nonsense":
                line.send("<html>")
            elif kind == "unknown":
                line.send(json.dumps({"Invalid": {"error": "unknown variant"}}))
            elif kind == "error":
                line.send(self._refused(command, "the device is busy"))
            else:
                line.send(self._reply(command, argument))

    def _reply(self, command: str, argument: Any) -> str:
        if command == "GetConfig" and argument is None:
            return json.dumps({command: {"result": "Ok", "value": self.config}})
        if command in ("ValidateConfig", "SetConfig") and isinstance(argument, str):
            if found := fault(argument):
                return self._refused(command, found)
            if command == "SetConfig":
                self.config = argument
                return json.dumps({command: {"result": "Ok"}})
            return json.dumps({command: {"result": "Ok", "value": argument}})
        return json.dumps({"Invalid": {"error": "unknown variant"}})

    def _refused(self, command: str, reason: str) -> str:
        if self.version >= 4:
            return json.dumps({command: {"result": {"ConfigValidationError": reason}}})
        return json.dumps({command: {"result": "Error", "value": reason}})


@contextmanager
def running(program: Camilla) -> Iterator[Camilla]:
    """Let a program listen on a free port."""
    with serve(program.answer, "127.0.0.1", 0) as server:
        program.address = f"127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield program
        server.shutdown()
        thread.join(timeout=5)
