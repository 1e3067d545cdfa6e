"""Settings, levels and errors in plain sentences, for people who make music."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from tonewright.processor.filters import frequency_warnings
from tonewright.reporting import phrases
from tonewright.reporting.reasons import Comparison, dynamics_clause, is_bypassed, reason
from tonewright.settings import PASS_TYPES, Band, Compressor, Settings

if TYPE_CHECKING:
    from tonewright.audio import Loudness

#: Gains below this are not listed one by one, in dB.
INAUDIBLE_DB = 0.05
_QUICK_MS, _SLOW_MS = 3.0, 40.0
_LU_ALIKE = 0.15


def describe_settings(
    settings: Settings,
    spectra: Mapping[str, ArrayLike] | None = None,
    frequency_hz: ArrayLike = (),
    *,
    dynamics: Mapping[str, ArrayLike] | None = None,
    sample_rate: float = 48_000.0,
    yours: str = "your song",
    wanted: str = "the reference",
    unchanged_because: str = "",
) -> list[str]:
    """Say what settings do, one sentence for each thing that acts, in the order of work.

    Parameters
    ----------
    settings
        To be described; bands that do nothing are not mentioned.
    spectra, frequency_hz
        ``input`` and ``reference`` in dB, level removed: where they are given, each band is told why.
    dynamics
        Range between soft and loud around each band, in dB, of ``input``, ``reference`` and ``output``.
    sample_rate
        Of the recording, in Hz; bands above its range are said to be bypassed.
    yours, wanted
        What the recording and the other side are called.
    unchanged_because
        The reason to give if the settings are neutral, as a clause.

    Returns
    -------
    One sentence or more.
    """
    if settings.is_neutral:
        because = unchanged_because or "these settings pass the sound through as it is"
        return [phrases.sentence(f"Nothing was changed: {because}")]
    comparison = Comparison(frequency_hz, spectra or {}, dynamics or {}, yours, wanted)
    said = []
    if _heard(settings.preamp_db):
        said.append(phrases.sentence(f"{phrases.decibels(settings.preamp_db)} before everything else"))
    if _splits_without_effect(settings):
        said.append("The sound is split at " + _splits(settings) + " and put together again.")
    for index in range(len(settings.bands)):
        said += describe_band(settings, index, comparison, sample_rate)
    working = sum(_works(band.compressor) for band in settings.bands)
    if working and settings.topology == "serial":
        each = "This compressor acts" if working == 1 else "Each of these compressors acts"
        said.append(f"{each} on the whole sound, as it comes from its band.")
    if _works(settings.compressor):
        said.append(describe_compressor(settings.compressor, "on the whole sound, after all bands"))
    small = sum(not band.filter_is_neutral and not _filter_heard(band) for band in settings.bands)
    if small:
        subject = "One band changes" if small == 1 else f"{small} bands change"
        said.append(f"{subject} less than {INAUDIBLE_DB:g} dB and {'is' if small == 1 else 'are'} not listed.")
    if _heard(settings.output_db):
        said.append(phrases.sentence(f"{phrases.decibels(settings.output_db)} at the end, to set the level"))
    said += frequency_warnings(settings, sample_rate)
    return said or [f"Hardly anything was changed: every gain is below {INAUDIBLE_DB:g} dB."]


def describe_band(
    settings: Settings, index: int, comparison: Comparison | None = None, sample_rate: float = 48_000.0
) -> list[str]:
    """Say what one band does and why: a sentence for its filter and one for its compressor, where they act."""
    comparison = comparison or Comparison()
    band = settings.bands[index]
    said = []
    if _filter_heard(band) and not is_bypassed(band, sample_rate):
        what, name = _filter(band)
        why = reason(settings, index, name, comparison, sample_rate)
        said.append(phrases.sentence(f"{what}: {why}" if why else what))
    if _works(band.compressor):
        measured = dynamics_clause(index, comparison)
        said.append(describe_compressor(band.compressor, _place(settings, index), measured))
    return said


def describe_compressor(compressor: Compressor | None, place: str, measured: str = "") -> str:
    """Say what a compressor does at its place; ``measured`` is a clause about the dynamics there."""
    if compressor is None or compressor.is_neutral:
        return ""
    makeup = phrases.decibels(compressor.makeup_db) if _heard(compressor.makeup_db) else ""
    if compressor.ratio == 1.0:
        return phrases.sentence(f"{phrases.decibels(compressor.makeup_db)} {place}")
    what = f"{phrases.ratio(compressor.ratio)} above {phrases.level(compressor.threshold_db)} {place}"
    effect = _effect(compressor)
    then = f", then {makeup}" if makeup else ""
    return phrases.sentence(f"{what}: {effect}{then}" + (f"; {measured}" if measured else ""))


def describe_level(
    before: Loudness | None,
    after: Loudness | None,
    *,
    ceiling_dbtp: float | None = None,
    held_back_db: float = 0.0,
) -> list[str]:
    """Say how loud the recording was and is, where its true peak lies, and what the ceiling did.

    Parameters
    ----------
    before, after
        Of the recording and the result; with one of them alone only that is said.
    ceiling_dbtp
        The highest true peak asked for, ``None`` for none.
    held_back_db
        By how many dB the result was turned down to stay below the ceiling.
    """
    if before is None or after is None:
        one = before or after
        return [] if one is None else [f"Loudness {_lufs(one)}, true peak {_dbtp(one)}."]
    if math.isfinite(before.integrated_lufs) and math.isfinite(after.integrated_lufs):
        change = after.integrated_lufs - before.integrated_lufs
        much = f"{abs(change):.1f} LU {'louder' if change > 0 else 'quieter'}"
        verdict = "as loud as before" if abs(change) < _LU_ALIKE else much
        said = [f"Loudness: {_lufs(before)} before, {_lufs(after)} after, {verdict}."]
    else:
        said = [f"Loudness: {_lufs(before)} before, {_lufs(after)} after."]
    peak = f"True peak: {_dbtp(before)} before, {_dbtp(after)} after"
    highest = after.true_peak_dbtp
    if ceiling_dbtp is not None and math.isfinite(highest):
        over = highest - ceiling_dbtp
        where = "at or below" if over < INAUDIBLE_DB else f"{over:.1f} dB above"
        peak += f", {where} the ceiling of {ceiling_dbtp:g} dBTP"
    elif highest > 0.0:
        peak += ", above full scale: players and lossy formats may distort it"
    said.append(peak + ".")
    if _heard(held_back_db):
        said.append(
            f"The result was turned down by {abs(held_back_db):.1f} dB to stay below the ceiling; nothing was limited."
        )
    return said


def describe_error(before_db: float | None, after_db: float | None, wanted: str = "the reference") -> list[str]:
    """Say how far the spectrum is from the one wanted, before and after."""
    if before_db is None or after_db is None or not (math.isfinite(before_db) and math.isfinite(after_db)):
        return []
    if after_db < before_db - INAUDIBLE_DB:
        return [f"Its tone was {before_db:.1f} dB away from {wanted} on average; now {after_db:.1f} dB are left."]
    if after_db <= before_db + INAUDIBLE_DB:
        return [f"Its tone is as far from {wanted} as before: {after_db:.1f} dB on average."]
    return [f"Its tone is further from {wanted} than before: {after_db:.1f} dB on average, {before_db:.1f} dB before."]


def _filter(band: Band) -> tuple[str, str]:
    """Return what a filter does, and the name of the region that it treats."""
    f, gain = phrases.hertz(band.frequency_hz), phrases.decibels(band.gain_db)
    if band.type == "low_shelf":
        return f"{gain} below {f}", phrases.region_below(band.frequency_hz)
    if band.type == "high_shelf":
        return f"{gain} above {f}", phrases.region_above(band.frequency_hz)
    if band.type == "peak":
        return f"{gain} at {f}, {phrases.sharpness(band.q)}", phrases.region(band.frequency_hz)
    lift = 20.0 * math.log10(band.q)
    edge = f", with a lift of {lift:.1f} dB at the edge" if lift >= 1.0 else ""
    if band.type == "high_pass":
        return f"Everything below {f} fades out{edge}", phrases.region_below(band.frequency_hz)
    return f"Everything above {f} fades out{edge}", phrases.region_above(band.frequency_hz)


def _place(settings: Settings, index: int) -> str:
    """Return where a band's compressor acts, as its topology has it."""
    splits = settings.crossover_hz
    if settings.topology == "crossover":
        low = splits[index - 1] if index > 0 else None
        high = splits[index] if index < len(splits) else None
        if low is None:
            return "on the whole sound" if high is None else f"below {phrases.hertz(high)}"
        if high is None:
            return f"above {phrases.hertz(low)}"
        return f"in the band around {phrases.hertz(math.sqrt(low * high))}"
    if settings.topology == "eq_then_drc":
        return "on the whole sound, after all filters"
    return f"after the band around {phrases.hertz(settings.bands[index].frequency_hz)}"


def _effect(compressor: Compressor) -> str:
    if compressor.threshold_db - compressor.knee_db / 2 >= 6.0:
        return "hardly ever acts, as nothing gets that loud"
    if compressor.ratio < 1.3:
        effect = "evens out loud moments a little"
    elif compressor.ratio < 4.0:
        effect = "evens out loud moments"
    elif compressor.ratio < 20.0:
        effect = "holds loud moments firmly"
    else:
        effect = "lets hardly anything get louder"
    if compressor.attack_ms <= _QUICK_MS:
        return f"{effect}, sharp hits included"
    return f"{effect}, but lets hits through" if compressor.attack_ms >= _SLOW_MS else effect


def _splits_without_effect(settings: Settings) -> bool:
    """Whether a crossover is at work (it shifts phases even where no band is heard)."""
    return len(settings.crossover_hz) > 0 and not all(band.is_neutral for band in settings.bands)


def _splits(settings: Settings) -> str:
    said = [phrases.hertz(f) for f in settings.crossover_hz]
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]


def _works(compressor: Compressor | None) -> bool:
    return compressor is not None and not compressor.is_neutral


def _heard(gain_db: float) -> bool:
    return abs(gain_db) >= INAUDIBLE_DB


def _filter_heard(band: Band) -> bool:
    return band.type in PASS_TYPES or _heard(band.gain_db)


def _lufs(read: Loudness) -> str:
    value = read.integrated_lufs
    return f"{value:.1f} LUFS" if math.isfinite(value) else "too short or too quiet to measure"


def _dbtp(read: Loudness) -> str:
    value = read.true_peak_dbtp
    return f"{value:.1f} dBTP" if math.isfinite(value) else "silence"
