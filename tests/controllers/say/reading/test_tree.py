"""What is read from a tree equals what is read line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("gguf", reason="gguf is not installed")

from tiny import write_gguf  # noqa: E402

from tonewright.controllers.say.reading.home import ModelError  # noqa: E402
from tonewright.controllers.say.reading.load import Loaded, keep_layers, load  # noqa: E402
from tonewright.controllers.say.reading.questions import PLANE, Frame, Question, token_of  # noqa: E402
from tonewright.controllers.say.reading.reader import Reader  # noqa: E402
from tonewright.controllers.say.reading.tree import LONGEST, Planter, answers  # noqa: E402

FRAME = Frame("Ask: ", "!")
LETTER = Question("letter", "\nBand:", tuple("ABCDE"))
REQUESTS = ["warm", "make it warmer, but not much", "", "a  b\nc"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tiny")
    patch = pytest.MonkeyPatch()
    patch.setenv("TONEWRIGHT_HOME", str(folder / "home"))
    yield load(write_gguf(folder / "tiny.gguf"))
    patch.undo()


def by_lines(loaded: Loaded, text: str, first: list[int], second: list[int]) -> Any:
    """One pass for the first answer, one for each second answer after each first."""
    ids = loaded.tokenizer.encode(text)
    with torch.inference_mode():
        rows = loaded.model(torch.tensor([ids])).logits[0, -1, first].log_softmax(-1)
        if not second:
            return rows
        after = [loaded.model(torch.tensor([[*ids, one]])).logits[0, -1, second].log_softmax(-1) for one in first]
    return rows[:, None] + torch.stack(after)


def test_answers_equal_those_line_by_line(loaded: Loaded) -> None:
    with torch.inference_mode():
        plane, letter = answers(loaded.model, Planter(loaded.tokenizer, [PLANE, LETTER], FRAME).plant(REQUESTS))
    digits = [token_of(loaded.tokenizer, PLANE.lead, one) for one in PLANE.first]
    letters = [token_of(loaded.tokenizer, LETTER.lead, one) for one in LETTER.first]
    for row, request in enumerate(REQUESTS):
        around = FRAME.around(request)
        torch.testing.assert_close(plane[row], by_lines(loaded, around + PLANE.lead, digits, digits), atol=2e-5, rtol=0)
        torch.testing.assert_close(letter[row], by_lines(loaded, around + LETTER.lead, letters, []), atol=2e-5, rtol=0)


def test_a_request_is_read_alike_alone_and_among_others(loaded: Loaded) -> None:
    planter = Planter(loaded.tokenizer, [PLANE], FRAME)
    with torch.inference_mode():
        alone = answers(loaded.model, planter.plant(["warm"]))[0][0]
        among = answers(loaded.model, planter.plant(REQUESTS))[0][0]
    torch.testing.assert_close(alone, among, atol=2e-5, rtol=0)


def test_probabilities_sum_to_one_and_hostile_length_is_cut(loaded: Loaded) -> None:
    readings = Reader(loaded, frame=FRAME, kinds=False).read(["warm " * 5000, "x"])
    assert [one.plane.weights.sum() for one in readings] == pytest.approx([1.0, 1.0])
    trunk = Planter(loaded.tokenizer, [PLANE], FRAME).plant(["warm " * 5000]).tokens
    assert trunk.shape[1] <= LONGEST + 60


def test_the_first_digit_is_the_tilt_and_the_second_the_smile(loaded: Loaded) -> None:
    """Forced answers: all mass on tilt 9, smile 0 must lie at bright and relaxed."""
    from tonewright.controllers.say.reading.readout import as_distribution

    table = np.full((10, 10), 1e-9)
    table[9, 0] = 1.0
    x, y = as_distribution(table).mean()
    assert x < -5.0
    assert y > 5.0


def test_examples_before_the_request_change_the_answer(loaded: Loaded) -> None:
    plain = Reader(loaded, frame=FRAME, kinds=False).read(["warm"])[0].plane.weights
    taught = Reader(loaded, frame=FRAME, kinds=False, examples="Ask: x!\nTone:11\n").read(["warm"])[0].plane.weights
    assert np.abs(plain - taught).max() > 1e-6


def test_fewer_layers_are_kept_on_request(loaded: Loaded, tmp_path: Path) -> None:
    other = load(write_gguf(tmp_path / "tiny.gguf"))
    with pytest.raises(ModelError, match="has 2 layers"):
        keep_layers(other.model, 3)
    before = Reader(other, frame=FRAME, kinds=False).read(["warm"])[0].plane.weights
    keep_layers(other.model, 1)
    after = Reader(other, frame=FRAME, kinds=False).read(["warm"])[0].plane.weights
    assert len(other.model.get_decoder().layers) == 1
    assert np.abs(before - after).max() > 1e-6


def test_an_answer_of_two_tokens_is_refused(loaded: Loaded) -> None:
    with pytest.raises(ModelError, match="no single token"):
        token_of(loaded.tokenizer, PLANE.lead, "10")
