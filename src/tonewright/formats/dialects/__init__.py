"""One small module for each program, or for programs that share a language; each has a tuple ``PROGRAMS``."""
