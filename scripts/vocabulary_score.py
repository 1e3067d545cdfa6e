"""Judge what engineers' sentences are turned into: right region and direction, read off the settings' own response.

python scripts/vocabulary_score.py
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.controllers.say.answer import Answer
from tonewright.controllers.say.reading.questions import KINDS
from tonewright.controllers.say.saying import answer
from tonewright.controllers.say.shipped import reader
from tonewright.controllers.say.vocabulary import interpret, regions
from tonewright.processor.filters import response_db
from tonewright.training.say.texts.synthesis import generate

FOLDER = Path(__file__).parent.parent / "tests" / "controllers" / "say"
#: Two lists that nothing was tuned on. The first one's words outside of the table were outside when it was written.
LISTS = ("vocabulary_sentences.toml", "vocabulary_fresh.toml")
#: A region is changed from so many dB at its middle on.
LEAST_DB = 0.5


def right(row: dict[str, Any], found: Answer) -> bool:
    """Whether any accepted region is changed in an accepted direction, or the level over time as accepted.

    What is compressed cannot be undone by anything we have: where that is asked, right is to know it, and not to
    compress more.
    """
    if not row["regions"]:
        known = "vocabulary" in found.decided_by or found.kind == "expand"
        return bool((found.settings.compressor is None and known) == (row["dynamics"] == "expand"))
    settings = found.settings.with_preamp(0.0)
    middles = np.array([np.sqrt(np.prod(regions()[name])) for name in row["regions"]])
    gains = response_db(settings, middles, 48_000)
    return any(abs(gain) >= LEAST_DB and int(np.sign(gain)) in row["directions"] for gain in gains)


def main() -> None:
    """Print shares by list, for words that the table had when the list was written and for others."""
    model = reader()
    for name in LISTS:
        rows = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["sentence"]
        found = answer([row["text"] for row in rows], model)
        for known in (True, False):
            some = [(row, one) for row, one in zip(rows, found, strict=True) if row["known"] is known]
            if some:
                print(
                    f"{name}, {'words of the table' if known else 'other words'}:",
                    f"say {sum(right(*pair) for pair in some)} of {len(some)},",
                    f"the lookup alone {sum(_alone(row) for row, _ in some)}",
                )
        print(dict(Counter("+".join(one.decided_by) for one in found)))
    _untaught(model)


def _untaught(model: Any) -> None:
    """Print how often the model alone finds the region, or one beside it, of terms that no training text had."""
    texts = [text for text in generate(11, 1500, split="held") if text.region and text.direction]
    texts = [text for text in texts if text.language == "en"]
    sides = [kind for kind in KINDS if kind[-1] in "+-"]
    places = list(dict.fromkeys(kind[:-1] for kind in sides))
    near = 0
    for text, reading in zip(texts, model.read([text.prompt for text in texts]), strict=True):
        found = sides[int(np.argmax(reading.kinds[: len(sides)]))]
        apart = abs(places.index(found[:-1]) - places.index(text.region or ""))
        near += apart <= 1 and found[-1] == ("+" if text.direction > 0 else "-")
    print(f"terms that nobody taught it: the model's likeliest region is right or beside it in {near} of {len(texts)}")


def _alone(row: dict[str, Any]) -> bool:
    one = interpret(row["text"])
    place = one is not None and (one.region in row["regions"] or not row["regions"])
    return place and one is not None and one.direction in row["directions"]


if __name__ == "__main__":
    main()
