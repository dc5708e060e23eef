"""Decide on reports.

Each decision is audited, mailed to the people concerned, and can be taken back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.staff import set_active
from accounts.mail.outbox import queue_mail
from accounts.models import OutgoingMail, User
from accounts.staff import audit
from accounts.staff.rank import check_is_below
from messaging import notices
from messaging.access import locked_message
from messaging.actions.delete import erase_content
from messaging.context import ConversationContext, tone_of
from messaging.models import Message, MessageTranslation, Report
from messaging.search.text import terms_of
from messaging.translations.plan import milliseconds, nudge_translators, plan_text
from rosetta import languages
from rosetta.errors import Conflict
from rosetta.languages import Reading
from translation.service import Circumstances, is_translatable
from workspaces.actions import end_suspension, suspend_member
from workspaces.audience import audience_of, heard_languages
from workspaces.models import Channel, Role, Workspace
from workspaces.streams import events

Decision = Report.Decision
# How long a mail is tried while the mail server is unavailable; it is dropped after that.
NOTICE_LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does, returning what undoing it needs; and how it is undone."""

    do: Callable[[Report, User], dict[str, Any]]
    undo: Callable[[Report, User], None]


@transaction.atomic
def decide(*, report: Report, decision: str, actor: User, note: str = "") -> Report:
    """Carry out a decision for every open report of the message.

    Locks the message's reports. Raises Conflict when this report was decided before, the decision cannot be carried out, or
    ``actor`` may not decide about its sender.
    """
    reports = _locked(report)
    report = reports[report.pk]
    if report.resolved_at is not None:
        raise Conflict("This report was decided already.")
    _check_may_decide(report, decision, actor)
    undo, now = EFFECTS[decision].do(report, actor), timezone.now()
    for row in reports.values():
        if row.resolved_at is None:
            row.decision, row.note, row.decided_by, row.resolved_at, row.undo = decision, note, actor, now, undo
            row.save()
            audit.record(actor=actor, action=f"report: {decision}", target=row, detail=_detail(row))
            _mail(row.reporter, notices.DECIDED)
    if decision != Decision.DISMISS:
        _mail(report.message.sender_user, notices.topic_of(decision))
    return report


@transaction.atomic
def revert(*, report: Report, actor: User) -> Report:
    """Undo a decision; the reports that it decided are open again.

    Locks the message's reports. Raises Conflict where there is no decision, it cannot be undone, or ``actor`` could not have
    made it.
    """
    reports = _locked(report)
    report = reports[report.pk]
    decision, decided_at = report.decision, report.resolved_at
    if decided_at is None:
        raise Conflict("There is no decision to take back.")
    _check_may_decide(report, decision, actor)
    EFFECTS[decision].undo(report, actor)
    if decision != Decision.DISMISS:
        _mail(report.message.sender_user, notices.TAKEN_BACK)
    for row in reports.values():
        if row.resolved_at == decided_at:
            audit.record(actor=actor, action=f"report: take back {decision}", target=row, detail=_detail(row))
            row.decision, row.undo, row.resolved_at = "", {}, None
            row.save()
    return report


def _check_may_decide(report: Report, decision: str, actor: User) -> None:
    """Raise Conflict when the sender is ``actor``, or is not below and the decision is more than a dismissal."""
    sender = report.message.sender_user
    if sender is not None and sender.pk == actor.pk and not actor.is_superuser:
        raise Conflict("Somebody else decides about what you wrote.")
    if decision != Decision.DISMISS:
        check_is_below(sender, actor)


def _mail(user: User | None, topic: str) -> None:
    """Queue a mail to ``user``, in the transaction of the decision.

    None: a guest or a webhook wrote, who get no mail.
    """
    if user is not None:
        queue_mail(kind=OutgoingMail.Kind.NOTICE, topic=topic, email=user.email, language="", lives=NOTICE_LIVES)


def _locked(report: Report) -> dict[int, Report]:
    """Return every report of the message that ``report`` is about, by key, locked."""
    # In one order, so that two decisions at the same time do not deadlock.
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter", "message__sender_user")
    return {row.pk: row for row in rows.filter(message=report.message_id).order_by("pk")}


def _detail(report: Report) -> dict[str, Any]:
    return {"message": report.message_id, "note": report.note}


def _nothing(report: Report, actor: User) -> dict[str, Any]:
    return {}


def _undo_nothing(report: Report, actor: User) -> None:
    return None


def _sender(report: Report) -> User:
    if report.message.sender_user is None:
        raise Conflict("No account wrote this message.")
    return report.message.sender_user


def _workspace(report: Report) -> Workspace:
    channel = _channel(report.message)
    if channel is None:
        raise Conflict("This is a direct conversation.")
    return channel.workspace


def _channel(message: Message) -> Channel | None:
    rows = Channel.objects.select_related("conversation", "workspace").annotate(heard=heard_languages())
    return rows.filter(pk=message.conversation_id).first()


def _remove(report: Report, actor: User) -> dict[str, Any]:
    message = locked_message(
        ConversationContext(report.message.conversation, reading=Reading(languages.DEFAULT)), report.message_id
    )
    if message.deleted_at is not None:
        raise Conflict("This message was deleted already.")
    undo = {"content": message.content, "mentions": message.mentions}
    erase_content(message)
    return undo


def _restore(report: Report, actor: User) -> None:
    """Restore the message's text; its files and reactions were deleted permanently."""
    message = locked_message(
        ConversationContext(report.message.conversation, reading=Reading(languages.DEFAULT)), report.message_id
    )
    channel = _channel(message)
    scope_id = channel.workspace_id if channel is not None else message.conversation_id
    text = report.undo.get("content") or ""
    message.content, message.mentions, message.deleted_at = text, report.undo.get("mentions") or [], None
    message.revision += 1
    message.terms = terms_of(text, scope_id)
    if not message.skip_translation and is_translatable(text) and channel is not None:
        plan = plan_text(scope_id, text, message.language, audience_of(channel), {}, Circumstances(tone_of(channel)))
        rows = plan.rows_for(message, scope_id, milliseconds(timezone.now()))
        MessageTranslation.objects.bulk_create(rows)
        message.translation_status = plan.status
        nudge_translators(rows)
    message.save()
    if message.parent is not None:
        message.parent.reply_count += 1
        message.parent.save(update_fields=["reply_count"])
    events.append(message.conversation, events.NewEvent("message.updated", {"message_id": message.pk}))


def _suspend_member(report: Report, actor: User) -> dict[str, Any]:
    member = suspend_member(workspace=_workspace(report), user=_sender(report), actor=actor)
    return {"role": member.role if member is not None else None}


def _end_suspension(report: Report, actor: User) -> None:
    role = report.undo.get("role")
    back = Role(role) if role else None
    end_suspension(workspace=_workspace(report), user=_sender(report), actor=actor, role=back)


def _suspend_account(report: Report, actor: User) -> dict[str, Any]:
    set_active(user=_sender(report), is_active=False, actor=actor)
    return {}


def _open_account(report: Report, actor: User) -> None:
    set_active(user=_sender(report), is_active=True, actor=actor)


def _no_room(report: Report, actor: User) -> dict[str, Any]:
    raise Conflict("This is no temporary room.")


# Apps above add theirs: ``rooms`` knows how a room is closed.
EFFECTS: dict[str, Effect] = {
    Decision.DISMISS: Effect(_nothing, _undo_nothing),
    Decision.WARN: Effect(_nothing, _undo_nothing),
    Decision.REMOVE_MESSAGE: Effect(_remove, _restore),
    Decision.SUSPEND_MEMBER: Effect(_suspend_member, _end_suspension),
    Decision.SUSPEND_ACCOUNT: Effect(_suspend_account, _open_account),
    Decision.CLOSE_ROOM: Effect(_no_room, _undo_nothing),
}
