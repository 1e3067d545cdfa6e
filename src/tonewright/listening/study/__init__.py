"""The study file: what is heard, what is asked, in which order; validated, hashed."""
