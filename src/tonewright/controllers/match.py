"""``match``: make a recording sound like another one.

    hear both as a whole  ->  expect a correction curve  ->  refine it on moments that sound alike
      ->  a network suggests six bands and compressors  ->  keep what helps
      ->  scale by the amount  ->  settle the level

The curve is a closed form. Without a network (``model="none"``) the bands that follow the curve are the start of a
descent through the exact chain, and what helps on segments not used is kept. From a network's answer a descent leads no
nearer (docs/match.md), so that by default none follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.audio import Audio
from tonewright.controllers.matching.fit import STEPS, Fit, fit
from tonewright.controllers.matching.hearing import hear
from tonewright.controllers.result import Excerpts, Recording, Result, Stages, asked_lufs
from tonewright.networks.shipped import find_network
from tonewright.processor.filters import response_db
from tonewright.rendering import Progress, Source, open_source, settle
from tonewright.requests import Match
from tonewright.requests.checking import reads_options
from tonewright.requests.rows import What
from tonewright.requests.table import shares

if TYPE_CHECKING:
    from tonewright.reporting import Story

#: Shares of the whole work, for the progress bar.
_HEARD, _FITTED = 0.35, 0.75


@dataclass(frozen=True)
class MatchResult(Result):
    """What ``match`` found.

    Attributes
    ----------
    fit
        What was measured and decided, at the working level.
    names
        Of the references.
    """

    fit: Fit = field(repr=False)
    names: tuple[str, ...]
    spectrum_db: NDArray[np.float64] = field(repr=False)

    @cached_property
    def story(self) -> Story:
        """Everything a report shows."""
        from tonewright.reporting import Story, describe_error, describe_settings

        found = self.fit
        reference = self.spectrum_db + np.where(found.known, found.difference_db, np.nan)
        spectra = {"input": self.spectrum_db, "reference": reference, "output": self.spectrum_db + self._change_db}
        spectra = {name: values - np.nanmean(values[found.known]) for name, values in spectra.items()}
        before, after = self.errors_db
        sections = [
            (
                "What was done, and why",
                describe_settings(
                    self.settings.with_output(0.0),
                    spectra,
                    CENTRES,
                    sample_rate=self.source.sample_rate,
                    unchanged_because=self._why_unchanged(),
                ),
            ),
            ("How sure", [self._confidence()]),
            ("Level", self._level_words()),
            ("What is left", describe_error(before, after)),
        ]
        return Story(
            title=f"{self.source.name} matched to {_listed(self.names)}",
            settings=self.settings,
            sample_rate=self.source.sample_rate,
            frequency_hz=CENTRES,
            spectra=spectra,
            sections=sections,
            before=self.before,
            after=self.after,
            error_before_db=before,
            error_after_db=after,
            files={"input": self.source.name, "reference": _listed(self.names)},
        )

    @property
    def _change_db(self) -> NDArray[np.float64]:
        """What the settings do to the long-term spectrum, (bands,), in dB, where it was heard; filters elsewhere."""
        if self.amount == 1.0:
            return self.fit.change_db
        return response_db(self.settings.with_output(0.0), CENTRES, self.source.sample_rate)

    @property
    def errors_db(self) -> tuple[float, float]:
        """Mean distance of the spectrum to the reference's over bands, before and after, level removed, in dB."""
        wanted = self.fit.difference_db[self.fit.known]
        left = wanted - self._change_db[self.fit.known]
        return tuple(float(np.mean(np.abs(d - np.median(d)))) for d in (wanted, left))  # type: ignore[return-value]

    def _why_unchanged(self) -> str:
        if self.amount == 0.0:
            return "the amount is 0"
        if self.fit.chosen == "nothing":
            return "no change that was tried came nearer to the reference on parts of the song set aside for the check"
        return "the song already sounds like the reference as far as six bands can tell"

    def _confidence(self) -> str:
        scale = self.fit.expectation.scale
        if scale < 0.4:
            return "The two play much the same music, so the difference in sound is clear and was followed closely."
        if scale < 1.2:
            return (
                "The two play somewhat different music; what is likely to come from the notes rather than from the "
                "sound was left alone."
            )
        return (
            "The two play quite different music, so only the broad difference in sound was followed, with caution. "
            "A reference with similar instruments gives a closer match."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything found as plain data."""
        return {
            **super().to_dict(),
            "chosen": self.fit.chosen,
            "distances": self.fit.distances,
            "content_scale": self.fit.expectation.scale,
        }


@reads_options(Match)
def match(
    source: Recording,
    reference: Recording | Sequence[Recording],
    *,
    weights: Sequence[float] | None = Match.weights,
    amount: float = Match.amount,
    what: What = Match.what,
    max_gain_db: float = Match.max_gain_db,
    loudness: float | str = Match.loudness,
    ceiling_db: float | None = Match.ceiling_db,
    steps: int | None = Match.steps,
    model: str | Path | None = Match.model,
    progress: Progress | None = None,
) -> MatchResult:
    """Make a recording sound like one or several references.

    Parameters
    ----------
    source, reference
        Audio in memory or paths; several references as a sequence. Any sample rates and channel counts, half a second
        or longer, not silent.
    {options}

    Raises
    ------
    AudioError
        If something cannot be read, is silent or too short.
    SettingsError
        If an option makes no sense.

    Examples
    --------
    >>> result = match("song.wav", "hit.flac", amount=0.7)
    >>> print(result.explain())
    >>> result.write("song.matched.wav")
    """
    many = [reference] if isinstance(reference, Audio | str | Path | Source) else list(reference)
    parts = shares(weights, len(many))
    network = find_network("match", model)
    steps = (STEPS if network is None else 0) if steps is None else steps
    stages = Stages(progress, _HEARD)
    own = open_source(source)
    others = [open_source(one) for one in many]
    total = own.frames + sum(one.frames for one in others)
    heard = hear(Excerpts(own), stages.counting(f"listening to {own.name}", 0, total))
    done, references = own.frames, []
    for one in others:
        references.append(hear(Excerpts(one), stages.counting(f"listening to {one.name}", done, total)))
        done += one.frames
    found = fit(
        heard,
        references,
        parts,
        tone=what != "dynamics",
        dynamics=what != "tone",
        max_gain_db=max_gain_db,
        steps=steps,
        network=network,
        progress=lambda part: stages.tell("fitting six bands", _HEARD + (_FITTED - _HEARD) * part),
    )
    settings = found.settings.at_level(-heard.gain_db).scaled(amount)
    settled = settle(
        own,
        settings,
        loudness=asked_lufs(loudness, references[0].survey.loudness),
        ceiling_db=ceiling_db,
        before=heard.survey.loudness,
        keep=True,
        progress=lambda stage, part: stages.tell(stage, _FITTED + (1.0 - _FITTED) * part),
    )
    return MatchResult(
        settings=settled.settings,
        source=own,
        settled=settled,
        fit=found,
        names=tuple(one.name for one in others),
        what=what,
        amount=amount,
        spectrum_db=heard.survey.spectrum_db(),
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
