"""Translations of messages: which ones are needed, in which order workers make them, and what reading requests."""
