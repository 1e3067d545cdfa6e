"""How well something works: distances between recordings, statistics over works, and the benchmarks' protocols."""
