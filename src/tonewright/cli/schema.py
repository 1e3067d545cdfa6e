"""``tonewright schema``: the JSON schema of settings."""

from __future__ import annotations

import json


def schema() -> None:
    """Print the JSON schema of the settings file."""
    from tonewright.settings import Settings

    print(json.dumps(Settings.model_json_schema(), indent=2))
