"""A minimum-phase impulse response as a WAV file, for convolvers."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.contract import Job, Program
from tonewright.formats.headroom import frequencies
from tonewright.formats.stages import Filter
from tonewright.processor.filters import biquad, response_db
from tonewright.settings import Settings

Array = NDArray[np.float64]
#: Frequencies at which the effect of cutting is looked at, besides every band's centre.
_POINTS = 80
_SHORTEST, _LONGEST = 2**11, 2**18
#: What cutting the tail off may do to the response, in dB.
_NEAR_DB = 0.005
#: The last sixteenth is faded out.
_FADE = 16


def _write(job: Job) -> bytes:
    settings, rate = job.settings, job.rate_hz
    whole = _minimum_phase(settings, rate) if settings.topology == "crossover" else None
    frequency = frequencies(settings, rate, _POINTS)
    ours = response_db(settings, frequency, rate)
    length = _SHORTEST
    while True:
        taps = _cut(_cascade(job, length) if whole is None else whole[:length])
        off = float(np.abs(np.maximum(_of_taps(taps, frequency, rate), -120.0) - np.maximum(ours, -120.0)).max())
        if off <= _NEAR_DB or length >= _LONGEST:
            break
        length *= 2
    job.notes.tell(
        f"The response is {length} samples long ({1000.0 * length / rate:.0f} ms at {rate:g} Hz); cutting it there "
        f"moves the curve by {off:.4f} dB at most."
    )
    if settings.topology == "crossover":
        job.notes.converted("The sum of the bands is carried with minimum phase, without its all-passes.")
    return _wav(taps.astype(np.float32), round(rate))


def _cascade(job: Job, length: int) -> Array:
    """Run an impulse through the filters: a row of peaks, shelves and passes has minimum phase as it is."""
    from scipy.signal import sosfilt

    level = job.settings.preamp_db + job.settings.output_db
    impulse = np.zeros(length)
    impulse[0] = 10.0 ** (level / 20.0)
    for one in job.stages:
        if isinstance(one, Filter):
            row = biquad(one.type, one.gain_db, one.frequency_hz, one.q, job.rate_hz)
            impulse = sosfilt([[*row[:3], 1.0, *row[3:]]], impulse)
    return np.asarray(impulse)


def _minimum_phase(settings: Settings, rate_hz: float) -> Array:
    """Fold the cepstrum of the magnitude (A. Oppenheim and R. Schafer, Discrete-Time Signal Processing, 12.4)."""
    size = 2 * _LONGEST
    frequency = np.fft.rfftfreq(size, 1.0 / rate_hz)
    log = response_db(settings, frequency, rate_hz) * np.log(10.0) / 20.0
    cepstrum = np.fft.irfft(log, size)
    cepstrum[1 : size // 2] *= 2.0
    cepstrum[size // 2 + 1 :] = 0.0
    return np.asarray(np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:_LONGEST])


def _cut(taps: Array) -> Array:
    taps = taps.copy()
    fade = taps.size // _FADE
    taps[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1.0) / fade)
    return taps


def _of_taps(taps: Array, frequency: Array, rate_hz: float) -> Array:
    """Return the response of taps in dB at any frequencies."""
    step = 2.0 * np.pi * frequency / rate_hz
    # Sums over short blocks, then over blocks: the exponentials of one block serve all.
    block = 512
    padded = np.concatenate([taps, np.zeros(-taps.size % block)]).reshape(-1, block)
    inner = np.exp(-1j * np.outer(np.arange(block), step))
    outer = np.exp(-1j * np.outer(np.arange(padded.shape[0]) * block, step))
    total = ((padded @ inner) * outer).sum(axis=0)
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(total), 1e-12)))


def _wav(taps: NDArray[np.float32], rate_hz: int) -> bytes:
    # Not by libsndfile, which writes the time of day into float files: the same settings give the same bytes.
    from scipy.io import wavfile

    file = io.BytesIO()
    # Two equal channels: EasyEffects and others refuse one.
    wavfile.write(file, rate_hz, np.stack([taps, taps], axis=-1))
    return file.getvalue()


def _response(content: str | bytes, frequency: Array, rate_hz: float) -> Array:
    import soundfile

    assert isinstance(content, bytes)
    taps, _ = soundfile.read(io.BytesIO(content), dtype="float64", always_2d=True)
    return _of_taps(taps[:, 0], frequency, rate_hz)


PROGRAMS = (
    Program(
        name="impulse-response",
        title="Impulse response",
        suffix=".wav",
        instruction="Load the file in a convolver (EasyEffects, JamesDSP, Roon, Equalizer APO) that runs at its rate.",
        write=_write,
        crossover=True,
        response=_response,
        aliases=("wav", "convolution", "fir"),
    ),
)
