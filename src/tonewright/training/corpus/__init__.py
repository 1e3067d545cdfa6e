"""Corpora: recordings decoded once to a memory-mapped store, split by work and by producer."""

from tonewright.training.corpus.entries import Entry
from tonewright.training.corpus.store import Corpus

__all__ = ["Corpus", "Entry"]
