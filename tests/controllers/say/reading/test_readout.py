"""The readout: what it computes, what it refuses, and that states do not depend on the company they are read in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.controllers.say.reading.home import ModelError
from tonewright.controllers.say.reading.questions import KINDS
from tonewright.controllers.say.reading.readout import Readout, shape_of, statistics
from tonewright.controllers.say.shipped import FOLDER, AdapterError, read_record

COUNT = 12


def drawn(seed: int = 0) -> Readout:
    rng = np.random.default_rng(seed)
    values: list[Any] = [
        rng.normal(size=shape).astype(np.float32)
        for shape in ((COUNT,), (COUNT,), (9, COUNT), (100,), (len(KINDS), COUNT), (len(KINDS),))
    ]
    values.append(shape_of(rng.normal(0.0, 2.0, (200, 2))))
    return Readout(*values)


def test_tables_are_the_exponential_family_they_claim_to_be() -> None:
    readout = drawn()
    states = np.random.default_rng(1).normal(size=(3, COUNT)).astype(np.float32)
    planes, kinds = readout.tables(states)
    centres = (np.arange(10) + 0.5) / 5.0 - 1.0
    row = (readout.plane @ ((states[1] - readout.mean) * readout.scale)).astype(np.float64)
    wanted = np.zeros((10, 10))
    for j, y in enumerate(centres):
        for i, x in enumerate(centres):
            psi = [x, y, x * x - 1 / 3, y * y - 1 / 3, x * y, x**3 - 0.6 * x, y**3 - 0.6 * y, x * x * y, x * y * y]
            wanted[j, i] = np.exp(readout.base[j * 10 + i] + row @ psi)
    np.testing.assert_allclose(planes[1], wanted / wanted.sum(), rtol=1e-4)
    assert planes.sum(axis=(1, 2)) == pytest.approx(1.0)
    assert kinds.sum(axis=1) == pytest.approx(1.0)
    assert statistics().shape == (9, 100)


def test_a_file_comes_back_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    path = tmp_path / "readout.safetensors"
    drawn().save(path)
    states = np.zeros((1, COUNT), dtype=np.float32)
    np.testing.assert_allclose(Readout.load(path).tables(states)[0], drawn().tables(states)[0], atol=2e-3)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match="cannot be read"):
        Readout.load(path)
    with pytest.raises(ModelError, match="cannot be read"):
        Readout.load(tmp_path / "none.safetensors")
    with pytest.raises(AdapterError, match="holds no adapter"):
        read_record(tmp_path)


def test_the_shipped_readout_is_whole_and_small() -> None:
    record = read_record(FOLDER)
    readout = Readout.load(FOLDER / "readout.safetensors")
    assert record["method"] == "readout"
    assert readout.plane.shape == (9, 4 * 4 * 576)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10e6


def test_states_do_not_depend_on_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("gguf", reason="gguf is not installed")
    from tiny import LAYERS, write_gguf

    from tonewright.controllers.say.reading import places
    from tonewright.controllers.say.reading.load import load

    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(places, "LAYERS", (1, LAYERS))
    loaded = load(write_gguf(tmp_path / "tiny.gguf"))
    planter = places.place_planter(loaded.tokenizer)
    with torch.inference_mode():
        alone = places.states(loaded.model, planter, ["warm"])
        among = places.states(loaded.model, planter, ["warm", "a much longer request than that"])
    assert alone.shape == (1, 2 * (1 + len(places.LEADS)) * 64)
    torch.testing.assert_close(alone[0], among[0], atol=1e-4, rtol=0)


def test_the_shape_is_put_around_the_mean() -> None:
    readout = drawn()
    states = np.random.default_rng(2).normal(size=(2, COUNT)).astype(np.float32) * 0.1
    kinds = readout.kind_base.copy()
    kinds[KINDS.index("unrelated")] = -50.0
    about_sound = replace(readout, kind_base=kinds, plane=readout.plane * 0.0, base=np.zeros(100, dtype=np.float32))
    found, _ = about_sound.distributions(states)
    assert found[0].mean() == pytest.approx([0.0, 0.0], abs=0.3)
    assert np.sqrt(np.diag(found[0].covariance())) == pytest.approx([2.0, 2.0], abs=0.3)
    kinds[KINDS.index("unrelated")] = 50.0
    foreign, _ = replace(about_sound, kind_base=kinds).distributions(states)
    np.testing.assert_allclose(foreign[0].weights, 1.0 / 400.0, atol=1e-6)
