"""The browser's half: the processor as an AudioWorklet, switching at equal loudness, parts of pages."""

from tonewright.web.places import static_folder
from tonewright.web.tables import tables

__all__ = ["static_folder", "tables"]
