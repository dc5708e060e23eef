"""Mail to the owners of a workspace when a subscription is switched off."""

import smtplib

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from rosetta import languages
from workspaces.models import Member, Role, WebhookSubscription

log = structlog.get_logger(__name__)


def mail_owners(subscription: WebhookSubscription) -> None:
    """Mail the workspace's owners, each in their language, that ``subscription`` was switched off. Never raises.

    A lost mail is no loss of information, because the row has the reason (``disabled_reason``).
    """
    workspace = subscription.workspace
    for owner in Member.objects.select_related("user").filter(workspace=workspace, role=Role.OWNER):
        language = languages.BY_CODE.get(owner.language, languages.BY_CODE[languages.DEFAULT])
        with translation.override(language.catalogue):
            subject = _("A webhook was switched off")
            body = _(
                "The webhook to %(url)s in %(workspace)s could not be delivered for a long time and was switched off. "
                "When the address answers again, switch it on in the workspace's settings."
            ) % {"url": subscription.url, "workspace": workspace.name}
        try:
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [owner.user.email]).send()
        except (OSError, smtplib.SMTPException) as error:
            log.warning("notice_lost", subscription=subscription.pk, error=str(error))
