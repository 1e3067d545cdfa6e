"""How numbers are said: frequencies, decibels, ratios, and the regions of hearing that musicians name."""

from __future__ import annotations

import math
import re

#: Upper end in Hz and name of each region, low to high.
REGIONS = (
    (60.0, "sub-bass"),
    (200.0, "bass"),
    (500.0, "low mids"),
    (2_000.0, "mids"),
    (5_000.0, "presence"),
    (10_000.0, "treble"),
    (20_000.0, "air"),
)
_BELOW_HEARING, _ABOVE_HEARING = "rumble below hearing", "sound above hearing"

#: From here on a difference in dB is said as "far".
_FAR_DB = 20.0
_LIMITER_RATIO = 20.0


def region(frequency_hz: float) -> str:
    """Return the name of the region around a frequency.

    Examples
    --------
    >>> region(310), region(12_000)
    ('low mids', 'air')
    """
    if frequency_hz < 16.0:
        return _BELOW_HEARING
    return next((name for high, name in REGIONS if frequency_hz < high), _ABOVE_HEARING)


def region_below(frequency_hz: float) -> str:
    """Return what lies below a frequency, as a low shelf or a high pass treats it."""
    steps = ((16.0, _BELOW_HEARING), (80.0, "sub-bass"), (300.0, "bass"), (800.0, "bass and low mids"))
    return next((name for high, name in steps if frequency_hz < high), "lows and mids")


def region_above(frequency_hz: float) -> str:
    """Return what lies above a frequency, as a high shelf or a low pass treats it."""
    steps = ((1_500.0, "mids and highs"), (4_000.0, "presence and treble"), (8_000.0, "treble"), (18_000.0, "air"))
    return next((name for high, name in steps if frequency_hz < high), _ABOVE_HEARING)


def hertz(frequency_hz: float) -> str:
    """Say a frequency.

    Examples
    --------
    >>> hertz(31.5), hertz(310.2), hertz(999.7), hertz(4210), hertz(9000), hertz(12500)
    ('31.5 Hz', '310 Hz', '1 kHz', '4.2 kHz', '9 kHz', '12.5 kHz')
    """
    if frequency_hz < 99.95:
        return f"{_trimmed(frequency_hz, 1)} Hz"
    if frequency_hz < 999.5:
        return f"{frequency_hz:.0f} Hz"
    return f"{_trimmed(frequency_hz / 1000.0, 1)} kHz"


def decibels(value: float) -> str:
    """Say a gain with its sign.

    Examples
    --------
    >>> decibels(3.5), decibels(-2.84), decibels(0.01)
    ('+3.5 dB', '-2.8 dB', '0.0 dB')
    """
    return f"{signed(value)} dB"


def signed(value: float) -> str:
    """Return a number with one decimal and its sign; what rounds to zero has none, and infinity is said as such."""
    if not math.isfinite(value):
        return "-inf" if value < 0 else "n/a"
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def level(value_db: float) -> str:
    """Say a level or threshold: a plus sign only above zero, decimals only where there are some.

    Examples
    --------
    >>> level(-24.0), level(-23.46), level(0.0), level(6.0)
    ('-24 dB', '-23.5 dB', '0 dB', '+6 dB')
    """
    text = _trimmed(value_db, 1)
    return f"+{text} dB" if value_db > 0 and text != "0" else f"{text} dB"


def sharpness(q: float) -> str:
    """Say a Q: one decimal, or two significant figures below one.

    Examples
    --------
    >>> sharpness(1.1), sharpness(0.7071), sharpness(0.05), sharpness(12.0)
    ('Q 1.1', 'Q 0.71', 'Q 0.05', 'Q 12')
    """
    return f"Q {q:.2g}" if q < 0.995 else f"Q {_trimmed(q, 1)}"


def ratio(value: float) -> str:
    """Say a compressor's ratio.

    Examples
    --------
    >>> ratio(2.1), ratio(2.0), ratio(1.04), ratio(100.0)
    ('2.1:1', '2:1', '1.04:1', '100:1')
    """
    return f"{_trimmed(value, 2 if value < 1.1 else 1 if value < _LIMITER_RATIO else 0)}:1"


def more_or_less(difference_db: float) -> str:
    """Say how much more or less of something there is: ``2.3 dB more``, ``far less``."""
    word = "more" if difference_db > 0 else "less"
    return f"far {word}" if abs(difference_db) >= _FAR_DB else f"{abs(difference_db):.1f} dB {word}"


def is_plural(name: str) -> bool:
    """Whether a region takes ``are``."""
    return (name.endswith("s") and not name.endswith("ss")) or " and " in name


def typeset(text: str) -> str:
    """Return the text with true minus signs, for charts; sentences keep the hyphen that every terminal can show.

    Examples
    --------
    >>> typeset("low-mids above -24 dB")
    'low-mids above −24 dB'
    """
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def sentence(text: str) -> str:
    """Return the text with a capital at its start and a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
