"""What a network is: the numbers that, with its weights, say everything."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from tonewright.errors import TonewrightError

Task = Literal["auto", "match"]
#: What a recording may be taken for.
Profile = Literal["music", "speech"]
PROFILES: tuple[Profile, ...] = ("music", "speech")


class NetworkError(TonewrightError):
    """A network cannot be read or does not fit its use."""


@dataclass(frozen=True)
class Specification:
    """Shape and purpose of a network.

    Attributes
    ----------
    task
        ``auto`` hears one recording, ``match`` two: the input, then the reference.
    layout
        Name of the layout whose vector it predicts; see :mod:`tonewright.layouts`.
    hint
        Numbers given beside the recordings: ``auto`` 2 (music, speech: one is 1), and with a ridge 77 (then its curve
        in units of 10 dB, the filters that follow it in [0, 1]); ``match`` 76 (the closed form's curve in units of
        10 dB, the logarithm of its scale, the filters that follow it).
    start
        So many numbers at the end of the hint are where filters start from instead of the layout's neutral values:
        what the network predicts is added to them.
    size
        Of the layout's vector.
    channels, summary, hidden
        Widths: of the frame encoder, of a recording's summary, of the layers that decide.
    dilations
        Of the frame encoder's residual blocks, in frames.
    heads
        Of the attention over time.
    ridge
        Whether the weight file holds a regression (:mod:`tonewright.networks.ridge`) that makes the hint of ``auto``.
    """

    task: Task
    layout: str
    size: int
    hint: int
    start: int = 0
    channels: int = 128
    summary: int = 256
    hidden: int = 384
    dilations: tuple[int, ...] = (1, 2, 4)
    heads: int = 4
    ridge: bool = False

    @property
    def recordings(self) -> int:
        """How many recordings it hears."""
        return 2 if self.task == "match" else 1

    def to_json(self) -> str:
        """Return a line of JSON for a weight file's header."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Specification:
        """Read :meth:`to_json`.

        Raises
        ------
        NetworkError
            If it is anything else.
        """
        try:
            data = json.loads(text)
            return cls(**{**data, "dilations": tuple(data["dilations"])})
        except (ValueError, TypeError, KeyError) as error:
            raise NetworkError(f"The network's description cannot be read ({error}).") from error
