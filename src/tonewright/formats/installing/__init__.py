"""Presets put where programs look for them: with a backup, a way back, and into running programs."""
