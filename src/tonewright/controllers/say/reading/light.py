r"""A Llama that loads in the time torch takes to load: its forward pass and its tokenizer without transformers.

Importing transformers costs more than twice what importing torch does, all of it before the first request. What a
reader needs of it is little (Touvron et al., arXiv:2302.13971; grouped queries: Ainslie et al., arXiv:2305.13245):

.. math::

    h' = h + W_o\, \text{attention}(R W_q n(h), R W_k n(h), W_v n(h)), \quad
    h'' = h' + W_d (\text{silu}(W_g n(h')) \odot W_u n(h')),

with :math:`n(h) = w h / \sqrt{\text{mean}(h^2) + \epsilon}` and rotations :math:`R` by position times
:math:`\theta^{-2i/d}`. Modules have the names and the few methods that transformers gives them, so that weights,
adapters and readers fit both; tests hold the two equal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tonewright.controllers.say.reading.home import ModelError

#: What a configuration must say, or leave out, for this forward pass to be the right one.
_EXPECTED = {
    "model_type": "llama",
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": True,
    "quantization_config": None,
}


def can_read(config: dict[str, Any]) -> bool:
    """Tell whether a configuration of transformers describes what is computed here."""
    rope = config.get("rope_parameters") or {}
    return (
        all(config.get(key, wanted) == wanted for key, wanted in _EXPECTED.items())
        and config.get("model_type") == "llama"
        and rope.get("rope_type", "") == "default"
    )


class LightTokenizer:
    """The fast tokenizer of a folder, with the part of transformers' interface that readers use.

    Parameters
    ----------
    folder
        With ``tokenizer.json`` and ``tokenizer_config.json``.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        said = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        self.bos_token_id: int | None = self._number(said.get("bos_token"))
        self.eos_token_id: int | None = self._number(said.get("eos_token"))

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        """Return the tokens of a text."""
        return list(self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    def decode(self, tokens: list[int], skip_special_tokens: bool = False) -> str:
        """Return the text of tokens."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens))

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def _number(self, token: Any) -> int | None:
        content = token.get("content") if isinstance(token, dict) else token
        return None if content is None else self._tokenizer.token_to_id(content)


@dataclass(frozen=True)
class Hidden:
    """Output of the decoder: ``last_hidden_state`` is (rows, columns, width)."""

    last_hidden_state: Tensor


@dataclass(frozen=True)
class Logits:
    """Output of the model: ``logits`` is (rows, columns, tokens)."""

    logits: Tensor


class LightLlama(nn.Module):
    """A causal Llama with tied embeddings, for inference.

    Parameters
    ----------
    config
        Of transformers; see :func:`can_read`.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = SimpleNamespace(**config)
        self.model = _Decoder(config)

    def get_decoder(self) -> nn.Module:
        """Return the part before the logits."""
        return self.model

    def get_input_embeddings(self) -> nn.Module:
        """Return the embedding, whose weight is (tokens, width)."""
        return self.model.embed_tokens

    def get_output_embeddings(self) -> nn.Module:
        """Return what holds the weight (tokens, width) behind the logits: the embedding."""
        return self.model.embed_tokens

    def forward(self, input_ids: Tensor | None = None, attention_mask: Tensor | None = None, **inputs: Any) -> Logits:
        """Return logits; inputs are the decoder's."""
        hidden = self.model(input_ids, attention_mask=attention_mask, **inputs).last_hidden_state
        return Logits(hidden @ self.model.embed_tokens.weight.T)


class _Decoder(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width, heads = config["hidden_size"], config["num_attention_heads"]
        # A weight given beforehand is not drawn at random, for which torch would import its compiler: two seconds.
        nothing = torch.empty(config["vocab_size"], width, device="meta")
        self.embed_tokens = nn.Embedding(config["vocab_size"], width, _weight=nothing)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = _Norm(width, config["rms_norm_eps"])
        self._size = config.get("head_dim") or width // heads
        self._theta = float(config["rope_parameters"]["rope_theta"])

    def forward(
        self,
        input_ids: Tensor | None = None,
        *,
        inputs_embeds: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        use_cache: bool = False,
        past_key_values: Any = None,
    ) -> Hidden:
        """Return hidden states.

        ``attention_mask`` is None (causal, no padding) or what is added to the scores, (rows, 1, columns, columns).
        """
        if use_cache or past_key_values is not None:
            raise ValueError("The light model keeps no cache: load the model without light.")
        if attention_mask is not None and attention_mask.ndim != 4:
            raise ValueError("The light model takes an additive mask of four axes, or none.")
        hidden: Tensor = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        if position_ids is None:
            position_ids = torch.arange(hidden.shape[1])[None]
        steps = torch.arange(0, self._size, 2, dtype=torch.float32) / self._size
        angles = position_ids[:, None, :, None].float() * self._theta**-steps
        angles = torch.cat([angles, angles], dim=-1)
        turn = angles.cos().to(hidden.dtype), angles.sin().to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, attention_mask, turn)
        return Hidden(self.norm(hidden))


class _Layer(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width, epsilon = config["hidden_size"], config["rms_norm_eps"]
        self.self_attn = _Attention(config)
        self.mlp = _Gated(width, config["intermediate_size"])
        self.input_layernorm = _Norm(width, epsilon)
        self.post_attention_layernorm = _Norm(width, epsilon)

    def forward(self, hidden: Tensor, mask: Tensor | None, turn: tuple[Tensor, Tensor]) -> Tensor:
        hidden = hidden + self.self_attn(self.input_layernorm(hidden), mask, turn)
        changed: Tensor = self.mlp(self.post_attention_layernorm(hidden))
        return hidden + changed


class _Attention(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        width, heads = config["hidden_size"], config["num_attention_heads"]
        self._size = config.get("head_dim") or width // heads
        groups = config.get("num_key_value_heads") or heads
        self._shared = heads // groups
        self.q_proj = _linear(width, heads * self._size)
        self.k_proj = _linear(width, groups * self._size)
        self.v_proj = _linear(width, groups * self._size)
        self.o_proj = _linear(heads * self._size, width)

    def forward(self, hidden: Tensor, mask: Tensor | None, turn: tuple[Tensor, Tensor]) -> Tensor:
        rows, columns, _ = hidden.shape
        queries, keys, values = (
            project(hidden).view(rows, columns, -1, self._size).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        queries, keys = _turned(queries, turn), _turned(keys, turn)
        keys, values = (each.repeat_interleave(self._shared, dim=1) for each in (keys, values))
        heard = functional.scaled_dot_product_attention(queries, keys, values, mask, is_causal=mask is None)
        found: Tensor = self.o_proj(heard.transpose(1, 2).reshape(rows, columns, -1))
        return found


class _Gated(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = (
            _linear(width, inner),
            _linear(width, inner),
            _linear(inner, width),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        found: Tensor = self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))
        return found


class _Norm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, device="meta"))
        self._epsilon = epsilon

    def forward(self, hidden: Tensor) -> Tensor:
        wide = hidden.float()
        scaled = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self._epsilon)
        return self.weight * scaled.to(hidden.dtype)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    """Make a layer without a weight: it comes from the file."""
    return nn.Linear(inputs, outputs, bias=False, device="meta")


def _turned(heads: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    first, second = heads.chunk(2, dim=-1)
    cosine, sine = turn
    return heads * cosine + torch.cat([-second, first], dim=-1) * sine


def read_light(folder: Path, dtype: torch.dtype, depth: int | None = None) -> tuple[LightLlama, LightTokenizer] | None:
    """Load a converted folder; ``None`` if it holds something that only transformers can read.

    Parameters
    ----------
    folder
        With ``config.json``, ``model.safetensors`` and the tokenizer's files.
    dtype
        What weights are turned into.
    depth
        How many layers are read, all if absent.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or the model is not that deep.
    """
    from safetensors import SafetensorError, safe_open

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if not can_read(config):
            return None
        if depth is not None:
            if not 1 <= depth <= config["num_hidden_layers"]:
                raise ModelError(f"The model has {config['num_hidden_layers']} layers; {depth} cannot be kept.")
            config["num_hidden_layers"] = depth
        model = LightLlama(config)
        with safe_open(str(folder / "model.safetensors"), framework="pt") as file:
            there = set(file.keys())
            wanted = [name for name in model.state_dict() if name in there]
            unread = [name for name in there.difference(wanted) if depth is None or not _is_above(name, depth)]
            if unread:
                raise ValueError(f"{unread[0]} has no place in it")
            weights = {name: file.get_tensor(name).to(dtype) for name in wanted}
        model.load_state_dict(weights, assign=True)
        return model.eval().requires_grad_(False), LightTokenizer(folder)
    except (OSError, ValueError, LookupError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")[:200]
        raise ModelError(f"{folder} cannot be loaded as a language model ({reason}).") from None


def _is_above(name: str, depth: int) -> bool:
    """Whether a weight belongs to a layer that is left out: ``model.layers.<number>.``..."""
    parts = name.split(".")
    return parts[:2] == ["model", "layers"] and int(parts[2]) >= depth
