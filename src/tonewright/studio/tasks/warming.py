"""Loading what the first task would wait for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tonewright.rendering import Progress


def warm(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Load a module of tasks, and the compiled kernels that hear audio."""
    import numpy as np

    from tonewright.analysis.survey import survey

    progress("getting ready", 0.0)
    import_module(f"tonewright.studio.tasks.{arguments['module']}")
    survey([np.zeros((2, 48_000), np.float32)], 48_000, 2)
    return {}
