"""What is said about settings is true, in real units, and names no band that does nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reporting_draws import EXAMPLE, FREQUENCIES, loudness, many_bands, spectra_for

from tonewright.reporting import describe_error, describe_level, describe_settings
from tonewright.reporting.phrases import decibels, hertz, level, region
from tonewright.settings import Band, BandType, Compressor, Settings


def peak(frequency_hz: float, gain_db: float, q: float = 1.0) -> Settings:
    return Settings(bands=(Band(type="peak", frequency_hz=frequency_hz, gain_db=gain_db, q=q),))


def flat() -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.zeros(FREQUENCIES.size)


def test_the_example_of_the_handbook() -> None:
    said = describe_settings(EXAMPLE, spectra_for(EXAMPLE), FREQUENCIES)
    assert said[0] == "-1.5 dB before everything else."
    assert said[1].startswith("+3.5 dB below 105 Hz: your song has ")
    assert said[1].endswith(" dB less bass than the reference.")
    assert said[2] == "2.5:1 above -24 dB after the band around 105 Hz: evens out loud moments, then +1.0 dB."
    assert said[3].startswith("-2.8 dB at 310 Hz, Q 1.1: your song has ")
    assert said[3].endswith(" dB more low mids than the reference.")
    assert said[4] == "2.1:1 above -24 dB after the band around 4.2 kHz: evens out loud moments."
    assert said[5].startswith("+2.0 dB above 9 kHz: your song has ")
    assert said[6] == "Each of these compressors acts on the whole sound, as it comes from its band."
    assert len(said) == 7


@pytest.mark.parametrize("gain", [-6.0, 6.0])
@pytest.mark.parametrize(
    ("frequency", "name"),
    [
        (40, "sub-bass"), (100, "bass"), (310, "low mids"), (1000, "mids"), (3000, "presence"), (7000, "treble"),
        (14000, "air"),
    ],
)  # fmt: skip
def test_each_region_by_its_name_and_sign(frequency: float, name: str, gain: float) -> None:
    settings = peak(frequency, gain, 2.0)
    (said,) = describe_settings(settings, spectra_for(settings), FREQUENCIES)
    assert said.endswith(f"dB {'less' if gain > 0 else 'more'} {name} than the reference.")
    assert region(frequency) == name


def test_without_spectra_no_reason_is_made_up() -> None:
    assert describe_settings(peak(310, -2.8, 1.1)) == ["-2.8 dB at 310 Hz, Q 1.1."]


def test_a_reference_that_agrees_is_not_called_a_cause() -> None:
    spectra = {"input": flat(), "reference": flat()}
    (said,) = describe_settings(peak(310, -2.8), spectra, FREQUENCIES)
    assert said == "-2.8 dB at 310 Hz, Q 1: low mids are within 0.5 dB of the reference."


def test_a_band_against_the_spectra_says_so() -> None:
    spectra = {"input": flat() - 3.0, "reference": flat()}
    (said,) = describe_settings(peak(310, -2.8), spectra, FREQUENCIES)
    assert said.endswith(": although your song has 3.0 dB less low mids than the reference.")


def test_a_band_that_takes_back_what_its_neighbour_adds() -> None:
    bands = (
        Band(type="peak", frequency_hz=1000, gain_db=9.0, q=0.5),
        Band(type="peak", frequency_hz=1000, gain_db=-4.0, q=3.0),
    )
    settings = Settings(bands=bands)
    said = describe_settings(settings, spectra_for(settings), FREQUENCIES)
    assert said[0].endswith("dB less mids than the reference.")
    assert "takes back what its neighbours add here; together they make +" in said[1]
    assert "as your song has" in said[1]
    assert said[1].endswith("dB less mids than the reference.")


def test_far_apart_spectra_are_not_counted_in_decibels() -> None:
    spectra = {"input": flat() + np.where(FREQUENCIES > 12_000, 60.0, 0.0), "reference": flat()}
    settings = Settings(bands=(Band(type="high_shelf", frequency_hz=14_000, gain_db=-9.0, q=2.0),))
    (said,) = describe_settings(settings, spectra, FREQUENCIES)
    assert "far more air" in said


def test_other_words_for_both_sides() -> None:
    settings = peak(310, -2.8)
    (said,) = describe_settings(
        settings, spectra_for(settings), FREQUENCIES, yours="this podcast", wanted="balanced recordings"
    )
    assert said.endswith("dB more low mids than balanced recordings.")
    assert "this podcast has" in said


def test_broken_spectra_say_nothing_rather_than_nan() -> None:
    for values in (np.full(FREQUENCIES.size, np.nan), np.full(FREQUENCIES.size, -np.inf)):
        said = describe_settings(peak(310, -2.8), {"input": values, "reference": values}, FREQUENCIES)
        assert said == ["-2.8 dB at 310 Hz, Q 1."]


def test_neutral_settings_say_that_and_why() -> None:
    silent = Compressor(threshold_db=-20, ratio=1.0)
    neutral = Settings(bands=(Band(type="peak", frequency_hz=100, compressor=silent),), compressor=silent)
    for settings in (Settings(), neutral):
        assert describe_settings(
            settings, unchanged_because="the song is already closer than any setting brings it"
        ) == ["Nothing was changed: the song is already closer than any setting brings it."]
        assert describe_settings(settings)[0].startswith("Nothing was changed: ")


def test_neutral_bands_are_not_mentioned() -> None:
    bands = (*peak(1000, 0.0).bands, *peak(310, -2.8, 1.1).bands)
    assert describe_settings(Settings(bands=bands)) == ["-2.8 dB at 310 Hz, Q 1.1."]


def test_tiny_gains_are_counted_not_listed() -> None:
    bands = (*peak(1000, 0.01).bands, *peak(2000, -0.02).bands, *peak(310, -2.8, 1.1).bands)
    said = describe_settings(Settings(bands=bands))
    assert said == ["-2.8 dB at 310 Hz, Q 1.1.", "2 bands change less than 0.05 dB and are not listed."]
    assert describe_settings(Settings(output_db=0.01)) == ["Hardly anything was changed: every gain is below 0.05 dB."]


def test_pass_filters_and_their_resonance() -> None:
    def one(kind: BandType, frequency: float, q: float) -> str:
        (said,) = describe_settings(Settings(bands=(Band(type=kind, frequency_hz=frequency, q=q),)))
        return said

    assert one("low_pass", 12_500, 0.7071) == "Everything above 12.5 kHz fades out."
    assert one("high_pass", 30, 2.0) == "Everything below 30 Hz fades out, with a lift of 6.0 dB at the edge."


def test_a_resonant_pass_filter_is_reasoned_by_what_it_takes_away() -> None:
    settings = Settings(bands=(Band(type="high_pass", frequency_hz=60, q=2.0),))
    (said,) = describe_settings(settings, spectra_for(settings), FREQUENCIES)
    assert said.endswith("dB more sub-bass than the reference.")


def test_a_crossover_is_said_as_ranges() -> None:
    compressor = Compressor(threshold_db=-24, ratio=2)
    bands = tuple(Band(type="peak", frequency_hz=f, compressor=compressor) for f in (100.0, 1000.0, 8000.0))
    said = describe_settings(Settings(topology="crossover", bands=bands, splits_hz=(200.0, 4000.0)))
    assert said == [
        "The sound is split at 200 Hz and 4 kHz and put together again.",
        "2:1 above -24 dB below 200 Hz: evens out loud moments.",
        "2:1 above -24 dB in the band around 894 Hz: evens out loud moments.",
        "2:1 above -24 dB above 4 kHz: evens out loud moments.",
    ]


def test_filters_first_says_where_the_compressors_act() -> None:
    said = describe_settings(EXAMPLE.changed(topology="eq_then_drc"))
    assert "2.1:1 above -24 dB on the whole sound, after all filters: evens out loud moments." in said
    assert not any("comes from its band" in each for each in said)


def test_compressors_extreme_and_outer() -> None:
    outer = Compressor(threshold_db=-10, ratio=100, attack_ms=0.5, makeup_db=-2)
    assert describe_settings(Settings(compressor=outer)) == [
        "100:1 above -10 dB on the whole sound, after all bands: "
        "lets hardly anything get louder, sharp hits included, then -2.0 dB."
    ]
    high = Compressor(threshold_db=40, ratio=4)
    assert "hardly ever acts" in describe_settings(Settings(compressor=high))[0]
    only = Compressor(threshold_db=-10, ratio=1, makeup_db=3)
    assert describe_settings(Settings(compressor=only)) == ["+3.0 dB on the whole sound, after all bands."]


def test_dynamics_are_told_where_they_were_measured() -> None:
    dynamics = {
        "input": [14.0, 12.0, 16.0, 9.0],
        "reference": [9.0, 11.0, 10.0, 9.0],
        "output": [10.0, 12.0, 11.0, 9.0],
    }
    said = describe_settings(EXAMPLE, dynamics=dynamics)
    assert said[4].endswith(
        "; between soft and loud there lie 16.0 dB in your song, 10.0 dB in the reference, 11.0 dB now."
    )
    assert not any("between soft and loud" in each for each in said if each.startswith("-2.8"))


def test_bands_above_the_sample_rate_are_bypassed_in_words() -> None:
    said = describe_settings(peak(15_000, 6.0), sample_rate=16_000)
    assert len(said) == 1
    assert "is bypassed" in said[0]


def test_thirty_two_bands_and_a_compressor_each() -> None:
    settings = many_bands()
    said = describe_settings(settings, spectra_for(settings), FREQUENCIES)
    assert len(said) == 32 * 2 + 2
    assert all(each.endswith(".") and len(each) < 230 for each in said)


def test_level_sentences() -> None:
    assert describe_level(loudness(), loudness(-14.2, -1.0), ceiling_dbtp=-1.0, held_back_db=0.7) == [
        "Loudness: -14.2 LUFS before, -14.2 LUFS after, as loud as before.",
        "True peak: -0.3 dBTP before, -1.0 dBTP after, at or below the ceiling of -1 dBTP.",
        "The result was turned down by 0.7 dB to stay below the ceiling; nothing was limited.",
    ]
    louder = describe_level(loudness(), loudness(-12.0, 0.6))
    assert louder[0].endswith("2.2 LU louder.")
    assert "above full scale" in louder[1]
    assert "0.6 dB above the ceiling" in describe_level(loudness(), loudness(-12.0, -0.4), ceiling_dbtp=-1.0)[1]
    silent = describe_level(loudness(-math.inf, -math.inf), loudness(-math.inf, -math.inf))
    assert silent == [
        "Loudness: too short or too quiet to measure before, too short or too quiet to measure after.",
        "True peak: silence before, silence after.",
    ]
    assert describe_level(None, None) == []
    assert describe_level(loudness(), None) == ["Loudness -14.2 LUFS, true peak -0.3 dBTP."]


def test_error_sentences_do_not_flatter() -> None:
    assert describe_error(4.1, 1.2) == ["Its tone was 4.1 dB away from the reference on average; now 1.2 dB are left."]
    assert "as far from" in describe_error(4.1, 4.1)[0]
    assert "further from" in describe_error(4.1, 5.0)[0]
    assert describe_error(None, 1.0) == []
    assert describe_error(math.nan, 1.0) == []


def test_numbers_as_they_are_said() -> None:
    assert [hertz(f) for f in (5, 99.97, 999.6, 9960, 20_000, 188_160)] == [
        "5 Hz", "100 Hz", "1 kHz", "10 kHz", "20 kHz", "188.2 kHz",
    ]  # fmt: skip
    assert decibels(-0.04) == "0.0 dB"
    assert level(-0.0) == "0 dB"
