"""Accounts and what opens them."""

from typing import Any

import factory
from django.utils import timezone

from accounts.actions.tokens import issue_token
from accounts.models import AccessToken, User
from rosetta.tests.factories import ActionFactory

PASSWORD = "correct horse 9"


class UserFactory(ActionFactory[User]):
    """A person who signs in with ``PASSWORD`` and an address made of their name."""

    class Meta:
        model = User

    name = factory.Sequence(lambda number: f"Person{number}")
    email = factory.LazyAttribute(lambda user: f"{user.name.lower().replace(' ', '.')}@example.com")
    password = PASSWORD
    preferred_language = "en"

    class Params:
        verified = factory.Trait(email_verified_at=factory.LazyFunction(timezone.now))
        superuser = factory.Trait(is_staff=True, is_superuser=True)

    @classmethod
    def act(cls, **fields: Any) -> User:
        return User.objects.create_user(**fields)


class AccessTokenFactory(ActionFactory[AccessToken]):
    """A token; ``token.shown`` is what its owner sees once and sends as a bearer."""

    class Meta:
        model = AccessToken

    user = factory.SubFactory(UserFactory)
    name = "test"
    abilities = ("*",)

    @classmethod
    def act(cls, **fields: Any) -> AccessToken:
        token, shown = issue_token(**fields)
        token.shown = shown  # type: ignore[attr-defined]
        return token
