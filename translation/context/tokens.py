"""Estimate how many tokens a language model makes of a text."""

# Vocabularies of models have most words of Latin letters, and single characters of others.
_LETTERS_A_TOKEN = 4


def tokens(text: str) -> int:
    """Return about how many tokens ``text`` has, rather too many than too few."""
    others = sum(char >= "\u0370" for char in text)
    return others + (len(text) - others + _LETTERS_A_TOKEN - 1) // _LETTERS_A_TOKEN
