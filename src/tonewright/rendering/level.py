"""How loud the output becomes: an asked loudness, a ceiling for the true peak, and nothing but ``output_db``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from tonewright.audio import Audio, Format, Loudness
from tonewright.audio.sound import Samples
from tonewright.errors import SettingsError
from tonewright.parameters import limits
from tonewright.rendering.source import Source, open_source
from tonewright.rendering.timeline import Chain, Timeline, with_output
from tonewright.rendering.work import Progress, listen
from tonewright.requests.rows import CEILING_DB as CEILING_DB
from tonewright.requests.rows import CEILINGS, LOUDNESSES
from tonewright.settings import Settings

#: Kept free below the ceiling for rounding and dither, in dB: 16 bit and more need a tenth of it.
_MARGIN_DB, _MARGIN_8_BIT_DB = 0.01, 0.25


@dataclass(frozen=True)
class Settled:
    """Settings, or a timeline, whose output gain gives the asked loudness below the ceiling.

    Attributes
    ----------
    settings
        The given ones with another ``output_db``; of a timeline those at its start.
    before, after
        Of the source, and of the source through ``settings`` (measured, then shifted by the output gain, which is
        exact).
    gain_db
        By how much ``output_db`` has changed.
    wanted_lufs
        The loudness that was aimed at; ``None`` if none was, or if there is none (silence, less than 400 ms).
    limited_db
        By how much the ceiling keeps the output below that loudness, or below its own where none was aimed at; 0 or
        more, in dB.
    ceiling_db
        In dBTP; ``None`` if there was none.
    kept
        The processed audio before the output gain, if it was to be kept.
    timeline
        The given one with another ``output_db``, if it was one.
    """

    settings: Settings
    before: Loudness
    after: Loudness
    gain_db: float
    wanted_lufs: float | None = None
    limited_db: float = 0.0
    ceiling_db: float | None = None
    kept: list[Samples] | None = field(default=None, repr=False, compare=False)
    timeline: Timeline | None = field(default=None, repr=False)

    @property
    def chain(self) -> Chain:
        """What is to be rendered: the timeline if there is one, else the settings."""
        return self.settings if self.timeline is None else self.timeline

    @property
    def notes(self) -> list[str]:
        """One sentence if the ceiling decided the level, else nothing."""
        if self.limited_db < 0.05 or self.ceiling_db is None:
            return []
        what = "what was asked" if self.wanted_lufs is not None else "the settings alone would make it"
        return [
            f"The output is {self.limited_db:.1f} dB quieter than {what}, so that its true peak stays at or below "
            f"{self.ceiling_db:g} dBTP (--ceiling off lets it through)."
        ]


def settle(
    source: Source | Audio | str | Path,
    settings: Chain,
    *,
    loudness: float | None = None,
    keep_level: bool = True,
    ceiling_db: float | None = CEILING_DB,
    before: Loudness | None = None,
    keep: bool = False,
    progress: Progress | None = None,
) -> Settled:
    """Find the output gain that gives a loudness and keeps the true peak at or below a ceiling, in one pass.

    Parameters
    ----------
    source
        What will be rendered.
    settings
        Settings or a timeline: everything but the output gain, which is found anew (unless ``keep_level`` is
        ``False``).
    loudness
        Wanted integrated loudness in LUFS; as loud as the source when ``None``.
    keep_level
        ``False``, without ``loudness``: leave the level to the settings, only look after the ceiling.
    ceiling_db
        Highest true peak in dBTP; ``None`` for none. It wins over the loudness.
    before
        What was measured of the source already, so that it need not be measured again.
    keep
        Keep the processed audio for :func:`~tonewright.rendering.render_file`, if it is not too long.

    Neutral settings stay neutral, whatever the source's peak, unless a loudness is asked.

    Raises
    ------
    AudioError
        If the source cannot be read.
    SettingsError
        If the ceiling or the loudness makes no sense.
    """
    source = open_source(source)
    check_ceiling(ceiling_db)
    low, high = LOUDNESSES
    if loudness is not None and not low <= loudness <= high:
        raise SettingsError(f"The loudness must lie between {low:g} and {high:g} LUFS, got {loudness:g}.")
    heard, raw, kept = listen(source, settings, before=before, keep=keep, progress=progress)
    assert heard is not None
    wanted = heard.integrated_lufs if loudness is None and keep_level else loudness
    if settings.is_neutral and loudness is None:
        first, timeline = parts(settings)
        still = shifted(raw, 0.0)
        return Settled(first, heard, still, 0.0, _finite(wanted), 0.0, ceiling_db, kept, timeline)
    output_db = settings.output_db
    if wanted is not None and math.isfinite(wanted) and math.isfinite(raw.integrated_lufs):
        output_db = wanted - raw.integrated_lufs
    else:
        wanted = None
    low, high = limits("output_db")
    asked = min(max(output_db, low), high)
    output_db = max(low, below_ceiling(asked, raw.true_peak_dbtp, ceiling_db, source.format))
    first, timeline = parts(with_output(settings, output_db))
    return Settled(
        first,
        before=heard,
        after=shifted(raw, output_db),
        gain_db=output_db - settings.output_db,
        wanted_lufs=wanted,
        limited_db=asked - output_db,
        ceiling_db=ceiling_db,
        kept=kept,
        timeline=timeline,
    )


def parts(chain: Chain) -> tuple[Settings, Timeline | None]:
    """Return settings that stand for what is rendered, and the timeline if it is one."""
    return (chain.sections[0].settings, chain) if isinstance(chain, Timeline) else (chain, None)


def check_ceiling(ceiling_db: float | None) -> None:
    """Refuse a ceiling above full scale, or so low that it must be a mistake."""
    low, high = CEILINGS
    if ceiling_db is not None and not low <= ceiling_db <= high:
        raise SettingsError(f"The ceiling must lie between {low:g} and {high:g} dBTP, or be off, got {ceiling_db:g}.")


def below_ceiling(output_db: float, true_peak_dbtp: float, ceiling_db: float | None, form: Format | None) -> float:
    """Return the output gain, lowered as far as the ceiling asks.

    Parameters
    ----------
    true_peak_dbtp
        Without any output gain.
    form
        What will be written; narrow formats need more room for their dither.
    """
    if ceiling_db is None:
        return output_db
    margin = _MARGIN_8_BIT_DB if form is not None and form.bits == 8 else _MARGIN_DB
    return min(output_db, ceiling_db - margin - true_peak_dbtp)


def shifted(loudness: Loudness, gain_db: float) -> Loudness:
    """Return what a meter would read of the same audio with a gain."""
    return replace(
        loudness,
        integrated_lufs=loudness.integrated_lufs + gain_db,
        momentary_max_lufs=loudness.momentary_max_lufs + gain_db,
        short_term_max_lufs=loudness.short_term_max_lufs + gain_db,
        true_peak_dbtp=loudness.true_peak_dbtp + gain_db,
        sample_peak_dbfs=loudness.sample_peak_dbfs + gain_db,
        rms_dbfs=loudness.rms_dbfs + gain_db,
        true_peaks_dbtp=tuple(each + gain_db for each in loudness.true_peaks_dbtp),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
