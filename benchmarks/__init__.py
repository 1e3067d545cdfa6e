"""What the project says about its own speed, memory and quality, as commands that anyone can repeat."""
