"""Staff's roles: groups with the fewest rights that each role needs, kept up to date by ``manage.py prepare``.

Support finds people and their belongings and helps locked-out owners, but reads no messages. Moderators also decide on
reports, read conversations after giving a reason, and close accounts and rooms. Administrators also change the service's
settings and see the audit log. Only a superuser creates and changes staff.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

SEEN_BY_SUPPORT = {
    "accounts": "user accesstoken guest outgoingmail accountdeletion accountexport",
    "devices": "device delivery announcement receipt",
    "files": "file",
    "messaging": "workspaceexport",
    "rooms": "plan roomlimits room",
    "rosetta": "jobrun",
    "translation": "enginestate glossaryterm localmodel refusedanswers translationpolicy",
    "workspaces": (
        "workspace member channel channelmember invite placement sidebarsection suspension webhook webhooksubscription"
        " webhookdelivery"
    ),
}
SEEN_BY_MODERATORS = {
    "messaging": (
        "message messagetranslation messagerevision translationfeedback reaction attachment directconversation block report"
        " moderatordecision threadfollower savedmessage keptdraft"
    ),
    "workspaces": "conversation readmark",
}
SEEN_BY_ADMINS = {
    "accounts": "auditentry",
    "files": "removal",
    "messaging": "idempotencykey",
    "translation": "memoryentry usage",
    "workspaces": "event erasure",
}


def _views(models: dict[str, str]) -> set[str]:
    return {f"{app}.view_{model}" for app, names in models.items() for model in names.split()}


SUPPORT = _views(SEEN_BY_SUPPORT) | {
    "accounts.sign_out_user",
    "accounts.delete_accesstoken",
    "devices.delete_device",
    "workspaces.change_invite",
    "workspaces.change_webhooksubscription",
    "workspaces.change_webhookdelivery",
}
MODERATOR = (
    SUPPORT
    | _views(SEEN_BY_MODERATORS)
    | {
        "accounts.suspend_user",
        "files.delete_file",
        "messaging.change_report",
        "messaging.read_messages",
        "rooms.close_room",
    }
)
ADMIN = (
    MODERATOR
    | _views(SEEN_BY_ADMINS)
    | {f"translation.{act}_glossaryterm" for act in ("add", "change", "delete")}
    | {f"translation.{act}_translationpolicy" for act in ("add", "change")}
    | {f"translation.{act}_memoryentry" for act in ("add", "delete")}
    | {f"rooms.{act}_{model}" for act in ("add", "change", "delete") for model in ("plan", "roomlimits")}
    | {
        "accounts.change_user",
        "translation.read_memory",
        "translation.change_enginestate",
        "translation.change_localmodel",
        "workspaces.change_workspace",
        "workspaces.delete_workspace",
    }
)
ROLES = {"support": SUPPORT, "moderator": MODERATOR, "admin": ADMIN}


@transaction.atomic
def prepare() -> None:
    """Create the roles' groups and give each exactly its rights.

    Other groups stay as they are. Idempotent.

    Raises LookupError for an unknown right.
    """
    rows = Permission.objects.select_related("content_type")
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    for name, rights in ROLES.items():
        if unknown := rights - known.keys():
            raise LookupError(f"no such right: {', '.join(sorted(unknown))}")
        Group.objects.get_or_create(name=name)[0].permissions.set(known[right] for right in rights)
