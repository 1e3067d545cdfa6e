"""The compressor's attack and release in pure torch: a first-order recursion solved by scans.

Reached through :mod:`tonewright.processor.portable`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

#: Frames that are joined at a time; a power of two.
_CHUNK = 32


def _scan(a: Tensor, b: Tensor) -> Tensor:
    """Solve ``s[n] = a[n] s[n-1] + b[n]`` from zero along the last dimension, by recursive doubling.

    ``s[n]`` is computed from ``a`` and ``b`` up to ``n`` only, by operations that do not depend on later values.
    """
    frames = a.shape[-1]
    chunks = -(-frames // _CHUNK)
    short = chunks * _CHUNK - frames
    a = pad(a, (0, short)).reshape(*a.shape[:-1], chunks, _CHUNK)
    s = pad(b, (0, short)).reshape(*b.shape[:-1], chunks, _CHUNK)
    distance = 1
    while distance < _CHUNK:
        s = s + a * pad(s[..., :-distance], (distance, 0))
        a = a * pad(a[..., :-distance], (distance, 0), value=1.0)
        distance *= 2
    if chunks > 1:
        s = s + a * pad(_scan(a[..., -1], s[..., -1])[..., :-1], (1, 0))[..., None]
    return s.flatten(-2)[..., :frames]


class _Recurrence(torch.autograd.Function):
    """``s[n] = a[n] s[n-1] + b[n]`` with its adjoint ``p[n] = g[n] + a[n+1] p[n+1]``, the same scan backwards.

    Then ``dL/db[n] = p[n]`` and ``dL/da[n] = p[n] s[n-1]``.
    """

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        s = _scan(a, b)
        ctx.save_for_backward(a, s)
        return s

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        a, s = ctx.saved_tensors
        following = pad(a[..., 1:], (0, 1))
        p = recurrence(following.flip(-1), gradients[0].flip(-1)).flip(-1)
        return p * pad(s[..., :-1], (1, 0)), p


def recurrence(a: Tensor, b: Tensor) -> Tensor:
    """Solve ``s[n] = a[n] s[n-1] + b[n]``, ``s[-1] = 0``, differentiably.

    Parameters
    ----------
    a, b
        (..., frames), of one shape; ``a`` within 0..1.

    Returns
    -------
    Tensor of the same shape.
    """
    if a.shape[-1] == 0:
        return b
    return _Recurrence.apply(a, b)  # type: ignore[no-any-return, no-untyped-call]


def switches(target: Tensor, attack: Tensor, release: Tensor) -> tuple[Tensor, int]:
    """Find where the smoother attacks: where the target lies above its last value.

    The recursion ``s[n] = max(aA s[n-1] + (1 - aA) t[n], aR s[n-1] + (1 - aR) t[n])`` (minimum when aA > aR) is a
    deterministic Bellman equation; it is solved by policy iteration (R. A. Howard, 1960): solve the linear recursion
    for a fixed mask, then let every frame take the branch that gives more.

    *It ends, and at the solution.* Monotone: the coefficients of s are not negative, so taking the larger candidate
    raises s everywhere or leaves it; masks are finite in number and none returns. Causal, which also holds in floating
    point: if the mask is final before frame n, so is what :func:`_scan` computes for n, from nothing later than n, and
    the mask at n is final after one more round. So at most frames + 1 rounds, whatever the rounding; sound takes five
    to ten, slow tones with an attack ten thousand times faster than the release a thousand.

    What is scanned is the gap ``e[n] = s[n-1] - t[n]``, ``e[n+1] = a[n] e[n] - (t[n+1] - t[n])``: under a constant
    target it shrinks to zero and keeps its sign, where ``s`` would sit on the target and switch with its rounding
    error, one frame a round. At ``e = 0`` both branches give the same and the slower one is taken.

    Parameters
    ----------
    target
        What to reach, in dB, (rows, frames).
    attack, release
        Smoothing constants, (rows, 1).

    Returns
    -------
    The mask, (rows, frames), true where it attacks, and the number of rounds.
    """
    fall = -torch.diff(target, prepend=torch.zeros_like(target[:, :1]))
    slower = (attack > release).expand_as(target)
    mask, rounds = slower, 0
    while True:
        gap = _scan(pad(torch.where(mask, attack, release)[:, :-1], (1, 0)), fall)
        better = torch.where(gap == 0.0, slower, gap < 0.0)
        rounds += 1
        if torch.equal(better, mask):
            return mask, rounds
        mask = better


def smooth(target: Tensor, attack: Tensor, release: Tensor, tied: bool) -> Tensor:
    """Smooth excesses: ``s[n] = a s[n-1] + (1 - a) t[n]``, a = attack where t[n] > s[n-1], else release.

    Differentiable with branches held fixed, which is the derivative: the branches agree where they meet.

    Parameters
    ----------
    target
        What to reach: excess over the threshold in dB, (rows, frames).
    attack, release
        Smoothing constants, (rows, 1).
    tied
        Whether attack is used throughout.

    Returns
    -------
    Tensor like ``target``.
    """
    if tied or target.shape[-1] == 0:
        a = attack.expand_as(target)
    else:
        with torch.no_grad():
            mask, _ = switches(target, attack, release)
        a = torch.where(mask, attack, release)
    return recurrence(a, (1.0 - a) * target)
