"""Derive unique slugs from names."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from rosetta.ids import new_ulid

MAX_SLUG = 80
SHORT_ID = 8
ATTEMPTS = 3

Row = TypeVar("Row")


def slug_taken() -> Invalid:
    """Return the refusal of a slug that is taken."""
    return Invalid({"slug": [_("The slug has already been taken.")]})


def derived_slug(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a free slug for ``name``.

    Its ASCII words, plus a short id where it has none or they are taken.
    """
    base = slugify(name)[: MAX_SLUG - SHORT_ID - 1].strip("-_")
    if base and not is_taken(base):
        return base
    while is_taken(slug := f"{base}-{new_ulid()[-SHORT_ID:]}".lstrip("-")):
        pass
    return slug


def create_under_slug(
    create: Callable[[str], Row], *, name: str, slug: str | None, is_taken: Callable[[str], bool]
) -> Row:
    """Call ``create`` with ``slug``, or with one derived from ``name``.

    Raises Invalid when ``slug`` is taken.

    The database's constraint decides; ``is_taken`` only avoids most collisions.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return create(slug or derived_slug(name, is_taken))
        except IntegrityError:
            # Somebody else took it in between; a derived one is tried again with another ending.
            if slug or attempt == ATTEMPTS - 1:
                raise slug_taken() from None
    raise AssertionError
