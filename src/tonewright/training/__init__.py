"""How networks are trained: corpora, degradations, losses, one trainer. Needs the extra ``train``."""
