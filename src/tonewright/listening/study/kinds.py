"""What listeners do: one section of the study file per kind."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tonewright.listening.study.model import StudyModel, Text
from tonewright.population.plane import EDGE


class AdjustmentPart(StudyModel):
    """The listener moves a control until the sound fits.

    Attributes
    ----------
    control
        ``plane``: a point of the tone plane; ``gains``: six sliders.
    most_db
        Of ``gains``: how far each goes up and down.
    hidden_zero
        How the control's zero is hidden: ``shifted``: it lies somewhere else in every trial, by up to ``shift`` of the
        control's half width; of the plane the sides are swapped at random too; ``mirrored``: sides are swapped only;
        ``off``: neither.
    labels
        Whether the sides of the plane are named (warm, bright, relaxed, energetic); only where no side is swapped.
    least_s
        An answer is accepted after so many seconds.
    catch_within
        A catch trial asks to find a given sound again; it is passed within this distance, in units of the plane, or in
        dB (root mean square) of gains.
    """

    control: Literal["plane", "gains"] = "plane"
    most_db: float = Field(12.0, gt=0, le=18)
    hidden_zero: Literal["off", "mirrored", "shifted"] = "shifted"
    shift: float = Field(0.25, gt=0, le=0.5)
    labels: bool = False
    least_s: float = Field(2.0, ge=0, le=60)
    catch_within: float = Field(3.0, gt=0)

    @model_validator(mode="after")
    def _labels_say_the_truth(self) -> Self:
        if self.labels and self.control == "plane" and self.hidden_zero != "off":
            raise ValueError('labels would name the wrong sides: set hidden_zero = "off" or leave labels out')
        if self.control == "gains" and self.hidden_zero == "mirrored":
            raise ValueError("sliders are not mirrored: choose hidden_zero off or shifted")
        return self

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """Lowest and highest value of each coordinate: units of the plane, or dB."""
        return ((-EDGE, EDGE),) * 2 if self.control == "plane" else ((-self.most_db, self.most_db),) * 6


class RatingPart(StudyModel):
    """Scores without a reference.

    Attributes
    ----------
    scale
        ``mos``: 1 to 5 in whole steps (the mean opinion score of P.800); ``percent``: 0 to 100.
    page
        How many stimuli stand on one page; all systems of an item if absent.
    """

    scale: Literal["mos", "percent"] = "mos"
    page: int | None = Field(None, ge=1, le=12)

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest score."""
        return (1.0, 5.0) if self.scale == "mos" else (0.0, 100.0)


class MushraPart(StudyModel):
    """Scores from 0 to 100 against a reference, after BS.1534-3.

    Attributes
    ----------
    reference
        Name of the system that is the reference; it comes hidden among the stimuli too.
    anchors_hz
        Low-pass filtered references that are added.
    """

    reference: str
    anchors_hz: tuple[float, ...] = (3500.0, 7000.0)

    @model_validator(mode="after")
    def _anchors_differ(self) -> Self:
        if len(set(self.anchors_hz)) < len(self.anchors_hz) or any(not 500 <= hz <= 16_000 for hz in self.anchors_hz):
            raise ValueError("anchors_hz are different frequencies between 500 and 16000 Hz")
        return self


class PairsPart(StudyModel):
    """Two stimuli, one choice: ``ab`` has two systems, ``preference`` all pairs of several.

    Attributes
    ----------
    ties
        Whether "no preference" may be chosen.
    runs
        How often each pair of an item comes, first and second in turn.
    """

    ties: bool = False
    runs: int = Field(1, ge=1, le=50)


class AbxPart(StudyModel):
    """Is X the same as A or as B? Every pair of systems, several times.

    Attributes
    ----------
    runs
        How often each pair of an item comes.
    """

    runs: int = Field(8, ge=1, le=100)


class Question(StudyModel):
    """One of the questionnaire.

    Attributes
    ----------
    name
        In results.
    ask
        What the listener reads.
    type
        ``choice`` of the options, ``number`` between ``least`` and ``most``, ``text``.
    options
        Of a choice.
    when
        ``before`` or ``after`` the trials.
    required
        Whether it must be answered.
    """

    name: str = Field(min_length=1, max_length=40, pattern=r"^\w+$")
    ask: Text
    type: Literal["choice", "number", "text"] = "choice"
    options: tuple[Text, ...] = ()
    least: float = 0.0
    most: float = 1000.0
    when: Literal["before", "after"] = "before"
    required: bool = True

    @model_validator(mode="after")
    def _options_for_a_choice(self) -> Self:
        if (self.type == "choice") != (len(self.options) >= 2):
            raise ValueError("options, two or more, belong to a question of the type choice, and only there")
        return self
