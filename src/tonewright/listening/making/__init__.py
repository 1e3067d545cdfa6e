"""Stimuli, made from tracks by systems at equal loudness, and kept by content."""
