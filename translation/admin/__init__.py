"""Show staff memories, glossaries, budgets, usage and engines."""

from translation.admin import engines, texts

__all__ = ["engines", "texts"]
