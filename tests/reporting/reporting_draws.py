"""Stories and settings for the tests of reports."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tonewright.audio import Loudness
from tonewright.parameters import COMPRESSOR_PARAMETERS, PARAMETERS
from tonewright.processor.filters import response_db
from tonewright.reporting import Story, describe_level, describe_settings
from tonewright.settings import Band, BandType, Compressor, Settings, Topology

FREQUENCIES: NDArray[np.float64] = np.geomspace(20.0, 20_000.0, 91)

EXAMPLE = Settings(
    preamp_db=-1.5,
    bands=(
        Band(
            type="low_shelf",
            frequency_hz=105.0,
            gain_db=3.5,
            compressor=Compressor(threshold_db=-24.0, ratio=2.5, makeup_db=1.0),
        ),
        Band(type="peak", frequency_hz=310.0, gain_db=-2.8, q=1.1),
        Band(type="peak", frequency_hz=4200.0, q=1.4, compressor=Compressor(threshold_db=-24.0, ratio=2.1)),
        Band(type="high_shelf", frequency_hz=9000.0, gain_db=2.0),
    ),
)


def loudness(lufs: float = -14.2, true_peak: float = -0.3) -> Loudness:
    return Loudness(lufs, lufs + 3, lufs + 2, 6.4, true_peak, true_peak - 0.2, lufs - 1, 13.0, (true_peak,), 213.0)


def spectra_for(settings: Settings, rate: float = 48_000.0) -> dict[str, NDArray[np.float64]]:
    """A sloping input, and the reference that the settings' filters would make of it exactly."""
    response = response_db(settings.without_gains(), FREQUENCIES, rate)
    sloping = -3.0 * np.log2(FREQUENCIES / 1000.0)
    return {"input": sloping, "reference": sloping + response, "output": sloping + 0.8 * response}


def story(settings: Settings = EXAMPLE, **more: Any) -> Story:
    spectra = spectra_for(settings)
    before, after = loudness(), loudness(-14.2, -1.0)
    fields: dict[str, Any] = {
        "title": "song.wav, matched to hit.flac",
        "settings": settings,
        "frequency_hz": FREQUENCIES,
        "spectra": spectra,
        "sections": [
            ("What was done, and why", describe_settings(settings, spectra, FREQUENCIES)),
            ("Level", describe_level(before, after, ceiling_dbtp=-1.0)),
        ],
        "before": before,
        "after": after,
        "error_before_db": 4.13,
        "error_after_db": 1.24,
        "files": {"input": "song.wav", "reference": "hit.flac", "output": "song.matched.wav"},
        **more,
    }
    return Story(**fields)


def many_bands(count: int = 32) -> Settings:
    compressor = Compressor(threshold_db=-30.0, ratio=3.0, makeup_db=2.0)
    return Settings(
        bands=tuple(
            Band(type="peak", frequency_hz=f, gain_db=6.0 * (-1) ** i, q=4.0, compressor=compressor)
            for i, f in enumerate(np.geomspace(25, 18_000, count).tolist())
        ),
        compressor=compressor,
    )


def _within(name: str) -> st.SearchStrategy[float]:
    row = PARAMETERS[name]
    return st.floats(*row.limits) | st.sampled_from([*row.limits, row.default])


_compressors = st.builds(Compressor, **{name: _within(name) for name in COMPRESSOR_PARAMETERS})


@st.composite
def any_settings(draw: st.DrawFn, most: int = 5) -> Settings:
    """Anything that the schema accepts."""
    kinds: tuple[BandType, ...] = ("low_shelf", "peak", "high_shelf", "low_pass", "high_pass")
    topologies: tuple[Topology, ...] = ("serial", "eq_then_drc", "crossover")
    bands = []
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(kinds))
        gain = 0.0 if kind.endswith("pass") else draw(_within("gain_db"))
        own = draw(st.none() | _compressors)
        bands.append(
            Band(
                type=kind,
                frequency_hz=draw(_within("frequency_hz")),
                gain_db=gain,
                q=draw(_within("q")),
                compressor=own,
            )
        )
    topology = draw(st.sampled_from(topologies))
    between = max(0, len(bands) - 1)
    splits = draw(st.lists(st.floats(5.0, 180_000.0), min_size=between, max_size=between, unique=True))
    return Settings(
        topology=topology,
        bands=tuple(bands),
        splits_hz=tuple(sorted(splits)) if topology == "crossover" else None,
        preamp_db=draw(_within("preamp_db")),
        output_db=draw(_within("output_db")),
        compressor=draw(st.none() | _compressors),
        note=draw(st.text(max_size=20)),
    )
