"""Tonewright: an intelligent equalizer."""

__version__ = "0.1.0"
