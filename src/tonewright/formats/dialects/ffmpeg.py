"""ffmpeg: one filter string, in double precision."""

from __future__ import annotations

import re

from tonewright.formats.contract import Job, Limits, Program
from tonewright.formats.dialects.ffmpeg_reader import FILTERS, read
from tonewright.formats.dynamics import TO_FFMPEG, bounded
from tonewright.formats.numbers import short
from tonewright.formats.stages import Dynamics, Filter, Gain

#: What ``acompressor`` takes for its threshold in dB, its knee in dB and its makeup in dB.
_THRESHOLD, _KNEE, _MAKEUP = (-60.0, 0.0), (0.0, 18.0), (0.0, 36.0)


def _write(job: Job) -> str:
    # ``volume`` would go through single precision if not told otherwise.
    parts = ["aformat=sample_fmts=dblp"]
    for stage in job.stages:
        if isinstance(stage, Gain):
            parts.append(_volume(stage.db))
        elif isinstance(stage, Filter):
            parts.append(_filter(stage))
        else:
            parts += _compressor(stage, job)
    return ",".join(parts) + "\n"


def _volume(gain_db: float) -> str:
    return f"volume={short(gain_db)}dB:precision=double"


def _filter(one: Filter) -> str:
    name = next(theirs for theirs, ours in FILTERS.items() if ours == one.type)
    gain = "" if one.type in ("low_pass", "high_pass") else f":g={short(one.gain_db)}"
    return f"{name}=f={short(one.frequency_hz)}:t=q:w={short(one.q)}{gain}"


def _compressor(one: Dynamics, job: Job) -> list[str]:
    notes = job.notes
    notes.converted(
        "ffmpeg smooths the linear level before its gain computer, Tonewright the gain behind it: curves agree on "
        "steady levels, transients differ."
    )
    if job.settings.link == "none":
        notes.converted("ffmpeg's compressors hear all channels together; here each channel has its own detector.")
    attack = bounded(one.attack_ms * TO_FFMPEG, 0.01, 2000.0, "An attack (ffmpeg's)", notes)
    release = bounded(one.release_ms * TO_FFMPEG, 0.01, 9000.0, "A release (ffmpeg's)", notes)
    ratio = bounded(one.ratio, 1.0, 20.0, "A ratio", notes)
    knee = bounded(one.knee_db, *_KNEE, "A knee in dB", notes)
    # A threshold out of range is reached by a gain before and its inverse behind.
    shift = min(max(one.threshold_db, _THRESHOLD[0]), _THRESHOLD[1]) - one.threshold_db
    makeup = one.makeup_db - shift
    inside = makeup if _MAKEUP[0] <= makeup <= _MAKEUP[1] else 0.0
    parts = [_volume(shift)] if shift else []
    parts.append(
        f"acompressor=threshold={short(one.threshold_db + shift)}dB:ratio={short(ratio)}:attack={short(attack)}:"
        f"release={short(release)}:knee={short(knee)}dB:makeup={short(inside)}dB:detection=peak:link=maximum"
    )
    if makeup != inside:
        parts.append(_volume(makeup))
    return parts


def _looks(text: str) -> bool:
    names = "|".join([*FILTERS, "acompressor", "volume"])
    return bool(re.search(rf"(?:^|[\s\"',]|-af\s+)(?:aformat=|(?:{names})=[\w.+-]+[=:\w.+-]*)", text)) and (
        not re.search(r"^\s*[{<\[]", text) and bool(re.search(r"\b(?:f|t|w|g|threshold|sample_fmts)=|volume=", text))
    )


PROGRAMS = (
    Program(
        name="ffmpeg",
        title="ffmpeg",
        suffix=".txt",
        instruction='Put the text behind -af: ffmpeg -i IN -af "$(cat FILE)" OUT.',
        write=_write,
        read=read,
        looks=_looks,
        limits=Limits(),
        dynamics="serial",
    ),
)
