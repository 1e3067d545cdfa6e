"""What `say` is made of: numbers and words in a request, readers of language models, and what decides."""
