"""Read files, whole or in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np

from tonewright.audio import chunks, orders, tags
from tonewright.audio.containers import LOSSY, Format
from tonewright.audio.lossy import source_bitrate
from tonewright.audio.sound import Audio, Samples, refuse_not_finite
from tonewright.errors import AudioError

_BLOCK = 1 << 16
_ABSURD = 1 << 46  # frames: what libsndfile answers when a header does not say

Precision = Literal["float32", "float64"]


class Reader:
    """A sound file, open for reading in blocks; memory does not grow with its length.

    Parameters
    ----------
    path
        WAV, RF64, FLAC, AIFF, OGG (Vorbis, Opus), MP3, or another file that libsndfile reads.
    dtype
        ``"float32"`` holds anything up to 24 bit exactly; ``"float64"`` also holds 32 bit integers and doubles.

    Attributes
    ----------
    path, format, sample_rate, channels, tags, lost
        As in :class:`Audio`. Channels are in the order of WAV files (left, right, centre, low frequencies, surrounds),
        whatever order the container uses.
    frames
        Length in frames; 0 is possible.

    Raises
    ------
    AudioError
        For files that are missing, a directory, empty, no sound, truncated (WAV, AIFF and FLAC say how long they are;
        a shortened OGG or MP3 is simply shorter) or not readable.
    """

    def __init__(self, path: str | Path, *, dtype: Precision = "float32") -> None:
        import soundfile

        self.path = Path(path)
        self.dtype = dtype
        _refuse_unreadable(self.path)
        try:
            self._file = soundfile.SoundFile(str(self.path))
        except (soundfile.SoundFileError, OSError, RuntimeError) as problem:
            raise AudioError(
                f"{self.path} is not a sound file that can be read ({_reason(problem)}); "
                "convert it to WAV or FLAC, or check that it is whole."
            ) from None
        file = self._file
        try:
            found = chunks.survey(self.path)
            if found.missing_bytes >= _bytes_per_frame(file.subtype, file.channels):
                raise AudioError(
                    f"{self.path} is truncated, {found.missing_bytes} bytes of sound are missing; "
                    "copy or download it again."
                )
            self.sample_rate = int(file.samplerate)
            self.channels = int(file.channels)
            self.frames = min(int(file.frames), int(file.frames) if found.frames is None else found.frames)
            if not 0 <= self.frames < _ABSURD:
                raise AudioError(f"{self.path} does not say how long it is; convert it to WAV or FLAC anew.")
            bitrate = (
                source_bitrate(self.path, file.subtype, self.frames / self.sample_rate)
                if file.subtype in LOSSY
                else None
            )
            self.format = Format(file.format, file.subtype, bitrate)
            self.tags, pictures = tags.read_tags(self.path, file.copy_metadata())
        except BaseException:
            file.close()
            raise
        self.lost = (("cover art",) if pictures else ()) + found.foreign
        self._order = orders.to_wav(self.format, self.channels)
        self.position = 0

    def read(self, frames: int) -> Samples:
        """Read the next frames: shape (channels, n), n smaller than asked only at the end, 0 after it.

        Raises
        ------
        AudioError
            If the file breaks off, or holds NaN or infinity (channel and position of the first are named).
        """
        import soundfile

        wanted = min(frames, self.frames - self.position)
        try:
            block = self._file.read(max(wanted, 0), dtype=self.dtype, always_2d=True)
        except (soundfile.SoundFileError, RuntimeError, OSError) as problem:
            raise AudioError(
                f"{self.path} cannot be decoded after frame {self.position} ({_reason(problem)}); "
                "copy or download it again."
            ) from None
        if block.shape[0] < wanted:
            if self.format.subtype not in LOSSY:
                raise AudioError(
                    f"{self.path} is truncated, it ends at frame {self.position + block.shape[0]} "
                    f"of {self.frames}; copy or download it again."
                )
            self.frames = self.position + block.shape[0]
        samples: Samples = np.ascontiguousarray(block.T if self._order is None else block.T[self._order])
        refuse_not_finite(samples, str(self.path), first_frame=self.position)
        self.position += samples.shape[1]
        return samples

    def blocks(self, frames: int = _BLOCK) -> Iterator[Samples]:
        """Yield the rest of the file in blocks of shape (channels, frames), the last one shorter."""
        while self.position < self.frames:
            block = self.read(frames)
            if block.shape[1]:
                yield block

    def seek(self, frame: int) -> None:
        """Go to a frame, 0 to :attr:`frames`, so that the next read begins there."""
        self.position = int(self._file.seek(min(max(frame, 0), self.frames)))

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        self._file.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(path: str | Path, *, dtype: Precision = "float32") -> Audio:
    """Read a whole file.

    Parameters
    ----------
    path
        WAV, RF64, FLAC, AIFF, OGG (Vorbis, Opus), MP3, or another file that libsndfile reads.
    dtype
        ``"float32"`` holds anything up to 24 bit exactly; ``"float64"`` also holds 32 bit integers and doubles.

    Returns
    -------
    Audio
        Samples of shape (channels, frames), with rate, tags and format. A file with a header and no sound gives 0
        frames; whether that is of use is the caller's decision.

    Raises
    ------
    AudioError
        As :class:`Reader` and :meth:`Reader.read`.
    """
    with Reader(path, dtype=dtype) as reader:
        samples: Any = np.empty((reader.channels, reader.frames), dtype)
        for block in reader.blocks():
            samples[:, reader.position - block.shape[1] : reader.position] = block
        samples = samples[:, : reader.frames]
        return Audio(samples, reader.sample_rate, reader.tags, reader.format, reader.path, reader.lost, processed=False)


def _refuse_unreadable(path: Path) -> None:
    """Name the plain reasons before libsndfile finds a vague one."""
    try:
        if not path.exists():
            raise AudioError(f"{path} does not exist; check the name and the folder.")
        if path.is_dir():
            raise AudioError(f"{path} is a folder, not a sound file; name a file in it.")
        with path.open("rb") as stream:
            if path.is_file() and not stream.read(1):
                raise AudioError(f"{path} is empty (0 bytes); copy or download it again.")
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise AudioError(f"{path} cannot be opened ({reason}); check the name and the permissions.") from None


def _reason(problem: BaseException) -> str:
    """Return libsndfile's own words without the file name."""
    words = getattr(problem, "error_string", None) or str(problem)
    return str(words).strip().rstrip(".").replace("\n", " ")


def _bytes_per_frame(subtype: str, channels: int) -> int:
    """Return the size of a frame; truncation by less is taken for a sloppy header."""
    widths = {"PCM_S8": 1, "PCM_U8": 1, "ULAW": 1, "ALAW": 1, "PCM_16": 2, "PCM_24": 3, "DOUBLE": 8}
    return widths.get(subtype, 4) * channels
