"""What networks hear, what they are made of, and their weights: inference in plain numpy."""
