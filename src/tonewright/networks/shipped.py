"""Where weights are: those that come with the package, or a file that was asked for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tonewright.networks.network import Network
from tonewright.networks.specification import NetworkError, Task

FOLDER = Path(__file__).parent / "weights"


def shipped_path(task: Task) -> Path:
    """Return where the package keeps the weights of a task."""
    return FOLDER / f"{task}.safetensors"


def find_network(task: Task, model: str | Path | None = None) -> Network | None:
    """Load the network of a task.

    Parameters
    ----------
    task
        What it must have been trained for.
    model
        A ``.safetensors`` file; ``"none"`` for no network; the package's own if absent.

    Returns
    -------
    The network; ``None`` if none was wanted, or nothing was asked for and the package holds none.

    Raises
    ------
    NetworkError
        If the file cannot be read, or its network does something else.
    """
    if model is None:
        path = shipped_path(task)
        return _load(path, task) if path.exists() else None
    return None if str(model) == "none" else _load(Path(model), task)


@lru_cache(maxsize=4)
def _load(path: Path, task: Task) -> Network:
    network = Network.load(path)
    if network.specification.task != task:
        raise NetworkError(f"{path} is a network for {network.specification.task}, not for {task}.")
    return network
