"""The files of conversations, newest first, by the messages that brought them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import Attachment, Message
from messaging.resources import MessageRow, rows_of
from workspaces.access import open_to
from workspaces.models import Channel, Member

KINDS = ("image", "video", "audio", "other")
_MEDIA = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class FilePage:
    """Messages with files; ``next_before`` is the message to continue before, where there are more."""

    rows: list[MessageRow]
    next_before: str | None


def has_kind(mime_type: str, kind: str | None) -> bool:
    """Return whether a file of this type is of ``kind``; of any, where that is None."""
    family = mime_type.partition("/")[0]
    return kind is None or (family == kind if kind in _MEDIA else family not in _MEDIA)


def files_in(
    conversation_ids: Sequence[str],
    *,
    language: str,
    kind: str | None,
    words: str | None,
    limit: int,
    before: str | None,
) -> FilePage:
    """Return the newest ``limit`` messages of the conversations with a file of ``kind`` whose name has all ``words``."""
    messages = Message.objects.filter(conversation__in=conversation_ids, attachment_count__gt=0, deleted_at=None)
    if before is not None:
        messages = messages.filter(pk__lt=before)
    if kind or words:
        messages = messages.filter(Exists(_matching(kind, words)))
    ids = list(messages.order_by("-pk").values_list("pk", flat=True)[: limit + 1])
    shown = ids[:limit]
    rows = rows_of(Message.objects.filter(pk__in=shown).order_by("-pk"), language) if shown else []
    return FilePage(rows, shown[-1] if len(ids) > limit else None)


def _matching(kind: str | None, words: str | None) -> QuerySet[Attachment]:
    files = Attachment.objects.filter(message=OuterRef("pk"))
    if kind in _MEDIA:
        files = files.filter(file__mime_type__startswith=f"{kind}/")
    elif kind:
        is_media = Q()
        for family in _MEDIA:
            is_media |= Q(file__mime_type__startswith=f"{family}/")
        files = files.exclude(is_media)
    for word in (words or "").split():
        files = files.filter(file__client_name__icontains=word)
    return files


def has_words(name: str, words: str | None) -> bool:
    return all(word.casefold() in name.casefold() for word in (words or "").split())


def readable_channel_ids(member: Member) -> list[str]:
    """Return the channels that ``member`` reads."""
    channels = Channel.objects.filter(open_to(member), workspace_id=member.workspace_id)
    return [str(row.pk) for row in channels.only("pk")]
