"""The parts of ``match``: expected curve, bands that follow it, descent through the exact chain, choice."""
