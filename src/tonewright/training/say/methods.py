"""Ways to teach a frozen language model with few parameters, behind one face.

LoRA (Hu et al., 2021), prefix tuning (Li and Liang, 2021) and prompt tuning (Lester et al., 2021) are peft's; the
bottleneck adapters are ours. With each of them the output matrix's rows of the admitted answers are trained too: some
forty of 49 152.
"""

from __future__ import annotations

import copy
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tonewright.controllers.say.reading.questions import KIND, PLANE, token_of
from tonewright.controllers.say.reading.tree import Trees, answers
from tonewright.training.say.bottleneck import add_bottlenecks

Method = Literal["lora", "prefix", "prompt", "bottleneck"]

#: Matrices that LoRA adds to.
_ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
_ALL = [*_ATTENTION, "gate_proj", "up_proj", "down_proj"]


class Pupil(nn.Module):
    """A frozen model with what is trained on it.

    Parameters
    ----------
    model, tokenizer
        Of transformers; the model is changed in place.
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
        self,
        model: Any,
        tokenizer: Any,
        method: Method,
        rank: int,
        *,
        targets: str = "all",
        first_layer: int = 0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        rows = model.get_output_embeddings().weight.detach().float()
        self.output_rows = nn.ParameterDict()
        for question in (PLANE, KIND):
            for part, answers_ in (("first", question.first), ("second", question.second)):
                lead = question.lead + (question.first[0] if part == "second" else "")
                tokens_ = [token_of(tokenizer, lead, one) for one in answers_]
                self.output_rows[f"{question.name}_{part}"] = nn.Parameter(
                    rows[torch.tensor(tokens_, dtype=torch.long)]
                )
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
        trained = self.rows()
        if self.method in ("lora", "bottleneck"):
            model = self.model if self.method == "bottleneck" else self.model.get_base_model()
            return answers(model, trees, trained=trained)
        base, rows = self.model.get_base_model(), len(trees.tokens)
        prompt = self.model.get_prompt(batch_size=rows)
        if self.method == "prompt":
            return answers(base, trees, embedded=prompt, trained=trained)
        return answers(base, trees, cache=copy.copy(prompt), cached=self.rank, trained=trained)

    def rows(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Return the rows of the output matrix that are trained with every method, by question."""
        held = self.output_rows
        return {one.name: (held[f"{one.name}_first"], held[f"{one.name}_second"]) for one in (PLANE, KIND)}

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
