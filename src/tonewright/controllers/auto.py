"""``auto``: bring a recording into balance without being told how it should sound.

    hear the whole  ->  a network suggests settings  ->  follow it as far as it is sure  ->  scale by the amount
      ->  settle the level

The network was trained to undo random equalizers and compressors on music and speech it could compare with; see
``training/README.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, usable_bands
from tonewright.controllers.deciding import decide, decide_sections
from tonewright.controllers.matching.hearing import Hearing, hear
from tonewright.controllers.result import Excerpts, Recording, Result, Stages, asked_lufs
from tonewright.networks.frames import band_factors
from tonewright.networks.network import Network, Prediction
from tonewright.networks.shipped import find_network
from tonewright.networks.specification import NetworkError
from tonewright.networks.trust import Trust
from tonewright.processor.filters import response_db
from tonewright.rendering import Chain, Progress, Section, Timeline, open_source, settle
from tonewright.requests import Auto
from tonewright.requests.checking import reads_options
from tonewright.requests.rows import Profile, What

if TYPE_CHECKING:
    from tonewright.reporting import Story

#: Shares of the whole work, for the progress bar.
_HEARD, _DECIDED = 0.5, 0.6
#: Sections whose curve stays so near to the whole's, in dB, are not told apart in words.
_ALIKE_DB = 0.5


@dataclass(frozen=True)
class AutoResult(Result):
    """What ``auto`` found.

    Attributes
    ----------
    profile
        What the recording was taken for.
    prediction
        The network's answer, at its working level.
    trust
        How far it was followed, and the part of the error that is expected to be left.
    spectrum_db, typical_db
        Long-term level per sixth octave of the recording, and of recordings of its kind (``None`` if the weights do not
        say), (57,), in dB.
    timeline
        Settings per section, all with the output gain of ``settings``, if sections were asked for: this is what is
        rendered, and ``settings`` is the answer for the whole.
    """

    profile: Profile
    prediction: Prediction = field(repr=False)
    trust: Trust
    spectrum_db: NDArray[np.float64] = field(repr=False)
    typical_db: NDArray[np.float64] | None = field(repr=False)
    timeline: Timeline | None = None

    @property
    def chain(self) -> Chain:
        """The timeline if there is one, else the settings."""
        return self.settings if self.timeline is None else self.timeline

    @cached_property
    def story(self) -> Story:
        """Everything a report shows."""
        from tonewright.reporting import Story, describe_settings

        wanted = f"{self.profile} as it usually is"
        output = self.spectrum_db + response_db(self.settings.with_output(0.0), CENTRES, self.source.sample_rate)
        spectra = {"input": self.spectrum_db, "output": output}
        if self.typical_db is not None:
            spectra["reference"] = self.typical_db
        spectra = {name: values - np.mean(values) for name, values in spectra.items()}
        sections = [
            (
                "What was done, and why",
                describe_settings(
                    self.settings.with_output(0.0),
                    spectra,
                    CENTRES,
                    sample_rate=self.source.sample_rate,
                    wanted=wanted,
                    unchanged_because=self._why_unchanged(),
                ),
            ),
            *([] if self.timeline is None else [("Sections", self._sections(self.timeline))]),
            ("How sure", [self._confidence()]),
            ("Level", self._level_words()),
        ]
        return Story(
            title=f"{self.source.name} brought into balance",
            settings=self.settings,
            sample_rate=self.source.sample_rate,
            frequency_hz=CENTRES,
            spectra=spectra,
            sections=sections,
            before=self.before,
            after=self.after,
            files={"input": self.source.name},
            labels={"input": "your recording", "reference": wanted, "output": "the result"},
        )

    def _why_unchanged(self) -> str:
        if self.amount == 0.0:
            return "the amount is 0"
        if self.trust.amount < 0.05:
            return "the network is not sure that anything would help"
        return "the recording is in balance already, as far as six bands can tell"

    def _confidence(self) -> str:
        percent = round(100.0 * self.trust.amount)
        gain = round(100.0 * (1.0 - self.trust.remaining))
        followed = "followed fully" if 97 <= percent <= 103 else f"followed to {percent} %"
        if gain < 3:
            return f"Little improvement is expected, so the network's suggestion was {followed}."
        return (
            f"The network's suggestion was {followed}: of recordings it was this sure about, about {gain} % of the "
            "spectral error went away in tests. It hears no reference, so let your ears decide."
        )

    def _sections(self, timeline: Timeline) -> list[str]:
        """Say how each section's curve differs from the whole's."""
        if len(timeline.sections) == 1:
            return ["The recording sounds much alike throughout, so one setting holds for all of it."]
        ends = [*(one.start_s for one in timeline.sections[1:]), self.source.duration]
        whole = self._curve(Section(0.0, self.settings))
        return [
            f"{_clock(one.start_s)} to {_clock(end)}: {_difference(self._curve(one) - whole)}."
            for one, end in zip(timeline.sections, ends, strict=True)
        ]

    def _curve(self, section: Section) -> NDArray[np.float64]:
        """Return the response of a section's filters in dB, its mean removed; NaN where the recording has nothing."""
        curve = response_db(section.settings, CENTRES, self.source.sample_rate)
        curve = np.where(usable_bands(self.source.sample_rate), curve, np.nan)
        return np.asarray(curve - np.nanmean(curve))

    def to_dict(self) -> dict[str, Any]:
        """Return everything found as plain data."""
        return {
            **super().to_dict(),
            "profile": self.profile,
            "followed": self.trust.amount,
            "expected_remaining": self.trust.remaining,
            "suggested": self.prediction.settings.to_dict(),
            "timeline": None if self.timeline is None else self.timeline.to_dict(),
        }


@reads_options(Auto)
def auto(
    source: Recording,
    *,
    amount: float = Auto.amount,
    profile: Profile = Auto.profile,
    what: What = Auto.what,
    sections: bool = Auto.sections,
    max_gain_db: float = Auto.max_gain_db,
    loudness: float | str = Auto.loudness,
    ceiling_db: float | None = Auto.ceiling_db,
    model: str | Path | None = Auto.model,
    progress: Progress | None = None,
) -> AutoResult:
    """Correct the balance of a recording blindly.

    Parameters
    ----------
    source
        Audio in memory or a path; half a second or longer, not silent.
    {options}

    Raises
    ------
    AudioError
        If the source cannot be read, is silent or too short.
    SettingsError
        If an option makes no sense.
    NetworkError
        If there are no weights.

    Examples
    --------
    >>> result = auto("song.wav", amount=0.8)  # doctest: +SKIP
    >>> print(result.explain())  # doctest: +SKIP
    """
    network = find_network("auto", model)
    if network is None:
        raise NetworkError("This installation holds no weights for auto; name a weight file as the model.")
    stages = Stages(progress, _HEARD)
    own = open_source(source)
    heard = hear(Excerpts(own), stages.counting(f"listening to {own.name}", 0, own.frames), doing="auto")
    stages.tell("deciding", _HEARD)
    options: dict[str, Any] = {"amount": amount, "what": what, "max_gain_db": max_gain_db}
    prediction, followed, settings = decide(network, heard.survey, profile, **options)
    settled = settle(
        own,
        decide_sections(network, heard.survey, profile, **options) if sections else settings,
        loudness=asked_lufs(loudness),
        ceiling_db=ceiling_db,
        before=heard.survey.loudness,
        keep=True,
        progress=lambda stage, part: stages.tell(stage, _DECIDED + (1.0 - _DECIDED) * part),
    )
    return AutoResult(
        settings=settings.with_output(settled.settings.output_db),
        source=own,
        settled=settled,
        what=what,
        amount=amount,
        profile=profile,
        prediction=prediction,
        trust=followed,
        spectrum_db=_spectrum(heard),
        typical_db=_typical(network, profile),
        timeline=settled.timeline,
    )


def _spectrum(heard: Hearing) -> NDArray[np.float64]:
    return heard.survey.spectrum_db() + 10.0 * np.log10(band_factors(heard.survey.sample_rate))


def _typical(network: Network, profile: Profile) -> NDArray[np.float64] | None:
    typical = network.weights.get(f"typical.{profile}")
    return None if typical is None else typical.astype(np.float64)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _difference(curve_db: NDArray[np.float64]) -> str:
    """Say where a curve in dB is highest and lowest."""
    said = []
    for extreme, word in ((int(np.nanargmax(curve_db)), "more"), (int(np.nanargmin(curve_db)), "less")):
        if abs(curve_db[extreme]) >= _ALIKE_DB:
            where = CENTRES[extreme]
            place = f"{where / 1000.0:.1f} kHz" if where >= 1000.0 else f"{where:.0f} Hz"
            said.append(f"{abs(curve_db[extreme]):.1f} dB {word} around {place}")
    return "as the whole" if not said else " and ".join(said) + " than in the whole"
