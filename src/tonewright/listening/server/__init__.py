"""The server of a study: pages, stimuli, answers."""
