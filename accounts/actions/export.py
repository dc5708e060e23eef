"""Export an account's data as a ZIP, which a worker builds in steps that survive its death."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from allauth.socialaccount.models import SocialAccount
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import lifecycle, resources
from accounts.actions import account_work
from accounts.models import AccountExport, AccountWork, User
from rosetta.db import replica
from rosetta.queue.nudge import nudge
from rosetta.times import moment

log = structlog.get_logger(__name__)

# For storing a whole ZIP, because nothing renews the lease meanwhile.
STORING = timedelta(hours=1)
EXPORT_TRIES = 3
EXPORT_LIVES = timedelta(days=7)
# Grows when a file or field of the ZIP changes its meaning or goes; not when one is added.
FORMAT = 1
COVERED = ("accounts.User", "accounts.AccessToken.user", "accounts.Session.user", "socialaccount.SocialAccount.user")


@transaction.atomic
def request_export(*, user: User) -> AccountExport:
    """Queue a ZIP of ``user``'s data, which replaces the last one.

    Returns the pending export if there is one.
    """
    try:
        with transaction.atomic():
            export = AccountExport.objects.create(user=user)
    except IntegrityError:
        return AccountExport.objects.get(user=user, state=AccountWork.State.PENDING)
    transaction.on_commit(lambda: nudge("accounts.tasks.make_export", export.pk))
    return export


def latest_export(user: User) -> AccountExport | None:
    """Return the export that ``user`` requested last, unless it has expired."""
    export = user.exports.order_by("-pk").first()
    return None if export is None or export.has_expired(timezone.now()) else export


def build_export(*, export_id: str) -> None:
    """Build the ZIP of an export.

    The account's own data and what ``lifecycle.EXPORTERS`` add (``docs/export.md``).

    Idempotent. Does nothing while another worker is at it; the third failure ends it.
    """
    export = account_work.lease(AccountExport, export_id)
    if export is None:
        return
    try:
        name = _store_zip(export)
    except Exception as error:  # an exporter of another app, or the storage, may raise anything
        log.error("export_failed", export=export.pk, error=f"{type(error).__name__}: {error}")
        if export.attempts >= EXPORT_TRIES:
            account_work.finish(export, state=AccountWork.State.FAILED)
        else:
            account_work.postpone(export)
        return
    expires_at = timezone.now() + EXPORT_LIVES
    if not account_work.finish(export, state=AccountWork.State.READY, file=name, expires_at=expires_at):
        default_storage.delete(name)  # the account was deleted meanwhile, and its exports with it
        return
    for older_export in export.user.exports.filter(pk__lt=export.pk):
        remove_export(export=older_export)


def remove_export(*, export: AccountExport) -> None:
    """Delete an export: its file first, because a row without a file is noticed and a file without a row never is."""
    if export.file:
        default_storage.delete(export.file)
    export.delete()


def _store_zip(export: AccountExport) -> str:
    user = export.user
    advance = account_work.progress_of(export, sum(exporter.count(user) for exporter in lifecycle.EXPORTERS))
    with TemporaryDirectory(prefix="rosetta-export-") as folder:
        path = Path(folder) / "export.zip"

        def write() -> None:
            with ZipFile(path, "w", ZIP_DEFLATED) as archive:
                archive.writestr("account.json", json.dumps(_account(user), ensure_ascii=False, indent=2))
                for exporter in lifecycle.EXPORTERS:
                    exporter.write(user, archive, advance)

        replica.read(write, reader=replica.key_of(user))
        account_work.change(export, due_at=timezone.now() + STORING)
        with path.open("rb") as source:
            return default_storage.save(f"exports/{export.pk}.zip", File(source))


def _account(user: User) -> dict[str, object]:
    links = SocialAccount.objects.filter(user=user).order_by("pk")
    return {
        "format": FORMAT,
        "made_at": moment(timezone.now()),
        "account": resources.user(user),
        "tokens": [resources.token(token) for token in user.access_tokens.order_by("pk")],
        "sessions": [resources.session(session) for session in user.sessions.order_by("created_at")],
        "social_accounts": [resources.social_account(link) for link in links],
    }
