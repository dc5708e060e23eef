"""Leaving, and taking one's data along: asked for here, done by a worker in steps that survive its death."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from allauth.socialaccount.models import SocialAccount
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from rosetta.queue.nudge import nudge

from accounts import lifecycle, resources
from accounts.actions import codes
from accounts.actions.tokens import end_access
from accounts.models import (
    AccountDeletion,
    AccountExport,
    AccountWork,
    OneTimeCode,
    OutgoingMail,
    SocialState,
    User,
)
from rosetta.errors import Invalid

log = structlog.get_logger(__name__)

DELETED_NAME = "Deleted user"
# Longer than any one step takes.
LEASE = timedelta(minutes=5)
# Renewed by the first step after this.
RENEW_EVERY = timedelta(seconds=30)
RETRY = timedelta(seconds=30)
# For storing a whole ZIP, which nothing renews.
STORING = timedelta(hours=1)
EXPORT_TRIES = 3
EXPORT_LIVES = timedelta(days=7)

Work = TypeVar("Work", AccountDeletion, AccountExport)


def leave(*, user: User, password: str | None = None, otp: str | None = None) -> None:
    """Close ``user``'s account for who proves it again, with the password or a code.

    It is signed out everywhere and nobody's at once; a worker erases the rest. Raises Invalid on ``password`` or ``otp``,
    and whatever ``leaving.CHECKS`` raise.
    """
    if otp is not None:
        codes.spend_try(email=user.email, field="otp")
    elif password is None or not user.check_password(password):
        raise Invalid({"password": [_("The current password is incorrect.")]})
    _close(user, otp)


@transaction.atomic
def _close(user: User, otp: str | None) -> None:
    from accounts.tasks import erase_account  # tasks call actions

    user = User.objects.select_for_update().get(pk=user.pk)
    if otp is not None:
        codes.use_code(email=user.email, code=otp, field="otp")
    for check in lifecycle.CHECKS:
        check(user)
    OneTimeCode.objects.filter(email=user.email).delete()
    OutgoingMail.objects.filter(email=user.email).delete()
    SocialState.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    # The address is free again from now on.
    user.email, user.name, user.avatar_url = f"deleted-{user.pk}@deleted.invalid", DELETED_NAME, None
    user.is_active = user.is_staff = user.is_superuser = False
    user.email_verified_at, user.deleted_at = None, timezone.now()
    user.set_unusable_password()
    user.save()
    end_access(user=user)
    AccountDeletion.objects.get_or_create(user=user)
    transaction.on_commit(lambda: nudge(erase_account, user.pk))


def erase(*, user_id: int) -> None:
    """Erase, batch by batch, what ``leaving.ERASERS`` know of a leaver; nothing when another worker is at it."""
    deletion = _lease(AccountDeletion, user_id)
    if deletion is None:
        return
    user = deletion.user
    advance = _teller(deletion, sum(eraser.count(user) for eraser in lifecycle.ERASERS))
    try:
        for export in user.exports.all():
            remove_export(export=export)
        for eraser in lifecycle.ERASERS:
            while gone := eraser.erase(user):
                advance(gone)
    except Exception as error:  # an app's own: whatever it is, the rest is still owed
        log.error("erasing_failed", user=user.pk, error=f"{type(error).__name__}: {error}")
        _put_off(deletion)
        return
    _finish(deletion, state=AccountWork.State.READY)


@transaction.atomic
def request_export(*, user: User) -> AccountExport:
    """A ZIP of ``user``'s data, to be made: the one under way, or a new one that replaces the last."""
    from accounts.tasks import make_export  # tasks call actions

    try:
        with transaction.atomic():
            export = AccountExport.objects.create(user=user)
    except IntegrityError:
        return AccountExport.objects.get(user=user, state=AccountWork.State.PENDING)
    transaction.on_commit(lambda: nudge(make_export, export.pk))
    return export


def latest_export(user: User) -> AccountExport | None:
    """The export that ``user`` asked for last, unless it has expired."""
    export = user.exports.order_by("-pk").first()
    return None if export is None or export.has_expired(timezone.now()) else export


def build_export(*, export_id: str) -> None:
    """Make the ZIP of an export: what accounts knows, and what ``leaving.EXPORTERS`` add."""
    export = _lease(AccountExport, export_id)
    if export is None:
        return
    try:
        name = _zip(export)
    except Exception as error:  # an app's own, or the storage's
        log.error("export_failed", export=export.pk, error=f"{type(error).__name__}: {error}")
        if export.attempts >= EXPORT_TRIES:
            _finish(export, state=AccountWork.State.FAILED)
        else:
            _put_off(export)
        return
    if not _finish(export, state=AccountWork.State.READY, file=name, expires_at=timezone.now() + EXPORT_LIVES):
        default_storage.delete(name)  # the account went meanwhile, and its exports with it
        return
    for older in export.user.exports.filter(pk__lt=export.pk):
        remove_export(export=older)


def _zip(export: AccountExport) -> str:
    user = export.user
    advance = _teller(export, sum(exporter.count(user) for exporter in lifecycle.EXPORTERS))
    with TemporaryDirectory(prefix="rosetta-export-") as folder:
        path = Path(folder) / "export.zip"
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            archive.writestr("account.json", json.dumps(_account(user), ensure_ascii=False, indent=2))
            for exporter in lifecycle.EXPORTERS:
                exporter.write(user, archive, advance)
        _change(export, due_at=timezone.now() + STORING)
        with path.open("rb") as source:
            return default_storage.save(f"exports/{export.pk}.zip", File(source))


def _account(user: User) -> dict[str, object]:
    return {
        "account": resources.user(user),
        "tokens": [resources.token(row) for row in user.access_tokens.order_by("pk")],
        "sessions": [resources.session(row) for row in user.sessions.order_by("created_at")],
        "social_accounts": [
            resources.social_account(row) for row in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
    }


def remove_export(*, export: AccountExport) -> None:
    """Remove an export, bytes first: a row without bytes would be noticed, bytes without a row never."""
    if export.file:
        default_storage.delete(export.file)
    export.delete()


def _lease(model: type[Work], key: object) -> Work | None:
    """The work, for this worker alone until its lease ends; None when it is done or another has it."""
    now = timezone.now()
    rows: Any = model._default_manager
    due = rows.filter(pk=key, state=AccountWork.State.PENDING, due_at__lte=now)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    work: Work = rows.select_related("user").get(pk=key)
    return work


def _teller(work: AccountWork, total: int) -> Callable[[int], None]:
    """What writes each percent of ``work``'s progress, and keeps its lease."""
    done, told, renewed_at = 0, 0, timezone.now()

    def advance(number: int) -> None:
        nonlocal done, told, renewed_at
        done += number
        percent, now = min(99, done * 100 // max(total, done, 1)), timezone.now()
        # By time too: a percent of very much takes longer than a lease lasts.
        if percent != told or now - renewed_at >= RENEW_EVERY:
            told, renewed_at = percent, now
            _change(work, progress=percent, due_at=now + LEASE)

    return advance


def _put_off(work: AccountWork) -> None:
    _change(work, due_at=timezone.now() + RETRY * 2 ** min(work.attempts - 1, 6))


def _finish(work: AccountWork, **changes: object) -> bool:
    return _change(work, progress=100, **changes)


def _change(work: AccountWork, **changes: object) -> bool:
    """Whether there still was something to change."""
    return bool(type(work)._default_manager.filter(pk=work.pk).update(**changes))
