"""What verbs that choose settings have in common: telling of what was found and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tonewright.cli import output, words

if TYPE_CHECKING:
    from tonewright.running import Done


def show(done: Done, places: Mapping[str, Any], *, json: bool) -> None:
    """Tell what was found and written, as words or as data; `places` names the inputs."""
    result, rendered = done.result, done.rendered
    assert rendered is not None
    notes = [*result.settled.notes, *rendered.notes]
    output.notes([*done.notes, *notes, *rendered.written.dropped])
    if json:
        output.emit(
            done.request.verb,
            {
                **places,
                "output": rendered.path,
                "format": str(rendered.written.format),
                "settings_file": done.settings_file,
                "report": done.pages,
                **result.to_dict(),
                "settings": rendered.settings.to_dict(),
                "clipped": rendered.written.clipped,
                "notes": notes,
                "dropped": rendered.written.dropped,
            },
        )
        return
    output.tell(result.explain())
    output.tell()
    output.tell(f"before  {words.loudness(result.before)}")
    output.tell(f"after   {words.loudness(result.after)}")
    output.tell(f"result  {words.written(rendered.written)}")
    for name, path in (("settings", done.settings_file), *(("report", page) for page in done.pages)):
        if path is not None:
            output.tell(f"{name:7} {path}")
