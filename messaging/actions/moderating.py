"""What staff decide on a reported message. Each decision is audited, told to who is concerned, and can be taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions.staff import set_active
from accounts.mail.outbox import owe_mail
from accounts.models import OutgoingMail, User
from accounts.staff import audit
from messaging import notices
from messaging.actions.editing import locked_message, remove
from messaging.context import Place
from messaging.models import Message, MessageTranslation, Report
from messaging.search.text import terms_of
from messaging.translations import milliseconds, nudge_translators, targets_of
from rosetta import languages
from rosetta.errors import Conflict
from translation.service import is_translatable
from workspaces.actions import end_suspension, suspend_member
from workspaces.audience import heard_languages, languages_in
from workspaces.models import Channel, Role, Workspace
from workspaces.streams import events

Decision = Report.Decision
# A mail server may be away for as long; then nobody is told any more.
NOTICE_LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does, answering what its undoing needs; and the undoing."""

    do: Callable[[Report, User], dict[str, Any]]
    undo: Callable[[Report, User], None]


@transaction.atomic
def decide(*, report: Report, decision: str, actor: User, note: str = "") -> Report:
    """Carry a decision out, for every open report of the message.

    Raises Conflict when there was one for this report, or where it cannot be carried out.
    """
    reports = _locked(report)
    report = reports[report.pk]
    if report.resolved_at is not None:
        raise Conflict("This report was decided already.")
    undo, now = EFFECTS[decision].do(report, actor), timezone.now()
    for one in reports.values():
        if one.resolved_at is None:
            one.decision, one.note, one.decided_by, one.resolved_at, one.undo = decision, note, actor, now, undo
            one.save()
            audit.record(actor=actor, action=f"report: {decision}", target=one, detail=_detail(one))
            _tell(one.reporter, notices.DECIDED)
    if decision != Decision.DISMISS:
        _tell(report.message.sender_user, notices.topic_of(decision))
    return report


@transaction.atomic
def revert(*, report: Report, actor: User) -> Report:
    """Take a decision back; the reports that it was for are open again. Raises Conflict where there is none, or no way back."""
    reports = _locked(report)
    report = reports[report.pk]
    decision, decided_at = report.decision, report.resolved_at
    if decided_at is None:
        raise Conflict("There is no decision to take back.")
    EFFECTS[decision].undo(report, actor)
    if decision != Decision.DISMISS:
        _tell(report.message.sender_user, notices.TAKEN_BACK)
    for one in reports.values():
        if one.resolved_at == decided_at:
            audit.record(actor=actor, action=f"report: take back {decision}", target=one, detail=_detail(one))
            one.decision, one.undo, one.resolved_at = "", {}, None
            one.save()
    return report


def _tell(user: User | None, topic: str) -> None:
    """Owe ``user`` a mail, in the transaction of what it tells; nobody where a guest or a webhook wrote."""
    if user is not None:
        owe_mail(kind=OutgoingMail.Kind.NOTICE, topic=topic, email=user.email, language="", lives=NOTICE_LIVES)


def _locked(report: Report) -> dict[int, Report]:
    """Every report of the message that ``report`` is about, by key."""
    # Two members of staff who decide at once end in one order.
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter", "message__sender_user")
    return {row.pk: row for row in rows.filter(message=report.message_id).order_by("pk")}


def _detail(report: Report) -> dict[str, Any]:
    return {"message": report.message_id, "note": report.note}


def _nothing(report: Report, actor: User) -> dict[str, Any]:
    return {}


def _nothing_back(report: Report, actor: User) -> None:
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
    message = locked_message(Place(report.message.conversation, language=languages.DEFAULT), report.message_id)
    if message.deleted_at is not None:
        raise Conflict("This message was deleted already.")
    kept = {"content": message.content, "mentions": message.mentions}
    remove(message)
    return kept


def _restore(report: Report, actor: User) -> None:
    """Bring the words back; files and reactions are gone for good."""
    message = locked_message(Place(report.message.conversation, language=languages.DEFAULT), report.message_id)
    channel = _channel(message)
    scope_id = channel.workspace_id if channel is not None else message.conversation_id
    text = report.undo.get("content") or ""
    message.content, message.mentions, message.deleted_at = text, report.undo.get("mentions") or [], None
    message.revision += 1
    message.terms = terms_of(text, scope_id)
    if not message.skip_translation and is_translatable(text) and channel is not None:
        planned = targets_of(scope_id, text, message.language, languages_in(channel), {})
        rows = planned.rows_for(message, scope_id, milliseconds(timezone.now()))
        MessageTranslation.objects.bulk_create(rows)
        message.translation_status = planned.status
        nudge_translators(rows)
    message.save()
    if message.parent is not None:
        message.parent.reply_count += 1
        message.parent.save(update_fields=["reply_count"])
    events.append(message.conversation, events.Draft("message.updated", {"message_id": message.pk}))


def _suspend_member(report: Report, actor: User) -> dict[str, Any]:
    member = suspend_member(workspace=_workspace(report), user=_sender(report))
    return {"role": member.role if member is not None else None}


def _end_suspension(report: Report, actor: User) -> None:
    role = report.undo.get("role")
    end_suspension(workspace=_workspace(report), user=_sender(report), role=Role(role) if role else None)


def _suspend_account(report: Report, actor: User) -> dict[str, Any]:
    set_active(user=_sender(report), is_active=False, actor=actor)
    return {}


def _open_account(report: Report, actor: User) -> None:
    set_active(user=_sender(report), is_active=True, actor=actor)


def _no_room(report: Report, actor: User) -> dict[str, Any]:
    raise Conflict("This is no temporary room.")


# What lies above this app adds its own: ``rooms`` knows how a room is closed.
EFFECTS: dict[str, Effect] = {
    Decision.DISMISS: Effect(_nothing, _nothing_back),
    Decision.WARN: Effect(_nothing, _nothing_back),
    Decision.REMOVE_MESSAGE: Effect(_remove, _restore),
    Decision.SUSPEND_MEMBER: Effect(_suspend_member, _end_suspension),
    Decision.SUSPEND_ACCOUNT: Effect(_suspend_account, _open_account),
    Decision.CLOSE_ROOM: Effect(_no_room, _nothing_back),
}
