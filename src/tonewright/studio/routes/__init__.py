"""Addresses of the server, by subject; docs/studio-api.md describes each."""
