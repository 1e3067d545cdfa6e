"""The traps of Equalizer APO's text and its dialects, one at a time."""

from __future__ import annotations

import pytest

from tonewright.errors import SettingsError
from tonewright.formats import Imported, detect, parse
from tonewright.formats.shelves import q_of_bandwidth, q_of_slope
from tonewright.settings import Band


def only(text: str, program: str | None = "equalizer-apo") -> Band:
    read = parse(text, program)
    assert len(read.settings.bands) == 1, read
    return read.settings.bands[0]


def said(read: Imported, *words: str) -> bool:
    return any(all(word in sentence for word in words) for sentence in read.warnings)


class TestNumbers:
    @pytest.mark.parametrize(
        ("written", "frequency"),
        [
            ("1000", 1000.0),
            ("1000.5", 1000.5),
            ("60,70", 60.7),
            ("1234.56", 1234.56),
            ("1.234", 1234.0),
            ("1,234", 1234.0),
            ("12.345", 12345.0),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1\u00a0234.5", 1234.5),
            ("1234.567", 1234.567),
            ("100.125", 100.125),
            ("1.5k", 1500.0),
            ("1e3", 1000.0),
        ],
    )
    def test_frequencies(self, written: str, frequency: float) -> None:
        assert only(f"Filter 1: ON PK Fc {written}Hz Gain -3 dB Q 1").frequency_hz == pytest.approx(frequency)

    def test_three_decimals_are_said(self) -> None:
        assert said(parse("Filter: ON PK Fc 1234.567 Hz Gain 1 dB Q 1"), "separator of thousands")
        assert said(parse("Filter: ON PK Fc 1.234 Hz Gain 1 dB Q 1"), "1234 Hz", "three decimals")
        assert not parse("Filter: ON PK Fc 1234.57 Hz Gain 1 dB Q 1").warnings

    def test_decimal_commas(self) -> None:
        band = only("Preamp: -6,2 dB\nFilter 1: ON PK Fc 60,70 Hz Gain -1,70 dB Q 3,101")
        assert (band.frequency_hz, band.gain_db, band.q) == (60.7, -1.7, 3.101)
        assert parse("Preamp: -6,2 dB").settings.preamp_db == -6.2

    def test_a_real_minus_sign(self) -> None:
        assert only("Filter 1: ON PK Fc 100 Hz Gain −1.5 dB Q 1").gain_db == -1.5

    @pytest.mark.parametrize("broken", ["1.2.3", "--3", "3-", "nan", "inf", "1e999", "", "three", "0x10"])
    def test_broken_gains_are_named(self, broken: str) -> None:
        text = f"Filter 1: ON PK Fc 100 Hz Gain {broken} dB Q 1\nFilter 2: ON PK Fc 200 Hz Gain 1 dB Q 1"
        read = parse(text)
        assert [band.frequency_hz for band in read.settings.bands] == [200.0]
        assert said(read, "Line 1", "gain")


class TestLines:
    def test_preamps_add_up(self) -> None:
        assert parse("Preamp: -6 dB\nPreamp: -1.5 dB").settings.preamp_db == -7.5

    def test_on_and_off(self) -> None:
        text = "Filter 1: OFF PK Fc 100 Hz Gain 1 dB Q 1\nFilter 2: ON PK Fc 200 Hz Gain 1 dB Q 1\nFilter 3: ON None"
        read = parse(text)
        assert [band.frequency_hz for band in read.settings.bands] == [200.0]
        assert read.warnings == ()
        assert said(parse(text + "\nFilter 4: maybe PK Fc 300 Hz Gain 1 dB Q 1"), "Line 4", "neither ON nor OFF")

    @pytest.mark.parametrize(
        "line",
        [
            "Filter 1: ON PK Fc 100 Hz Gain 1 dB",
            "Filter 1: ON PK Gain 1 dB Q 1",
            "Filter 1: ON PK Fc 100 Gain 1 dB Q 1",
            "Filter 1: ON PK Fc 100 Hz Q 1",
            "Filter 1: ON XY Fc 100 Hz Gain 1 dB Q 1",
            "Filter 1: ON NO Fc 100 Hz",
            "Filter 1: ON PK Fc 100 Hz Gain 1 dB Q 0",
            "Filter 1: ON PK Fc 100 Hz Gain 1 dB Q -1",
            "Filter 1: ON PK Fc 100 Hz Gain 1 dB BW Oct 0",
            "Filter 1: ON LSC 24 dB Fc 100 Hz Gain 1 dB",
            "Filter 1: ON",
            "Fliter 1: ON PK Fc 100 Hz Gain 1 dB Q 1",
            "Filter 1 ON PK Fc 100 Hz Gain 1 dB Q 1",
            "Convolution: room.wav",
            "Copy: L=R",
            "GraphicEQ: 20 0; 20000 1",
            "hello",
        ],
    )
    def test_lines_that_are_left_out_are_named(self, line: str) -> None:
        read = parse(f"Preamp: -1 dB\n{line}\n", "equalizer-apo")
        assert read.settings.bands == ()
        assert said(read, "Line 2", line[:20])

    def test_comments_and_blanks(self) -> None:
        text = "# made by hand\n\nPreamp: -1 dB # headroom\n   Filter: ON PK Fc 100 Hz Gain 1 dB Q 1   \n"
        assert parse(text).warnings == ()
        assert only(text).frequency_hz == 100.0

    def test_any_order_and_case(self) -> None:
        assert only("filter 7: on pk gain 2 db q 1.5 fc 300 hz") == Band(
            type="peak", frequency_hz=300, gain_db=2, q=1.5
        )

    def test_too_many_bands(self) -> None:
        text = "\n".join(f"Filter {n}: ON PK Fc {100 + n} Hz Gain 1 dB Q 1" for n in range(40))
        with pytest.raises(SettingsError, match=r"40 bands.*at most 32"):
            parse(text)

    def test_beyond_the_limits(self) -> None:
        with pytest.raises(SettingsError, match=r"gain_db.*90"):
            parse("Filter 1: ON PK Fc 100 Hz Gain 90 dB Q 1")


class TestChannels:
    def test_the_same_on_both(self) -> None:
        line = "Filter 1: ON PK Fc 100 Hz Gain 1 dB Q 1"
        read = parse(f"Channel: L\n{line}\nChannel: R\n{line}\n")
        assert len(read.settings.bands) == 1
        assert read.warnings == ()

    def test_different_ones_are_said(self) -> None:
        left, right = (f"Filter: ON PK Fc {f} Hz Gain 1 dB Q 1" for f in (100, 200))
        text = f"Preamp: -2 dB\nChannel: L\n{left}\nChannel: R\n{right}"
        read = parse(text)
        assert said(read, "channel L is taken")
        assert [band.frequency_hz for band in read.settings.bands] == [100.0]
        assert read.settings.preamp_db == -2.0

    def test_all(self) -> None:
        assert parse("Channel: ALL\nFilter: ON PK Fc 100 Hz Gain 1 dB Q 1").warnings == ()


class TestTypes:
    def test_corner_shelves(self) -> None:
        """``LS`` and ``HS`` name the corner: without Q the slope is 0.9, the midpoint ``Fc 10^(|g|/80/S)`` away."""
        low = only("Filter: ON LS Fc 100 Hz Gain 6 dB")
        assert low.frequency_hz == pytest.approx(100.0 * 10 ** (6 / 80 / 0.9))
        assert low.q == pytest.approx(q_of_slope(0.9, 6.0))
        high = only("Filter: ON HS Fc 8000 Hz Gain -6 dB")
        assert high.frequency_hz == pytest.approx(8000.0 / 10 ** (6 / 80 / 0.9))
        slope = only("Filter: ON LS 6 dB Fc 100 Hz Gain 6 dB")
        assert slope.frequency_hz == pytest.approx(100.0 * 10 ** (6 / 80 / 0.5))
        assert said(parse("Filter: ON LS Fc 100 Hz Gain 6 dB"), "corner", "soundsource")

    def test_midpoint_shelves(self) -> None:
        assert only("Filter: ON LSC Fc 100 Hz Gain 6 dB Q 0.8").q == 0.8
        slope = only("Filter: ON HSC 12 dB Fc 5000 Hz Gain 6 dB")
        assert [slope.frequency_hz, slope.q] == pytest.approx([5000.0, 2**-0.5])
        assert only("Filter: ON LS Fc 100 Hz Gain 6 dB Q 0.8", "soundsource").frequency_hz == 100.0

    def test_bandwidth(self) -> None:
        band = only("Filter: ON PK Fc 1000 Hz Gain 3 dB BW Oct 1")
        assert band.q == pytest.approx(1.414, abs=1e-3)
        assert q_of_bandwidth(2.0) == pytest.approx(0.667, abs=1e-3)

    def test_passes(self) -> None:
        assert only("Filter: ON LP Fc 8000 Hz").type == "low_pass"
        assert only("Filter: ON HPQ Fc 30 Hz Q 1.1") == Band(type="high_pass", frequency_hz=30, q=1.1)

    def test_modal(self) -> None:
        assert only("Filter: ON Modal Fc 50 Hz Gain -6 dB Q 8").type == "peak"


class TestEncodings:
    TEXT = "Preamp: -6.2 dB\r\nFilter 1: ON PK Fc 1000 Hz Gain -2.4 dB Q 1.41\r\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    def test_bytes(self, encoding: str) -> None:
        read = parse(self.TEXT.encode(encoding))
        assert read.program == "equalizer-apo"
        assert read.settings.preamp_db == -6.2
        assert read.settings.bands[0].q == 1.41
        assert read.warnings == ()

    def test_another_code_page_is_said(self) -> None:
        read = parse(("# Kopfhörer\n" + self.TEXT).encode("cp1252"))
        assert said(read, "Windows-1252")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"  \n", "empty"),
            (b"\x00\x01\x02\x03", "not text"),
            (b"RIFF\x00\x00", "sound"),
            (b"hello world", "no preset of a program"),
            (b"x" * 5_000_000, "too many"),
            (b"\xff\xfe\x00", "not text"),
        ],
    )
    def test_what_is_no_preset(self, content: bytes, words: str) -> None:
        with pytest.raises(SettingsError, match=words):
            parse(content)

    def test_detection_finds_nothing_in_prose(self) -> None:
        assert detect("Dear reader, the filter is on. Gain 3 dB at 100 Hz.") is None
