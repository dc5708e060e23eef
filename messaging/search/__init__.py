"""Messages found by their words: how a text is cut into terms, kept beside it, and found again."""
