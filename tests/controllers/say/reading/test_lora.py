"""A merged adapter gives what peft's own merged model gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from tiny import tiny_llama  # noqa: E402

from tonewright.controllers.say.reading.convert import folder_of, read_record  # noqa: E402
from tonewright.controllers.say.reading.home import ModelError  # noqa: E402
from tonewright.controllers.say.reading.load import load  # noqa: E402
from tonewright.controllers.say.reading.lora import merge_lora, read_adapter  # noqa: E402
from tonewright.controllers.say.reading.sources import DEFAULT  # noqa: E402

TOKENS = torch.arange(3, 40)[None]


def drawn_adapter(model: Any, folder: Path, **options: Any) -> Any:
    """Write an adapter with drawn matrices as peft does, and return peft's model merged with it."""
    peft = pytest.importorskip("peft", reason="peft is not installed")
    torch.manual_seed(3)
    adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **options))
    adapted.save_pretrained(folder)
    return adapted.merge_and_unload().eval()


@pytest.mark.parametrize(
    "options",
    [
        {"r": 4, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]},
        {"r": 3, "lora_alpha": 5, "target_modules": "all-linear", "use_rslora": True},
        {
            "r": 4,
            "lora_alpha": 8,
            "target_modules": ["q_proj", "down_proj"],
            "rank_pattern": {"down_proj": 2},
            "alpha_pattern": {"layers.1.self_attn.q_proj": 32},
        },
    ],
    ids=["plain", "rank-stabilised", "patterns"],
)
def test_a_tiny_model(tmp_path: Path, options: dict[str, Any]) -> None:
    theirs = drawn_adapter(tiny_llama(), tmp_path, **options)
    ours = tiny_llama()
    with torch.inference_mode():
        alone = ours(TOKENS).logits
        merge_lora(ours, *read_adapter(tmp_path))
        merged, wanted = ours(TOKENS).logits, theirs(TOKENS).logits
    assert (merged - wanted).abs().max() < 1e-5
    assert (merged - alone).abs().max() > 1e-2


def test_the_default_model(tmp_path: Path) -> None:
    folder = folder_of(DEFAULT.name, DEFAULT.sha256)
    if read_record(folder) is None:
        pytest.skip(f"{DEFAULT.name} is not there; tonewright models get fetches it")
    theirs = drawn_adapter(load().model, tmp_path, r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])
    loaded = load(adapter=tmp_path)
    tokens = loaded.tokenizer("A warmer sound", return_tensors="pt")
    with torch.inference_mode():
        assert (loaded.model(**tokens).logits - theirs(**tokens).logits).abs().max() < 1e-3


def plain(**changed: Any) -> dict[str, Any]:
    """Return an adapter for one weight of the tiny model, with some tensors changed, or left out if empty."""
    key = "base_model.model.model.layers.0.self_attn.q_proj"
    tensors = {f"{key}.lora_A.weight": torch.ones(2, 64), f"{key}.lora_B.weight": torch.ones(64, 2)}
    tensors |= {name.replace("__", "."): tensor for name, tensor in changed.items()}
    return {name: tensor for name, tensor in tensors.items() if tensor.numel()}


Q = "base_model__model__model__layers__0__self_attn__q_proj"


@pytest.mark.parametrize(
    ("tensors", "config", "said"),
    [
        (plain(), {"peft_type": "IA3"}, "only LORA"),
        (plain(), {"use_dora": True}, "use_dora"),
        (plain(), {"bias": "all"}, "bias"),
        (plain(), {"modules_to_save": ["lm_head"]}, "modules_to_save"),
        (plain(**{f"{Q}__lora_B__weight": torch.empty(0)}), {}, "do not fit"),
        (plain(**{f"{Q}__lora_B__weight": torch.ones(64, 3)}), {}, "do not fit"),
        (plain(**{f"{Q}__lora_B__weight": torch.ones(60, 2)}), {}, "another model"),
        (plain(base_model__model__strange__weight=torch.ones(1)), {}, "not of LoRA"),
        (
            {
                "base_model.model.model.layers.9.mlp.up_proj.lora_A.weight": torch.ones(2, 64),
                "base_model.model.model.layers.9.mlp.up_proj.lora_B.weight": torch.ones(96, 2),
            },
            {},
            "has no model.layers.9",
        ),
        (
            {
                "base_model.model.lm_head.lora_A.weight": torch.ones(2, 64),
                "base_model.model.lm_head.lora_B.weight": torch.ones(97, 2),
            },
            {},
            "also the embedding",
        ),
    ],
)
def test_what_does_not_fit_changes_nothing(tensors: dict[str, Any], config: dict[str, Any], said: str) -> None:
    model = tiny_llama()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(ModelError, match=said):
        merge_lora(model, tensors, {"peft_type": "LORA", "lora_alpha": 4, "r": 2, **config})
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_the_scale_is_alpha_over_rank() -> None:
    model = tiny_llama()
    weight = model.model.layers[0].self_attn.q_proj.weight
    before = weight.detach().clone()
    merge_lora(model, plain(), {"peft_type": "LORA", "lora_alpha": 5, "r": 2})
    assert torch.allclose(weight - before, torch.full_like(before, 5.0 / 2 * 2), atol=1e-6)


def test_damaged_files(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read as an adapter"):
        read_adapter(tmp_path)
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA"}))
    (tmp_path / "adapter_model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(ModelError, match="cannot be read as an adapter"):
        read_adapter(tmp_path)
