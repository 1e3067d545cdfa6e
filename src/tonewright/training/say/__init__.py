"""How the models behind `say` are trained and judged."""
