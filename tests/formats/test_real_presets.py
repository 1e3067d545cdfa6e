"""Files as other programs and people write them, made after documented examples: what is read, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tonewright.formats import export, parse
from tonewright.processor.filters import response_db

FOLDER = Path(__file__).parent / "presets"


class Expected(NamedTuple):
    """Program, sum of gains outside compressors, types by their first letters, values of one band, words said."""

    program: str
    gain_db: float
    types: str
    band: dict[str, Any]
    said: tuple[str, ...] = ()


FILES = {
    "autoeq_headphone.txt": Expected(
        "equalizer-apo", -6.1, "lppphppppp", {"index": 7, "frequency_hz": 5489, "gain_db": 4.1, "q": 5.99}
    ),
    "rew_generic.txt": Expected("rew", 0.0, "pppl", {"index": 2, "frequency_hz": 43.55, "gain_db": -9.1, "q": 12}),
    "rew_german.txt": Expected(
        "rew", 0.0, "pp", {"index": 1, "frequency_hz": 1260, "gain_db": -7.6, "q": 4.321}, ("1260 Hz",)
    ),
    "equalizer_apo_config.txt": Expected(
        "equalizer-apo", -7.0, "plhp", {"index": 3, "frequency_hz": 3000, "gain_db": 4.5},
        ("Line 2 is left out", "Line 4 is left out", "corner", "notch"),
    ),
    "peace.txt": Expected("equalizer-apo", -4.5, "ppp", {"index": 0, "frequency_hz": 31.5, "gain_db": 4.5, "q": 1.41}),
    "squiglink_shelves.txt": Expected(
        "equalizer-apo", -5.3, "plh", {"index": 1, "frequency_hz": 105, "gain_db": 2, "q": 0.707}, ("not documented",)
    ),
    "camilladsp.yml": Expected(
        "camilladsp-full", -4.0, "lp", {"index": 1, "frequency_hz": 2500, "gain_db": -2},
        ("clip limit", "dither", "transients"),
    ),
    "camilladsp_v1.yml": Expected(
        "camilladsp", 0.0, "ph", {"index": 0, "frequency_hz": 100, "gain_db": -3.5, "q": 1.5}
    ),
    "easyeffects_7.json": Expected(
        "easyeffects", -3.0, "lp", {"index": 1, "frequency_hz": 3000, "gain_db": -2, "q": 1.5},
        ("RLC (BT)", "limiter#0"),
    ),
    "poweramp.json": Expected(
        "poweramp", -4.0, "lp", {"index": 0, "frequency_hz": 105, "gain_db": 4, "q": 0.71}, ("2 presets", "Treble dial")
    ),
    "opra.json": Expected(
        "opra", -5.9, "lph", {"index": 1, "frequency_hz": 3000, "gain_db": -2.5, "q": 2.1}, ("band_stop",)
    ),
    "voicemeeter.xml": Expected("voicemeeter", 0.0, "lp", {"index": 1, "frequency_hz": 2500.5, "gain_db": -3, "q": 2}),
    "rockbox.cfg": Expected("rockbox", -6.0, "lpph", {"index": 2, "frequency_hz": 1288, "gain_db": -2.1, "q": 1.7}),
    "ffmpeg.txt": Expected(
        "ffmpeg", -4.0, "plh", {"index": 1, "frequency_hz": 110, "gain_db": 4, "q": 0.5 * 2**0.5},
        ("RMS", "loudnorm", "mean"),
    ),
    "sox.txt": Expected(
        "sox", -3.0, "lp", {"index": 1, "frequency_hz": 2000, "gain_db": -4, "q": 1.5}, ("compand", "reverb")
    ),
}  # fmt: skip


def test_every_file_is_expected() -> None:
    assert {path.name for path in FOLDER.iterdir()} == FILES.keys() | {"wavelet.txt"}


@pytest.mark.parametrize("name", FILES)
def test_file(name: str) -> None:
    expected = FILES[name]
    read = parse((FOLDER / name).read_bytes())
    assert read.program == expected.program
    assert read.settings.preamp_db + read.settings.output_db == pytest.approx(expected.gain_db)
    bands = read.settings.bands
    assert "".join(band.type[0] for band in bands) == expected.types
    values = dict(expected.band)
    band = bands[values.pop("index")]
    assert {key: getattr(band, key) for key in values} == pytest.approx(values)
    for words in expected.said:
        assert any(words in sentence for sentence in read.warnings), (words, read.warnings)
    if not expected.said:
        assert read.warnings == ()
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in read.warnings)


def test_compressors() -> None:
    camilla = parse((FOLDER / "camilladsp.yml").read_bytes()).settings.bands[0].compressor
    assert camilla is not None
    assert (camilla.threshold_db, camilla.ratio, camilla.makeup_db, camilla.knee_db) == (-25.0, 5.0, 15.0, 0.0)
    assert camilla.attack_ms == pytest.approx(25.0 * np.log(9.0))
    ffmpeg = parse((FOLDER / "ffmpeg.txt").read_bytes()).settings.bands[2].compressor
    assert ffmpeg is not None
    assert ffmpeg.threshold_db == pytest.approx(20 * np.log10(0.05))
    assert ffmpeg.attack_ms == pytest.approx(20.0 / 4.0 * np.log(9.0))
    assert ffmpeg.makeup_db == pytest.approx(20 * np.log10(2.0))
    assert ffmpeg.knee_db == pytest.approx(20 * np.log10(2.82843))


def test_curve() -> None:
    read = parse((FOLDER / "wavelet.txt").read_bytes())
    assert read.program == "graphic-eq"
    frequency = np.array([20.0, 50.0, 100.0, 200.0, 1000.0, 8000.0])
    expected = [-0.5, -1.2, -4.1, -5.9, -6.2, -6.2]
    assert response_db(read.settings, frequency, 48_000) == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("name", FILES)
def test_every_file_goes_on_to_another_program(name: str) -> None:
    read = parse((FOLDER / name).read_bytes())
    there = export(read.settings, "jsfx", headroom=False)
    assert there.max_error_db < 1e-6
