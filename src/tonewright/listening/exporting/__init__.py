"""Answers out of the store: results for the analysis, tables, populations."""
