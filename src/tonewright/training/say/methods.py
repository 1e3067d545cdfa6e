"""Ways to teach a frozen language model with few parameters, behind one face.

LoRA (Hu et al., 2021), prefix tuning (Li and Liang, 2021) and prompt tuning (Lester et al., 2021) are peft's; the
bottleneck adapters are ours.
"""

from __future__ import annotations

import copy
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tonewright.controllers.say.reading.tree import Trees, answers
from tonewright.training.say.bottleneck import add_bottlenecks

Method = Literal["lora", "prefix", "prompt", "bottleneck"]
METHODS: tuple[Method, ...] = ("lora", "prefix", "prompt", "bottleneck")

#: Matrices that LoRA adds to.
_ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
_ALL = [*_ATTENTION, "gate_proj", "up_proj", "down_proj"]


class Pupil(nn.Module):
    """A frozen model with what is trained on it.

    Parameters
    ----------
    model
        Of transformers; changed in place.
    method
        How it is taught.
    rank
        Of LoRA; size of the bottlenecks; number of virtual tokens of prefix and prompt tuning.
    targets
        Matrices that LoRA adds to: ``attention`` or ``all``.
    first_layer
        Where LoRA and the bottlenecks begin.
    dropout
        Before LoRA's matrices.
    """

    def __init__(
        self, model: Any, method: Method, rank: int, *, targets: str = "all", first_layer: int = 0, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.method, self.rank = method, rank
        model.requires_grad_(False)
        if method == "bottleneck":
            add_bottlenecks(model, rank, first_layer)
            self.model = model
        else:
            self.model = _with_peft(model, method, rank, targets, first_layer, dropout)

        for value in self.trained().values():
            value.data = value.data.float()

    def forward(self, trees: Trees) -> list[Tensor]:
        """Return logarithms of the probabilities of the answers; see :func:`~.tree.answers`."""
        if self.method in ("lora", "bottleneck"):
            model = self.model if self.method == "bottleneck" else self.model.get_base_model()
            return answers(model, trees)
        base, rows = self.model.get_base_model(), len(trees.tokens)
        prompt = self.model.get_prompt(batch_size=rows)
        if self.method == "prompt":
            return answers(base, trees, embedded=prompt)
        return answers(base, trees, cache=copy.copy(prompt), cached=self.rank)

    def trained(self) -> dict[str, Tensor]:
        """Return what is learned, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def take(self, state: dict[str, Tensor]) -> None:
        """Set what is learned."""
        own = self.trained()
        with torch.no_grad():
            for name, value in state.items():
                own[name].copy_(value)


def _with_peft(model: Any, method: Method, rank: int, targets: str, first_layer: int, dropout: float) -> Any:
    from peft import LoraConfig, PrefixTuningConfig, PromptTuningConfig, TaskType, get_peft_model

    if method == "lora":
        return get_peft_model(
            model,
            LoraConfig(
                task_type=TaskType.CAUSAL_LM,
                r=rank,
                lora_alpha=2 * rank,
                lora_dropout=dropout,
                target_modules=_ALL if targets == "all" else _ATTENTION,
                layers_to_transform=list(range(first_layer, len(model.get_decoder().layers))),
            ),
        )
    kind = PrefixTuningConfig if method == "prefix" else PromptTuningConfig
    return get_peft_model(model, kind(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=rank))
