"""How networks are trained: corpora, data, losses, the trainer."""
