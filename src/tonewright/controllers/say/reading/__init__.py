"""Language models on this computer: where they are kept, where they come from, how they are loaded. Needs ``llm``."""
