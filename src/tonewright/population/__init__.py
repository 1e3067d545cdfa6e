"""What listeners chose: data, the tone plane, distributions on it, distances between clouds of choices, baselines."""
