"""Choose the people who get a push for a message."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import presence
from accounts.models import User
from devices.models import ConversationPreference, Device, PushPreference
from messaging.models import DirectConversation, Message, ThreadFollower
from workspaces.models import Channel, Member, Placement, ReadMark, Workspace

Level = ConversationPreference.Level


def default_level(channel: Channel | None) -> Level:
    """Return the level of people who chose none.

    All in direct conversations and temporary rooms, else mentions.
    """
    if channel is None or channel.workspace.kind == Workspace.Kind.TEMPORARY_ROOM:
        return Level.ALL
    return Level.MENTIONS


def recipients(message: Message) -> set[int]:
    """Return the ids of people who can read ``message``, want a push for it, have not read it and are not connected.

    Whoever follows the thread of a reply is notified as if it mentioned them; whoever left it, only if it does.
    """
    channel = Channel.objects.select_related("workspace").filter(pk=message.conversation_id).first()
    mentioned = {int(mention["id"]) for mention in message.mentions if mention["kind"] == "user"}
    mentions_all = any(mention["kind"] == "channel" for mention in message.mentions)
    following, left = _followers(message)
    default = default_level(channel)
    preferences = ConversationPreference.objects.filter(conversation_id=message.conversation_id)
    readers = _readers(message, channel)
    if default is not Level.ALL and not mentions_all:
        wanting_all = preferences.filter(level=Level.ALL).values("user_id")
        readers = readers.filter(Q(pk__in=mentioned | following) | Q(pk__in=wanting_all))
    user_ids = set(readers.values_list("pk", flat=True))
    if not user_ids:
        return user_ids
    now = timezone.now()
    chosen = {row.user_id: row for row in preferences.filter(user__in=user_ids)}
    if not mentions_all:
        user_ids -= left - mentioned
    called = mentioned | following
    user_ids = {
        pk for pk in user_ids if _wants(chosen.get(pk), default, is_mentioned=mentions_all or pk in called, now=now)
    }
    user_ids -= _undisturbed(user_ids, now)
    muted = Placement.objects.filter(conversation=message.conversation_id, user__in=user_ids, is_muted=True)
    user_ids -= set(muted.values_list("user_id", flat=True))
    read = ReadMark.objects.filter(
        conversation=message.conversation_id, user__in=user_ids, last_read_seq__gte=message.seq
    )
    user_ids -= set(read.values_list("user_id", flat=True))
    return user_ids - presence.online(user_ids)


def _followers(message: Message) -> tuple[set[int], set[int]]:
    """Return who follows the thread that ``message`` is a reply in, without those who read it there, and who left it."""
    if message.parent_id is None:
        return set(), set()
    rows = ThreadFollower.objects.filter(thread=message.parent_id)
    following, left = set[int](), set[int]()
    for user_id, is_following, read in rows.values_list("user_id", "is_following", "last_read_seq"):
        if not is_following:
            left.add(user_id)
        elif read < message.seq:
            following.add(user_id)
    return following, left


def _readers(message: Message, channel: Channel | None) -> QuerySet[User]:
    """Return the readers of the conversation who have a device, without the message's sender."""
    users = User.objects.filter(Exists(Device.objects.filter(user=OuterRef("pk"))), is_active=True)
    users = users.exclude(pk=message.sender_user_id or 0)
    if channel is None:
        direct = DirectConversation.objects.filter(pk=message.conversation_id)
        return users.filter(Q(pk__in=direct.values("low")) | Q(pk__in=direct.values("high")))
    members = Member.objects.filter(workspace=channel.workspace_id)
    if channel.is_restricted:
        members = members.filter(channel_memberships__channel=channel)
    return users.filter(pk__in=members.values("user_id"))


def _wants(chosen: ConversationPreference | None, default: Level, *, is_mentioned: bool, now: datetime) -> bool:
    if chosen is not None and chosen.muted_until is not None and now < chosen.muted_until:
        return False
    level = Level(chosen.level) if chosen is not None else default
    return level is Level.ALL or (level is Level.MENTIONS and is_mentioned)


def _undisturbed(user_ids: Iterable[int], now: datetime) -> set[int]:
    """Return those who want no pushes, none now, or none at this hour of their day."""
    rows = PushPreference.objects.filter(user__in=user_ids)
    quiet = {row.user_id for row in rows if not row.is_enabled or is_quiet(row, now)}
    return quiet | set(User.objects.filter(pk__in=user_ids, undisturbed_until__gt=now).values_list("pk", flat=True))


def is_quiet(row: PushPreference, now: datetime) -> bool:
    """Return whether ``now`` is within the quiet hours, which may span midnight."""
    if row.quiet_from is None or row.quiet_until is None:
        return False
    local_time = now.astimezone(ZoneInfo(row.time_zone)).time()
    if row.quiet_from < row.quiet_until:
        return row.quiet_from <= local_time < row.quiet_until
    return local_time >= row.quiet_from or local_time < row.quiet_until
