"""Clean and check the texts of messages, and find whom they mention."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from messaging.context import ConversationContext
from messaging.mentions import called_in
from messaging.models import MAX_CONTENT
from rosetta.errors import Invalid
from rosetta.normal_forms import nfc
from workspaces.models import Member

MAX_MENTIONS = 50


def cleaned(text: str) -> str:
    """Return ``text`` as it is stored.

    NFC, trimmed, without control characters except line feeds and tabs.
    """
    text = nfc(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def checked(text: str, *, field: str = "content") -> str:
    """Return ``text`` cleaned. Raises Invalid when it is too long."""
    # What is far too long is refused before all of it is read; composing makes a text at most four times shorter.
    text = text.strip()
    text = cleaned(text) if len(text) <= 4 * MAX_CONTENT else text
    if len(text) > MAX_CONTENT:
        raise Invalid({field: [_("The content must not be greater than %(max)d characters.") % {"max": MAX_CONTENT}]})
    return text


def checked_translations(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the sender's own translations by language, cleaned.

    Raises Invalid for texts that are too long or empty.
    """
    cleaned_texts = {code: checked(text, field=f"translations.{code}") for code, text in texts.items()}
    if empty := [code for code, text in cleaned_texts.items() if not text]:
        raise Invalid({f"translations.{code}": [required_text()] for code in empty})
    return cleaned_texts


def required() -> str:
    """Return the sentence for a message without text and attachments."""
    return _("This field is required when attachment_ids is not present.")


def required_text() -> str:
    return _("This field is required.")


def mentions_in(text: str, context: ConversationContext) -> list[dict[str, Any]]:
    """Return whom ``text`` calls: readers of the conversation, and the channel.

    Raises Invalid for too many people.
    """
    called = called_in(text)
    if len(called.user_ids) > MAX_MENTIONS:
        raise Invalid({"content": [_("A message mentions at most %(max)d people.") % {"max": MAX_MENTIONS}]})
    mentions = [{"kind": "user", "id": user.pk, "name": user.name} for user in _readers(called.user_ids, context)]
    if context.channel is not None and called.channel:
        mentions.append({"kind": "channel", "id": context.channel.pk, "name": context.channel.name})
    return mentions


def _readers(user_ids: Sequence[int], context: ConversationContext) -> Iterable[User]:
    if not user_ids:
        return []
    if context.direct is not None:
        return [user for user in (context.direct.low, context.direct.high) if user.pk in user_ids]
    members = Member.objects.select_related("user").filter(workspace=context.workspace, user_id__in=user_ids)
    if context.channel is not None and context.channel.is_restricted:
        members = members.filter(channel_memberships__channel=context.channel)
    by_id = {member.user_id: member.user for member in members}
    return [by_id[user_id] for user_id in user_ids if user_id in by_id]
