"""What is written is read back as it was, within the digits of each format: 500 drawn settings for each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_settings import drawn_settings, worst_difference

from tonewright.formats import detect, export, parse, programs
from tonewright.formats.contract import Job, Notes
from tonewright.formats.dialects.graphic_eq import points
from tonewright.formats.dynamics import fold_knee
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage, settings_of, stages_of
from tonewright.processor.filters import response_db
from tonewright.settings import Band, Settings

DRAWS = 500
#: The digits of a format: largest difference in dB, and relative for frequencies, Q, ratios and times.
DIGITS = {
    "tonewright": 0.0,
    "jsfx": 1e-10,
    "faust": 1e-10,
    "rew": 0.006,
    "equalizer-apo": 0.006,
    "autoeq": 0.006,
    "pipewire-text": 0.006,
    "soundsource": 0.006,
    "camilladsp": 1e-4,
    "camilladsp-full": 1e-4,
    "easyeffects": 1e-4,
    "pipewire": 1e-4,
    "ffmpeg": 1e-4,
    "sox": 2e-3,
    "coefficients-csv": 1e-4,
    "coefficients-c": 1e-4,
    "poweramp": 1e-4,
    "opra": 1e-4,
    "voicemeeter": 0.006,
}
#: Few digits by nature: bounds on the response instead.
COARSE = {"graphic-eq", "wavelet", "rockbox"}


def carried(program: str, stages: tuple[Stage, ...]) -> list[Stage]:
    """The stages a file should hold: as written, with hard knees where the program has no other."""
    if not program.startswith("camilladsp"):
        return list(stages)
    return [replace(fold_knee(s)[0], outer=s.outer) if isinstance(s, Dynamics) else s for s in stages]


@pytest.mark.parametrize("program", DIGITS)
def test_written_is_read(program: str) -> None:
    rng = np.random.default_rng(5)
    one = programs()[program]
    assert one.write is not None
    assert one.read is not None
    # Long files of YAML and JSON take long to read.
    bands = min(one.limits.bands, 8 if one.dynamics == "none" else 4)
    passes = "low_pass" in one.limits.types
    compared = 0
    # The whole file of CamillaDSP is the snippet and a constant.
    for index in range(DRAWS if program != "camilladsp-full" else 50):
        gentle = program in ("voicemeeter", "sox")
        settings = drawn_settings(
            rng, compressors=one.dynamics != "none", passes=passes, bands=bands, gain_db=4.0 if gentle else 20.0
        )
        stages = stages_of(settings)
        notes = Notes()
        text = one.write(Job(settings, stages, 48_000.0, notes))
        assert isinstance(text, str)
        parsed = one.read(text, Notes())
        back = parsed.settings or settings_of(parsed.stages)
        if program == "sox" and notes.exactness == "lossy":
            continue
        compared += 1
        assert worst_difference(carried(program, stages), stages_of(back)) <= DIGITS[program], (index, text)
    assert compared > (0.6 * DRAWS if program != "camilladsp-full" else 30)


@pytest.mark.parametrize("program", DIGITS)
def test_exported_is_parsed(program: str) -> None:
    rng = np.random.default_rng(15)
    one = programs()[program]
    for _ in range(5):
        settings = drawn_settings(
            rng, passes="low_pass" in one.limits.types, bands=min(4, one.limits.bands), gain_db=4.0
        )
        done = export(settings, program)
        assert isinstance(done.text, str)
        read = parse(done.text, program)
        assert read.program == program
        if program == "sox" and done.exactness == "lossy":
            continue
        assert worst_difference(carried(program, stages_of(done.settings)), stages_of(read.settings)) <= DIGITS[program]
        if any("fitted" in sentence for sentence in done.warnings):
            continue
        assert done.max_error_db < 0.05
        compressed = any(isinstance(stage, Dynamics) for stage in stages_of(settings))
        if compressed:
            assert done.exactness == {"none": "lossy", "serial": "approximate", "exact": "exact"}[one.dynamics]
        else:
            assert done.exactness == ("approximate" if program == "rew" and _shelves(settings) else "exact")


def _shelves(settings: Settings) -> bool:
    return any(band.type.endswith("shelf") for band in settings.bands)


def test_every_program_that_reads_and_writes_is_tested() -> None:
    both = {name for name, one in programs().items() if one.read is not None and one.write is not None}
    assert both == DIGITS.keys() | COARSE


def test_rockbox_within_its_tenths() -> None:
    rng = np.random.default_rng(6)
    one = programs()["rockbox"]
    assert one.write is not None
    assert one.read is not None
    for _ in range(DRAWS):
        # One shelf at each end, peaks between, and Q that its tenths can tell.
        drawn = drawn_settings(rng, passes=False, compressors=False, bands=8, gain_db=12.0)
        filters = [s for s in stages_of(drawn) if isinstance(s, Filter)]
        shelves = [next((s for s in filters if s.type == kind), None) for kind in ("low_shelf", "high_shelf")]
        row = [shelves[0], *(s for s in filters if s.type == "peak"), shelves[1]]
        stages: tuple[Stage, ...] = (Gain(-3.21), *(replace(s, q=max(s.q, 0.5)) for s in row if s is not None))
        text = one.write(Job(drawn, stages, 48_000.0, Notes()))
        assert isinstance(text, str)
        level, *back = one.read(text, Notes()).stages
        assert level == Gain(-3.2)
        assert [s.type for s in back if isinstance(s, Filter)] == [s.type for s in row if s is not None]
        for ours, theirs in zip(stages[1:], back, strict=True):
            assert isinstance(ours, Filter)
            assert isinstance(theirs, Filter)
            assert abs(ours.frequency_hz - theirs.frequency_hz) <= 0.5
            assert abs(ours.gain_db - theirs.gain_db) <= 0.05 + 1e-9
            assert abs(ours.q - theirs.q) <= 0.05 + 1e-9
    done = export(Settings(bands=(Band(type="peak", frequency_hz=99.5, gain_db=-9.95, q=3.14),)), "rockbox")
    assert 0.0 < done.max_error_db < 0.3


@pytest.mark.parametrize(("program", "digits"), [("graphic-eq", 0.005), ("wavelet", 0.05)])
def test_points_of_curves_are_on_the_response(program: str, digits: float) -> None:
    rng = np.random.default_rng(16)
    one = programs()[program]
    assert one.write is not None
    for _ in range(DRAWS):
        settings = drawn_settings(rng, compressors=False)
        text = one.write(Job(settings, stages_of(settings), 48_000.0, Notes()))
        assert isinstance(text, str)
        frequency, gains = points(text)
        ours = np.maximum(response_db(settings, frequency, 48_000), -120.0)
        assert np.abs(gains - ours).max() <= digits + 1e-9


@pytest.mark.parametrize("program", ["graphic-eq", "wavelet"])
def test_curves_are_rebuilt(program: str) -> None:
    """The filters that are found have the curve of those that were written, as near as the note says."""
    rng = np.random.default_rng(7)
    frequency = np.geomspace(20.0, 19_800.0, 200)
    for _ in range(2):
        settings = drawn_settings(rng, passes=False, compressors=False, bands=4, gain_db=9.0)
        done = export(settings, program)
        read = parse(done.text, program)
        off = response_db(read.settings, frequency, 48_000) - response_db(done.settings, frequency, 48_000)
        said = float(read.warnings[0].split("filters, ")[1].split(" dB")[0])
        assert np.abs(off).max() < said + done.max_error_db + 0.1
        assert np.sqrt(np.mean(off**2)) < 0.35


@pytest.mark.parametrize("program", sorted(DIGITS.keys() | COARSE))
def test_written_is_recognized(program: str) -> None:
    rng = np.random.default_rng(8)
    same_language = {
        "autoeq": "equalizer-apo", "pipewire-text": "equalizer-apo", "soundsource": "equalizer-apo",
        "wavelet": "graphic-eq", "coefficients-c": "coefficients-csv",
    }  # fmt: skip
    for _ in range(5):
        settings = drawn_settings(rng, passes=False, bands=4, gain_db=6.0)
        assert detect(export(settings, program).text) == same_language.get(program, program)


@pytest.mark.parametrize("program", ["ffmpeg", "easyeffects", "camilladsp", "jsfx"])
def test_extreme_compressors_come_back(program: str) -> None:
    """Thresholds and makeups that the program has no numbers for are reached by gains around."""
    rng = np.random.default_rng(9)
    for _ in range(30):
        settings = drawn_settings(rng, passes=False, bands=3)
        bands = [
            band.with_compressor(
                band.compressor
                and band.compressor.changed(
                    threshold_db=float(rng.uniform(-90.0, 25.0)), makeup_db=float(rng.uniform(-20.0, 50.0)), knee_db=0.0
                )
            )
            for band in settings.bands
        ]
        settings = settings.with_bands(bands)
        done = export(settings, program)
        read = parse(done.text, program)
        assert worst_difference(carried(program, stages_of(done.settings)), stages_of(read.settings)) < 2e-4
