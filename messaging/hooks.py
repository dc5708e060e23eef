"""Everything that messaging adds to the registries of the apps below it."""

from functools import partial

from accounts import lifecycle
from accounts.mail import content
from messaging import account_lifecycle, erasure, notices, unread, webhook_payloads
from messaging.metrics import TranslationQueue
from messaging.models import ModeratorDecision, Report
from rosetta.observability import metrics
from workspaces import erasure as workspace_erasure
from workspaces import unread as workspace_unread
from workspaces import webhooks
from workspaces.streams.kinds import MESSAGE_KINDS, REACTION_KINDS


def register() -> None:
    """Register what messages add to the apps below.

    Exports, erasure, unread counts, mails, metrics, webhook payloads.

    Called once, when the app is ready.
    """
    lifecycle.EXPORTERS.extend(account_lifecycle.EXPORTERS)
    lifecycle.NOT_EXPORTED.update(account_lifecycle.NOT_EXPORTED)
    lifecycle.ERASERS.append(account_lifecycle.DRAFTS)
    workspace_erasure.ERASERS.append(erasure.erase_messages)
    workspace_unread.GAPS.extend(unread.GAPS)
    workspace_unread.REPLIES.append(unread.in_threads)
    content.NOTICES |= {notices.DECIDED: notices.to_reporter, notices.TAKEN_BACK: notices.taken_back}
    content.NOTICES |= {
        notices.topic_of(decision): partial(notices.to_sender, decision)
        for decision in Report.Decision
        if decision != Report.Decision.DISMISS
    }
    content.NOTICES[notices.MODERATED] = notices.moderated
    content.NOTICES |= {
        notices.topic_of_moderator(decision): partial(notices.by_moderator, decision)
        for decision in ModeratorDecision.Decision
        if decision != ModeratorDecision.Decision.DISMISS
    }
    metrics.register_database_collector(TranslationQueue())
    webhooks.RENDERERS.update(dict.fromkeys(MESSAGE_KINDS, webhook_payloads.message))
    webhooks.RENDERERS.update(dict.fromkeys(REACTION_KINDS, webhook_payloads.reaction))
