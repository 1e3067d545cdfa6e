"""Synthetic requests with what they should do to the sound: seeded, from tables of general knowledge, without torch."""
