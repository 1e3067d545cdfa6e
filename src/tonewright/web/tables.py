"""What the browser's half takes from Python: the parameter table and the constants of processor and loudness."""

from __future__ import annotations

from typing import Any, get_args

from tonewright.parameters import (
    COMPRESSOR_PARAMETERS,
    FILTER_PARAMETERS,
    HIGHEST_AMOUNT,
    HIGHEST_OF_RATE,
    PARAMETERS,
)

_WORDS = {
    "low_shelf": "low shelf",
    "peak": "peak",
    "high_shelf": "high shelf",
    "low_pass": "low pass",
    "high_pass": "high pass",
}


def tables() -> dict[str, Any]:
    """Return everything that pages must know and may not state themselves, as plain data for JSON, by exported name.

    Returns
    -------
    dict
        ``PARAMETERS`` (per name: unit, limits, search range with its scale, default, neutral value or ``None``,
        meaning), ``FILTER_PARAMETERS``, ``COMPRESSOR_PARAMETERS``, ``BAND_TYPES`` (per type its words),
        ``PASS_TYPES``, ``CHOICES`` and ``SETTINGS`` (values and defaults of a settings file's other keys),
        ``EVEN_BANDS`` (type and frequency range in Hz of six bands to start from), ``HIGHEST_AMOUNT``,
        ``HIGHEST_OF_RATE`` (part of the sample rate from which filters are not designed), ``BLOCK``, ``FLOOR`` (of a
        compressor's detector) and ``STREAM`` (step in samples, ramp in ms, rest) of the processor,
        ``CHANNEL_WEIGHTS`` (BS.1770, by number of channels) and ``TRUE_PEAK_TAPS`` (its interpolator: four phases of
        twelve).
    """
    # The meters' kernels and the schema are slow to load, and a server may only want the folder.
    from tonewright.audio.meter_kernels import TRUE_PEAK_TAPS
    from tonewright.audio.weighting import CHANNEL_WEIGHTS
    from tonewright.layouts import EVEN_BANDS
    from tonewright.processor.kernels import BLOCK
    from tonewright.processor.levels import FLOOR
    from tonewright.processor.stream import RAMP_MS, REST, STEP
    from tonewright.settings import PASS_TYPES, Settings

    fields = Settings.model_fields
    return {
        "PARAMETERS": {
            name: {
                "unit": row.unit,
                "limits": list(row.limits),
                "search": {"low": row.search.low, "high": row.search.high, "scale": row.search.scale},
                "default": row.default,
                "neutral": row.neutral,
                "meaning": row.meaning,
            }
            for name, row in PARAMETERS.items()
        },
        "FILTER_PARAMETERS": list(FILTER_PARAMETERS),
        "COMPRESSOR_PARAMETERS": list(COMPRESSOR_PARAMETERS),
        "BAND_TYPES": _WORDS,
        "PASS_TYPES": list(PASS_TYPES),
        "CHOICES": {name: list(get_args(fields[name].annotation)) for name in ("topology", "ballistics", "link")},
        "SETTINGS": {name: fields[name].default for name in ("version", "topology", "ballistics", "link", "note")},
        "EVEN_BANDS": [{"type": kind, "lowHz": low, "highHz": high} for kind, low, high in EVEN_BANDS],
        "HIGHEST_AMOUNT": HIGHEST_AMOUNT,
        "HIGHEST_OF_RATE": HIGHEST_OF_RATE,
        "BLOCK": BLOCK,
        "FLOOR": FLOOR,
        "STREAM": {"step": STEP, "rampMs": RAMP_MS, "rest": REST},
        "CHANNEL_WEIGHTS": {str(count): list(weights) for count, weights in CHANNEL_WEIGHTS.items()},
        "TRUE_PEAK_TAPS": TRUE_PEAK_TAPS.tolist(),
    }
