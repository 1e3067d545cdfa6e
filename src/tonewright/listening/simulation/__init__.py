"""Simulated listeners with known preferences: what an analysis must find again, before anybody is asked."""
