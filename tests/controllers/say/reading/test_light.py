"""The light model is the model of transformers, and does not import it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("gguf", reason="gguf is not installed")

from tiny import write_gguf  # noqa: E402

from tonewright.controllers.say.reading.convert import folder_of, install_file, read_record  # noqa: E402
from tonewright.controllers.say.reading.home import ModelError  # noqa: E402
from tonewright.controllers.say.reading.light import LightLlama, can_read  # noqa: E402
from tonewright.controllers.say.reading.load import load  # noqa: E402
from tonewright.controllers.say.reading.sources import DEFAULT  # noqa: E402

TEXTS = ["", "warm, warm", " Wärmer, bitte! 温暖\n", "<|im_start|>user\nwarmth<|im_end|>", "12 dB at 400 Hz"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("light")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONEWRIGHT_HOME", str(place))
        return install_file(write_gguf(place / "tiny.gguf", seed=4))


def compare(light: Any, whole: Any, tolerance: float) -> None:
    """Compare logits of a line, and hidden states of a batch with a mask and positions of its own."""
    torch.manual_seed(0)
    tokens = torch.randint(3, 200, (3, 17))
    visible = (torch.rand(3, 17, 17) < 0.5) | torch.eye(17, dtype=torch.bool)
    blocked = torch.zeros(3, 1, 17, 17).masked_fill(~visible[:, None], torch.finfo(torch.float32).min)
    positions = torch.randint(0, 60, (3, 17))
    with torch.inference_mode():
        assert (light(tokens).logits - whole(tokens).logits).abs().max() < tolerance
        inputs = {"attention_mask": blocked, "position_ids": positions, "use_cache": False}
        ours = light.get_decoder()(input_ids=tokens, **inputs).last_hidden_state
        theirs = whole.get_decoder()(input_ids=tokens, **inputs).last_hidden_state
        assert (ours - theirs).abs().max() < tolerance
        embedded = light.get_input_embeddings()(tokens)
        assert torch.equal(light.get_decoder()(inputs_embeds=embedded, **inputs).last_hidden_state, ours)
    assert torch.equal(light.get_output_embeddings().weight, whole.get_output_embeddings().weight)


def compare_tokenizers(light: Any, whole: Any) -> None:
    assert (light.bos_token_id, light.eos_token_id, len(light)) == (whole.bos_token_id, whole.eos_token_id, len(whole))
    for text in TEXTS:
        for special in (True, False):
            tokens = light.encode(text, add_special_tokens=special)
            assert tokens == whole.encode(text, add_special_tokens=special)
        assert light.decode(tokens) == whole.decode(tokens, clean_up_tokenization_spaces=False)


def test_a_tiny_model(folder: Path) -> None:
    light, whole = load(folder, light=True), load(folder)
    assert isinstance(light.model, LightLlama)
    assert (light.name, light.sha256) == (whole.name, whole.sha256)
    compare(light.model, whole.model, 1e-5)
    compare_tokenizers(light.tokenizer, whole.tokenizer)
    assert set(light.model.state_dict()) == set(whole.model.state_dict()) - {"lm_head.weight"}


def test_the_default_model() -> None:
    if read_record(folder_of(DEFAULT.name, DEFAULT.sha256)) is None:
        pytest.skip(f"{DEFAULT.name} is not there; tonewright models get fetches it")
    light, whole = load(light=True), load()
    compare(light.model, whole.model, 2e-3)
    compare_tokenizers(light.tokenizer, whole.tokenizer)


def test_adapters_fit(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    key = "base_model.model.model.layers.1.mlp.down_proj"
    torch.manual_seed(1)
    halves = {f"{key}.lora_A.weight": torch.randn(2, 96), f"{key}.lora_B.weight": torch.randn(64, 2)}
    save_file(halves, tmp_path / "adapter_model.safetensors")
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "lora_alpha": 4, "r": 2}))
    compare(load(folder, light=True, adapter=tmp_path).model, load(folder, adapter=tmp_path).model, 1e-4)


def test_reading_imports_no_transformers(folder: Path) -> None:
    code = (
        "import sys; from tonewright.controllers.say.reading.load import load;"
        f"load({str(folder)!r}, light=True);"
        "print([name for name in ('transformers', 'peft', 'accelerate', 'gguf', 'scipy') if name in sys.modules])"
    )
    environment = {**os.environ, "TONEWRIGHT_HOME": str(folder.parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_other_models_are_left_to_transformers(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    assert can_read(config)
    for key, value in [
        ("model_type", "qwen2"),
        ("hidden_act", "gelu"),
        ("attention_bias", True),
        ("tie_word_embeddings", False),
        ("rope_parameters", {"rope_type": "llama3", "rope_theta": 1e4}),
        ("rope_parameters", None),
    ]:
        assert not can_read({**config, key: value}), key


def test_what_it_cannot_do_is_refused(folder: Path) -> None:
    model = load(folder, light=True).model
    with pytest.raises(ValueError, match="no cache"):
        model(torch.ones(1, 2, dtype=torch.long), use_cache=True)
    with pytest.raises(ValueError, match="four axes"):
        model(torch.ones(1, 2, dtype=torch.long), attention_mask=torch.ones(1, 2))


def test_a_damaged_file_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="cannot be loaded as a language model"):
        load(tmp_path, light=True)
