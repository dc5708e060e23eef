"""Who is told of a message on their devices, and in which words. Devices knows how and when; this knows what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import presence
from accounts.models import User
from devices import outbox, transports
from devices.models import ConversationPreference, Delivery, Device, PushPreference
from devices.transports import Notification
from messaging.models import DirectConversation, Message, MessageTranslation
from translation.protection.patterns import USER_MENTION
from workspaces.models import Channel, ChannelMember, Member, ReadMark, Visibility, Workspace

BATCH = 100

Level = ConversationPreference.Level


def owe(message: Message) -> None:
    """Owe ``message``'s readers a push; the caller is in the transaction of the post. Free where no transport is on."""
    if message.type == Message.Type.SYSTEM or not transports.enabled():
        return
    # No nudge: the job that looks every two seconds is quick enough for what waits three.
    outbox.announce(subject_id=message.pk, seconds=settings.PUSH_AFTER_SECONDS)


def default_level(channel: Channel | None) -> Level:
    """What somebody hears of who has not said: everything of direct conversations and of their temporary rooms."""
    if channel is None or channel.workspace.kind == Workspace.Kind.TEMPORARY_ROOM:
        return Level.ALL
    return Level.MENTIONS


# ── Who ──


def look_up(*, batch: int) -> int:
    """Find the readers of messages whose moment has come; returns how many messages were looked at."""
    ids = outbox.due_announcements(batch=batch)
    known = {message.pk: message for message in Message.objects.filter(pk__in=ids, deleted_at=None)}
    for message_id in ids:
        message = known.get(message_id)
        outbox.settle(subject_id=message_id, user_ids=recipients(message) if message is not None else [])
    return len(ids)


def recipients(message: Message) -> set[int]:
    """People to be told of ``message``: who can read it, wants to hear of it, has not read it and is not connected."""
    channel = Channel.objects.select_related("workspace").filter(pk=message.conversation_id).first()
    named = {int(one["id"]) for one in message.mentions if one["kind"] == "user"}
    names_all = any(one["kind"] == "channel" for one in message.mentions)
    readers = _readers(message, channel)
    default = default_level(channel)
    preferences = ConversationPreference.objects.filter(conversation_id=message.conversation_id)
    if default is not Level.ALL and not names_all:
        wanting_all = preferences.filter(level=Level.ALL).values("user_id")
        readers = readers.filter(Q(pk__in=named) | Q(pk__in=wanting_all))
    found = set(readers.values_list("pk", flat=True))
    if not found:
        return found
    now = timezone.now()
    said = {row.user_id: row for row in preferences.filter(user__in=found)}
    found = {pk for pk in found if _wants(said.get(pk), default, is_named=names_all or pk in named, now=now)}
    found -= _silent(found, now)
    read = ReadMark.objects.filter(conversation=message.conversation_id, user__in=found, last_read_seq__gte=message.seq)
    found -= set(read.values_list("user_id", flat=True))
    return found - presence.online(found)


def _readers(message: Message, channel: Channel | None) -> QuerySet[User]:
    """Everybody with a device who reads the conversation, but who wrote."""
    users = User.objects.filter(Exists(Device.objects.filter(user=OuterRef("pk"))), is_active=True)
    users = users.exclude(pk=message.sender_user_id or 0)
    if channel is None:
        direct = DirectConversation.objects.filter(pk=message.conversation_id)
        return users.filter(Q(pk__in=direct.values("low")) | Q(pk__in=direct.values("high")))
    members = Member.objects.filter(workspace=channel.workspace_id)
    if channel.is_restricted:
        members = members.filter(channel_memberships__channel=channel)
    return users.filter(pk__in=members.values("user_id"))


def _wants(said: ConversationPreference | None, default: Level, *, is_named: bool, now: datetime) -> bool:
    if said is not None and said.muted_until is not None and now < said.muted_until:
        return False
    level = Level(said.level) if said is not None else default
    return level is Level.ALL or (level is Level.MENTIONS and is_named)


def _silent(user_ids: Iterable[int], now: datetime) -> set[int]:
    """Those who want no pushes, or none at this hour of their day."""
    rows = PushPreference.objects.filter(user__in=user_ids)
    return {row.user_id for row in rows if not row.is_enabled or is_quiet(row, now)}


def is_quiet(row: PushPreference, now: datetime) -> bool:
    """Whether ``now`` is within the quiet hours, which may go over midnight."""
    if row.quiet_from is None or row.quiet_until is None:
        return False
    here = now.astimezone(ZoneInfo(row.time_zone)).time()
    if row.quiet_from < row.quiet_until:
        return row.quiet_from <= here < row.quiet_until
    return here >= row.quiet_from or here < row.quiet_until


# ── In which words ──


@dataclass(frozen=True, slots=True)
class _Story:
    """A message with what its pushes tell of it."""

    message: Message
    channel: Channel | None
    sender: str
    words: dict[str, MessageTranslation]


def deliver(*, batch: int) -> tuple[int, int]:
    """Send pushes that are due; returns how many were looked at and how many wait for their words."""
    return outbox.deliver(render=render, batch=batch)


def render(deliveries: Sequence[Delivery]) -> dict[int, Notification | None]:
    """What each device shows; None while a translation may still come.

    Left out is what its reader needs no more: the message was deleted, or read while its push waited, or they are connected.
    """
    stories = _stories({str(one.subject_id) for one in deliveries})
    languages = _languages(deliveries, stories)
    users = {one.device.user_id for one in deliveries}
    seen = presence.online(users)
    read = _read_by(users, stories.values())
    bodies: dict[int, str | None] = {}
    for one in deliveries:
        story, user_id = stories.get(str(one.subject_id)), one.device.user_id
        if story is None or user_id in seen:
            continue
        if read.get((user_id, story.message.conversation_id), 0) >= story.message.seq:
            continue
        bodies[one.pk] = _body(story, languages[one.pk])
    return _with_badges([one for one in deliveries if one.pk in bodies], stories, bodies)


def _with_badges(
    deliveries: Sequence[Delivery], stories: dict[str, _Story], bodies: dict[int, str | None]
) -> dict[int, Notification | None]:
    """What each device shows, whose badge is counted for those alone that show something now."""
    badges = unread_of({one.device.user_id for one in deliveries if bodies[one.pk] is not None})
    return {
        one.pk: None
        if (body := bodies[one.pk]) is None
        else _notification(stories[str(one.subject_id)], body, badges[one.device.user_id])
        for one in deliveries
    }


def _read_by(user_ids: set[int], stories: Iterable[_Story]) -> dict[tuple[int, str], int]:
    """How far each of ``user_ids`` has read the conversations of ``stories``."""
    conversations = {story.message.conversation_id for story in stories}
    marks = ReadMark.objects.filter(user__in=user_ids, conversation__in=conversations)
    rows = marks.values_list("user_id", "conversation_id", "last_read_seq")
    return {(user_id, conversation_id): seq for user_id, conversation_id, seq in rows}


def _stories(message_ids: set[str]) -> dict[str, _Story]:
    rows = Message.objects.select_related("sender_user", "sender_guest", "sender_webhook")
    messages = list(rows.filter(pk__in=message_ids, deleted_at=None))
    channels = Channel.objects.select_related("workspace").in_bulk([row.conversation_id for row in messages])
    words: dict[str, dict[str, MessageTranslation]] = defaultdict(dict)
    for row in MessageTranslation.objects.filter(message__in=messages):
        words[row.message_id][row.language] = row
    return {
        row.pk: _Story(row, channels.get(row.conversation_id), _sender_name(row), words[row.pk]) for row in messages
    }


def _sender_name(message: Message) -> str:
    if message.sender_user is not None:
        return message.sender_user.name
    if message.sender_guest is not None:
        return message.sender_guest.nickname
    return message.sender_webhook.name if message.sender_webhook is not None else ""


def _languages(deliveries: Sequence[Delivery], stories: dict[str, _Story]) -> dict[int, str]:
    """What the owner of each delivery's device reads there: its language in the workspace, else its account's."""
    workspaces = {story.channel.workspace_id for story in stories.values() if story.channel is not None}
    users = {one.device.user_id for one in deliveries}
    seats = Member.objects.filter(workspace__in=workspaces, user__in=users)
    known = {
        (workspace_id, user_id): language
        for workspace_id, user_id, language in seats.values_list("workspace_id", "user_id", "language")
    }
    found = {}
    for one in deliveries:
        story = stories.get(str(one.subject_id))
        channel = story.channel if story is not None else None
        key = (channel.workspace_id if channel is not None else "", one.device.user_id)
        found[one.pk] = known.get(key, one.device.user.preferred_language)
    return found


def _body(story: _Story, language: str) -> str | None:
    """The message in ``language``, the original where it cannot be had, or None while it may still come."""
    message = story.message
    text = message.content or ""
    if not text:
        with translation.override("zh-hans" if language == "zh-CN" else language):
            return _("Sent a file.")
    row = story.words.get(language)
    if language != message.language and row is not None and row.revision == message.revision:
        if row.state == MessageTranslation.State.READY:
            text = row.text
        elif row.state == MessageTranslation.State.PENDING and timezone.now() < _patience_of(message):
            return None
    return USER_MENTION.sub(r"@\g<name>", text)


def _patience_of(message: Message) -> datetime:
    return message.created_at + timedelta(seconds=settings.PUSH_WORDS_SECONDS)


def _notification(story: _Story, body: str, badge: int) -> Notification:
    message, channel = story.message, story.channel
    title = story.sender if channel is None else f"{story.sender} (#{channel.name})".strip()
    data: dict[str, Any] = {
        "conversation_id": message.conversation_id,
        "message_id": message.pk,
        "workspace_id": channel.workspace_id if channel is not None else None,
        "channel_id": channel.pk if channel is not None else None,
    }
    return Notification(title=title, body=body, data=data, collapse=message.conversation_id, badge=badge)


def unread_of(user_ids: Collection[int]) -> Counter[int]:
    """How many messages each of ``user_ids`` has not read, over all conversations that it can read."""
    joined = ChannelMember.objects.filter(channel=OuterRef("pk"), member=OuterRef("workspace__members"))
    channels = Channel.objects.filter(workspace__members__user__in=user_ids, archived_at=None)
    is_open = Q(visibility=Visibility.PUBLIC, password_hash="")
    readable = channels.annotate(is_joined=Exists(joined)).filter(is_open | Q(is_joined=True))
    found = Counter(_unread(readable, "workspace__members__user"))
    for side in ("low", "high"):
        found.update(_unread(DirectConversation.objects.filter(**{f"{side}__in": user_ids}), side))
    return found


def _unread(conversations: QuerySet[Any], reader: str) -> dict[int, int]:
    """What is unread in ``conversations``, by the account that ``reader`` names in each of their rows."""
    mark = ReadMark.objects.filter(user=OuterRef(reader), conversation=OuterRef("pk"))
    rows = conversations.annotate(read=Coalesce(Subquery(mark.values("last_read_seq")[:1]), 0))
    rows = rows.filter(conversation__last_seq__gt=F("read")).order_by().values(reader)
    return dict(rows.annotate(unread=Sum(F("conversation__last_seq") - F("read"))).values_list(reader, "unread"))
