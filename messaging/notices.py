"""The mails about decisions of staff, by topic.

They contain nothing that anybody typed.
"""

from django.utils.translation import gettext as _

from accounts.mail import content
from messaging.models import ModeratorDecision, Report

Decision = Report.Decision
DECIDED = "report decided"
TAKEN_BACK = "decision taken back"
MODERATED = "report moderated"


def topic_of(decision: str) -> str:
    """Return the topic of the mail to the sender of a reported message."""
    return f"report: {decision}"


def to_reporter() -> content.MailContent:
    return content.MailContent(
        subject=_("Your report was looked at"),
        before=(_("Thank you for your report. Staff looked at it and decided."),),
        after=(),
    )


def to_sender(decision: Decision) -> content.MailContent:
    sentences = {
        Decision.REMOVE_MESSAGE: _("A message of yours was reported, and staff removed it."),
        Decision.WARN: _("A message of yours was reported. Please mind the rules of the place where you write."),
        Decision.SUSPEND_MEMBER: _("A message of yours was reported, and staff suspended you from its workspace."),
        Decision.SUSPEND_ACCOUNT: _("A message of yours was reported, and staff suspended your account."),
        Decision.CLOSE_ROOM: _("A message of yours was reported, and staff closed its room."),
    }
    return content.MailContent(subject=_("About a message of yours"), before=(sentences[decision],), after=())


def taken_back() -> content.MailContent:
    return content.MailContent(
        subject=_("About a message of yours"),
        before=(_("Staff took back what they had decided about a message of yours."),),
        after=(),
    )


def topic_of_moderator(decision: str) -> str:
    """Return the topic of the mail to the sender of a message about which a moderator decided."""
    return f"moderator: {decision}"


def moderated() -> content.MailContent:
    return content.MailContent(
        subject=_("Your report was looked at"),
        before=(_("Thank you for your report. A moderator of the workspace looked at it and decided."),),
        after=(),
    )


def by_moderator(decision: ModeratorDecision.Decision) -> content.MailContent:
    decisions = ModeratorDecision.Decision
    sentences = {
        decisions.REMOVE_MESSAGE: _("A message of yours was reported, and a moderator of the workspace removed it."),
        decisions.WARN: _("A message of yours was reported. Please mind the rules of the place where you write."),
        decisions.SUSPEND_MEMBER: _(
            "A message of yours was reported, and a moderator suspended you from its workspace."
        ),
    }
    return content.MailContent(subject=_("About a message of yours"), before=(sentences[decision],), after=())
