"""Changes of people to their own profile."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from rosetta import access_changes, languages

CHANGEABLE = (
    "name",
    "name_reading",
    "title",
    "time_zone",
    "preferred_language",
    "also_reads",
    "show_originals",
    "avatar_url",
    "undisturbed_until",
)
STATUS = ("status_emoji", "status_text", "status_until")


@transaction.atomic
def change_profile(*, user: User, changes: Mapping[str, Any]) -> User:
    """Apply ``changes`` to any of the fields in CHANGEABLE; ``also_reads`` is a list of codes.

    ``status`` has an emoji, a text and an end, or is None to end it.

    Memberships without a language of their own follow the account's, and all of them the further languages.
    """
    changed_fields = [name for name in CHANGEABLE if name in changes]
    for name in changed_fields:
        setattr(user, name, languages.joined(changes[name]) if name == "also_reads" else changes[name])
    if "status" in changes:
        status = changes["status"] or {}
        user.status_emoji, user.status_text = status.get("emoji", ""), status.get("text", "")
        user.status_until = status.get("until")
        changed_fields += STATUS
    user.save(update_fields=[*changed_fields, "updated_at"])
    if "preferred_language" in changed_fields:
        user.memberships.filter(preferred_language=None).update(language=user.preferred_language)
    if "also_reads" in changed_fields:
        user.memberships.update(also_reads=user.also_reads)
    # Sockets receive what the user reads now, and others see the name and picture while the user types.
    access_changes.record(access_changes.Kind.USER, [user.pk])
    return user
