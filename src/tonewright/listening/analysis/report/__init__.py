"""Analyses for people: sentences, tables, figures, a page, LaTeX."""
