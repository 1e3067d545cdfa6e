"""What every tool works with: the folders, the plans, and one way to propose and to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonewright.assistant.arguments import Arguments
from tonewright.assistant.folders import Folders, digest
from tonewright.assistant.plans import Act, Plan, Plans
from tonewright.audio import Loudness, Meter
from tonewright.files import confined
from tonewright.rendering import Chain, Progress, Source, Timeline, render_file
from tonewright.settings import Settings


@dataclass(frozen=True)
class Bench:
    """What tools share during one run of the server.

    Attributes
    ----------
    folders
        What may be read and written.
    plans
        What has been shown and waits for its token.
    model
        The language model of ``say``; the default if absent.
    """

    folders: Folders
    plans: Plans = field(default_factory=Plans)
    model: str | None = None

    def settings(self, given: dict[str, Any] | str) -> tuple[Settings, list[Path]]:
        """Return validated settings, and the file they come from if they do."""
        if isinstance(given, str):
            path = self.folders.reading(given)
            return Settings.load(path), [path]
        return Settings.from_dict(given), []

    def propose(
        self,
        tool: str,
        arguments: Arguments,
        shown: dict[str, Any],
        *,
        inputs: dict[Path, str],
        targets: Sequence[Path],
        act: Act,
    ) -> dict[str, Any]:
        """Return a result that says what would be written, with the token that writes it."""
        before = {path: digest(path) if path.exists() else None for path in targets}
        shown = {
            **shown,
            "would_write": [{"path": str(path), "replaces": value is not None} for path, value in before.items()],
        }
        plan = Plan(tool, without_token(arguments), inputs, before, act)
        token = self.plans.show(plan, shown)
        return {
            "applied": False,
            **shown,
            "token": token,
            "next": f"Nothing is written yet; to write it, call {tool} again as before, with this token as apply.",
        }

    def carry_out(
        self, tool: str, arguments: Arguments, token: str, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Write what a token stands for; see :meth:`Plans.carry_out`."""
        with confined(self.folders.writable):
            shown, new = self.plans.carry_out(token, tool, without_token(arguments), progress)
        kept = {key: value for key, value in shown.items() if key != "would_write"}
        return {"applied": True, **kept, **new}

    def write_sound(
        self,
        source: Path,
        target: Path,
        chain: Chain,
        *,
        before: Loudness,
        ceiling_db: float | None,
        inputs: Iterable[Path],
        settings_file: Path | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Render a recording, write its settings if asked, and return what is new in the result."""
        done = render_file(source, target, chain, ceiling_db=ceiling_db, inputs=inputs, progress=progress)
        written = [self.written(target, str(done.written.format))]
        if settings_file is not None:
            applied: Settings | Timeline = done.timeline or done.settings
            applied.save(settings_file)
            written.append(self.written(settings_file, "settings"))
        return {
            "settings": done.settings.to_dict(),
            "written": written,
            "loudness": {"before": before.as_dict(), "after": heard(target).as_dict()},
            "notes": [*done.notes, *done.written.dropped],
        }

    def written(self, path: Path, kind: str) -> dict[str, Any]:
        """Return what is said of a file that was written."""
        return {"path": str(path), "format": kind, "sha256": self.folders.wrote(path)}


def without_token(arguments: Arguments) -> dict[str, Any]:
    """Return arguments as plain data, all but the token."""
    return {key: value for key, value in arguments.model_dump(mode="json").items() if key != "apply"}


def digests(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the SHA-256 of files."""
    return {path: digest(path) for path in paths}


def heard(path: Path) -> Loudness:
    """Measure a sound file without holding it in memory."""
    source = Source(path)
    meter = Meter(source.sample_rate, source.channels)
    for block in source.blocks():
        meter.feed(block)
    return meter.result()
