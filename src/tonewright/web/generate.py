"""Write what is generated for the browser: ``python -m tonewright.web.generate``, after a change of the tables.

A module and not a JSON file: an AudioWorklet can import modules, but read neither files nor, everywhere, JSON.
"""

from __future__ import annotations

import json
from pathlib import Path

from tonewright.web.places import static_folder
from tonewright.web.tables import tables

_HEAD = """// Generated from tonewright/parameters.py and others by `python -m tonewright.web.generate`: do not edit.

"""


def generated() -> dict[Path, str]:
    """Return the text of every generated file by its path."""
    text = json.dumps(tables(), indent=2)
    return {static_folder() / "engine" / "parameters.js": f"{_HEAD}export const TABLES = {text};\n"}


def main() -> None:
    """Write the files and print their paths."""
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
