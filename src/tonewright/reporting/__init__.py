"""Reports: what was done to a recording and why, in words, curves and numbers."""
