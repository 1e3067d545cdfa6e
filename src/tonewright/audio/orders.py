"""Channel orders: everything in memory is in the order of WAV files, Ogg files have their own."""

from __future__ import annotations

from tonewright.audio.containers import Format

# Position in the file of each channel in WAV order (Vorbis I specification, 4.3.9; RFC 7845, 5.1.1.2).
# Vorbis 5.1 is left, centre, right, left surround, right surround, low frequencies.
_OGG_TO_WAV = {
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 5, 3, 4),
    7: (0, 2, 1, 6, 5, 3, 4),  # WAV: L R C LFE back-centre side-left side-right
    8: (0, 2, 1, 7, 5, 6, 3, 4),  # WAV: L R C LFE back-left back-right side-left side-right
}


def to_wav(form: Format, channels: int) -> list[int] | None:
    """Return the file's channel for each channel in WAV order, or ``None`` where the orders agree."""
    if form.container != "OGG" or channels not in _OGG_TO_WAV:
        return None
    return list(_OGG_TO_WAV[channels])


def from_wav(form: Format, channels: int) -> list[int] | None:
    """Return the WAV-order channel for each channel in the file's order, or ``None`` where the orders agree."""
    order = to_wav(form, channels)
    if order is None:
        return None
    back = [0] * channels
    for position, channel in enumerate(order):
        back[channel] = position
    return back
