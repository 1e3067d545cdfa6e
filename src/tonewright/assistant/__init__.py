"""The Model Context Protocol server: what an assistant may do with Tonewright, in folders that its user named."""
