"""Bit rates of lossy files: what a source had, and the encoder setting that gives it again."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

from tonewright.audio.containers import Format

#: kbit/s of MPEG-1 layer III; a source at one of these is taken to be of constant bit rate.
_MP3_RATES = frozenset({32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 8, 16, 24, 144})


def source_bitrate(path: Path, subtype: str, seconds: float) -> float | None:
    """Return a lossy file's bit rate in kbit/s: Vorbis' nominal one, else the average."""
    if subtype == "VORBIS":
        with path.open("rb") as stream:
            nominal = _nominal_vorbis(stream.read(4096))
        if nominal:
            return nominal
    if subtype == "MPEG_LAYER_III":
        with contextlib.suppress(Exception):  # a broken header must not keep anyone from the sound
            from tinytag import TinyTag

            told = TinyTag.get(str(path), tags=False, duration=True).bitrate
            if told:
                return float(told)
    return path.stat().st_size * 8e-3 / seconds if seconds > 0 else None


def _nominal_vorbis(head: bytes) -> float | None:
    """Read the nominal bit rate in kbit/s from the identification header (Vorbis I specification, 4.2.2)."""
    at = head.find(b"\x01vorbis")
    if at < 0 or len(head) < at + 28:
        return None
    nominal = struct.unpack_from("<i", head, at + 20)[0]
    return nominal / 1000 if nominal > 0 else None


def encoder_options(form: Format, sample_rate: int, channels: int) -> dict[str, float | str]:
    """Return the ``compression_level`` (and ``bitrate_mode``) that give a format's bit rate.

    MP3 and Opus map level to bit rate linearly. Vorbis maps it to quality, whose nominal bit rate depends on rate and
    channels: the encoder itself is asked, by bisection over headers of empty files. Without a known bit rate: MP3 at
    320, Vorbis at 128 and Opus at 96 kbit/s per channel. MP3 of a standard rate is written at constant, any other at
    average bit rate.

    Parameters
    ----------
    form
        The output's format, with ``bitrate_kbps`` of the source if that was lossy.
    sample_rate, channels
        Of the output.
    """
    wanted = form.bitrate_kbps
    if form.subtype == "MPEG_LAYER_III":
        highest, lowest = _mp3_range(sample_rate)
        wanted = highest if wanted is None else wanted
        constant = any(abs(wanted - rate) <= 1 for rate in _MP3_RATES) or wanted >= highest
        level = min(max((highest - wanted) / (highest - lowest), 0.0), 0.99)
        return {"compression_level": level, "bitrate_mode": "CONSTANT" if constant else "AVERAGE"}
    if form.subtype == "OPUS":
        each = 96.0 if wanted is None else wanted / channels
        return {"compression_level": min(max((256.0 - each) / 250.0, 0.0), 1.0)}
    if form.subtype == "VORBIS":
        wanted = 128.0 * channels if wanted is None else wanted
        return {"compression_level": _vorbis_level(wanted, sample_rate, channels)}
    return {}


def _mp3_range(sample_rate: int) -> tuple[float, float]:
    """Return the highest and lowest bit rate in kbit/s: of MPEG 1, 2 or 2.5, which the sample rate decides."""
    if sample_rate >= 32000:
        return 320.0, 32.0
    return (160.0, 8.0) if sample_rate >= 16000 else (64.0, 8.0)


def _vorbis_level(kbps: float, sample_rate: int, channels: int) -> float:
    """Find the compression level (1 - quality) whose nominal bit rate is nearest to the wanted one."""
    import soundfile

    def nominal(level: float) -> float:
        memory = io.BytesIO()
        with soundfile.SoundFile(memory, "w", sample_rate, channels, "VORBIS", format="OGG", compression_level=level):
            pass
        return _nominal_vorbis(memory.getvalue()) or 0.0

    low, high = 0.0, 1.0  # low level: high bit rate
    for _ in range(10):
        middle = (low + high) / 2
        if nominal(middle) > kbps:
            low = middle
        else:
            high = middle
    return (low + high) / 2
