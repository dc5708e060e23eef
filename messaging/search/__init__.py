"""Search for messages: cut texts into terms, store the terms beside the text, and find messages by them."""
