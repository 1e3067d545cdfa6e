"""Where a model's states are looked at: after several leads, in several layers, and over the request itself.

A lead is the beginning of a sentence about the sound that the request asks for; at its end the model has made up its
mind how to go on, though it never does. Layers in the middle know most: the last ones prepare the next word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tonewright.controllers.say.reading.questions import Frame, Question
from tonewright.controllers.say.reading.tree import Planter, mask_of

FRAME = Frame('A listener asks: "', '"')
LEADS = (
    " means the sound should be",
    " On a scale from 0 (warm, dark) to 9 (bright, sharp), the tone should be",
    " In one word, the sound is",
)
#: After which layers the states are taken; the model ends, with its last norm, after the last of them.
LAYERS = (10, 12, 14, 16)


def place_planter(tokenizer: Any) -> Planter:
    """Return what makes trees with all leads."""
    return Planter(tokenizer, [Question(f"lead{index}", lead, ("0",)) for index, lead in enumerate(LEADS)], FRAME)


def states(model: Any, planter: Planter, requests: Sequence[str]) -> Tensor:
    """Return the states at all places, float32, (requests, layers x (1 + leads) x width).

    Parameters
    ----------
    model
        Kept to ``LAYERS[-1]`` layers.
    planter
        Of :func:`place_planter`.
    requests
        Read in one pass. Per layer come the mean over the request's own tokens, then the end of each lead.
    """
    trees = planter.plant(requests)
    caught: dict[int, Tensor] = {}

    def catch(layer: int) -> Any:
        def keep(_module: Any, _inputs: Any, output: Any) -> None:
            caught[layer] = output[0] if isinstance(output, tuple) else output

        return keep

    decoder = model.get_decoder()
    hooks = [decoder.layers[layer - 1].register_forward_hook(catch(layer)) for layer in LAYERS[:-1]]
    try:
        last = decoder(
            input_ids=trees.tokens,
            attention_mask=mask_of(trees.visible, model.get_input_embeddings().weight.dtype),
            position_ids=trees.positions,
            use_cache=False,
        ).last_hidden_state
    finally:
        for hook in hooks:
            hook.remove()
    caught[LAYERS[-1]] = last
    columns = torch.arange(trees.tokens.shape[1])[None]
    own = ((columns >= trees.start) & (columns < trees.sizes[:, None])).float()
    share = own / own.sum(1, keepdim=True)
    ends = [branch.last for branch in trees.branches]
    parts = []
    for layer in LAYERS:
        hidden = caught[layer].float()
        parts.append(torch.einsum("rc,rcw->rw", share, hidden))
        parts.extend(hidden[:, end] for end in ends)
    return torch.cat(parts, dim=1)
