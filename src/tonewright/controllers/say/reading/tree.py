"""All answers to all questions in one pass: a batch of requests as trees of tokens instead of lines.

A request is the trunk. Each question's lead grows from it, and where second answers follow, all admitted first answers
grow from the lead side by side, none of which sees another. The model's output at the end of a lead says how probable
each first answer is, that at a first answer how probable each second one is. What is computed equals the passes over
every line alone, at a fraction of their cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tonewright.controllers.say.reading.questions import Frame, Question, token_of

#: Rows of the output matrix that take the place of the model's own, by question: for first and for second answers.
Rows = Mapping[str, tuple[Tensor, Tensor]]
#: Requests are cut to so many tokens: what comes later hardly says how music should sound.
LONGEST = 160


@dataclass(frozen=True)
class Branch:
    """A question's place in every row of a batch.

    Attributes
    ----------
    name
        Of the question.
    last
        Column of the last token of the lead.
    leaves
        Columns of the first answers; none where no second ones follow.
    first, second
        Tokens of the answers.
    """

    name: str
    last: int
    leaves: slice
    first: Tensor
    second: Tensor


@dataclass(frozen=True)
class Trees:
    """Requests with questions, ready for a model.

    Attributes
    ----------
    tokens
        (requests, columns).
    positions
        Of each token in its line, (requests, columns).
    visible
        Which columns (last axis) each column sees, (requests, columns, columns).
    branches
        One per question.
    sizes, start
        How many tokens each trunk has, (requests,), and where in it the request itself begins.
    """

    tokens: Tensor
    positions: Tensor
    visible: Tensor
    branches: tuple[Branch, ...]
    sizes: Tensor
    start: int


class Planter:
    """Makes trees of requests for one tokenizer.

    Parameters
    ----------
    tokenizer
        Of transformers, fast.
    questions
        What to ask.
    frame
        Words around each request.
    examples
        Requests with answers that stand before each request, as one text (in-context learning).
    """

    def __init__(self, tokenizer: Any, questions: Sequence[Question], frame: Frame, examples: str = "") -> None:
        self.tokenizer, self.frame, self.examples = tokenizer, frame, examples
        self._filler = tokenizer.eos_token_id or 0
        # What this tokenizer puts before every text, but not what it would put behind.
        self._opening = [one for one in tokenizer.encode("") if one == tokenizer.bos_token_id][:1]
        before = tokenizer.encode(examples + frame.before, add_special_tokens=False)
        # The last token of what stands before may join the request's first.
        self._start = len(self._opening) + max(0, len(before) - 1)
        self.questions = tuple(questions)
        self._leads, self._first, self._second = [], [], []
        for question in self.questions:
            closing = frame.after + question.lead
            base = tokenizer.encode(frame.after, add_special_tokens=False)
            lead = tokenizer.encode(closing, add_special_tokens=False)[len(base) :]
            first = [token_of(tokenizer, question.lead, answer) for answer in question.first]
            second = [token_of(tokenizer, question.lead + question.first[0], answer) for answer in question.second]
            self._leads.append(lead)
            self._first.append(torch.tensor(first))
            self._second.append(torch.tensor(second, dtype=torch.long))

    def plant(self, requests: Sequence[str]) -> Trees:
        """Return the trees of a batch; shorter trunks end in columns that nothing sees."""
        trunks = [self._trunk(request) for request in requests]
        length = max(len(trunk) for trunk in trunks)
        leaves = [first if len(second) else first[:0] for first, second in zip(self._first, self._second, strict=True)]
        columns = length + sum(len(lead) + len(grown) for lead, grown in zip(self._leads, leaves, strict=True))
        tokens = torch.full((len(trunks), columns), self._filler)
        positions = torch.zeros((len(trunks), columns), dtype=torch.long)
        visible = torch.zeros((len(trunks), columns, columns), dtype=torch.bool)
        branches = []
        for row, trunk in enumerate(trunks):
            count = len(trunk)
            tokens[row, :count] = torch.tensor(trunk)
            positions[row, :count] = torch.arange(count)
        sizes = torch.tensor([len(trunk) for trunk in trunks])
        trunk_columns = torch.arange(length)
        inside = trunk_columns[None] < sizes[:, None]
        visible[:, :length, :length] = (trunk_columns[:, None] >= trunk_columns[None])[None] & inside[:, None, :]
        start = length
        names = [question.name for question in self.questions]
        for name, lead, grown, first, second in zip(names, self._leads, leaves, self._first, self._second, strict=True):
            middle, end = start + len(lead), start + len(lead) + len(grown)
            tokens[:, start:middle] = torch.tensor(lead)
            tokens[:, middle:end] = grown
            positions[:, start:middle] = sizes[:, None] + torch.arange(len(lead))
            positions[:, middle:end] = sizes[:, None] + len(lead)
            visible[:, start:end, :length] = inside[:, None, :]
            visible[:, start:middle, start:middle] = torch.ones(len(lead), len(lead), dtype=torch.bool).tril()
            visible[:, middle:end, start:middle] = True
            branches.append(Branch(name, middle - 1, slice(middle, end), first, second))
            start = end
        # Every column sees itself, so that no row of an attention is empty.
        visible |= torch.eye(columns, dtype=torch.bool)
        return Trees(tokens, positions, visible, tuple(branches), sizes, self._start)

    def _trunk(self, request: str) -> list[int]:
        encode = self.tokenizer.encode
        before = encode(self.examples + self.frame.before, add_special_tokens=False)
        framed = encode(self.examples + self.frame.around(request), add_special_tokens=False)
        closing = encode(self.frame.after, add_special_tokens=False)
        if len(framed) > len(before) + LONGEST:
            framed = framed[: len(before) + LONGEST - len(closing)] + closing
        return [*self._opening, *framed]


def answers(
    model: Any,
    trees: Trees,
    *,
    cache: Any = None,
    cached: int = 0,
    embedded: Tensor | None = None,
    trained: Rows | None = None,
) -> list[Tensor]:
    """Return the logarithms of the probabilities of all pairs of answers to each question.

    Parameters
    ----------
    model
        A causal language model of transformers.
    trees
        What to read.
    cache, cached
        Keys and values that every column sees and that come first (prefix tuning), and how many there are.
    embedded
        Vectors to put before every trunk (prompt tuning), (requests, count, width).

    trained
        Trained rows of the output matrix.

    Returns
    -------
    One tensor per question, (requests, first answers, second answers), or (requests, answers) where one token says it
    all; their exponentials sum to 1 over a request.
    """
    visible, positions, start = trees.visible, trees.positions, 0
    inputs: dict[str, Any] = {"input_ids": trees.tokens}
    decoder = model.get_decoder()
    weight = model.get_output_embeddings().weight
    rows = len(trees.tokens)
    if embedded is not None:
        start = embedded.shape[1]
        known = model.get_input_embeddings()(trees.tokens)
        inputs = {"inputs_embeds": torch.cat([embedded.to(known.dtype), known], dim=1)}
        own = torch.ones(start, start, dtype=torch.bool).tril().expand(rows, -1, -1)
        top = torch.cat([own, torch.zeros(rows, start, visible.shape[2], dtype=torch.bool)], dim=2)
        below = torch.cat([torch.ones(rows, visible.shape[1], start, dtype=torch.bool), visible], dim=2)
        visible = torch.cat([top, below], dim=1)
        positions = torch.cat([torch.arange(start).expand(rows, -1), positions + start], dim=1)
    if cache is not None:
        visible = torch.cat([torch.ones(rows, visible.shape[1], cached, dtype=torch.bool), visible], dim=2)
        positions = positions + cached
        inputs["past_key_values"] = cache
    hidden = decoder(
        **inputs, attention_mask=mask_of(visible, weight.dtype), position_ids=positions, use_cache=cache is not None
    ).last_hidden_state[:, start:]
    found = []
    for branch in trees.branches:
        first, second = trained[branch.name] if trained is not None else (weight[branch.first], weight[branch.second])
        before = _log_shares(model, hidden[:, branch.last], first)
        if not len(branch.second):
            found.append(before)
            continue
        after = _log_shares(model, hidden[:, branch.leaves], second)
        found.append(before[:, :, None] + after)
    return found


def mask_of(visible: Tensor, dtype: torch.dtype) -> Tensor:
    """Return what is added to attention's scores so that columns see only what is visible, (requests, 1, ., .)."""
    return torch.zeros(visible.shape, dtype=dtype).masked_fill_(~visible, torch.finfo(dtype).min)[:, None]


def _log_shares(model: Any, hidden: Tensor, rows: Tensor) -> Tensor:
    logits = (hidden.to(rows.dtype) @ rows.T).float()
    cap = getattr(model.config, "final_logit_softcapping", None)
    if cap:
        logits = cap * torch.tanh(logits / cap)
    return torch.log_softmax(logits, dim=-1)
