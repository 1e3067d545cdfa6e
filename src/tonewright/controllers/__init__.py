"""What chooses settings. A controller never touches the samples it returns; the processor never guesses."""
