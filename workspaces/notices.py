"""Mails about workspaces."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import content
from accounts.mail.content import MailContent
from rosetta.ids import NO_ID, parse_ulid
from workspaces import resources
from workspaces.models import Invite

# Short, because an id follows it in the mail's topic.
JOIN = "join"
# How long a mail is tried while the mail server is unavailable.
LIVES = timedelta(days=3)


def register() -> None:
    """Let ``accounts`` send these mails, also to addresses that have no account."""
    content.NOTICES[JOIN] = join
    content.FOR_ANYBODY.add(JOIN)


def join(invite_id: str) -> MailContent | None:
    """Return the mail that invites somebody; None when the invite is no longer valid."""
    invite = Invite.objects.filter(pk=parse_ulid(invite_id) or NO_ID).first()
    if invite is None or not invite.is_valid(timezone.now()) or invite.is_used_up:
        return None
    return MailContent(
        subject=_("You are invited to a workspace"),
        before=(
            _("Somebody invites you to a workspace in which everybody reads and writes in their own language."),
            _("The link shows who it is, and which workspace, before you join."),
        ),
        link=resources.invite(invite)["url"],
        label=_("See the invitation"),
        after=(
            _("The link works once."),
            _("If you did not expect it, you can ignore this message."),
        ),
    )
