"""What the browser's half takes from Python: the parameter table and the constants of processor and loudness."""

from __future__ import annotations

from typing import Any

from tonewright.parameters import COMPRESSOR_PARAMETERS, FILTER_PARAMETERS, HIGHEST_OF_RATE, PARAMETERS, SAMPLE_RATES

_WORDS = {
    "low_shelf": "low shelf",
    "peak": "peak",
    "high_shelf": "high shelf",
    "low_pass": "low pass",
    "high_pass": "high pass",
}


def tables() -> dict[str, Any]:
    """Return everything that pages must know and may not state themselves, as plain data for JSON.

    Returns
    -------
    dict
        ``parameters`` (per name: unit, limits, search range with its scale, default, neutral value or ``None``,
        meaning), ``bandTypes`` (per type its words), ``passTypes``, ``topologies``, ``filterParameters``,
        ``compressorParameters``, ``highestOfRate`` (part of the sample rate from which filters are not designed),
        ``sampleRates`` in Hz, ``maxBands``, ``settings`` (the defaults of a settings file's other keys), ``evenBands``
        (type and frequency range in Hz of six bands to start from), ``crossoverHz``, ``channelWeights`` (BS.1770, by
        number of channels) and ``truePeakTaps`` (its interpolator: four phases of twelve).
    """
    # The meters' kernels and the schema are slow to load, and a server may only want the folder.
    from tonewright.audio.meter_kernels import TRUE_PEAK_TAPS
    from tonewright.audio.weighting import CHANNEL_WEIGHTS
    from tonewright.layouts import CROSSOVER_HZ, EVEN_BANDS
    from tonewright.settings import MAX_BANDS, PASS_TYPES, Settings

    topology = Settings.model_json_schema()["properties"]["topology"]["enum"]
    fields = ("version", "topology", "ballistics", "link", "note")
    return {
        "parameters": {
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
        "bandTypes": _WORDS,
        "passTypes": list(PASS_TYPES),
        "topologies": topology,
        "filterParameters": list(FILTER_PARAMETERS),
        "compressorParameters": list(COMPRESSOR_PARAMETERS),
        "highestOfRate": HIGHEST_OF_RATE,
        "sampleRates": list(SAMPLE_RATES),
        "maxBands": MAX_BANDS,
        "settings": {name: Settings.model_fields[name].default for name in fields},
        "evenBands": [{"type": kind, "lowHz": low, "highHz": high} for kind, low, high in EVEN_BANDS],
        "crossoverHz": list(CROSSOVER_HZ),
        "channelWeights": {str(count): list(weights) for count, weights in CHANNEL_WEIGHTS.items()},
        "truePeakTaps": TRUE_PEAK_TAPS.tolist(),
    }
