"""Delete an account: closed at once, erased by a worker in steps that survive its death."""

import structlog
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import lifecycle
from accounts.actions import account_work, login_codes
from accounts.actions.export import remove_export
from accounts.actions.tokens import end_access
from accounts.models import AccountDeletion, AccountWork, OneTimeCode, OutgoingMail, SocialState, User
from rosetta.errors import Invalid
from rosetta.queue.nudge import nudge

log = structlog.get_logger(__name__)

DELETED_NAME = "Deleted user"


def delete_account(*, user: User, password: str | None = None, otp: str | None = None) -> None:
    """Close ``user``'s account after a proof by password or mailed code, and queue the erasure of its data.

    It is signed out everywhere and its address is free again. Raises Invalid on ``password`` or ``otp``, and whatever
    ``lifecycle.CHECKS`` raise.
    """
    if otp is not None:
        login_codes.spend_try(email=user.email, field="otp")
    elif password is None or not user.check_password(password):
        raise Invalid({"password": [_("The current password is incorrect.")]})
    _close(user, otp)


@transaction.atomic
def _close(user: User, otp: str | None) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    if otp is not None:
        login_codes.use_code(email=user.email, code=otp, field="otp")
    for check in lifecycle.CHECKS:
        check(user)
    OneTimeCode.objects.filter(email=user.email).delete()
    OutgoingMail.objects.filter(email=user.email).delete()
    SocialState.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    # From now on, somebody else may register with the address.
    user.email, user.name, user.avatar_url = f"deleted-{user.pk}@deleted.invalid", DELETED_NAME, None
    user.name_reading = user.title = user.time_zone = user.status_emoji = user.status_text = user.also_reads = ""
    user.status_until = user.undisturbed_until = None
    user.is_active = user.is_staff = user.is_superuser = False
    user.email_verified_at, user.deleted_at = None, timezone.now()
    user.set_unusable_password()
    user.save()
    end_access(user=user)
    AccountDeletion.objects.get_or_create(user=user)
    transaction.on_commit(lambda: nudge("accounts.tasks.erase_account", user.pk))


def erase(*, user_id: int) -> None:
    """Erase the data of a deleted account, batch by batch, by ``lifecycle.ERASERS``.

    Idempotent. Does nothing while another worker is at it; a failure leaves the rest for a later try.
    """
    deletion = account_work.lease(AccountDeletion, user_id)
    if deletion is None:
        return
    user = deletion.user
    advance = account_work.progress_of(deletion, sum(eraser.count(user) for eraser in lifecycle.ERASERS))
    try:
        for export in user.exports.all():
            remove_export(export=export)
        for eraser in lifecycle.ERASERS:
            while erased := eraser.erase(user):
                advance(erased)
    except Exception as error:  # an eraser of another app may raise anything; the rest stays pending
        log.error("erasing_failed", user=user.pk, error=f"{type(error).__name__}: {error}")
        account_work.postpone(deletion)
        return
    account_work.finish(deletion, state=AccountWork.State.READY)
