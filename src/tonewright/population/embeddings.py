"""Sentences as vectors without a model: counts of words and of pieces of words, weighted by how rare they are."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Embedding(Protocol):
    """Anything that turns n sentences into vectors, shape ``(n, d)``."""

    def __call__(self, texts: Sequence[str], /) -> Array:
        """Return one row per sentence."""
        ...


class WordPieces:
    """Term frequency times inverse document frequency of words and character n-grams, rows of length 1.

    With :math:`N` documents, of which :math:`n_t` have the term: weight ``(1 + log tf) (1 + log((1 + N) / (1 + n_t)))``
    (Salton and Buckley, 1988, smoothed). Terms are hashed into ``width`` columns, so that unseen ones have a place too.

    Parameters
    ----------
    documents
        Where the document frequencies come from; without any, all terms count the same.
    width
        Columns.
    """

    #: Lengths of the character n-grams, taken inside words with their borders.
    LENGTHS = (3, 4, 5)

    def __init__(self, documents: Sequence[str] = (), width: int = 4096) -> None:
        self.width = width
        present = self._counts(documents) > 0
        self._rarity = 1.0 + np.log((1.0 + len(documents)) / (1.0 + present.sum(axis=0)))

    def fitted(self, documents: Sequence[str]) -> WordPieces:
        """Return the embedding with the document frequencies of these documents."""
        return WordPieces(documents, self.width)

    def __call__(self, texts: Sequence[str], /) -> Array:
        """Return one row of length 1 per text, shape ``(n, width)``; zeros for a text without a term."""
        counts = self._counts(texts)
        rows = np.where(counts > 0, 1.0 + np.log(np.maximum(counts, 1.0)), 0.0) * self._rarity
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))

    def _counts(self, texts: Sequence[str]) -> Array:
        counts = np.zeros((len(texts), self.width))
        for row, text in zip(counts, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                framed = f"<{word}>"
                pieces = (framed[i : i + n] for n in self.LENGTHS for i in range(len(framed) - n + 1))
                for term in (framed, *(piece for piece in pieces if piece != framed)):
                    row[zlib.crc32(term.encode()) % self.width] += 1.0
        return counts


def fitted(embedding: Embedding, documents: Sequence[str]) -> Embedding:
    """Return an embedding fitted to documents, if it can be: the documents are those to learn from."""
    fit = getattr(embedding, "fitted", None)
    return embedding if fit is None else fit(documents)
