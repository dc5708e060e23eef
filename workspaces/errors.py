"""Refusals of workspaces, channels and invites."""

from rosetta.errors import Conflict, Forbidden, Gone, NotFound


class InviteNotValid(NotFound):
    """Expired, revoked and unknown invites alike."""

    message = "This invite link is not valid."


class LastOwner(Conflict):
    code = "last_owner"
    message = "A workspace keeps at least one owner."


class Suspended(Forbidden):
    """Staff or moderators have suspended this user from the workspace."""

    code = "suspended"
    message = "You were suspended from this workspace."


class ChannelArchived(Conflict):
    code = "channel_archived"
    message = "This channel is archived."


class ChannelIsOpen(Conflict):
    """Nobody can be removed from a channel that all members read."""

    code = "channel_is_open"
    message = "Everybody in the workspace reads this channel."


class SidebarFull(Conflict):
    """A sidebar has as many sections, or conversations outside of their usual place, as it may have."""

    code = "sidebar_full"
    message = "Your sidebar is full. Remove something from it first."


class SubscriptionInactive(Conflict):
    """A delivery of a subscription that is switched off cannot be sent again."""

    code = "subscription_inactive"
    message = "Switch this subscription on first."


class RoomEnded(Gone):
    """A temporary room that was closed or has expired."""

    code = "temporary_room_expired"
    message = "Temporary Room is not available."
