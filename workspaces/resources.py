"""The JSON of workspaces, members, channels, invites and webhooks."""

from dataclasses import asdict
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.resources import profile
from rosetta.http.links import link_to
from rosetta.times import moment
from translation.engines.budgets import EngineUsage
from translation.models import this_month
from workspaces.models import (
    Channel,
    Invite,
    Member,
    Placement,
    SidebarSection,
    Suspension,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


def person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": user.name, "avatar_url": user.avatar_url}


def workspace(row: Workspace, role: str | None) -> dict[str, Any]:
    """Return ``row`` as seen by a user with ``role`` in it, None for non-members."""
    return {
        "id": row.pk,
        "name": row.name,
        "slug": row.slug,
        "kind": row.kind,
        "visibility": row.visibility,
        "has_password": row.has_password,
        "role": role,
        "member_count": row.member_count,
        "created_at": moment(row.created_at),
        "icon_url": link_to("file-download", file_id=row.icon_id) if row.icon_id else None,
        "default_language": row.default_language,
        # How long messages are kept is for those who write them.
        "retention_days": row.retention_days if role is not None else None,
        "demo_channel_id": row.demo_channel_id if role is not None else None,
    }


def translation_usage(limit: int | None, engines: list[EngineUsage]) -> dict[str, Any]:
    return {
        "month": f"{this_month():%Y-%m}",
        "limit": limit,
        "used": sum(usage.characters for usage in engines if usage.is_metered),
        "engines": [asdict(usage) for usage in engines],
    }


def member(row: Member) -> dict[str, Any]:
    return {
        "id": row.pk,
        "user": person(row.user),
        "role": row.role,
        "preferred_language": row.preferred_language,
        "joined_at": moment(row.joined_at),
    }


def listed_member(row: Member) -> dict[str, Any]:
    """Return ``row`` with what it reads and its user's profile, as those see it who share its workspace."""
    also_reads = row.also_reads.split(",") if row.also_reads else []
    return {**member(row), "user": profile(row.user), "language": row.language, "also_reads": also_reads}


def suspension(row: Suspension) -> dict[str, Any]:
    return {"user": person(row.user), "created_at": moment(row.created_at)}


def channel(
    row: Channel,
    *,
    is_member: bool = False,
    unread: int = 0,
    unread_replies: int = 0,
    last_message_at: Any = None,
    reading_language: str | None = None,
) -> dict[str, Any]:
    """Return ``row`` as one user sees it.

    Without the personal arguments, as the snapshot in an event.
    """
    return {
        "id": row.pk,
        "workspace_id": row.workspace_id,
        "name": row.name,
        "slug": row.slug,
        "topic": row.topic,
        "description": row.description,
        "visibility": row.visibility,
        "formality": row.formality,
        "has_password": row.has_password,
        "is_member": is_member,
        "is_archived": row.is_archived,
        "unread_count": unread,
        "unread_reply_count": unread_replies,
        "last_message_at": moment(last_message_at),
        "reading_language": reading_language,
    }


def listed_channel(row: Channel) -> dict[str, Any]:
    """Return a channel of ``access.channels_for`` with the member's own counts, if the member reads it."""
    reads: bool = not row.is_restricted or row.has_joined  # type: ignore[attr-defined]
    if not reads:
        return channel(row)
    return channel(
        row,
        is_member=True,
        unread=row.unread,  # type: ignore[attr-defined]
        unread_replies=row.unread_replies,  # type: ignore[attr-defined]
        last_message_at=row.conversation.last_message_at,
        reading_language=row.reading_language,  # type: ignore[attr-defined]
    )


def browsed_channel(row: Channel) -> dict[str, Any]:
    """Return a channel of ``access.browsable_channels``."""
    return listed_channel(row) | {
        "member_count": row.people,  # type: ignore[attr-defined]
        "is_hidden": row.has_left,  # type: ignore[attr-defined]
    }


def sidebar_section(row: SidebarSection) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "position": row.position}


def arranged_membership(row: Member) -> dict[str, Any]:
    sections = sorted(row.sidebar_sections.all(), key=lambda section: (section.position, section.pk))
    return {
        "workspace_id": row.workspace_id,
        "channel_order": row.channel_order,
        "sections": [sidebar_section(section) for section in sections],
    }


def placement(row: Placement) -> dict[str, Any]:
    return {
        "conversation_id": row.conversation_id,
        "is_favourite": row.is_favourite,
        "is_muted": row.is_muted,
        "is_hidden": row.is_hidden,
        "section_id": row.section_id,
    }


def invite(row: Invite) -> dict[str, Any]:
    return {
        "id": row.pk,
        "token": row.token,
        "url": f"{settings.FRONTEND_URL or settings.PUBLIC_URL}/invites/{row.token}",
        "expires_at": moment(row.expires_at),
        "accepted_count": row.accepted_count,
        "created_by": row.created_by_id,
        "role": row.role,
        "max_uses": row.max_uses,
        "email": row.email or None,
    }


def webhook(row: Webhook, secret: str | None = None) -> dict[str, Any]:
    """Return ``row``, with its ``secret`` only when that was just created."""
    shown = {
        "id": row.pk,
        "name": row.name,
        "url": link_to("webhook-message-list", webhook_id=row.pk),
        "default_channel_id": row.default_channel_id,
        "is_active": row.is_active,
        "last_used_at": moment(row.last_used_at),
    }
    return shown if secret is None else {**shown, "secret": secret}


def subscription(row: WebhookSubscription, secret: str | None = None) -> dict[str, Any]:
    """Return ``row``, with its ``secret`` only when that was just created."""
    shown = {
        "id": row.pk,
        "url": row.url,
        "event_types": row.event_types,
        "is_active": row.is_active,
        "disabled_reason": row.disabled_reason or None,
        "failing_since": moment(row.failing_since),
        "created_at": moment(row.created_at),
    }
    return shown if secret is None else {**shown, "secret": secret}


def delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "message_id": row.message_id,
        "event_type": row.kind,
        "status": row.status,
        "attempts": row.attempts,
        "next_attempt_at": moment(row.due_at) if row.status == WebhookDelivery.Status.PENDING else None,
        "last_attempt_at": moment(row.last_attempt_at),
        "response_status": row.response_status,
        "response_body": row.response_body,
        "error": row.error,
        "duration_ms": row.duration_ms,
        "occurred_at": moment(row.occurred_at),
        "created_at": moment(row.created_at),
    }


def invite_preview(row: Invite) -> dict[str, Any]:
    """Return what everybody with the link may see before they sign in."""
    inviter = row.created_by
    return {
        "workspace": {"id": row.workspace_id, "name": row.workspace.name, "member_count": row.workspace.member_count},
        "invited_by": {"id": inviter.pk, "name": inviter.name} if inviter else None,
        "expires_at": moment(row.expires_at),
    }
