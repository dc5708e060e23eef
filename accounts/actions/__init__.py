"""Changes to accounts: one module for each journey."""
