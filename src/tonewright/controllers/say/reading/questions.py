"""What a language model is asked about a request, in a form whose answer is a table of probabilities.

A question ends where the model would write a token and, after it, perhaps a second one. Only few tokens are admitted
there, so the model's probabilities of all answers can be read: nothing is sampled, and nothing can fail to parse.
"""

from __future__ import annotations

from dataclasses import dataclass

from tonewright.controllers.say.reading.home import ModelError

#: Ten steps along an axis of the tone plane.
DIGITS = tuple("0123456789")
#: Frequency regions of the vocabulary from the lowest up, then what is no region.
REGIONS = ("sub", "bass", "boom", "mud", "box", "nasal", "presence", "harsh", "sibilance", "air")
#: More and less of each region, then what is no region: a tone of the whole, level over time, nothing about sound.
KINDS = (*(f"{region}{sign}" for region in REGIONS for sign in "+-"), "plane", "compress", "expand", "unrelated")


@dataclass(frozen=True)
class Question:
    """A question with one or two places to answer.

    Attributes
    ----------
    name
        What it is about.
    lead
        Text between the request and the first answer.
    first, second
        Admitted answers, each a single token where it stands; no second ones where one token says it all.
    """

    name: str
    lead: str
    first: tuple[str, ...]
    second: tuple[str, ...] = ()


#: Where on the tone plane: the tilt (0 warm, 9 bright), then the smile (0 relaxed, 9 energetic).
PLANE = Question("plane", " means the sound should be", DIGITS, DIGITS)
#: What kind of request it is: a letter for each of :data:`KINDS`.
KIND = Question("kind", " means the engineer should change", tuple(f" {one}" for one in "ABCDEFGHIJKLMNOPQRSTUVWX"))


@dataclass(frozen=True)
class Frame:
    """The words around a request.

    Attributes
    ----------
    before, after
        Text before and after it.
    """

    before: str = '"'
    after: str = '"'

    def around(self, request: str) -> str:
        """Return the request in its frame, as one line."""
        return self.before + " ".join(request.split()) + self.after


#: For a model that was trained on these questions.
TRAINED = Frame()
#: For one that was not: the answer's form is explained.
EXPLAINED = Frame(
    "Listeners set the tone of music with two digits. The first digit is the tilt: 0 is very warm (more bass, less "
    "treble), 9 is very bright (less bass, more treble). The second digit is the energy: 0 is relaxed (less bass and "
    "less treble), 9 is energetic (more bass and more treble). 4 and 5 change nothing.\n"
    'Request: "',
    '"',
)


def token_of(tokenizer: object, lead: str, answer: str) -> int:
    """Return the single token that an answer is after its lead.

    Raises
    ------
    ModelError
        If the tokenizer makes several of it, or joins it with what stands before.
    """
    encode = tokenizer.encode  # type: ignore[attr-defined]
    before, after = encode(lead, add_special_tokens=False), encode(lead + answer, add_special_tokens=False)
    if after[:-1] != before:
        raise ModelError(
            f"This model's tokenizer has no single token for {answer!r} after {lead!r}; choose another model."
        )
    return int(after[-1])
