"""The circle in a reduced form: a small panel, analysed, taught to the language model, compared with it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "examples" / "panel_to_model.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    return runpy.run_path(str(SCRIPT))


def test_what_is_set_aside_is_not_learned(script: dict[str, Any]) -> None:
    from tonewright.listening.analysis.choices import to_population

    results = script["ask_panel"](10, 1, 16)
    learned, held = script["split"](to_population(results))
    assert len(learned.prompts()) == 36
    assert len(held) == 12
    assert not learned.prompts().keys() & {item.prompt.casefold().rstrip(".") for item in held}
    # Each of the three kinds has requests on either side.
    for _, texts in script["WANTED"].values():
        assert 0 < sum(item.prompt in texts for item in held) < len(texts)


def test_a_taught_model_moves_towards_its_panel(script: dict[str, Any], tmp_path: Path) -> None:
    from tonewright.controllers.say.reading.home import home
    from tonewright.controllers.say.reading.sources import DEFAULT

    if not any((home() / "models").glob(f"{DEFAULT.name}*")):
        pytest.skip("the language model is not here; tonewright models get brings it")
    few = ["--listeners", "10", "--requests", "10", "--texts", "60", "--rewordings", "0"]
    script["main"](["-o", str(tmp_path), *few])
    found = json.loads((tmp_path / "circle.json").read_text(encoding="utf-8"))
    assert found["requests"] == 7
    # Seven requests are too few for a narrow interval; that it moves at all is what this small panel can show.
    for distance in ("energy", "sinkhorn", "w2"):
        assert found["taught_less"]["shipped"][distance]["estimate"] < 0.0
    assert (tmp_path / "adapter" / "readout.safetensors").exists()
    assert (tmp_path / "analysis" / "analysis.html").exists()
    population = json.loads((tmp_path / "population.json").read_text(encoding="utf-8"))
    assert len({item["prompt"] for item in population["items"]}) == 23
