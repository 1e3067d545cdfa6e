"""GraphicEQ text and Wavelet's frequencies."""

from __future__ import annotations

import pytest

from tonewright.errors import SettingsError
from tonewright.formats import export, parse
from tonewright.formats.dialects.graphic_eq import points, wavelet_frequencies
from tonewright.settings import Band, Settings


def test_127_frequencies() -> None:
    found = wavelet_frequencies()
    assert len(found) == 127
    assert found[:12] == [20, 21, 22, 23, 24, 26, 27, 29, 30, 32, 34, 36]
    assert found[-3:] == [17809, 18812, 19871]


def test_one_line_with_exactly_these() -> None:
    settings = Settings(bands=(Band(type="peak", frequency_hz=1000, gain_db=6.0, q=1.0),))
    text = str(export(settings, "wavelet").text)
    assert text.startswith("GraphicEQ: 20 -6.0; 21 -6.0; ")
    assert text.count("\n") == 1
    assert [int(f) for f in points(text)[0]] == wavelet_frequencies()


def test_forms_of_curves() -> None:
    assert parse("GraphicEQ: 20 -3; 20000 -3").settings.preamp_db == pytest.approx(-3.0)
    level = parse("Preamp: -2 dB\nGraphicEQ: 20 -3; 20000 -3;").settings
    assert level.preamp_db == pytest.approx(-5.0)
    assert level.bands == ()


@pytest.mark.parametrize(
    "text", ["GraphicEQ:", "GraphicEQ: 20", "GraphicEQ: 20 a", "GraphicEQ: 20 1; 20 2", "GraphicEQ: 0 1; 20 2",
             "GraphicEQ: 20 1;; 40 2", "GraphicEQ: 20 1 3; 40 2", "GraphicEQ: 20 1e9; 40 2"]
)  # fmt: skip
def test_broken_curves(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^GraphicEQ: "):
        parse(text, "graphic-eq")
