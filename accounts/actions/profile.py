"""Changes of people to their own profile."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from rosetta import access_changes

CHANGEABLE = ("name", "preferred_language", "avatar_url")


@transaction.atomic
def change_profile(*, user: User, changes: Mapping[str, Any]) -> User:
    """Apply ``changes`` to any of name, preferred_language and avatar_url.

    Memberships without a language of their own follow the account's.
    """
    changed_fields = [name for name in CHANGEABLE if name in changes]
    for name in changed_fields:
        setattr(user, name, changes[name])
    user.save(update_fields=[*changed_fields, "updated_at"])
    if "preferred_language" in changed_fields:
        user.memberships.filter(preferred_language=None).update(language=user.preferred_language)
    # Sockets receive another language, and others see the name and picture while the user types.
    access_changes.record(access_changes.Kind.USER, [user.pk])
    return user
