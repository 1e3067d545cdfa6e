"""Write files, whole or in blocks: beside the target first, renamed when complete."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from tonewright.audio import chunks, id3, orders
from tonewright.audio import tags as words
from tonewright.audio.containers import WAV_FAMILY, Format, choose_format, refuse_impossible
from tonewright.audio.lossy import encoder_options
from tonewright.audio.sound import Samples, refuse_not_finite
from tonewright.errors import AudioError, OutputError
from tonewright.files import Draft, output_error

#: Where a WAV file's 32-bit sizes end, with room for header and tags; beyond it RF64 is written (EBU Tech 3306).
WAV_LIMIT_BYTES = (1 << 32) - (1 << 20)
_BLOCK = 1 << 14  # libvorbis keeps a whole block on its stack
_NEVER_EMPTY = frozenset({"FLAC", "OGG", "MP3"})
_SFC_SET_ADD_PEAK_CHUNK = 0x1050
_WIDTHS = {"PCM_S8": 1, "PCM_U8": 1, "ULAW": 1, "ALAW": 1, "PCM_16": 2, "PCM_24": 3, "DOUBLE": 8}


@dataclass(frozen=True)
class Written:
    """What became of a written file.

    Parameters
    ----------
    path
        Where it is.
    format
        How it is stored.
    frames
        Its length.
    clipped
        How many samples lay beyond full scale in an integer format, and were written as full scale.
    dropped
        What the source held and the file does not, each in a plain sentence.
    """

    path: Path
    format: Format
    frames: int = 0
    clipped: int = 0
    dropped: list[str] = field(default_factory=list)


class Writer:
    """A sound file that is being written in blocks; memory does not grow with its length.

    The bytes go to a hidden file in the same folder, which takes the target's place when :meth:`close` has succeeded.
    An error, an interrupt or :meth:`abort` removes it, and an older file at the target stays as it was. As a context
    manager, leaving normally closes, leaving with an exception aborts.

    Parameters
    ----------
    path
        The target. Its extension says the container; see :func:`choose_format` for the rest.
    sample_rate, channels
        Of the audio.
    like
        The source's format, kept as far as the extension allows.
    tags
        Words to store.
    lost
        Names of what the source held besides, for the list of what was dropped (:attr:`Audio.lost`).
    dither
        Add TPDF dither when writing 8 or 16 bit; see :func:`tonewright.audio.integers.quantise`.
    seed
        Of the dither.
    inputs
        Files that must not be written over, by any name or link.
    frames
        The length, if known: a WAV that would exceed 4 GiB is then RF64 from the start. Otherwise it turns into RF64
        (by one copy) when it comes to that size.

    Raises
    ------
    OutputError
        If the place cannot be written, is an input, or the format cannot hold the audio.
    AudioError
        From :meth:`write`, if samples are NaN or infinite.
    """

    def __init__(
        self,
        path: str | Path,
        sample_rate: int,
        channels: int,
        *,
        like: Format | None = None,
        tags: Mapping[str, str] | None = None,
        lost: Iterable[str] = (),
        dither: bool = False,
        seed: int = 0,
        inputs: Iterable[str | Path] = (),
        frames: int | None = None,
    ) -> None:
        self.path = Path(path)
        self.sample_rate = sample_rate
        self.channels = channels
        self.format = large_enough(choose_format(self.path, like), channels, frames or 0)
        self._frames = 0
        self._waiting: Samples = np.zeros((channels, 0), np.float32)
        self._clipped = 0
        self._seed = seed
        self._dither = dither and self.format.bits in {8, 16}
        self._order = orders.from_wav(self.format, channels)
        self.result: Written | None = None
        refuse_impossible(self.path, self.format, sample_rate, channels)
        self._dropped = [f"{name[0].upper()}{name[1:]} of the source is not in {self.path.name}." for name in lost]
        self._own, self._id3, dropped = words.divide(tags or {}, self.format.container)
        kind = self.format.container
        self._dropped += [f'The tag "{name}" is dropped: it is not written to {kind} files.' for name in dropped]
        self._draft = Draft(self.path, inputs=inputs)
        self._file: Any = None
        try:
            self._file = self._open()
        except BaseException as problem:
            self.abort()
            raise output_error(self.path, problem) from None

    def _open(self) -> Any:
        import soundfile

        options = encoder_options(self.format, self.sample_rate, self.channels)
        file = soundfile.SoundFile(
            str(self._draft.path),
            "w",
            self.sample_rate,
            self.channels,
            self.format.subtype,
            format=self.format.container,
            **options,
        )
        # libsndfile's PEAK chunk holds the time of day: without it, equal audio gives equal bytes.
        with contextlib.suppress(AttributeError):
            soundfile._snd.sf_command(file._file, _SFC_SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
        for key, value in self._own.items():
            setattr(file, words.SNDFILE_FIELDS[key], value)
        return file

    def write(self, block: Samples) -> None:
        """Append a block of shape (channels, frames), full scale at +-1.

        Raises
        ------
        AudioError
            If the shape is wrong, or a sample is NaN or infinite (channel and position of the first are named); in
            the second case the unfinished file is removed.
        OutputError
            If the disk is full or the file cannot be written. The unfinished file is removed.
        """
        if self._file is None:
            raise OutputError(f"{self.path} is closed, nothing more can be written to it; open a new one.")
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise AudioError(
                f"A block of shape {block.shape} does not fit {self.path.name}, which has {self.channels} channels; "
                "give (channels, frames)."
            )
        try:
            refuse_not_finite(block, "The audio to write", first_frame=self._frames + self._waiting.shape[1])
            if self.format.lossy:  # encoders look at what they are given at once: always give them as much
                block = np.concatenate([self._waiting, block], axis=1, dtype=np.float32, casting="same_kind")
                whole = block.shape[1] // _BLOCK * _BLOCK
                block, self._waiting = block[:, :whole], block[:, whole:]
            for start in range(0, block.shape[1], _BLOCK):
                self._write(block[:, start : start + _BLOCK])
        except BaseException as problem:
            self.abort()
            raise output_error(self.path, problem) from None

    def _write(self, block: Samples) -> None:
        frames = block.shape[1]
        if large_enough(self.format, self.channels, self._frames + frames) != self.format:
            self._widen()
        if self._order is not None:
            block = block[self._order]
        bits = self.format.bits
        if bits is None:
            dtype = np.float64 if self.format.subtype == "DOUBLE" else np.float32
            self._file.write(np.ascontiguousarray(block.T, dtype))
        else:
            from tonewright.audio.integers import quantise

            data, clipped = quantise(block, bits, dither=self._dither, seed=self._seed, first_frame=self._frames)
            self._clipped += clipped
            self._file.write(data)
        self._frames += frames

    def _widen(self) -> None:
        """Turn a WAV that comes to 4 GiB into RF64: copy what there is, go on in the copy."""
        import soundfile

        self._file.close()
        small, self._draft = self._draft, Draft(self.path)
        self.format = replace(self.format, container="RF64")
        try:
            self._file = self._open()
            bits = self.format.bits
            dtype = "int32" if bits is not None else self.format.exact_dtype
            with soundfile.SoundFile(str(small.path)) as old:
                for block in old.blocks(1 << 16, dtype=dtype, always_2d=True):
                    self._file.write(block)
        finally:
            small.discard()

    def close(self) -> Written:
        """Finish the file, put it in its place and say what was dropped; closing twice says it again.

        Raises
        ------
        AudioError
            If nothing was written, and the format cannot hold nothing (FLAC, OGG, MP3).
        OutputError
            If the last bytes or the name cannot be written. The unfinished file is removed.
        """
        if self.result is not None:
            return self.result
        if self._file is None:
            raise OutputError(f"{self.path} was given up before it was complete; write it again.")
        try:
            if self._waiting.shape[1]:
                self._write(self._waiting)
            if not self._frames and self.format.container in _NEVER_EMPTY:
                kind = self.format.container
                raise AudioError(f"There is no sound to write to {self.path}, and no empty {kind} file; write to .wav.")
            file, self._file = self._file, None
            file.close()
            if self.format.container == "AIFF":
                chunks.set_aiff_frames(self._draft.path, self._frames)
            if self._id3:
                self._add_id3(id3.build(self._id3))
            _refuse_short(self._draft.path, self.format, self._frames)
            self._draft.publish()
        except BaseException as problem:
            self.abort()
            raise output_error(self.path, problem) from None
        self.result = Written(self.path, self.format, self._frames, self._clipped, self._dropped)
        return self.result

    def abort(self) -> None:
        """Give up: remove the unfinished file, leave the target as it was. After :meth:`close` this does nothing."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(Exception):  # the disk may be full; the file goes anyway
                file.close()
        self._draft.discard()

    def _add_id3(self, tag: bytes) -> None:
        if self.format.container != "MP3":
            id3.append_chunk(self._draft.path, tag)
            return
        bare, self._draft = self._draft, Draft(self.path)
        try:
            id3.prepended(bare.path, tag, self._draft.path)
        finally:
            bare.discard()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def large_enough(form: Format, channels: int, frames: int) -> Format:
    """Turn a WAV that would exceed 4 GiB into RF64."""
    if form.container in {"WAV", "WAVEX"}:
        size = frames * channels * _WIDTHS.get(form.subtype, 4)
        if size > WAV_LIMIT_BYTES:
            return replace(form, container="RF64")
    return form


def _refuse_short(part: Path, form: Format, frames: int) -> None:
    """Look at the finished file again: a full disk can go unnoticed until here."""
    import soundfile

    if form.lossy or form.container not in {*WAV_FAMILY, "FLAC", "AIFF"}:
        return
    if int(soundfile.info(str(part)).frames) < frames:
        raise OSError("the file came out shorter than what was written; the disk may be full")
