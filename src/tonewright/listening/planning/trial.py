"""One page of a listener's session, with the truth that the page does not know."""

from __future__ import annotations

from typing import Literal

from tonewright.frozen import Frozen
from tonewright.listening.results import Kind

Role = Literal["system", "reference", "anchor"]
StepType = Literal["before", "headphones", "level", "instructions", "trial", "after"]


class Shown(Frozen):
    """A stimulus under a blind label.

    Attributes
    ----------
    label
        What the listener reads.
    system, role
        The truth.
    key
        Of :class:`~tonewright.listening.making.stimuli.Stimulus`.
    """

    label: str
    system: str
    role: Role = "system"
    key: tuple[str, str, str]


class Trial(Frozen):
    """What is heard and asked on one page.

    Attributes
    ----------
    kind
        What the listener does.
    item
        What is judged, as in results.
    track, request
        Names; no request where the study has none.
    training
        Not counted.
    repeat
        0 the first time, 1 in a retest.
    catch
        Its answer is known.
    position
        Among the trials that count, from 0.
    shown
        The stimuli in the order shown; of MUSHRA the open reference comes first, of ABX X comes last.
    x
        ABX: what X is.
    start, target
        Adjustment: where the control stands first; in catch trials where the sound to be found is.
    signs, offsets
        Adjustment: how the control's zero is hidden: value = sign * control * reach + offset.
    """

    kind: Kind
    item: str
    track: str
    request: str | None = None
    training: bool = False
    repeat: int = 0
    catch: bool = False
    position: int | None = None
    shown: tuple[Shown, ...]
    x: Literal["first", "second"] | None = None
    start: tuple[float, ...] | None = None
    target: tuple[float, ...] | None = None
    signs: tuple[int, ...] = ()
    offsets: tuple[float, ...] = ()


class Tones(Frozen):
    """One round of the headphone test: three tones, one of them quieter, one in antiphase.

    Attributes
    ----------
    tones
        In the order shown: ``plain``, ``quiet`` and ``antiphase``.
    """

    tones: tuple[Literal["plain", "quiet", "antiphase"], ...]


class Step(Frozen):
    """One page.

    Attributes
    ----------
    id
        Unique in the session; says nothing about the page.
    type
        What the page is.
    trial
        Of a trial.
    rounds
        Of the headphone test.
    """

    id: str
    type: StepType
    trial: Trial | None = None
    rounds: tuple[Tones, ...] = ()


class Plan(Frozen):
    """A listener's session.

    Attributes
    ----------
    number
        Of the listener in the study, from 0.
    steps
        In order.
    """

    number: int
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step | None:
        """Return the step of an id."""
        return next((step for step in self.steps if step.id == name), None)
