"""Every export says how exact it is, and the error it names is the one it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drawn_settings import drawn_settings

import tonewright as tw
from tonewright.errors import OutputError, SettingsError
from tonewright.formats import export, parse, programs
from tonewright.formats.dynamics import fold_knee, reduction
from tonewright.formats.headroom import needed_headroom_db
from tonewright.formats.stages import Dynamics
from tonewright.processor.filters import response_db
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings

FREQUENCY = np.geomspace(20.0, 20_000.0, 300)
COMPRESSOR = Compressor(threshold_db=-24, ratio=3, attack_ms=20, release_ms=100, knee_db=6, makeup_db=2)
BANDS = (
    Band(type="low_shelf", frequency_hz=105, gain_db=3.5),
    Band(type="peak", frequency_hz=1000, gain_db=-2.4, q=1.41),
    Band(type="high_shelf", frequency_hz=9000, gain_db=1.8),
)
STATIC = Settings(preamp_db=-6.2, bands=BANDS)
DYNAMIC = STATIC.with_bands((BANDS[0].with_compressor(COMPRESSOR), *BANDS[1:]))
WRITERS = [name for name, one in programs().items() if one.write is not None]


@pytest.mark.parametrize("program", WRITERS)
def test_static_settings_are_carried(program: str) -> None:
    done = export(STATIC, program)
    expected = "approximate" if program in ("rew", "graphic-eq", "wavelet") else "exact"
    assert done.exactness == expected
    assert done.max_error_db < 0.06
    assert done.headroom_db == 0.0
    assert done.suffix.startswith(".")
    assert done.instruction.endswith(".")


@pytest.mark.parametrize("program", WRITERS)
def test_what_becomes_of_compressors(program: str) -> None:
    done = export(DYNAMIC, program)
    dynamics = programs()[program].dynamics
    assert done.exactness == {"none": "lossy", "serial": "approximate", "exact": "exact"}[dynamics]
    if dynamics == "none":
        assert any("band 1 (3:1 above -24 dB)" in sentence for sentence in done.warnings)
        assert all(band.compressor is None for band in done.settings.bands)
    # Neutral stages are no loss.
    neutral = COMPRESSOR.changed(ratio=1.0, makeup_db=0.0)
    bands = (BANDS[0].with_compressor(neutral), *BANDS[1:])
    assert export(STATIC.with_bands(bands), program).exactness == export(STATIC, program).exactness


def test_error_is_that_of_the_text() -> None:
    """A digit changed in the text by hand moves the response by what reading it back shows."""
    done = export(STATIC, "equalizer-apo")
    assert isinstance(done.text, str)
    read = parse(done.text).settings
    off = np.abs(response_db(read, FREQUENCY, 48_000) - response_db(STATIC, FREQUENCY, 48_000)).max()
    assert done.max_error_db == pytest.approx(off, abs=2e-4)
    rough = Settings(bands=(Band(type="peak", frequency_hz=30.004, gain_db=-9.996, q=80.0),))
    done = export(rough, "rockbox")
    assert done.exactness == "approximate"
    assert done.max_error_db > 0.5
    assert any("fitted" in sentence and "Q from 0.5 to 6.4" in sentence for sentence in done.warnings)


def test_headroom_keeps_full_scale_tones_below_clipping() -> None:
    rng = np.random.default_rng(2)
    times = np.arange(48_000) / 48_000
    lowered = 0
    for _ in range(6):
        settings = drawn_settings(rng, bands=4).with_output(20.0)
        done = export(settings, "jsfx")
        lowered += done.headroom_db > 0.0
        curve = response_db(settings, FREQUENCY, 48_000)
        for frequency in (FREQUENCY[int(np.argmax(curve))], 1000.0):
            tone = np.sin(2 * np.pi * frequency * times)
            assert np.abs(render_array(tone, 48_000, done.settings)[24_000:]).max() < 1.03
    assert lowered >= 3
    loud = Settings(preamp_db=3.0, bands=(Band(type="peak", frequency_hz=1000, gain_db=6.0, q=1.0),))
    done = export(loud, "equalizer-apo")
    assert done.headroom_db == pytest.approx(9.0)
    assert done.settings.preamp_db == pytest.approx(-6.0)
    assert any("headroom" in sentence and "9.00 dB" in sentence for sentence in done.warnings)
    kept = export(loud, "equalizer-apo", headroom=False)
    assert kept.headroom_db == 0.0
    assert "Preamp: 3.00 dB" in str(kept.text)


def test_headroom_of_compressors_is_taken_behind_them() -> None:
    settings = Settings(compressor=COMPRESSOR.changed(makeup_db=20.0))
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(48_000) / 48_000)
    loudest = np.abs(render_array(tone, 48_000, settings)[24_000:]).max()
    assert needed_headroom_db(settings, 48_000) == pytest.approx(20.0 * np.log10(loudest), abs=0.2)
    done = export(settings, "ffmpeg")
    assert done.settings.preamp_db == 0.0
    assert done.settings.output_db == pytest.approx(-done.headroom_db)


def test_crossover_where_there_is_none() -> None:
    bands = tuple(b.with_compressor(COMPRESSOR) for b in BANDS)
    settings = Settings(topology="crossover", bands=bands)
    for program in ("jsfx", "faust", "tonewright"):
        assert export(settings, program).exactness == "exact"
    for program in ("camilladsp", "equalizer-apo"):
        done = export(settings, program)
        assert done.exactness == "lossy"
        assert any("crossover" in sentence and "bands 1 (3:1" in sentence for sentence in done.warnings)
        assert done.max_error_db < 0.5
    plain = export(Settings(topology="crossover", bands=BANDS), "equalizer-apo")
    assert plain.exactness == "approximate"
    assert export(Settings(topology="crossover", bands=BANDS), "impulse-response").max_error_db < 0.01


@pytest.mark.parametrize("program", ["camilladsp", "easyeffects", "ffmpeg", "jsfx"])
def test_filters_before_compressors_stay_before(program: str) -> None:
    bands = tuple(b.with_compressor(COMPRESSOR) for b in BANDS[:2])
    settings = Settings(topology="eq_then_drc", bands=bands)
    done = export(settings, program)
    read = parse(done.text, program).settings
    noise = np.random.default_rng(1).standard_normal((1, 4000)) * 0.3
    theirs = render_array(noise, 48_000, read)
    ours = render_array(noise, 48_000, done.settings)
    # CamillaDSP's hard knee is a difference by design.
    bound = 0.05 if program == "camilladsp" else 1e-5
    assert np.sqrt(np.mean((ours - theirs) ** 2) / np.mean(ours**2)) < bound


def test_tied_times_and_unlinked_channels() -> None:
    settings = DYNAMIC.changed(ballistics="tied", link="none")
    for program in ("camilladsp", "easyeffects", "jsfx", "faust"):
        read = parse(export(settings, program).text, program).settings
        compressor = read.bands[0].compressor
        assert compressor is not None
        assert compressor.release_ms == pytest.approx(20.0, rel=1e-4)
        assert read.link == "none"
    said = export(settings, "ffmpeg")
    assert any("own detector" in sentence for sentence in said.warnings)


def test_pass_filters_where_there_are_none() -> None:
    settings = Settings(bands=(*BANDS, Band(type="low_pass", frequency_hz=12_000.0)))
    assert export(settings, "equalizer-apo").exactness == "exact"
    done = export(settings, "opra")
    assert done.exactness == "approximate"
    assert any("no low-pass filters" in sentence for sentence in done.warnings)


def test_bands_above_the_range_of_the_rate() -> None:
    settings = Settings(bands=(*BANDS, Band(type="peak", frequency_hz=21_000.0, gain_db=3.0)))
    done = export(settings, "equalizer-apo", rate_hz=32_000)
    assert "21000" not in str(done.text)
    assert any("Band 4" in sentence for sentence in done.warnings)
    assert done.exactness == "exact"
    assert "21000" in str(export(settings, "equalizer-apo", rate_hz=48_000).text)


@pytest.mark.parametrize("rate", [16_000.0, 44_100.0, 96_000.0, 192_000.0])
def test_impulse_response_at_any_rate(rate: float) -> None:
    """Its spectrum, by an independent transform, is our response, and its energy comes first."""
    import io

    import soundfile

    done = export(STATIC, "impulse-response", rate_hz=rate)
    assert isinstance(done.text, bytes)
    taps, found = soundfile.read(io.BytesIO(done.text), dtype="float64", always_2d=True)
    assert found == rate
    assert taps.shape[1] == 2
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(taps[:, 0], 2**18)))
    frequency = np.fft.rfftfreq(2**18, 1 / rate)
    heard = (frequency >= 20) & (frequency <= min(20_000, 0.49 * rate))
    off = np.abs(spectrum - response_db(STATIC, frequency, rate))[heard].max()
    assert off < 0.01
    assert done.max_error_db < 0.01
    assert np.abs(taps[:, 0]).argmax() == 0
    assert "samples long" in " ".join(done.warnings)


def test_impulse_response_is_long_enough_for_sharp_low_filters() -> None:
    deep = Settings(bands=(Band(type="peak", frequency_hz=25.0, gain_db=12.0, q=20.0),))
    assert export(deep, "impulse-response", rate_hz=48_000).max_error_db < 0.01


def test_folded_knee_is_nearest() -> None:
    soft = Dynamics(-24.0, 4.0, 10.0, 100.0, 12.0, 0.0)
    hard, off = fold_knee(soft)
    assert hard.knee_db == 0.0
    assert off < 1.5
    levels = np.arange(-60.0, 0.5, 0.5)
    weights = np.exp(-0.5 * ((levels + 20.0) / 12.0) ** 2)

    def cost(one: Dynamics) -> float:
        return float((weights * (reduction(one, levels) - reduction(soft, levels)) ** 2).sum())

    assert cost(hard) < 0.9 * cost(Dynamics(-24.0, 4.0, 10.0, 100.0, 0.0, 0.0))
    assert cost(hard) < cost(Dynamics(hard.threshold_db + 1.0, hard.ratio, 10.0, 100.0))
    # A single level: exactly right there.
    only, _ = fold_knee(soft, np.full(10, -22.0))
    assert reduction(only, np.array([-22.0])) == pytest.approx(reduction(soft, np.array([-22.0])), abs=0.05)


def test_neutral_settings_are_written() -> None:
    for program in WRITERS:
        done = export(Settings(), program)
        assert done.max_error_db < 1e-6
        if program not in ("graphic-eq", "wavelet", "impulse-response"):
            read = parse(done.text, program)
            assert read.settings.is_neutral
            assert any("does nothing" in sentence for sentence in read.warnings)


def test_refusals() -> None:
    with pytest.raises(SettingsError, match="no program 'winamp'; there are"):
        export(STATIC, "winamp")
    with pytest.raises(SettingsError, match="sample rate"):
        export(STATIC, "jsfx", rate_hz=100)
    with pytest.raises(SettingsError, match="lower their gains"):
        export(Settings(preamp_db=-100.0), "rockbox")
    with pytest.raises(SettingsError, match="written but not read"):
        parse("Preamp: 1 dB", "impulse-response")


def test_saving(tmp_path: Path) -> None:
    done = export(STATIC, "equalizer-apo")
    path = tmp_path / "config.txt"
    assert done.save(path) == path
    assert path.read_text() == done.text
    with pytest.raises(OutputError, match="input"):
        done.save(path, (path,))
    assert path.read_text() == done.text
    with pytest.raises(OutputError, match="does not exist"):
        done.save(tmp_path / "no" / "config.txt")
    assert list(tmp_path.iterdir()) == [path]


def test_data_is_plain() -> None:
    import json

    for program in ("camilladsp", "impulse-response"):
        data = export(DYNAMIC, program).to_dict()
        assert json.loads(json.dumps(data)) == data
    assert json.loads(json.dumps(parse("Preamp: -3 dB").to_dict()))["program"] == "equalizer-apo"
    assert [one.to_dict()["name"] for one in programs().values()] == list(programs())


def test_the_room_is_had_by_its_name() -> None:
    assert tw.formats.export(STATIC, "camilladsp").program == "camilladsp"
    assert "formats" in dir(tw)
    code = "import tonewright.formats, sys; assert not {'numpy', 'pydantic', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_material_decides_the_level_and_the_knee() -> None:
    """Without compressors the level on the material is as it was with them; knees are folded over its levels."""
    from tonewright.audio import Audio

    rng = np.random.default_rng(4)
    x = np.asarray(rng.standard_normal((2, 48_000)) * 0.1, dtype=np.float32)
    sound = Audio(x, 48_000)
    done = export(DYNAMIC, "equalizer-apo", material=sound)
    read = parse(done.text).settings
    with_db, without_db = (
        10 * np.log10(np.mean(render_array(x.astype(np.float64), 48_000, one) ** 2)) for one in (DYNAMIC, read)
    )
    assert without_db == pytest.approx(with_db, abs=0.02)
    assert done.max_error_db < 0.02
    assert any("On the material" in sentence for sentence in done.warnings)
    assert export(DYNAMIC, "camilladsp", material=sound).text != export(DYNAMIC, "camilladsp").text
    assert export(DYNAMIC, "jsfx", material=sound).text == export(DYNAMIC, "jsfx").text


def test_an_impulse_response_has_the_same_bytes_every_time() -> None:
    settings = Settings(bands=(Band(type="peak", frequency_hz=1000.0, gain_db=3.0),))
    first = export(settings, "impulse-response").content
    second = export(settings, "impulse-response").content
    assert first == second
    assert b"PEAK" not in first  # libsndfile keeps the time of day there
