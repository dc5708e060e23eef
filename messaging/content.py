"""What a message may say: its text as it is kept, and the people it names."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from messaging.context import Place
from messaging.models import MAX_CONTENT
from rosetta.errors import Invalid
from translation.protection.patterns import CHANNEL_MENTION, USER_MENTION
from workspaces.models import Member

MAX_MENTIONS = 50


def cleaned(text: str) -> str:
    """``text`` as it is kept: NFC, trimmed, without control characters but line feeds and tabs."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def checked(text: str, *, field: str = "content") -> str:
    """``text`` cleaned. Raises Invalid when it is too long."""
    text = cleaned(text)
    if len(text) > MAX_CONTENT:
        raise Invalid({field: [_("The content must not be greater than %(max)d characters.") % {"max": MAX_CONTENT}]})
    return text


def checked_translations(texts: Mapping[str, str]) -> dict[str, str]:
    """The sender's own words by language, cleaned. Raises Invalid for what is too long or says nothing."""
    found = {code: checked(text, field=f"translations.{code}") for code, text in texts.items()}
    if empty := [code for code, text in found.items() if not text]:
        raise Invalid({f"translations.{code}": [required_text()] for code in empty})
    return found


def required() -> str:
    """The sentence for a message that says nothing."""
    return _("This field is required when attachment_ids is not present.")


def required_text() -> str:
    return _("This field is required.")


def mentions_in(text: str, place: Place) -> list[dict[str, Any]]:
    """The people and the channel that ``text`` names, of those who can read it. Raises Invalid for too many."""
    wanted = list(dict.fromkeys(int(found["id"]) for found in USER_MENTION.finditer(text)))
    if len(wanted) > MAX_MENTIONS:
        raise Invalid({"content": [_("A message mentions at most %(max)d people.") % {"max": MAX_MENTIONS}]})
    found = [{"kind": "user", "id": user.pk, "name": user.name} for user in _readers(wanted, place)]
    if place.channel is not None and CHANNEL_MENTION.search(text):
        found.append({"kind": "channel", "id": place.channel.pk, "name": place.channel.name})
    return found


def _readers(user_ids: list[int], place: Place) -> Iterable[User]:
    if not user_ids:
        return []
    if place.direct is not None:
        return [user for user in (place.direct.low, place.direct.high) if user.pk in user_ids]
    members = Member.objects.select_related("user").filter(workspace=place.workspace, user_id__in=user_ids)
    if place.channel is not None and place.channel.is_restricted:
        members = members.filter(channel_memberships__channel=place.channel)
    by_id = {member.user_id: member.user for member in members}
    return [by_id[user_id] for user_id in user_ids if user_id in by_id]
