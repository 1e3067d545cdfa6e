"""What kinds of files there are, and which kind an output becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tonewright.errors import OutputError

#: File name extension to libsndfile container.
EXTENSIONS = {
    ".wav": "WAV",
    ".wave": "WAV",
    ".rf64": "RF64",
    ".flac": "FLAC",
    ".aif": "AIFF",
    ".aiff": "AIFF",
    ".aifc": "AIFF",
    ".ogg": "OGG",
    ".oga": "OGG",
    ".opus": "OGG",
    ".mp3": "MP3",
    ".caf": "CAF",
    ".w64": "W64",
    ".au": "AU",
}

#: Containers that share the extension ``.wav``.
WAV_FAMILY = frozenset({"WAV", "WAVEX", "RF64"})

#: Integer subtypes and their bits. Everything else is written as floating point.
INTEGER_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}

LOSSY = frozenset({"VORBIS", "OPUS", "MPEG_LAYER_III"})

#: What each container is written with when the source says nothing, and whole lists to choose the nearest from.
_DEFAULT = {"FLAC": "PCM_24", "OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}
_WIDE = ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")
_STORABLE = {
    "WAV": ("PCM_U8", *_WIDE, "ULAW", "ALAW"),
    "WAVEX": ("PCM_U8", *_WIDE, "ULAW", "ALAW"),
    "RF64": ("PCM_U8", *_WIDE, "ULAW", "ALAW"),
    "W64": ("PCM_U8", *_WIDE, "ULAW", "ALAW"),
    "AIFF": ("PCM_S8", *_WIDE, "ULAW", "ALAW"),
    "CAF": ("PCM_S8", *_WIDE, "ULAW", "ALAW"),
    "AU": ("PCM_S8", *_WIDE, "ULAW", "ALAW"),
    "FLAC": ("PCM_S8", "PCM_16", "PCM_24"),
    "OGG": ("VORBIS", "OPUS"),
    "MP3": ("MPEG_LAYER_III",),
}
_MOST_CHANNELS = {"FLAC": 8, "MP3": 2, "OGG": 8}
_RATES = {
    "MPEG_LAYER_III": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "OPUS": (8000, 12000, 16000, 24000, 48000),
}
_OTHER_WAY = "write to .wav or .flac instead"


@dataclass(frozen=True)
class Format:
    """How audio is stored in a file.

    Parameters
    ----------
    container
        libsndfile's name: ``WAV``, ``WAVEX``, ``RF64``, ``FLAC``, ``AIFF``, ``OGG``, ``MP3``, ``CAF``, ``W64``, ``AU``.
    subtype
        libsndfile's name: ``PCM_16``, ``PCM_24``, ``FLOAT``, ``VORBIS``, ...
    bitrate_kbps
        Of lossy files, in kbit/s for all channels together: Vorbis' nominal rate, the average of others. ``None`` where
        it means nothing or is not known.
    """

    container: str
    subtype: str
    bitrate_kbps: float | None = None

    @property
    def bits(self) -> int | None:
        """Bits per sample of an integer format, else ``None``."""
        return INTEGER_BITS.get(self.subtype)

    @property
    def lossy(self) -> bool:
        """Whether the format discards sound."""
        return self.subtype in LOSSY

    @property
    def exact_dtype(self) -> str:
        """The floating-point type that holds each stored sample exactly: ``"float32"`` or ``"float64"``."""
        return "float64" if self.subtype in {"PCM_32", "DOUBLE"} else "float32"

    def __str__(self) -> str:
        rate = f" {self.bitrate_kbps:.0f} kbit/s" if self.bitrate_kbps is not None else ""
        return f"{self.container} {self.subtype}{rate}"


def container_for(path: Path) -> str:
    """Return the container that a file name asks for.

    Raises
    ------
    OutputError
        If the extension is none that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in EXTENSIONS:
        known = ", ".join(EXTENSIONS)
        said = f'"{suffix}"' if suffix else "no extension"
        raise OutputError(f"{path} has {said}, which names no audio format; use one of {known}.")
    return EXTENSIONS[suffix]


def choose_format(path: Path, like: Format | None = None) -> Format:
    """Return the format an output gets: its source's where the extension allows, else the nearest.

    Nearest is: the same subtype if the container has it; 8 bit to 8 bit; anything wider than the container's widest
    integer to that (FLAC: 24 bit); lossy, companded or unknown sources to 16 bit; audio from no file to 24 bit. Lossy
    targets keep the source's bit rate if it had one.

    Parameters
    ----------
    path
        The output; only its extension counts.
    like
        The source's format.
    """
    container = container_for(path)
    if like is not None and like.container in WAV_FAMILY and container == "WAV":
        container = like.container
    storable = _STORABLE[container]
    if path.suffix.lower() == ".opus":
        return Format(container, "OPUS", like.bitrate_kbps if like is not None and like.lossy else None)
    if like is None:
        return Format(container, _DEFAULT.get(container, "PCM_24"))
    if like.subtype in storable:
        return replace(like, container=container)
    if storable[0] in LOSSY:
        return Format(container, storable[0], like.bitrate_kbps if like.lossy else None)
    if like.bits == 8:
        return Format(container, storable[0])
    if like.subtype in _WIDE:
        return Format(container, storable[-1])
    return Format(container, "PCM_16")


def refuse_impossible(path: Path, form: Format, sample_rate: int, channels: int) -> None:
    """Raise if a format cannot hold that many channels or that rate.

    Raises
    ------
    OutputError
        In one sentence, with what the format can hold.
    """
    most = _MOST_CHANNELS.get(form.container)
    if most is not None and channels > most:
        raise OutputError(
            f"{path.name} cannot hold {channels} channels, since {form.container} ends at {most}; {_OTHER_WAY}."
        )
    rates = _RATES.get(form.subtype)
    name = {"MPEG_LAYER_III": "MP3", "OPUS": "Opus"}.get(form.subtype, form.subtype)
    if rates is not None and sample_rate not in rates:
        listed = ", ".join(str(rate) for rate in rates)
        raise OutputError(
            f"{path.name} cannot hold {sample_rate} Hz, since {name} knows {listed} Hz only; {_OTHER_WAY}."
        )
    if form.subtype == "VORBIS" and sample_rate > 200_000:
        raise OutputError(f"{path.name} cannot hold {sample_rate} Hz, since Vorbis ends at 200000 Hz; {_OTHER_WAY}.")
    if form.container == "FLAC" and 65_535 < sample_rate <= 655_350 and sample_rate % 10:
        raise OutputError(
            f"{path.name} cannot hold {sample_rate} Hz, since FLAC knows only multiples of 10 above 65535 Hz; "
            "write to .wav."
        )
    if form.container == "FLAC" and sample_rate > 655_350:
        raise OutputError(f"{path.name} cannot hold {sample_rate} Hz, since FLAC ends at 655350 Hz; write to .wav.")
