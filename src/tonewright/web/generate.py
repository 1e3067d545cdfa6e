"""Write what is generated for the browser: ``python -m tonewright.web.generate``, after a change of the tables.

A module and not a JSON file: an AudioWorklet can import modules, but read neither files nor, everywhere, JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tonewright.files import write_text
from tonewright.web.places import static_folder
from tonewright.web.tables import tables

_HEAD = """// Generated from tonewright/parameters.py and others by `python -m tonewright.web.generate`: do not edit.

"""
_WIDTH = 110


def generated() -> dict[Path, str]:
    """Return the text of every generated file by its path."""
    exports = (f"export const {name} = {_constant(value)};\n" for name, value in tables().items())
    return {static_folder() / "engine" / "parameters.js": _HEAD + "\n".join(exports)}


def _constant(value: Any) -> str:
    """Return it so that TypeScript knows the very values: types of settings are made of them."""
    return f"/** @type {{const}} */ ({_text(value)})" if isinstance(value, dict | list) else _text(value)


def _text(value: Any, indent: str = "") -> str:
    """Return JSON, broken into lines only where one would be too long."""
    line = json.dumps(value)
    if len(line) + len(indent) < _WIDTH or not isinstance(value, dict | list):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_text(each, inner)}" for key, each in value.items()]
        return "{\n" + "".join(f"{inner}{row},\n" for row in rows) + indent + "}"
    return "[\n" + "".join(f"{inner}{_text(each, inner)},\n" for each in value) + indent + "]"


def main() -> None:
    """Write the files and print their paths."""
    for path, text in generated().items():
        write_text(path, text)
        print(path)


if __name__ == "__main__":
    main()
