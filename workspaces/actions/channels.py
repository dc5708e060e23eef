"""Making, changing and ending channels, and who reads the restricted ones."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from rosetta.errors import Forbidden, NotFound
from rosetta.ids import new_ulid
from rosetta.wake import wake
from workspaces import access, erasure, resources
from workspaces.access import ChannelSeat
from workspaces.actions.members import check_password, read_all, rights_changed
from workspaces.changes import UNSET, given
from workspaces.errors import ChannelIsOpen
from workspaces.models import Channel, ChannelMember, Conversation, Member, ReadMark, Visibility
from workspaces.slugs import create_under_slug, slug_taken
from workspaces.streams import events


def announce(channel: Channel, kind: str, **more: Any) -> None:
    """Append an event about ``channel`` for everybody who may know of it."""
    data = resources.channel(channel, is_member=channel.visibility == Visibility.PRIVATE or not channel.is_restricted)
    data |= more
    drafts = [events.Draft(kind, data)]
    if channel.visibility == Visibility.PRIVATE:
        # One each: the stream is the whole workspace's, and no one else may hear of it.
        readers = ChannelMember.objects.filter(channel=channel).values_list("member__user_id", flat=True)
        drafts = [events.Draft(kind, data, user_id=reader) for reader in readers]
    if drafts:
        events.append(channel.workspace, *drafts)


def _everybodys_rights_changed(channel: Channel) -> None:
    workspace_id = channel.workspace_id
    transaction.on_commit(lambda: wake(f"who:workspace:{workspace_id}"))


@transaction.atomic
def create_channel(
    *,
    member: Member,
    name: str,
    slug: str | None = None,
    visibility: str | None = None,
    password: str | None = None,
) -> Channel:
    """A new channel, joined by who makes it. Raises Invalid when ``slug`` is taken in the workspace."""
    workspace = member.workspace
    fields: dict[str, Any] = {
        "conversation": Conversation.objects.create(pk=new_ulid()),
        "workspace": workspace,
        "name": name,
        "visibility": visibility or Visibility.PUBLIC,
        "password_hash": make_password(password) if password else "",
        "created_by": member.user,
    }
    channel = create_under_slug(
        lambda free: Channel.objects.create(slug=free, **fields),
        name=name,
        slug=slug,
        is_taken=lambda s: Channel.objects.filter(workspace=workspace, slug=s).exists(),
    )
    ChannelMember.objects.create(channel=channel, member=member)
    announce(channel, "channel.created")
    if channel.is_restricted:
        _admitted(channel, member)
    _everybodys_rights_changed(channel)
    return channel


def _admitted(channel: Channel, member: Member) -> None:
    """Somebody who joined a restricted channel starts to read it here."""
    read_all([channel.conversation], [member.user_id])
    data = resources.channel(channel, is_member=True, last_message_at=channel.conversation.last_message_at)
    events.append(channel.workspace, events.Draft("channel.joined", data, user_id=member.user_id))
    rights_changed(member.user_id)


@transaction.atomic
def update_channel(
    *,
    seat: ChannelSeat,
    name: str = UNSET,
    slug: str = UNSET,
    visibility: str = UNSET,
    password: str | None = UNSET,
) -> Channel:
    """Change what is given; a ``password`` of None takes it away. Raises Invalid when ``slug`` is taken.

    A public channel that becomes private keeps those who joined it and who closes it.
    """
    changes = given(name=name, slug=slug, visibility=visibility)
    if password is not UNSET:
        # Before the lock: the hasher takes its time, and others would wait for the workspace.
        changes["password_hash"] = make_password(password) if password else ""
    channel = _locked(seat.channel)
    _check_is_still_member(seat.member)
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
        ChannelMember.objects.get_or_create(channel=channel, member_id=seat.member.pk)
    announce(channel, "channel.updated")
    if was_restricted and not channel.is_restricted:
        _opened(channel)
    if channel.is_restricted != was_restricted:
        _everybodys_rights_changed(channel)
    return channel


def _locked(channel: Channel) -> Channel:
    """``channel`` as it is now, which nobody else changes in this transaction. Raises NotFound when it is gone."""
    # The workspace first, as everywhere: its row is what events take.
    access.take(channel.workspace_id)
    locked = Channel.objects.select_for_update(of=("self",)).select_related("workspace", "conversation")
    found = locked.filter(pk=channel.pk).first()
    if found is None:
        raise NotFound
    return found


def _check_is_still_member(member: Member) -> None:
    """Raises NotFound when ``member`` left since it was looked up; the caller has taken the workspace."""
    if not Member.objects.filter(pk=member.pk).exists():
        raise NotFound


def _opened(channel: Channel) -> None:
    """Everybody in the workspace reads ``channel`` from now on; what was said before counts as read by newcomers."""
    newcomers = Member.objects.filter(workspace=channel.workspace).exclude(channel_memberships__channel=channel)
    read_all([channel.conversation], list(newcomers.values_list("user_id", flat=True)))
    announce(channel, "channel.joined")


@transaction.atomic
def archive_channel(*, channel: Channel) -> Channel:
    """Close ``channel`` for writing; it stays readable. Again changes nothing."""
    channel = _locked(channel)
    if not channel.is_archived:
        channel.archived_at = timezone.now()
        channel.save(update_fields=["archived_at", "updated_at"])
        announce(channel, "channel.archived")
    return channel


@transaction.atomic
def unarchive_channel(*, channel: Channel) -> Channel:
    """Open ``channel`` for writing again. Again changes nothing."""
    channel = _locked(channel)
    if channel.is_archived:
        channel.archived_at = None
        channel.save(update_fields=["archived_at", "updated_at"])
        announce(channel, "channel.updated")
    return channel


@transaction.atomic
def purge_channel(*, channel: Channel) -> None:
    """Destroy ``channel``: it is gone for everybody now, and a task erases what was said in it."""
    channel = _locked(channel)
    channel.archived_at = channel.archived_at or timezone.now()
    announce(channel, "channel.archived", is_purged=True)
    _everybodys_rights_changed(channel)
    erasure.bury([channel])
    erasure.start()


def join_channel(*, user: User, workspace_id: str, channel_id: str, password: str | None = None) -> ChannelSeat:
    """``user`` joins a channel that it knows of; again changes nothing. Raises NotFound, Invalid for a wrong password."""
    seat = access.known_channel(user, workspace_id, channel_id)
    if not seat.has_joined:
        # Outside the transaction: a password takes its hasher a while, and others would wait for the row.
        check_password(seat.channel, password, user=user, door_id=channel_id)
        add_to_channel(seat=seat, member=seat.member)
    return ChannelSeat(seat.channel, seat.member, has_joined=True)


@transaction.atomic
def add_to_channel(*, seat: ChannelSeat, member: Member) -> bool:
    """Admit ``member`` to a channel; whether they were not in it before. Raises NotFound when they left meanwhile."""
    channel = _locked(seat.channel)
    _check_is_still_member(member)
    _, is_new = ChannelMember.objects.get_or_create(channel=channel, member_id=member.pk)
    if is_new and channel.is_restricted:
        _admitted(channel, member)
    return is_new


@transaction.atomic
def leave_channel(*, seat: ChannelSeat) -> None:
    """The caller leaves; an open channel stays readable to them. Again changes nothing."""
    _dismiss(seat.channel, seat.member)


@transaction.atomic
def remove_from_channel(*, seat: ChannelSeat, member: Member) -> None:
    """Take ``member`` out of a restricted channel. Raises NotFound, Forbidden, and ChannelIsOpen where all may read."""
    is_self = seat.member.pk == member.pk
    if not is_self and not (seat.member.is_moderator or seat.channel.created_by_id == seat.member.user_id):
        raise Forbidden
    if not seat.channel.is_restricted:
        raise ChannelIsOpen
    if not _dismiss(seat.channel, member):
        raise NotFound


def _dismiss(channel: Channel, member: Member) -> bool:
    gone, _ = ChannelMember.objects.filter(channel=channel, member_id=member.pk).delete()
    if gone and channel.is_restricted:
        ReadMark.objects.filter(conversation_id=channel.pk, user_id=member.user_id).delete()
        rights_changed(member.user_id)
    return bool(gone)
