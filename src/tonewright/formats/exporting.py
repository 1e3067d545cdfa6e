"""Settings out: fitted to what the program accepts, written, read back, and judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.audio import Audio
from tonewright.errors import SettingsError
from tonewright.formats.contract import ROUNDING_DB, Export, Job, Limits, Notes, Program
from tonewright.formats.fitting import fit, grid
from tonewright.formats.headroom import frequencies, needed_headroom_db
from tonewright.formats.material import average_gain_db, excerpt, peak_levels_db
from tonewright.formats.numbers import short
from tonewright.formats.profile import Profile
from tonewright.formats.registry import program as find
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage, settings_of, stages_of
from tonewright.parameters import HIGHEST_OF_RATE, SAMPLE_RATES
from tonewright.processor.filters import frequency_warnings, response_db, usable_frequency
from tonewright.settings import Settings

Array = NDArray[np.float64]
_HEADROOM_STEP_DB = 0.01


def export(
    settings: Settings,
    program: str,
    rate_hz: float = 48_000.0,
    profile: Profile | None = None,
    headroom: bool = True,
    material: Audio | None = None,
) -> Export:
    """Write settings in another program's words.

    Parameters
    ----------
    settings
        Any; what the program cannot carry is said in a sentence, with the best static equivalent in its place.
    program
        A name of :func:`tonewright.formats.programs`.
    rate_hz
        The sample rate the program will run at, 8000 to 384000.
    profile
        Limits of a device's equalizer, to which the filters are fitted.
    headroom
        Whether the level is lowered so that steady tones at full scale do not clip.
    material
        A recording the settings are for: where compressors cannot be carried their average gain on it goes into the
        preamp, and where knees cannot they are folded over its levels.

    Raises
    ------
    SettingsError
        If the program is not known or is only read, or cannot take the settings.
    """
    chosen = find(program)
    if chosen.write is None:
        raise SettingsError(f"{chosen.title} presets can be read but not written; write equalizer-apo text instead.")
    if not SAMPLE_RATES[0] <= rate_hz <= SAMPLE_RATES[1]:
        raise SettingsError(f"The sample rate must lie between {SAMPLE_RATES[0]} and {SAMPLE_RATES[1]} Hz.")
    notes = Notes()
    for sentence in frequency_warnings(settings, rate_hz):
        notes.tell(sentence)
    wanted = _usable(settings, rate_hz)
    written = _carried(wanted, chosen, notes)
    offset = 0.0
    heard = None if material is None else excerpt(material.samples, material.sample_rate)
    if material is not None and heard is not None and chosen.dynamics == "none" and wanted.has_dynamics:
        offset = average_gain_db(wanted, wanted.without_dynamics(), heard, material.sample_rate)
        notes.tell(f"On the material the compressors change the level by {offset:+.2f} dB, which is in the preamp.")
        written = written.with_preamp(written.preamp_db + offset)
    written = _fitted(written, chosen.limits if profile is None else profile.limits, profile, rate_hz, notes)
    lowered = _headroom(written, rate_hz) if headroom else 0.0
    if lowered:
        notes.tell(
            f"The level is {lowered:.2f} dB lower than in the settings: headroom, so that steady tones at full scale "
            "do not clip; it is not matched in loudness."
        )
        written = _lowered(written, lowered)
    lowered += (excess := _excess_db(written, chosen.limits if profile is None else profile.limits, chosen.title))
    if excess:
        notes.tell(f"The preamp stops at its upper end: raise the level by {excess:.1f} dB by hand.")
        written = _lowered(written, excess)
    stages = () if written.topology == "crossover" else stages_of(written)
    text = chosen.write(
        Job(
            written,
            stages,
            rate_hz,
            notes,
            None if material is None or heard is None else peak_levels_db(heard, material.sample_rate),
        )
    )
    error = _error_db(text, chosen, wanted, lowered - offset, rate_hz)
    exactness = notes.exactness
    if exactness == "exact" and error > ROUNDING_DB:
        exactness = "approximate"
        notes.tell(f"{chosen.title} holds fewer digits or points than the filters need: {error:.2f} dB off at worst.")
    return Export(
        chosen.name, text, exactness, error, tuple(notes.sentences), chosen.suffix, chosen.instruction, lowered,
        float(rate_hz), written,
    )  # fmt: skip


def _usable(settings: Settings, rate_hz: float) -> Settings:
    """Leave out what does nothing at this sample rate, and bring frequencies below its end."""
    bands = []
    for band in settings.bands:
        usable, bypass = usable_frequency(band.type, np.array(band.frequency_hz), rate_hz)
        if bypass and band.compressor is None and settings.topology != "crossover":
            continue
        bands.append(band.flat() if bypass else band.changed(frequency_hz=float(usable)))
    splits = settings.crossover_hz
    if not splits:
        # Without a split to make, a crossover of one band is a row.
        topology = "serial" if settings.topology == "crossover" else settings.topology
        return settings.changed(bands=tuple(bands), topology=topology, splits_hz=None)
    if all(band.is_neutral for band in settings.bands):
        return settings.without_bands()
    # Splits that meet at the end of the rate still ascend.
    tops = HIGHEST_OF_RATE * rate_hz * (1.0 - 1e-9 * np.arange(len(splits))[::-1])
    return settings.changed(
        bands=tuple(bands), splits_hz=tuple(min(f, float(top)) for f, top in zip(splits, tops, strict=True))
    )


def _carried(settings: Settings, program: Program, notes: Notes) -> Settings:
    """Take away what the program has no means for, and say so."""
    serial = settings
    if settings.topology == "crossover" and not program.crossover:
        dropped = [f"{n} ({_words(b)})" for n, b in enumerate(settings.bands, 1) if b.has_dynamics]
        serial = settings.without_bands()
        sentence = f"{program.title} has no crossover: the static response of the bands' sum is carried by filters"
        if dropped:
            notes.lost(f"{sentence}; the compressors of bands {_list(dropped)} are left out.")
        else:
            notes.converted(f"{sentence}, fitted.")
        stages: list[Stage] = [*_crossover_fit(settings), *[s for s in stages_of(serial) if isinstance(s, Dynamics)]]
        serial = settings_of(
            [Gain(settings.preamp_db), *stages, Gain(settings.output_db)], link=settings.link, note=settings.note
        )
    if program.dynamics == "none":
        compressors = (
            [s for s in stages_of(serial) if isinstance(s, Dynamics)] if serial.topology != "crossover" else []
        )
        if serial.topology == "crossover":
            compressors = [
                Dynamics(**b.compressor.model_dump()) for b in serial.bands if b.compressor and b.has_dynamics
            ]
            if serial.compressor is not None and not serial.compressor.is_neutral:
                compressors.append(Dynamics(**serial.compressor.model_dump(), outer=True))
        if compressors:
            names = [f"band {n} ({_words(b)})" for n, b in enumerate(serial.bands, 1) if b.has_dynamics]
            if serial.compressor is not None and not serial.compressor.is_neutral:
                names.append(f"the outer one ({compressors[-1].words})")
            notes.lost(
                f"{program.title} has no compressors: that of {_list(names)} {'is' if len(names) == 1 else 'are'} left "
                "out, makeup included; the filters are its static equivalent."
            )
        serial = serial.without_dynamics()
    return serial


def _fitted(settings: Settings, limits: Limits, profile: Profile | None, rate_hz: float, notes: Notes) -> Settings:
    """Fit the filters to the limits where they do not keep them."""
    if settings.topology == "crossover":
        return settings
    stages = stages_of(settings)
    filters = [stage for stage in stages if isinstance(stage, Filter)]
    why = _breach(filters, limits)
    if not why:
        return settings
    points = grid(rate_hz)
    bare = settings.without_gains()
    found = fit(response_db(bare, points, rate_hz), filters, limits, rate_hz)
    compressors = [stage for stage in stages if isinstance(stage, Dynamics)]
    order = "; they now stand before all compressors" if compressors and isinstance(stages[-1], Filter) else ""
    device = f"The profile {profile.name}" if profile is not None else "The program"
    notes.converted(
        f"{device} {why}: {len(found.filters)} filters are fitted instead, {found.worst_db:.2f} dB off at worst, "
        f"{found.rms_db:.2f} dB root mean square{order}."
    )
    row: list[Stage] = [Gain(settings.preamp_db), *found.filters, *compressors, Gain(settings.output_db)]
    return settings_of(row, link=settings.link, note=settings.note)


def _breach(filters: list[Filter], limits: Limits) -> str:
    if limits.frequencies_hz:
        fixed = all(any(abs(f.frequency_hz - at) < 0.005 * at for at in limits.frequencies_hz) for f in filters)
        if not fixed:
            return "has fixed frequencies"
    if len(filters) > limits.bands:
        return f"holds at most {limits.bands} filters"
    for kind, most in limits.most:
        if sum(one.type == kind for one in filters) > most:
            return f"holds at most {most} {kind.replace('_', '-')} filter{'s' if most > 1 else ''}"
    for one in filters:
        name = one.type.replace("_", "-")
        if one.type not in limits.types:
            return f"has no {name} filters"
        for value, (low, high), words in (
            (one.gain_db, limits.gain_db, "gains from {} to {} dB"),
            (one.q, limits.q, "Q from {} to {}"),
            (one.frequency_hz, limits.frequency_hz, "frequencies from {} to {} Hz"),
        ):
            if not low * (1 - 1e-9 * np.sign(low)) <= value <= high * (1 + 1e-9 * np.sign(high)):
                return "takes " + words.format(short(low, 2), short(high, 2))
    return ""


def _excess_db(settings: Settings, limits: Limits, title: str) -> float:
    """Return by how much the preamp is above what it can be; raise if it cannot be low enough."""
    low, high = limits.preamp_db
    total = settings.preamp_db + settings.output_db
    if total < low - 1e-9:
        raise SettingsError(
            f"{title} takes a preamp from {low:g} to {high:g} dB, and these settings need {total:.1f} dB; "
            "lower their gains."
        )
    return max(0.0, total - high)


def _crossover_fit(settings: Settings) -> list[Stage]:
    rate_hz = settings.design_rate_hz or 48_000.0
    bare = settings.without_gains()
    start = [Filter(b.type, b.frequency_hz, b.gain_db, b.q) for b in settings.bands if not b.filter_is_neutral]
    return list(fit(response_db(bare, grid(rate_hz), rate_hz), start, Limits(), rate_hz).filters)


def _headroom(settings: Settings, rate_hz: float) -> float:
    """Round up, so that files show few digits."""
    needed = needed_headroom_db(settings, rate_hz)
    return float(np.ceil(needed / _HEADROOM_STEP_DB - 1e-9) * _HEADROOM_STEP_DB) if needed > 1e-6 else 0.0


def _lowered(settings: Settings, by_db: float) -> Settings:
    """Take headroom first where nothing compresses, else last, where no threshold notices."""
    dynamics = settings.topology == "crossover" or any(isinstance(s, Dynamics) for s in stages_of(settings))
    if dynamics:
        return settings.with_output(settings.output_db - by_db)
    return settings.with_preamp(settings.preamp_db - by_db)


def _error_db(text: str | bytes, program: Program, wanted: Settings, lowered: float, rate_hz: float) -> float:
    frequency = frequencies(wanted, rate_hz)
    ours = response_db(wanted, frequency, rate_hz) - lowered
    if program.response is not None:
        theirs = program.response(text, frequency, rate_hz)
    else:
        assert program.read is not None
        assert isinstance(text, str)
        parsed = program.read(text, Notes())
        back = parsed.settings or settings_of(parsed.stages)
        theirs = response_db(back, frequency, rate_hz)
    # What lies below -120 dB is silence either way.
    return float(np.abs(np.maximum(ours, -120.0) - np.maximum(theirs, -120.0)).max(initial=0.0))


def _words(band: object) -> str:
    compressor = getattr(band, "compressor")  # noqa: B009
    return f"{compressor.ratio:.3g}:1 above {compressor.threshold_db:.3g} dB"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
