"""Models are converted once, completely or not at all, and loaded by whatever they are called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("gguf", reason="gguf is not installed")

from tiny import tiny_llama, write_gguf  # noqa: E402

from tonewright.controllers.say.reading import convert  # noqa: E402
from tonewright.controllers.say.reading.home import ModelError, models  # noqa: E402
from tonewright.controllers.say.reading.load import load, torch_threads  # noqa: E402
from tonewright.controllers.say.reading.sources import DEFAULT, sha256_of  # noqa: E402


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert a tiny model once; tests that damage something copy it."""
    place = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONEWRIGHT_HOME", str(place))
        write_gguf(place / "tiny.gguf")
        return convert.install_file(place / "tiny.gguf").parents[1]


@pytest.fixture
def place(converted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with the GGUF file and its converted folder."""
    shutil.copytree(converted, tmp_path / "home")
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def logits(model: Any) -> Any:
    with torch.inference_mode():
        return model(torch.arange(3, 40)[None]).logits


def test_a_gguf_file_gives_the_weights_that_transformers_reads(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from transformers import AutoModelForCausalLM

    capfd.readouterr()
    loaded = load(place / "tiny.gguf")
    assert capfd.readouterr().err == ""
    assert not loaded.model.training
    assert loaded.sha256 == sha256_of(place / "tiny.gguf")
    assert loaded.name == "tiny"
    direct: Any = AutoModelForCausalLM.from_pretrained(place, gguf_file="tiny.gguf")
    assert torch.equal(logits(loaded.model), logits(direct.eval()))
    assert loaded.model.get_output_embeddings().weight is loaded.model.get_input_embeddings().weight


def test_its_tokenizer_merges_and_goes_back(place: Path) -> None:
    tokenizer = load(place / "tiny.gguf").tokenizer
    tokens = tokenizer("warm, warm")["input_ids"]
    assert [tokenizer.decode([token]) for token in tokens] == ["warm", ",", " warm"]
    assert tokenizer.decode(tokenizer("Wärme 好")["input_ids"]) == "Wärme 好"


def test_it_is_converted_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("converted again")

    monkeypatch.setattr(convert, "write_folder", never)
    folder = convert.install_file(place / "tiny.gguf")
    assert folder == models() / f"tiny-{sha256_of(place / 'tiny.gguf')[:8]}"
    assert convert.check(folder).converter == convert.CONVERTER
    loaded = load(folder)  # the folder by itself is as good
    assert (loaded.name, loaded.sha256) == ("tiny", sha256_of(place / "tiny.gguf"))


@pytest.mark.parametrize("fault", ["changed", "missing"])
def test_a_damaged_folder_is_noticed(place: Path, fault: str) -> None:
    folder = convert.install_file(place / "tiny.gguf")
    weights = folder / "model.safetensors"
    if fault == "missing":
        weights.unlink()
    else:
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    with pytest.raises(ModelError, match=r"is damaged \(model\.safetensors\)"):
        convert.check(folder)
    if fault == "missing":  # what is not whole is made anew
        assert convert.check(convert.install_file(place / "tiny.gguf"))


def test_a_failure_leaves_nothing(place: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes((place / "tiny.gguf").read_bytes()[:5000])
    before = sorted(models().iterdir())
    with pytest.raises(ModelError, match=r"broken\.gguf cannot be read as a language model") as caught:
        load(broken)
    assert "\n" not in str(caught.value)
    assert sorted(models().iterdir()) == before


def test_too_little_room_is_said_before_the_work(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(models())
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10))
    with pytest.raises(ModelError, match=r"0\.0 GB free"):
        convert.install_file(place / "tiny.gguf")


def test_the_default_is_not_replaced_by_something_else(place: Path) -> None:
    with pytest.raises(ModelError, match="is not the expected file"):
        convert.install(DEFAULT, place / "tiny.gguf")
    assert not convert.folder_of(DEFAULT.name, DEFAULT.sha256).exists()


def test_any_folder_with_safetensors(tmp_path: Path, place: Path) -> None:
    model = tiny_llama()
    folder = tmp_path / "mine"
    model.save_pretrained(folder)
    with pytest.raises(ModelError, match="cannot be loaded"):  # it has no tokenizer
        load(folder)
    load(place / "tiny.gguf").tokenizer.save_pretrained(folder)
    loaded = load(folder, dtype="bfloat16")
    assert (loaded.name, loaded.sha256) == ("mine", None)
    assert loaded.model.dtype == torch.bfloat16
    assert torch.equal(logits(load(folder).model), logits(model))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (Path("absent/folder"), "is not there"),
        ("./absent", "is not there"),
        ("absent.gguf", "is not there"),
        ("nobody/absent-model-of-tonewright", "cannot be loaded"),
    ],
)
def test_names_that_lead_nowhere(name: str | Path, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=said):
        load(name)


def test_files_and_folders_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a model")
    with pytest.raises(ModelError, match="no GGUF file"):
        load(tmp_path / "notes.txt")
    with pytest.raises(ModelError, match=r"lacks config\.json"):
        load(tmp_path)
    with pytest.raises(ModelError, match="no number format"):
        load(tmp_path, dtype="int8")


def test_code_that_comes_with_a_model_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps(
            {"model_type": "strange", "auto_map": {"AutoModelForCausalLM": "evil.Model", "AutoConfig": "evil.C"}}
        )
    )
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass C: pass\nclass Model: pass\n")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_threads_are_as_before_afterwards() -> None:
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
