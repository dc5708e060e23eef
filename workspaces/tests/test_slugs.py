"""Slugs: derived from names, unique by the database's word."""

import re

import pytest
from django.db import IntegrityError

from rosetta.errors import Invalid
from workspaces.slugs import MAX_SLUG, SHORT_ID, create_under_slug, derived_slug


def is_free(slug: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Acme & Söhne GmbH", "acme-sohne-gmbh"),
        ("  spaces   and -- dashes ", "spaces-and-dashes"),
        ("under_score", "under_score"),
        ("-_x_-", "x"),
        ("Über 東京", "uber"),
        ("x" * 300, "x" * (MAX_SLUG - SHORT_ID - 1)),
    ],
)
def test_a_slug_has_the_ascii_words_of_the_name(name: str, slug: str) -> None:
    assert derived_slug(name, is_free) == slug


@pytest.mark.parametrize("name", ["東京", "แชท", "👩", "-_-", "!!!", ""])
def test_a_name_without_ascii_words_gets_a_short_id(name: str) -> None:
    assert re.fullmatch(rf"[0-9a-z]{{{SHORT_ID}}}", derived_slug(name, is_free))


def test_a_taken_slug_gets_a_short_id_until_it_is_free() -> None:
    tried: list[str] = []

    def is_taken(slug: str) -> bool:
        tried.append(slug)
        return len(tried) < 4

    slug = derived_slug("x" * 300, is_taken)
    assert tried[0] == "x" * (MAX_SLUG - SHORT_ID - 1)
    assert len(tried) == 4
    assert re.fullmatch(rf"x+-[0-9a-z]{{{SHORT_ID}}}", slug)
    assert len(slug) <= MAX_SLUG


@pytest.mark.django_db
def test_the_database_has_the_last_word_on_a_derived_slug() -> None:
    tried: list[str] = []

    def create(slug: str) -> str:
        tried.append(slug)
        if len(tried) < 3:
            raise IntegrityError
        return slug

    assert create_under_slug(create, name="Acme", slug=None, is_taken=tried.__contains__) == tried[-1]
    assert len(set(tried)) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("slug", [None, "acme"])
def test_a_slug_that_stays_taken_is_refused(slug: str | None) -> None:
    tried: list[str] = []

    def create(slug: str) -> str:
        tried.append(slug)
        raise IntegrityError

    with pytest.raises(Invalid) as refusal:
        create_under_slug(create, name="Acme", slug=slug, is_taken=is_free)
    assert list(refusal.value.errors) == ["slug"]
    assert len(tried) == (1 if slug else 3)
