"""Settings + audio -> audio: filters and compressors, exact, fast and differentiable."""
