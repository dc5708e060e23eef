"""The contents of mails, in the reader's language.

Links and codes are made here, when the mail is sent.

Nothing that a user typed (a name, for example) goes into a mail, because anybody can have one sent to any address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions import email_verification, login_codes, passwords
from accounts.models import OutgoingMail, User
from rosetta import languages


@dataclass(frozen=True)
class MailContent:
    """A mail's subject and text: sentences before and after either a link or a code."""

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    link: str = ""
    label: str = ""
    code: str = ""


# Registered by higher apps, keyed by topic. For a topic ``name/argument``, the builder is called with ``argument``.
NOTICES: dict[str, Callable[..., MailContent | None]] = {}
# Topics whose mails also go to addresses that have no account.
FOR_ANYBODY: set[str] = set()


def build_message(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """Return ``mail`` as a message to send; None when its reason has gone."""
    user = User.objects.filter(email=mail.email).first()
    code = mail.language or (user.preferred_language if user else languages.DEFAULT)
    language = languages.BY_CODE.get(code, languages.BY_CODE[languages.DEFAULT])
    with translation.override(language.catalogue):
        content = _content(mail, user)
        if content is None:
            return None
        context = {"content": content, "language": language.code}
        message = EmailMultiAlternatives(
            content.subject,
            render_to_string("accounts/mail.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [mail.email],
            headers={"Auto-Submitted": "auto-generated"},  # so that no out-of-office reply comes back
        )
        message.attach_alternative(render_to_string("accounts/mail.html", context), "text/html")
    return message


def _content(mail: OutgoingMail, user: User | None) -> MailContent | None:
    match mail.kind:
        case OutgoingMail.Kind.VERIFY:
            return _verify(user) if user and user.is_active and user.email_verified_at is None else None
        case OutgoingMail.Kind.CODE:
            code = login_codes.make_code(email=mail.email)
            return _code(code) if code else None
        case OutgoingMail.Kind.RESET:
            return _reset(user) if user else None
        case OutgoingMail.Kind.NOTICE:
            topic, _slash, argument = mail.topic.partition("/")
            build = NOTICES.get(topic)
            if build is None or not (user.deleted_at is None if user else topic in FOR_ANYBODY):
                return None
            return build(argument) if argument else build()
    return None


def _verify(user: User) -> MailContent:
    return MailContent(
        subject=_("Verify your email address"),
        before=(_("Please confirm that this is your email address."),),
        link=email_verification.verification_link(user),
        label=_("Verify email address"),
        after=(
            _("The link works for 60 minutes."),
            _("If you did not create an account, you can ignore this message."),
        ),
    )


def _code(code: str) -> MailContent:
    return MailContent(
        subject=_("Your sign-in code"),
        before=(_("Enter this code to sign in:"),),
        code=code,
        after=(
            _("The code works once, for 10 minutes. Do not share it with anyone."),
            _("If you did not ask for it, you can ignore this message."),
        ),
    )


def _reset(user: User) -> MailContent:
    return MailContent(
        subject=_("Reset your password"),
        before=(_("You asked to reset the password of your account."),),
        link=passwords.reset_link(user),
        label=_("Choose a new password"),
        after=(
            _("The link works once, for 60 minutes."),
            _("If it was not you, you can ignore this message: your password stays as it is."),
        ),
    )
