"""What worker processes do: a function for each task, from plain data to plain data."""
