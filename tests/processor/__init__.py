"""Tests of the processor; a package so that the oracle beside it can be imported."""
