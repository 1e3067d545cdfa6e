"""All metrics by name: what each is called, which way is better, what it needs, and how to compute it.

The names of the paper's Table 3 (NDMP: SI-SDR, PESQ, RMSE, LUFS difference, STFT loss, which is MRSTFT, spectral
centroid, bandwidth and flatness, harmonic and phase distortion, transient preservation, crest factor) are here beside
ours. The paper defines few of them; ``docs/metrics.md`` says what each means here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tonewright.audio import Audio, measure
from tonewright.errors import AudioError, TonewrightError
from tonewright.evaluation import metrics, perceptual
from tonewright.evaluation.distortion_metrics import harmonic_distortion, phase_distortion
from tonewright.evaluation.mel import mel_distance
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.pairs import rows_of
from tonewright.evaluation.spectral_metrics import bandwidth_error_hz, centroid_error_hz, flatness_error
from tonewright.evaluation.transients import transient_difference

Function = Callable[[ArrayLike, ArrayLike, int], float]


@dataclass(frozen=True)
class Metric:
    """One figure about an output and its target.

    Attributes
    ----------
    name
        Key in :data:`METRICS` and in files.
    label
        For tables.
    unit
        Of the figure; empty for a plain number.
    better
        Whether ``lower`` or ``higher`` is better; of a signed one, which is better nearer to 0, its size.
    function
        ``function(output, target, sample_rate)``, samples ``(frames,)`` or ``(channels, frames)``, rate in Hz.
    needs
        Optional package without which it cannot be computed, by its name for pip; empty for none.
    meaning
        One sentence.
    """

    name: str
    label: str
    unit: str
    better: Literal["lower", "higher"]
    function: Function
    needs: str
    meaning: str


def rmse(output: ArrayLike, target: ArrayLike) -> float:
    """Return ``sqrt(mean((output - target)^2))`` over all channels, full scale 1; bring both to equal level first."""
    x, y = rows_of(output, target)
    return float(np.sqrt(np.mean(np.square(x.astype(np.float64) - y))))


def lufs_signed(output: ArrayLike, target: ArrayLike, sample_rate: int) -> float:
    """Return by how many LU the output is louder than the target (ITU-R BS.1770, integrated), negative if softer.

    Two recordings without loudness (silent, or shorter than 0.4 s) differ by 0; one alone by an infinity.
    """
    ours, theirs = (
        measure(Audio(rows.astype(np.float64), sample_rate)).integrated_lufs for rows in rows_of(output, target)
    )
    return 0.0 if ours == theirs else ours - theirs


def _without_rate(function: Callable[[ArrayLike, ArrayLike], float]) -> Function:
    return lambda output, target, _: function(output, target)


def _metric(
    name: str,
    label: str,
    unit: str,
    function: Function,
    meaning: str,
    better: Literal["lower", "higher"] = "lower",
    needs: str = "",
) -> Metric:
    return Metric(name, label, unit, better, function, needs, meaning)


_ALL = (
    _metric(
        "mrstft",
        "MRSTFT",
        "",
        _without_rate(mrstft),
        "Distance of spectrograms at seven resolutions: spectral convergence plus mean log magnitude distance.",
    ),
    _metric(
        "si_sdr_db",
        "SI-SDR",
        "dB",
        _without_rate(metrics.si_sdr_db),
        "Energy of the target within the output over the energy of the rest, whatever the level.",
        better="higher",
    ),
    _metric(
        "pesq",
        "PESQ",
        "MOS",
        perceptual.pesq_score,
        "A model of listeners to telephone speech (ITU-T P.862.2, wideband, 16 kHz), to compare with papers only.",
        better="higher",
        needs="pesq",
    ),
    _metric(
        "rmse",
        "RMSE",
        "",
        _without_rate(rmse),
        "Root mean square of the difference of the samples, at the level given.",
    ),
    _metric(
        "lufs_difference",
        "LUFS difference",
        "LU",
        metrics.loudness_error_lu,
        "Absolute difference of the integrated loudnesses, at the level given.",
    ),
    _metric(
        "lufs_signed",
        "LUFS, signed",
        "LU",
        lufs_signed,
        "By how much the output is louder than the target; nearer to 0 is better, and a mean hides errors.",
    ),
    _metric(
        "centroid_hz",
        "Spectral centroid",
        "Hz",
        centroid_error_hz,
        "Absolute difference of the mean spectral centroids: how much brighter or darker the whole is.",
    ),
    _metric(
        "bandwidth_hz",
        "Spectral bandwidth",
        "Hz",
        bandwidth_error_hz,
        "Absolute difference of the mean spread of the spectrum around its centroid.",
    ),
    _metric(
        "flatness",
        "Spectral flatness",
        "",
        flatness_error,
        "Absolute difference of the mean spectral flatnesses, from 0 for a tone to 1 for an even spectrum.",
    ),
    _metric(
        "harmonic_distortion",
        "Harmonic distortion",
        "ratio",
        harmonic_distortion,
        "Amplitude of what no linear filter makes of the target, against the output: 0.01 is one per cent.",
    ),
    _metric(
        "phase_distortion",
        "Phase distortion",
        "rad",
        phase_distortion,
        "Mean angle between the short-time spectra, weighted by energy, delay taken out.",
    ),
    _metric(
        "transient_preservation",
        "Transient preservation",
        "ratio",
        transient_difference,
        "Relative difference of the onset strengths over time: 0 if each attack is kept, 1 if none is.",
    ),
    _metric(
        "crest_db",
        "Crest factor",
        "dB",
        _without_rate(metrics.crest_error_db),
        "Absolute difference of the crest factors, peak over RMS.",
    ),
    _metric(
        "lsd_db",
        "Spectrum error",
        "dB",
        metrics.spectrum_error_db,
        "Spread of the difference of the long-term third-octave spectra, whatever the level.",
    ),
    _metric(
        "mel_distance",
        "Mel distance",
        "",
        mel_distance,
        "Linear plus log difference of 128 mel bands in windows of 65536 samples, at the level given.",
    ),
    _metric(
        "visqol",
        "ViSQOL",
        "MOS",
        perceptual.visqol_score,
        "A model of listeners to music (ViSQOL v3, audio mode, 48 kHz).",
        better="higher",
        needs="visqol-python",
    ),
)

#: Every metric by its name, in the order of tables.
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def find_metric(name: str) -> Metric:
    """Return a metric by its name, or raise a TonewrightError that lists the names."""
    if name not in METRICS:
        raise TonewrightError(f"There is no metric {name!r}: choose among {', '.join(METRICS)}.")
    return METRICS[name]


def available(name: str) -> str | None:
    """Return why a metric cannot be computed here, in one sentence, or None if it can."""
    metric = find_metric(name)
    if not metric.needs:
        return None
    try:
        version(metric.needs)
    except PackageNotFoundError:
        return f"{metric.label} needs the package {metric.needs}: install it with pip install {metric.needs}."
    return None


def compute(names: Iterable[str], output: ArrayLike, target: ArrayLike, sample_rate: int) -> dict[str, float]:
    """Compute metrics by name.

    Parameters
    ----------
    names
        Keys of :data:`METRICS`.
    output, target
        Samples, ``(frames,)`` or ``(channels, frames)``, both the same, at equal level.
    sample_rate
        In Hz.

    Returns
    -------
    dict
        By name, in the order asked. NaN where the package is missing, and where the metric says nothing about such
        recordings (silent, or too short for it).

    Raises
    ------
    TonewrightError
        If there is no such metric.
    AudioError
        If the shapes differ, the recordings are empty, or a sample is not finite.
    """
    chosen = [find_metric(name) for name in names]
    rows_of(output, target)
    return {metric.name: _value(metric, output, target, sample_rate) for metric in chosen}


def _value(metric: Metric, output: ArrayLike, target: ArrayLike, sample_rate: int) -> float:
    if available(metric.name) is not None:
        return math.nan
    try:
        return metric.function(output, target, sample_rate)
    except AudioError:  # the pair itself is sound: the metric is not defined for it
        return math.nan
