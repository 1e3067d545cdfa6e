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
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.controllers.matching.hearing import Hearing, hear
from tonewright.controllers.result import Excerpts, Recording, Result, Stages, What, check_options
from tonewright.errors import SettingsError
from tonewright.networks.frames import band_factors, hear_frames
from tonewright.networks.network import Network, Prediction
from tonewright.networks.shipped import find_network
from tonewright.networks.specification import NetworkError
from tonewright.networks.trust import Trust, trust
from tonewright.processor.filters import response_db
from tonewright.rendering import CEILING_DB, Progress, open_source, settle
from tonewright.settings import Band, Compressor, Settings

if TYPE_CHECKING:
    from tonewright.reporting import Story

Profile = Literal["music", "speech"]
PROFILES: tuple[Profile, ...] = ("music", "speech")

#: Shares of the whole work, for the progress bar.
_HEARD, _DECIDED = 0.5, 0.6
#: What is smaller is left out: gains in dB, slopes 1 - 1/ratio.
_LEAST_GAIN_DB, _LEAST_SLOPE = 0.1, 0.02


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
    """

    profile: Profile
    prediction: Prediction = field(repr=False)
    trust: Trust
    spectrum_db: NDArray[np.float64] = field(repr=False)
    typical_db: NDArray[np.float64] | None = field(repr=False)

    @cached_property
    def story(self) -> Story:
        """Everything a report shows."""
        from tonewright.reporting import Story, describe_level, describe_settings

        wanted = f"{self.profile} as it usually is"
        output = self.spectrum_db + response_db(
            self.settings.model_copy(update={"output_db": 0.0}), CENTRES, self.source.sample_rate
        )
        spectra = {"input": self.spectrum_db, "output": output}
        if self.typical_db is not None:
            spectra["reference"] = self.typical_db
        spectra = {name: values - np.mean(values) for name, values in spectra.items()}
        sections = [
            (
                "What was done, and why",
                describe_settings(
                    self.settings.model_copy(update={"output_db": 0.0}),
                    spectra,
                    CENTRES,
                    sample_rate=self.source.sample_rate,
                    wanted=wanted,
                    unchanged_because=self._why_unchanged(),
                ),
            ),
            ("How sure", [self._confidence()]),
            (
                "Level",
                describe_level(
                    self.before,
                    self.after,
                    ceiling_dbtp=self.settled.ceiling_db,
                    held_back_db=self.settled.limited_db,
                ),
            ),
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
        followed = "followed fully" if percent >= 97 else f"followed to {percent} %"
        if gain < 3:
            return f"Little improvement is expected, so the network's suggestion was {followed}."
        return (
            f"The network's suggestion was {followed}: of recordings it was this sure about, about {gain} % of the "
            "spectral error went away in tests. It hears no reference, so let your ears decide."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything found as plain data."""
        return {
            **super().to_dict(),
            "profile": self.profile,
            "followed": self.trust.amount,
            "expected_remaining": self.trust.remaining,
            "suggested": self.prediction.settings.to_dict(),
        }


def auto(
    source: Recording,
    *,
    amount: float = 1.0,
    profile: Profile = "music",
    what: What = "both",
    max_gain_db: float = 12.0,
    loudness: float | None = None,
    ceiling_db: float | None = CEILING_DB,
    model: str | Path | None = None,
    progress: Progress | None = None,
) -> AutoResult:
    """Correct the balance of a recording blindly.

    Parameters
    ----------
    source
        Audio in memory or a path; half a second or longer, not silent.
    amount
        0 (nothing) to 1.5; half the amount is half the decibels.
    profile
        What it is: ``music`` or ``speech``.
    what
        Correct the spectrum with equalizer bands (``tone``), the dynamics with compressors, or both.
    max_gain_db
        No band beyond so many dB, 0 to 40.
    loudness
        Of the result in LUFS; as the input if absent.
    ceiling_db
        Highest true peak in dBTP, kept by gain alone; ``None`` for none.
    model
        A weight file instead of the package's own.

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
    check_options(amount, what, max_gain_db)
    if profile not in PROFILES:
        raise SettingsError(f"The profile must be music or speech, got {profile!r}.")
    network = find_network("auto", model)
    if network is None:
        raise NetworkError("This installation holds no weights for auto; name a weight file as the model.")
    stages = Stages(progress, _HEARD)
    own = open_source(source)
    heard = hear(Excerpts(own), stages.counting(f"listening to {own.name}", 0, own.frames), doing="auto")
    stages.tell("deciding", _HEARD)
    prediction, followed, settings = decide(network, heard, profile, amount=amount, what=what, max_gain_db=max_gain_db)
    settled = settle(
        own,
        settings,
        loudness=loudness,
        ceiling_db=ceiling_db,
        before=heard.survey.loudness,
        keep=True,
        progress=lambda stage, part: stages.tell(stage, _DECIDED + (1.0 - _DECIDED) * part),
    )
    return AutoResult(
        settings=settled.settings,
        source=own,
        settled=settled,
        what=what,
        amount=amount,
        profile=profile,
        prediction=prediction,
        trust=followed,
        spectrum_db=_spectrum(heard),
        typical_db=_typical(network, profile),
    )


def decide(
    network: Network, heard: Hearing, profile: Profile, *, amount: float, what: str, max_gain_db: float
) -> tuple[Prediction, Trust, Settings]:
    """Ask the network and return its answer, how far it is followed, and settings for the recording as it is."""
    frames = hear_frames(heard.survey)
    prediction = network.predict([frames], np.array([float(profile == name) for name in PROFILES]))
    followed = trust(network, prediction.log_ratio)
    scaled = prediction.settings.scaled(amount * followed.amount)
    return prediction, followed, restrict(scaled, what, max_gain_db).at_level(-frames.gain_db)


def restrict(settings: Settings, what: str, max_gain_db: float) -> Settings:
    """Keep what may be changed, within the largest gain, and leave out what does next to nothing."""
    bands = []
    for band in settings.bands:
        gain = 0.0 if what == "dynamics" else float(np.clip(band.gain_db, -max_gain_db, max_gain_db))
        compressor = None if what == "tone" else _working(band.compressor)
        gain = 0.0 if abs(gain) < _LEAST_GAIN_DB else gain
        if gain != 0.0 or compressor is not None:
            bands.append(Band.model_validate({**band.model_dump(), "gain_db": gain, "compressor": compressor}))
    outer = None if what == "tone" else _working(settings.compressor)
    return settings.model_copy(update={"bands": tuple(bands), "compressor": outer})


def _working(compressor: Compressor | None) -> Compressor | None:
    """Return a compressor that does something, or ``None``; one that hardly compresses loses its makeup too."""
    if compressor is None or 1.0 - 1.0 / compressor.ratio < _LEAST_SLOPE:
        return None
    return compressor


def _spectrum(heard: Hearing) -> NDArray[np.float64]:
    return heard.survey.spectrum_db() + 10.0 * np.log10(band_factors(heard.survey.sample_rate))


def _typical(network: Network, profile: Profile) -> NDArray[np.float64] | None:
    typical = network.weights.get(f"typical.{profile}")
    return None if typical is None else typical.astype(np.float64)
