"""``tonewright train``: one experiment, resumable; and what becomes of it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="An experiment in TOML.", show_default=False)],
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where to keep everything.", show_default="runs/NAME"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Instead of the configuration's.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how large the network is and how long the schedule takes here.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write the best weights as safetensors, and end.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Train a network (needs the extra ``train``).

    A run that was interrupted, even killed, goes on with --resume and ends with the same weights.
    """
    from tonewright.errors import MissingExtraError

    try:
        from tonewright.training.config import load_experiment, read_toml
        from tonewright.training.dry_run import rehearse
        from tonewright.training.export import export as write_weights
        from tonewright.training.runner import CHECKPOINT
        from tonewright.training.trainer import Trainer
    except ImportError as error:
        raise MissingExtraError(
            f"Training needs torch, which cannot be imported ({error}): pip install 'tonewright[train]'."
        ) from None
    from tonewright.errors import OutputError

    if read_toml(config).get("task") == "say":
        _say(config, folder, resume=resume, steps=steps, export=export, json=json)
        return
    experiment = load_experiment(config)
    if steps is not None:
        experiment = experiment.changed(steps=steps)
    place = folder or Path("runs") / experiment.name
    if export is not None:
        result = write_weights(place, export, experiment)
        if json:
            output.emit("train", result)
        else:
            output.tell(f"{export}: {result['parameters']} parameters, sha256 {result['sha256']}")
        return
    if dry_run:
        rehearsal = rehearse(experiment)
        if json:
            output.emit("train", rehearsal.to_dict())
        else:
            output.tell(rehearsal.text())
        return
    if not resume and (place / CHECKPOINT).exists():
        raise OutputError(f"{place} holds a training already: add --resume to go on, or choose another folder.")
    trainer = Trainer(experiment, place)
    if resume and trainer.resume():
        output.tell(f"Resumed at step {trainer.step} of {experiment.steps}.")
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    with output.progress() as progress:

        def tell(line: str, part: float) -> None:
            if progress is not None:
                progress(line, part)

        outcome = trainer.run(until=lambda: bool(asked), tell=tell)
    found = {"folder": str(place), **vars(outcome)}
    if json:
        output.emit("train", found)
    else:
        output.tell(
            f"{outcome.stopped} after {outcome.steps} steps; best validation {outcome.best_ratio:.3f} of doing nothing "
            f"at step {outcome.best_step}; {place}"
        )


def _say(
    config: Path, folder: Path | None, *, resume: bool, steps: int | None, export: Path | None, json: bool
) -> None:
    """Teach a language model; needs the extra ``llm`` too."""
    from tonewright.errors import MissingExtraError

    try:
        from tonewright.training.say.config import load_say_experiment
        from tonewright.training.say.course import export_say, train_say
    except ImportError as error:
        raise MissingExtraError(
            f"Teaching a language model needs {error.name}, not installed: pip install 'tonewright[train,llm]'."
        ) from None
    experiment = load_say_experiment(config)
    if steps is not None:
        experiment = experiment.changed(steps=steps)
    place = folder or Path("runs") / experiment.name
    if export is not None:
        found = export_say(experiment, place, export)
    else:
        asked: list[bool] = []
        signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
        with output.progress() as progress:

            def tell(line: str, part: float) -> None:
                if progress is not None:
                    progress(line, part)

            found = train_say(experiment, place, resume=resume, until=lambda: bool(asked), tell=tell)
    if json:
        output.emit("train", found)
    else:
        output.tell(", ".join(f"{name} {value}" for name, value in found.items()))
