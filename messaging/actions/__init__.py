"""Every change to conversations and messages, one module a journey."""
