"""Admin's side bar: what staff do daily first, then people, translation, spaces, and what only keeps the service going."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Title, icon and pages (title, model) of each group. Whatever is registered and not named stands at the end.
GROUPS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        gettext_noop("Moderation"),
        "gavel",
        (
            (gettext_noop("Reports"), "messaging.report"),
            (gettext_noop("Conversations"), "workspaces.conversation"),
            (gettext_noop("Messages"), "messaging.message"),
            (gettext_noop("Suspensions"), "workspaces.suspension"),
            (gettext_noop("Audit log"), "accounts.auditentry"),
        ),
    ),
    (
        gettext_noop("People"),
        "group",
        (
            (gettext_noop("Accounts"), "accounts.user"),
            (gettext_noop("Guests"), "accounts.guest"),
            (gettext_noop("Devices"), "devices.device"),
            (gettext_noop("Access tokens"), "accounts.accesstoken"),
            (gettext_noop("Blocks"), "messaging.block"),
            (gettext_noop("Exports"), "accounts.accountexport"),
            (gettext_noop("Deletions"), "accounts.accountdeletion"),
            (gettext_noop("Roles of staff"), "auth.group"),
        ),
    ),
    (
        gettext_noop("Translation"),
        "translate",
        (
            (gettext_noop("Engines"), "translation.enginestate"),
            (gettext_noop("Local models"), "translation.localmodel"),
            (gettext_noop("Glossary"), "translation.glossaryterm"),
            (gettext_noop("Translation memory"), "translation.memoryentry"),
            (gettext_noop("Policies"), "translation.translationpolicy"),
            (gettext_noop("Usage"), "translation.usage"),
            (gettext_noop("Refused answers"), "translation.refusedanswers"),
            (gettext_noop("Translations of messages"), "messaging.messagetranslation"),
        ),
    ),
    (
        gettext_noop("Spaces"),
        "workspaces",
        (
            (gettext_noop("Workspaces"), "workspaces.workspace"),
            (gettext_noop("Channels"), "workspaces.channel"),
            (gettext_noop("Members"), "workspaces.member"),
            (gettext_noop("Invites"), "workspaces.invite"),
            (gettext_noop("Temporary rooms"), "rooms.room"),
            (gettext_noop("Plans of rooms"), "rooms.plan"),
            (gettext_noop("Limits of rooms"), "rooms.roomlimits"),
            (gettext_noop("Incoming webhooks"), "workspaces.webhook"),
            (gettext_noop("Outgoing webhooks"), "workspaces.webhooksubscription"),
            (gettext_noop("Webhook deliveries"), "workspaces.webhookdelivery"),
            (gettext_noop("Files"), "files.file"),
        ),
    ),
)
SYSTEM = gettext_noop("System")
# Pages of the system with a title of their own, in this order; the others follow by their models' names.
SYSTEM_FIRST = (
    (gettext_noop("Periodic jobs"), "rosetta.jobrun"),
    (gettext_noop("Outgoing mails"), "accounts.outgoingmail"),
    (gettext_noop("Pushes on their way"), "devices.delivery"),
)
BADGES = {"messaging.report": "messaging.admin.open_reports"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups with the pages that the caller may open."""
    from django.contrib import admin

    named = {label for _title, _icon, pages in GROUPS for _name, label in pages} | {label for _, label in SYSTEM_FIRST}
    labels = {model._meta.label_lower: str(model._meta.verbose_name_plural) for model in admin.site._registry}
    others = sorted((name[:1].upper() + name[1:], label) for label, name in labels.items() if label not in named)
    system = [*((_(title), label) for title, label in SYSTEM_FIRST), *others]
    groups: list[dict[str, Any]] = [
        {"title": _(title), "items": [_item(request, _(name), label, icon) for name, label in pages]}
        for title, icon, pages in GROUPS
    ]
    groups.append(
        {
            "title": _(SYSTEM),
            "collapsible": True,
            "items": [_item(request, name, label, "settings") for name, label in system],
        }
    )
    return [{"separator": bool(index), **group} for index, group in enumerate(groups)]


def _item(request: HttpRequest, title: str, label: str, icon: str) -> dict[str, Any]:
    meta = apps.get_model(label)._meta
    item: dict[str, Any] = {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
        "permission": lambda request: (
            request.user.has_module_perms(meta.app_label)
            and (
                request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
                or request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}")
            )
        ),
    }
    # The theme draws an empty badge for none.
    if label in BADGES and (badge := import_string(BADGES[label])(request)):
        item["badge"] = badge
    return item
