"""Names for addresses."""

from collections.abc import Callable

from django.utils.text import slugify

from rosetta.ids import new_ulid

MAX_SLUG = 80
SHORT_ID = 8


def derived_slug(name: str, is_taken: Callable[[str], bool]) -> str:
    """A free slug for ``name``: its ASCII words, with a short id where it has none or where they are taken."""
    base = slugify(name)[: MAX_SLUG - SHORT_ID - 1].strip("-_")
    if base and not is_taken(base):
        return base
    while is_taken(slug := f"{base}-{new_ulid()[-SHORT_ID:]}".lstrip("-")):
        pass
    return slug
