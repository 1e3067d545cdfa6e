"""The page parses, holds the numbers, needs nothing from outside and lets no file name become markup."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from reporting_draws import EXAMPLE, FREQUENCIES, loudness, many_bands, story

from tonewright.errors import OutputError
from tonewright.reporting import Story, write_page, write_report
from tonewright.reporting.look import COLOURS, LINES
from tonewright.reporting.page import page_of
from tonewright.settings import Settings

VOID = {"meta", "br", "link", "img", "input", "hr"}
SVG_LEAVES = {"path", "rect", "circle"}
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;${x}%s{0}\u202e\x00.wav"


class Reader(HTMLParser):
    """Checks nesting; collects tags, attributes, ids and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_LEAVES
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def values(reader: Reader, name: str) -> list[str]:
    return [value for _, each, value in reader.attributes if each == name]


def test_the_page_parses_and_tells_the_numbers() -> None:
    reader = parsed(page_of(story()))
    text = " ".join(" ".join(reader.text).split())
    for expected in (
        "song.matched.wav", "-2.8 dB at 310 Hz, Q 1.1", "low mids", "-14.2", "-1.0", "4.1", "1.2", "2.5:1", "-24",
        "low shelf", "4200", '"frequency_hz": 310.0',
    ):  # fmt: skip
        assert expected in text
    assert reader.tags.count("h1") == 1
    assert ("html", "lang", "en") in reader.attributes
    assert len(values(reader, "id")) == len(set(values(reader, "id")))


def test_the_page_loads_nothing() -> None:
    page = page_of(story(files={"input": "https://example.org/song.wav"}, title="a song"))
    reader = parsed(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "base", "form"} & set(
        reader.tags
    )
    assert not any(name in ("src", "href", "xlink:href", "srcset", "action") for _, name, _ in reader.attributes)
    assert not any(name.startswith("on") for _, name, _ in reader.attributes)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "@import" not in style
    assert "url(" not in style
    assert all(value.startswith("url(#") for value in values(reader, "clip-path"))
    assert page.count("https://") == 1


def test_hostile_names_stay_text() -> None:
    hostile = Story(
        HOSTILE,
        EXAMPLE.changed(note=HOSTILE),
        frequency_hz=FREQUENCIES,
        spectra=story().spectra,
        sections=[(HOSTILE, [HOSTILE, f"-2.8 dB at 310 Hz: {HOSTILE}"])],
        files={"input": HOSTILE, HOSTILE: HOSTILE},
        note=HOSTILE,
        labels={"input": HOSTILE, "reference": HOSTILE},
    )
    reader = parsed(page_of(hostile))
    assert "script" not in reader.tags
    assert "img" not in reader.tags
    assert not any(name.startswith("on") for _, name, _ in reader.attributes)
    assert HOSTILE.replace("\x00", "\ufffd") in "".join(reader.text) or HOSTILE in "".join(reader.text)


def test_names_that_are_no_unicode_are_written(tmp_path: Path) -> None:
    assert write_page(story(files={"input": "bad\udcff.wav"}), tmp_path / "page.html").stat().st_size > 0


def test_accessible_drawing_and_tables() -> None:
    reader = parsed(page_of(story()))
    drawn = [value for tag, name, value in reader.attributes if tag == "svg" and name == "role"]
    assert drawn == ["img", "img"]
    ids = set(values(reader, "id"))
    assert all(set(value.split()) <= ids for value in values(reader, "aria-labelledby"))
    assert reader.tags.count("caption") == reader.tags.count("table") == 4
    assert ("th", "scope", "row") in reader.attributes


def luminance(colour: str) -> float:
    linear = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in linear)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_contrast_in_both_themes(theme: int) -> None:
    paper = COLOURS["paper"][theme]
    assert contrast(COLOURS["ink"][theme], paper) > 7
    assert contrast(COLOURS["ink"][theme], COLOURS["bar"][theme]) > 4.5
    assert contrast(COLOURS["muted"][theme], paper) > 4.5
    assert all(contrast((line.light, line.dark)[theme], paper) > 3 for line in LINES.values())


@pytest.mark.parametrize("settings", [Settings(), many_bands(), Settings(output_db=-120.0)])
def test_pages_without_spectra_or_with_many_bands(settings: Settings) -> None:
    reader = parsed(page_of(Story("Settings", settings, before=loudness(-math.inf, -math.inf))))
    assert not re.search(r"\b(nan|None|inf)\b", " ".join(reader.text))


def test_the_folder_holds_everything(tmp_path: Path) -> None:
    written = write_report(story(), tmp_path / "new" / "report")
    assert [path.name for path in written] == ["report.html", "curves.png", "settings.json", "report.json"]
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(path.name for path in written)
    assert Settings.load(written[2]) == EXAMPLE
    data = json.loads(written[3].read_text(encoding="utf-8"))
    assert data["settings"] == EXAMPLE.to_dict()
    assert data["error_db"] == {"before": 4.13, "after": 1.24}
    assert len(data["spectra_db"]["input"]) == len(data["frequency_hz"]) == FREQUENCIES.size
    again = write_report(story(), written[0].parent)
    assert again == written


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_report(story(), tmp_path / "file")
    with pytest.raises(OutputError, match="does not exist; create it first"):
        write_page(story(), tmp_path / "none" / "page.html")
    with pytest.raises(OutputError, match="is a folder; add a file name"):
        write_page(story(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_story_for_json_has_no_infinity() -> None:
    spectra = {"input": np.where(FREQUENCIES > 1000, -np.inf, 0.0)}
    told = story(spectra=spectra, before=loudness(-math.inf, -math.inf), error_before_db=math.nan).to_dict()
    assert json.loads(json.dumps(told, allow_nan=False))["spectra_db"]["input"][-1] is None
    assert told["loudness"]["before"]["true_peak_dbtp"] is None
    assert told["error_db"]["before"] is None


def test_a_story_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="not target"):
        story(spectra={"target": FREQUENCIES})
    with pytest.raises(ValueError, match="has shape"):
        story(spectra={"input": FREQUENCIES[1:]})


def test_the_story_as_text() -> None:
    lines = story(note="One remark.").text().splitlines()
    assert lines[:3] == ["song.wav, matched to hit.flac", "", "What was done, and why"]
    assert lines[3] == "  -1.5 dB before everything else."
    assert lines[-1] == "One remark."


def test_drawings_as_files_are_xml(tmp_path: Path) -> None:
    from tonewright.reporting import plot_story

    path = plot_story(story(), tmp_path / "curves.svg")
    root = ElementTree.fromstring(path.read_bytes())
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 20
    assert path.read_bytes() == plot_story(story(), path).read_bytes()
