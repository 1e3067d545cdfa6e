"""The objective of ``say``: likelihood of people's choices, transport to them, and the kind of request."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tonewright.controllers.say.reading.tree import Planter
from tonewright.training.say.config import SayLoss
from tonewright.training.say.examples import Lesson
from tonewright.training.say.methods import Pupil
from tonewright.training.say.transport import sinkhorn_divergence

_LEAST = 1e-9


@dataclass(frozen=True)
class SayTerms:
    """What a batch cost: the total to be differentiated, and its parts without gradient, scalars."""

    total: Tensor
    likelihood: float
    sinkhorn: float
    kind: float


def judge(pupil: Pupil, planters: tuple[Planter, Planter], lesson: Lesson, weights: SayLoss) -> SayTerms:
    """Return the loss of a batch.

    Parameters
    ----------
    planters
        For the question of the plane alone, and for both questions.
    lesson
        Prompts whose kind is unknown are asked the first question only.
    """
    plane, kind = [], []
    for planter, part in zip(planters, lesson.parts(), strict=True):
        if not part.prompts:
            continue
        found = pupil(planter.plant(part.prompts))
        plane.append((found[0], torch.from_numpy(part.plane)))
        if part.kind is not None:
            kind.append((found[1], torch.from_numpy(part.kind)))
    said = torch.cat([one for one, _ in plane])
    wanted = torch.cat([one for _, one in plane])
    likelihood = _gap(said, wanted)
    total = weights.likelihood * likelihood
    transport = torch.zeros(())
    if weights.sinkhorn:
        transport = sinkhorn_divergence(said.exp(), wanted).mean()
        total = total + weights.sinkhorn * transport
    right = torch.zeros(())
    if kind:
        right = _gap(torch.cat([one for one, _ in kind]), torch.cat([one for _, one in kind]))
        total = total + weights.kind * right
    return SayTerms(total, *(float(one.detach()) for one in (likelihood, transport, right)))


def _gap(said: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean divergence of Kullback and Leibler: zero where exactly the wanted shares are said."""
    return (wanted * (wanted.clamp_min(_LEAST).log() - said)).flatten(1).sum(1).mean()
