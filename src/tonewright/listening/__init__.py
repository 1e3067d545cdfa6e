"""Listening experiments: studies, their server and storage, simulation and analysis."""
