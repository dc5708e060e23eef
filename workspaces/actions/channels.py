"""Create, change, archive and destroy channels, and add and remove their members."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from rosetta import access_changes
from rosetta.errors import Forbidden, NotFound
from rosetta.ids import new_ulid
from workspaces import access, erasure, resources
from workspaces.access import ChannelAccess
from workspaces.actions.members import access_changed, check_password, mark_read
from workspaces.actions.sidebar import place
from workspaces.changes import UNSET, given
from workspaces.errors import ChannelIsOpen
from workspaces.models import Channel, ChannelMember, ChannelReading, Conversation, Member, ReadMark, Visibility
from workspaces.slugs import create_under_slug, slug_taken
from workspaces.streams import events


def announce(channel: Channel, kind: str, **more: Any) -> None:
    """Append an event about ``channel`` for all members who may know of it."""
    data = resources.channel(channel, is_member=channel.visibility == Visibility.PRIVATE or not channel.is_restricted)
    data |= more
    drafts = [events.NewEvent(kind, data)]
    if channel.visibility == Visibility.PRIVATE:
        # One for each reader, because the stream is the whole workspace's and nobody else may receive it.
        readers = ChannelMember.objects.filter(channel=channel).values_list("member__user_id", flat=True)
        drafts = [events.NewEvent(kind, data, user_id=reader) for reader in readers]
    if drafts:
        events.append(channel.workspace, *drafts)


def _workspace_access_changed(channel: Channel) -> None:
    access_changes.record(access_changes.Kind.WORKSPACE, [channel.workspace_id])


@transaction.atomic
def create_channel(
    *,
    member: Member,
    name: str,
    slug: str | None = None,
    visibility: str | None = None,
    password: str | None = None,
    topic: str = "",
    description: str = "",
) -> Channel:
    """Create a channel that ``member`` has joined.

    Raises Invalid when ``slug`` is taken in the workspace.
    """
    workspace = member.workspace
    fields: dict[str, Any] = {
        "conversation": Conversation.objects.create(pk=new_ulid()),
        "workspace": workspace,
        "name": name,
        "visibility": visibility or Visibility.PUBLIC,
        "password_hash": make_password(password) if password else "",
        "created_by": member.user,
        "topic": topic,
        "description": description,
    }
    channel = create_under_slug(
        lambda free_slug: Channel.objects.create(slug=free_slug, **fields),
        name=name,
        slug=slug,
        is_taken=lambda candidate: Channel.objects.filter(workspace=workspace, slug=candidate).exists(),
    )
    ChannelMember.objects.create(channel=channel, member=member)
    announce(channel, "channel.created")
    if channel.is_restricted:
        _start_reading(channel, member)
    _workspace_access_changed(channel)
    return channel


def _start_reading(channel: Channel, member: Member) -> None:
    """Mark a restricted channel that ``member`` has joined as read, and notify its clients."""
    mark_read([channel.conversation], [member.user_id])
    data = resources.channel(channel, is_member=True, last_message_at=channel.conversation.last_message_at)
    events.append(channel.workspace, events.NewEvent("channel.joined", data, user_id=member.user_id))
    access_changed(member.user_id)


@transaction.atomic
def update_channel(
    *,
    channel_access: ChannelAccess,
    name: str = UNSET,
    slug: str = UNSET,
    visibility: str = UNSET,
    formality: str = UNSET,
    password: str | None = UNSET,
    topic: str = UNSET,
    description: str = UNSET,
) -> Channel:
    """Change the given fields; a ``password`` of None removes it.

    Raises Invalid when ``slug`` is taken.

    A public channel that becomes private keeps the members who have joined it and the one who changes it.
    """
    changes = given(
        name=name, slug=slug, visibility=visibility, formality=formality, topic=topic, description=description
    )
    if password is not UNSET:
        # Before the lock, because hashing is slow and others would wait for the workspace.
        changes["password_hash"] = make_password(password) if password else ""
    channel = _locked(channel_access.channel)
    _check_is_still_member(channel_access.member)
    was_restricted = channel.is_restricted
    for field, value in changes.items():
        setattr(channel, field, value)
    if was_restricted and not channel.is_restricted:
        channel.opened_at = timezone.now()
    try:
        with transaction.atomic():
            channel.save(update_fields=[*changes, "opened_at", "updated_at"])
    except IntegrityError:
        raise slug_taken() from None
    if channel.is_restricted and not was_restricted:
        ChannelMember.objects.get_or_create(channel=channel, member_id=channel_access.member.pk)
    announce(channel, "channel.updated")
    if was_restricted and not channel.is_restricted:
        _opened(channel)
    if channel.is_restricted != was_restricted:
        _workspace_access_changed(channel)
    return channel


def _locked(channel: Channel) -> Channel:
    """Return ``channel`` as it is now, locked. Raises NotFound when it was destroyed."""
    # The workspace first, as everywhere, because appending events locks its row.
    access.lock_workspace(channel.workspace_id)
    locked = Channel.objects.select_for_update(of=("self",)).select_related("workspace", "conversation")
    current = locked.filter(pk=channel.pk).first()
    if current is None:
        raise NotFound
    return current


def _check_is_still_member(member: Member) -> None:
    """Raise NotFound when ``member`` left since it was read.

    The caller has locked the workspace.
    """
    if not Member.objects.filter(pk=member.pk).exists():
        raise NotFound


def _opened(channel: Channel) -> None:
    """Announce a channel that all members read from now on.

    Its earlier messages count as read by the new readers.
    """
    newcomers = Member.objects.filter(workspace=channel.workspace).exclude(channel_memberships__channel=channel)
    mark_read([channel.conversation], list(newcomers.values_list("user_id", flat=True)))
    announce(channel, "channel.joined")


@transaction.atomic
def archive_channel(*, channel: Channel) -> Channel:
    """Close ``channel`` for writing; it stays readable. Idempotent."""
    channel = _locked(channel)
    if not channel.is_archived:
        channel.archived_at = timezone.now()
        channel.save(update_fields=["archived_at", "updated_at"])
        announce(channel, "channel.archived")
    return channel


@transaction.atomic
def unarchive_channel(*, channel: Channel) -> Channel:
    """Open ``channel`` for writing again. Idempotent."""
    channel = _locked(channel)
    if channel.is_archived:
        channel.archived_at = None
        channel.save(update_fields=["archived_at", "updated_at"])
        announce(channel, "channel.updated")
    return channel


@transaction.atomic
def purge_channel(*, channel: Channel) -> None:
    """Destroy ``channel``: hide it from everybody now.

    A task erases its messages and files.
    """
    channel = _locked(channel)
    channel.archived_at = channel.archived_at or timezone.now()
    announce(channel, "channel.archived", is_purged=True)
    _workspace_access_changed(channel)
    erasure.bury([channel])
    erasure.start()


def join_channel(*, user: User, workspace_id: str, channel_id: str, password: str | None = None) -> ChannelAccess:
    """Make ``user`` a member of a channel, and list it again where they had left it.

    Idempotent. Raises NotFound; Invalid for a wrong password.
    """
    before = access.known_channel(user, workspace_id, channel_id)
    if not before.has_joined:
        # Outside the transaction, because hashing is slow and others would wait for the lock.
        check_password(before.channel, password, user=user, target_id=channel_id)
        add_to_channel(channel_access=before, member=before.member)
    place(user=user, conversation_id=before.channel.pk, is_hidden=False)
    return replace(before, has_joined=True)


@transaction.atomic
def add_to_channel(*, channel_access: ChannelAccess, member: Member) -> bool:
    """Add ``member`` to a channel; return whether they are new to it.

    Raises NotFound when they left meanwhile.
    """
    channel = _locked(channel_access.channel)
    _check_is_still_member(member)
    _, is_new = ChannelMember.objects.get_or_create(channel=channel, member_id=member.pk)
    if is_new and channel.is_restricted:
        _start_reading(channel, member)
    return is_new


@transaction.atomic
def leave_channel(*, channel_access: ChannelAccess) -> None:
    """Leave a channel; an open one stays readable, and is not listed in the member's sidebar. Idempotent."""
    _remove(channel_access.channel, channel_access.member)
    if not channel_access.channel.is_restricted:
        place(user=channel_access.member.user, conversation_id=channel_access.channel.pk, is_hidden=True)


@transaction.atomic
def remove_from_channel(*, channel_access: ChannelAccess, member: Member) -> None:
    """Remove ``member`` from a restricted channel.

    Raises NotFound, Forbidden; ChannelIsOpen where all members read.
    """
    channel, actor = channel_access.channel, channel_access.member
    is_manager = actor.is_moderator or channel.created_by_id == actor.user_id
    if actor.pk != member.pk and not is_manager:
        raise Forbidden
    if not channel.is_restricted:
        raise ChannelIsOpen
    if not _remove(channel, member):
        raise NotFound


def _remove(channel: Channel, member: Member) -> bool:
    deleted, _ = ChannelMember.objects.filter(channel=channel, member_id=member.pk).delete()
    if deleted and channel.is_restricted:
        ReadMark.objects.filter(conversation_id=channel.pk, user_id=member.user_id).delete()
        access_changed(member.user_id)
    return bool(deleted)


@transaction.atomic
def choose_language(*, channel_access: ChannelAccess, language: str | None) -> None:
    """Let a member read ``language`` in one channel; None: what they read in the workspace.

    Idempotent. Locks the workspace. Raises NotFound when they left meanwhile.
    """
    channel, member = _locked(channel_access.channel), channel_access.member
    _check_is_still_member(member)
    if language is None:
        ChannelReading.objects.filter(channel=channel, member_id=member.pk).delete()
    else:
        ChannelReading.objects.update_or_create(channel=channel, member_id=member.pk, defaults={"language": language})
    access_changed(member.user_id)
