"""The models of the engine ``local``: which ones are needed, where they come from, and how they are installed."""
