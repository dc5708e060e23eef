"""Sign in by a provider, and link and unlink accounts at providers."""

from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.email_verification import prove_address, request_verification
from accounts.actions.sign_in import require_active
from accounts.errors import SocialAccountNotFound, Unlinkable
from accounts.identity.clients import Client
from accounts.identity.providers import Identity, Provider
from accounts.identity.secrets import digest, matches, new_secret
from accounts.metrics import sign_in_failed
from accounts.models import SocialState, User
from rosetta.errors import Invalid

STATE_LIVES = timedelta(minutes=10)


def begin(*, provider: Provider, client: Client, browser: str = "", user: User | None = None) -> str:
    """Return the provider's address to which a person is sent to sign in, or, given ``user``, to link an account.

    The state in it works once, within ten minutes and from the same ``browser``. Raises Unavailable when the provider
    cannot be reached.
    """
    state = new_secret()
    stateless = client is Client.APP and settings.SOCIAL_APP_STATELESS
    url, verifier = provider.redirect(state=state, with_pkce=not stateless)
    SocialState.objects.create(
        state_hash=digest(state),
        provider=provider.name,
        flavour=client.value,
        browser_hash=digest(browser) if browser else "",
        user=user,
        verifier=verifier,
        expires_at=timezone.now() + STATE_LIVES,
    )
    return url


def finish(
    *, provider: Provider, client: Client, code: str, state: str, browser: str = "", user: User | None = None
) -> Identity:
    """Exchange ``code`` for the person's identity at the provider. Uses ``state`` up.

    Raises Invalid on ``state`` unless it was given to this very browser, client, provider and user within ten minutes,
    and on ``code`` when the provider refuses it.
    """
    verifier = ""
    if state or client is not Client.APP or not settings.SOCIAL_APP_STATELESS:
        verifier = _use_state(provider.name, client, state, browser, user)
    return provider.identity(code=code, verifier=verifier)


def _use_state(provider: str, client: Client, state: str, browser: str, user: User | None) -> str:
    row = SocialState.objects.filter(
        state_hash=digest(state), provider=provider, flavour=client.value, user=user, expires_at__gt=timezone.now()
    ).first()
    if row is None or (row.browser_hash and not matches(browser, row.browser_hash)):
        raise _state_invalid()
    if not SocialState.objects.filter(pk=row.pk).delete()[0]:  # of two equal requests, one succeeds
        raise _state_invalid()
    return row.verifier


def _state_invalid() -> Invalid:
    sign_in_failed("provider")
    return Invalid({"state": [_("The state is invalid or has expired.")]})


def sign_in(*, identity: Identity, language: str) -> User:
    """Return the account of ``identity``.

    Linked before, or with its verified address, or created now.

    Raises Invalid on ``email`` when the provider gave no address, or one that has an account and is not verified there.
    Raises AccountInactive.
    """
    try:
        return _sign_in(identity, language)
    except IntegrityError:  # a parallel sign-in created the account
        return _sign_in(identity, language)


@transaction.atomic
def _sign_in(identity: Identity, language: str) -> User:
    account = SocialAccount.objects.select_related("user").filter(provider=identity.provider, uid=identity.uid).first()
    user = require_active(account.user) if account else _user_of(identity, language)
    if identity.is_verified and user.email == identity.email and not user.has_proven_email:
        user = prove_address(user=user)  # ends all links, this one too
    SocialAccount.objects.update_or_create(
        provider=identity.provider, uid=identity.uid, defaults={"user": user, "extra_data": identity.extra_data}
    )
    return user


def _user_of(identity: Identity, language: str) -> User:
    if not identity.email:
        raise Invalid({"email": [_("The provider gave no email address.")]})
    user = User.objects.filter(email=identity.email).first()
    if user is None:
        user = User.objects.create_user(
            identity.email, name=identity.name, preferred_language=language, avatar_url=identity.avatar
        )
        if not identity.is_verified:
            request_verification(user=user)
    elif not identity.is_verified:
        raise Invalid({"email": [_("This email is already registered. Sign in to link the provider.")]})
    return require_active(user)


@transaction.atomic
def link(*, user: User, identity: Identity) -> SocialAccount:
    """Let ``identity`` open ``user``'s account.

    Raises Unlinkable when it is linked, to this account or another.
    """
    try:
        with transaction.atomic():
            account: SocialAccount = SocialAccount.objects.create(
                user=user, provider=identity.provider, uid=identity.uid, extra_data=identity.extra_data
            )
            return account
    except IntegrityError:
        owner = SocialAccount.objects.get(provider=identity.provider, uid=identity.uid).user_id
    if owner == user.pk:
        raise Unlinkable("This social account is already linked to your account.")
    raise Unlinkable("This social account is already linked to another user.")


@transaction.atomic
def unlink(*, user: User, provider: str) -> None:
    """Unlink ``provider`` from ``user``. Locks the account.

    Raises SocialAccountNotFound, and Unlinkable if the account could not be signed in to without it.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    accounts = list(SocialAccount.objects.filter(user=user))
    unlinked_ids = [account.pk for account in accounts if account.provider == provider]
    if not unlinked_ids:
        raise SocialAccountNotFound
    if not user.has_usable_password() and len(unlinked_ids) == len(accounts):
        raise Unlinkable("Cannot unlink the last authentication method. Please set a password first.")
    SocialAccount.objects.filter(pk__in=unlinked_ids).delete()
