"""The report as one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from tonewright.files import write_text
from tonewright.reporting.curves import describe_chart
from tonewright.reporting.drawing import Drawing
from tonewright.reporting.frame import framed
from tonewright.reporting.story import Story
from tonewright.reporting.tables import compressor_table, filter_table, level_table, number, spectrum_table

#: Widths in CSS pixels for which the chart is drawn: a window and a phone.
_WIDE, _NARROW = 960.0, 350.0
_ROLES = {"input": "Your song", "reference": "Reference", "output": "Result"}
#: What stands in bold at the start of a sentence: the numbers that it is about.
_NUMBERS_FIRST = re.compile(r"[+-]?\d.*?(?=: )|[+-]?\d[\d.]* dB")


def write_page(story: Story, path: str | Path) -> Path:
    """Write the page; raises :class:`tonewright.errors.OutputError` if the place cannot be written."""
    return write_text(path, page_of(story))


def page_of(story: Story) -> str:
    """Return the page as text."""
    parts = [
        *(_section(heading, sentences) for heading, sentences in story.sections),
        _curves(story),
        _numbers(story),
        _settings(story),
    ]
    return framed(story.title, _header(story), parts)


def _header(story: Story) -> str:
    files = "".join(
        f"<dt>{escape(_ROLES.get(role, role.capitalize()))}</dt><dd>{escape(name)}</dd>"
        for role, name in story.files.items()
    )
    listed = f'<dl class="files">{files}</dl>' if files else ""
    note = f'<p class="quiet">{escape(story.note)}</p>' if story.note else ""
    return f"<header>\n<h1>{escape(story.title)}</h1>\n{listed}{note}\n{_figures(story)}\n</header>"


def _figures(story: Story) -> str:
    """Return the few numbers that tell most, before and after."""
    shown = []
    if story.error_before_db is not None and story.error_after_db is not None:
        away = f"away from {story.labels['reference']} in tone"
        shown.append((story.error_before_db, story.error_after_db, "dB", away))
    if story.before is not None and story.after is not None:
        shown.append((story.before.integrated_lufs, story.after.integrated_lufs, "LUFS", "loudness"))
        shown.append((story.before.true_peak_dbtp, story.after.true_peak_dbtp, "dBTP", "true peak"))
    items = "\n".join(
        f'<li><strong>{number(before)} <span aria-hidden="true">&rarr;</span>'
        f'<span class="unseen">before,</span> {number(after)} {unit} <span class="unseen">after:</span></strong>'
        f"<span>{escape(said)}</span></li>"
        for before, after, unit, said in shown
    )
    return f'<ul class="figures">\n{items}\n</ul>' if items else ""


def _section(heading: str, sentences: Sequence[str]) -> str:
    items = "\n".join(f"<li>{_emphasised(sentence)}</li>" for sentence in sentences)
    return f'<section>\n<h2>{escape(heading)}</h2>\n<ul class="said">\n{items}\n</ul>\n</section>' if items else ""


def _emphasised(sentence: str) -> str:
    found = _NUMBERS_FIRST.match(sentence)
    if found is None:
        return escape(sentence)
    return f"<b>{escape(found.group())}</b>{escape(sentence[found.end() :])}"


def _curves(story: Story) -> str:
    title, description = f"Curves of {story.title}", describe_chart(story)
    drawn = "\n".join(
        f'<div class="{kind}">{Drawing(story, width, kind).svg(title=title, description=description)}</div>'
        for kind, width in (("wide", _WIDE), ("narrow", _NARROW))
    )
    spectra = spectrum_table(story)
    numbers = f"\n<details><summary>The curves in numbers</summary>\n{spectra}\n</details>" if spectra else ""
    return f"<section>\n<h2>Curves</h2>\n<figure>\n{drawn}\n</figure>{numbers}\n</section>"


def _numbers(story: Story) -> str:
    tables = [
        filter_table(story.settings, story.sample_rate),
        compressor_table(story.settings),
        level_table(story.before, story.after),
    ]
    gains = f"Gain before the bands {story.settings.preamp_db:+.1f} dB, at the end {story.settings.output_db:+.1f} dB."
    shown = "\n".join(each for each in tables if each)
    return f"<section>\n<h2>All numbers</h2>\n{shown}\n<p>{escape(gains)}</p>\n</section>"


def _settings(story: Story) -> str:
    return (
        "<section>\n<h2>Settings</h2>\n<details><summary>The settings file, to use again or to edit</summary>\n"
        f'<pre tabindex="0"><code>{escape(story.settings.to_json())}</code></pre>\n</details>\n</section>'
    )
