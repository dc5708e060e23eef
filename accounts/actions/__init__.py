"""Every change to accounts, by journey: one module each, called by name."""
