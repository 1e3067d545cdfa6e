"""Artist, title and duration of a sound file with the standard library alone: Ogg, FLAC, WAV, MP3, G.722, GSM."""

from __future__ import annotations

import struct
import wave
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tags:
    """What a file says about itself; empty strings where it says nothing. The duration is from its own counters."""

    artist: str
    title: str
    duration_s: float
    sample_rate: int
    channels: int
    codec: str


#: Telephony without a header: bytes per second, and sample rate.
_RAW = {".g722": (8000, 16000), ".gsm": (1650, 8000)}


def read_tags(path: Path) -> Tags | None:
    """Read one file, or return ``None`` if it is not music that we know."""
    if path.suffix.lower() in _RAW:
        bytes_per_second, rate = _RAW[path.suffix.lower()]
        return Tags("", "", path.stat().st_size / bytes_per_second, rate, 1, path.suffix[1:].lower())
    data = path.read_bytes()
    try:
        if data[:4] == b"OggS":
            return _ogg(data)
        if data[:4] == b"fLaC":
            return _flac(data)
        if data[:4] == b"RIFF":
            return _wav(path)
        if data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
            return _mp3(data)
    except (struct.error, IndexError, wave.Error, EOFError, KeyError, ZeroDivisionError):
        return None
    return None


def _comments(block: bytes) -> dict[str, str]:
    """Vorbis comments: vendor string, count, then ``KEY=value``, each with a little-endian length of four bytes."""
    fields: dict[str, str] = {}
    (vendor,) = struct.unpack_from("<I", block)
    (count,) = struct.unpack_from("<I", block, 4 + vendor)
    at = 8 + vendor
    for _ in range(count):
        (length,) = struct.unpack_from("<I", block, at)
        key, _, value = block[at + 4 : at + 4 + length].decode("utf-8", "replace").partition("=")
        fields.setdefault(key.lower(), value.strip())
        at += 4 + length
    return fields


def _ogg(data: bytes) -> Tags | None:
    packets: list[bytes] = []
    packet = b""
    at = 0
    while len(packets) < 2 and data[at : at + 4] == b"OggS":
        segments = data[at + 27 : at + 27 + data[at + 26]]
        body = at + 27 + len(segments)
        for size in segments:
            packet += data[body : body + size]
            body += size
            if size < 255:
                packets.append(packet)
                packet = b""
        at = body
    (end,) = struct.unpack_from("<q", data, data.rindex(b"OggS") + 6)
    head = packets[0]
    if head.startswith(b"\x01vorbis"):
        channels, rate = struct.unpack_from("<BI", head, 11)
        fields, duration, codec = _comments(packets[1][7:]), end / rate, "vorbis"
    elif head.startswith(b"OpusHead"):
        channels, skip = struct.unpack_from("<BH", head, 9)
        rate, codec = 48000, "opus"
        fields, duration = _comments(packets[1][8:]), (end - skip) / rate
    else:
        return None
    return Tags(fields.get("artist", ""), fields.get("title", ""), duration, rate, channels, codec)


def _flac(data: bytes) -> Tags:
    at, last = 4, False
    rate = channels = frames = 0
    fields: dict[str, str] = {}
    while not last:
        last, kind = bool(data[at] & 0x80), data[at] & 0x7F
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        block = data[at + 4 : at + 4 + size]
        if kind == 0:
            packed = int.from_bytes(block[10:18], "big")
            rate, channels, frames = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
        elif kind == 4:
            fields = _comments(block)
        at += 4 + size
    return Tags(fields.get("artist", ""), fields.get("title", ""), frames / rate, rate, channels, "flac")


def _wav(path: Path) -> Tags:
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        return Tags("", "", file.getnframes() / rate, rate, file.getnchannels(), "pcm")


_MP3_RATES = (44100, 48000, 32000)
_MP3_KBPS_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBPS_V2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mp3(data: bytes) -> Tags | None:
    """Layer III: tags from ID3v2.3/2.4, else ID3v1; the duration by walking from frame to frame."""
    at, fields = 0, {}
    if data[:3] == b"ID3":
        end = 10 + _synchsafe(data[6:10])
        fields = _id3(data[10:end], data[3])
        at = end
    elif data[-128:-125] == b"TAG":
        fields = {"TIT2": _id3v1(data[-125:-95]), "TPE1": _id3v1(data[-95:-65])}
    seconds, rate, channels = 0.0, 0, 0
    while at + 4 <= len(data):
        version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
        bits, pitch = data[at + 2] >> 4, data[at + 2] >> 2 & 3
        if data[at] != 0xFF or data[at + 1] < 0xE0 or version == 1 or layer != 1 or bits in (0, 15) or pitch == 3:
            at += 1
            continue
        rate = _MP3_RATES[pitch] >> {3: 0, 2: 1, 0: 2}[version]
        channels = 1 if data[at + 3] >> 6 == 3 else 2
        frames = 1152 if version == 3 else 576
        kbps = (_MP3_KBPS_V1 if version == 3 else _MP3_KBPS_V2)[bits]
        at += frames // 8 * kbps * 1000 // rate + (data[at + 2] >> 1 & 1)
        seconds += frames / rate
    return Tags(fields.get("TPE1", ""), fields.get("TIT2", ""), seconds, rate, channels, "mp3") if rate else None


def _synchsafe(four: bytes) -> int:
    return (four[0] << 21) | (four[1] << 14) | (four[2] << 7) | four[3]


def _id3v1(field: bytes) -> str:
    text = field.split(b"\0")[0]
    try:
        return text.decode("utf-8").strip()
    except UnicodeDecodeError:
        return text.decode("latin-1").strip()


def _id3(block: bytes, version: int) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while at + 10 <= len(block) and block[at]:
        size = _synchsafe(block[at + 4 : at + 8]) if version >= 4 else int.from_bytes(block[at + 4 : at + 8], "big")
        name, body = block[at : at + 4].decode("latin-1"), block[at + 10 : at + 10 + size]
        if name in ("TPE1", "TIT2") and body:
            text = body[1:].decode(
                {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(body[0], "latin-1"), "replace"
            )
            fields[name] = text.split("\0")[0].strip()
        at += 10 + size
    return fields
