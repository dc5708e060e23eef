"""Let moderators of a workspace decide about what was reported in it.

Each decision is audited and mailed to the people concerned. It leaves the report open for staff, from whom no owner can hide
what happens in a workspace.
"""

from datetime import timedelta

from django.db import transaction

from accounts.mail.outbox import queue_mail
from accounts.models import OutgoingMail, User
from accounts.staff import audit
from messaging import notices
from messaging.access import locked_message
from messaging.actions.delete import erase_content
from messaging.context import ConversationContext
from messaging.models import Message, ModeratorDecision, Report
from rosetta import languages
from rosetta.errors import Conflict, Forbidden
from rosetta.languages import Reading
from workspaces.actions import suspend_fellow
from workspaces.models import Member, Role
from workspaces.roles import may_remove

Decision = ModeratorDecision.Decision
NOTICE_LIVES = timedelta(days=7)


@transaction.atomic
def decide_in_workspace(*, report: Report, decision: str, member: Member, note: str = "") -> Report:
    """Carry out the decision of ``member``, a moderator, for every report of the message that none has decided yet.

    Locks the message's reports. Raises Conflict when this report was decided before or the decision cannot be carried out;
    Forbidden about what ``member`` or somebody of no lower role wrote; LastOwner.
    """
    # In one order, so that two decisions at the same time do not deadlock.
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter", "message__sender_user")
    reports = {row.pk: row for row in rows.filter(message=report.message_id).order_by("pk")}
    decided = set(ModeratorDecision.objects.filter(report__in=reports).values_list("report_id", flat=True))
    report = reports[report.pk]
    if report.pk in decided:
        raise Conflict("This report was decided already.")
    message = report.message
    seat = _check_may_decide(message, decision, member)
    if decision == Decision.REMOVE_MESSAGE:
        _remove(message)
    if decision == Decision.SUSPEND_MEMBER:
        if seat is None:
            raise Conflict("The sender is no member of this workspace.")
        suspend_fellow(by=member.user, workspace_id=member.workspace_id, member_id=seat.pk)
    for row in reports.values():
        if row.pk not in decided:
            ModeratorDecision.objects.create(report=row, decision=decision, note=note, decided_by=member.user)
            detail = {"workspace": member.workspace_id, "message": message.pk, "note": note}
            audit.record(actor=member.user, action=f"moderator: {decision}", target=row, detail=detail)
            _mail(row.reporter, notices.MODERATED)
    if decision != Decision.DISMISS:
        _mail(message.sender_user, notices.topic_of_moderator(decision))
    return report


def _check_may_decide(message: Message, decision: str, member: Member) -> Member | None:
    """Return the sender's membership, None for programs and those who have left. Raises Forbidden."""
    sender = message.sender_user
    if sender is None:
        return None
    if sender.pk == member.user_id:
        raise Forbidden("Somebody else decides about what you wrote.")
    seat = Member.objects.filter(workspace=member.workspace_id, user=sender).first()
    is_strong = decision in (Decision.WARN, Decision.SUSPEND_MEMBER)
    if is_strong and seat is not None and not may_remove(Role(member.role), Role(seat.role), is_self=False):
        raise Forbidden
    return seat


def _remove(message: Message) -> None:
    locked = locked_message(ConversationContext(message.conversation, reading=Reading(languages.DEFAULT)), message.pk)
    if locked.deleted_at is not None:
        raise Conflict("This message was deleted already.")
    erase_content(locked)


def _mail(user: User | None, topic: str) -> None:
    if user is not None:
        queue_mail(kind=OutgoingMail.Kind.NOTICE, topic=topic, email=user.email, language="", lives=NOTICE_LIVES)
