"""Accounts, guests, their tokens and sessions, pending mails and account work, and the audit log."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.utils import timezone

from accounts.identity.email_addresses import canonical_email, canonical_or_lower
from accounts.identity.secrets import digest, matches
from accounts.identity.typed import canonical_password
from rosetta import languages
from rosetta.ids import ULIDField, ULIDModel, new_ulid

LANGUAGE_LENGTH = 16
# Length of the session keys that earlier versions stored unhashed; a hash has 64 characters.
CLEAR_KEY_LENGTH = 32
# How often the last use of a token, a session, a webhook or a guest is stored.
TOUCH_EVERY = timedelta(minutes=1)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; one without a password signs in by code or provider.

        Raises ValueError for no address.
        """
        fields.setdefault("name", email.split("@")[0][:255])
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        # Verified, because whoever runs the command vouches for the address.
        fields.setdefault("email_verified_at", timezone.now())
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=canonical_or_lower(username or ""))

    def of_email(self, email: str) -> "models.QuerySet[User]":
        """Return the account of the mailbox ``email``, as a queryset of at most one row."""
        return self.filter(email=canonical_or_lower(email))


class User(AbstractBaseUser, PermissionsMixin):
    """A person's account.

    ``email`` is stored in its canonical form, so that a mailbox has one account.
    """

    class Originals(models.TextChoices):
        """When clients show the original under a translation; it can be asked for in any case."""

        ALWAYS = "always"
        HOVER = "hover"
        NEVER = "never"

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    preferred_language = models.CharField(max_length=LANGUAGE_LENGTH, default=languages.DEFAULT)
    # Languages in which they read messages as they were written; see ``rosetta.languages.joined``.
    also_reads = models.CharField(max_length=100, blank=True, default="", db_default="")
    show_originals = models.CharField(
        max_length=8, choices=Originals, default=Originals.NEVER, db_default=Originals.NEVER
    )
    avatar_url = models.URLField(max_length=2048, null=True, blank=True)
    # The name in Latin letters, for those who cannot read or type it.
    name_reading = models.CharField(max_length=255, blank=True, default="", db_default="")
    title = models.CharField(max_length=120, blank=True, default="", db_default="")
    # A name of the time zone database; empty: not told.
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    status_emoji = models.CharField(max_length=32, blank=True, default="", db_default="")
    status_text = models.CharField(max_length=100, blank=True, default="", db_default="")
    # When the status ends; null: when its owner says so.
    status_until = models.DateTimeField(null=True, blank=True)
    # Until when nothing rings.
    undisturbed_until = models.DateTimeField(null=True, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    # Verified by an opened link, which may have been a mail scanner: no person has confirmed the address yet.
    is_email_unconfirmed = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.CheckConstraint(name="user_email_lower_case", condition=Q(email=Lower("email")))]
        permissions = [
            ("suspend_user", "Can deactivate and reactivate accounts"),
            ("sign_out_user", "Can end an account's tokens and sessions"),
        ]

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else canonical_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether ``raw_password`` is right.

        In its canonical form, or as typed for hashes from before there was one.
        """
        if raw_password is None:
            return False
        password = canonical_password(raw_password)
        return super().check_password(password) or (password != raw_password and super().check_password(raw_password))

    @property
    def reading(self) -> languages.Reading:
        """Return what they read outside of workspaces, where they may have chosen another language."""
        return languages.Reading(self.preferred_language, languages.split(self.also_reads))

    def status_at(self, now: datetime) -> tuple[str, str] | None:
        """Return the emoji and the text of the status, or None where there is none, or it has ended."""
        has_ended = self.status_until is not None and self.status_until <= now
        return (
            None if has_ended or not (self.status_emoji or self.status_text) else (self.status_emoji, self.status_text)
        )

    def is_undisturbed(self, now: datetime) -> bool:
        return self.undisturbed_until is not None and now < self.undisturbed_until

    @property
    def has_proven_email(self) -> bool:
        """Return whether a person has proven that the address is theirs."""
        return self.email_verified_at is not None and not self.is_email_unconfirmed


class AccessToken(models.Model):
    """A bearer token ``{id}|{secret}``; only the secret's SHA-256 is stored."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=255)
    secret_hash = models.CharField(max_length=64)
    abilities = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


def stored_forms(key: str) -> list[str]:
    """Return the values under which the session of a cookie's ``key`` may be stored.

    Its hash, or an old unhashed key.

    A hash is longer than an old key, so that a hash read from the table opens nothing when sent as a cookie.
    """
    return [digest(key), key] if len(key) == CLEAR_KEY_LENGTH else [digest(key)]


class SessionManager(BaseSessionManager["Session"]):
    def live(self) -> "models.QuerySet[Session]":
        """Return sessions that have neither expired nor been unused for ``SESSION_IDLE_MINUTES``."""
        now = timezone.now()
        return self.filter(expire_date__gt=now, last_used_at__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES))

    def of_key(self, key: str | None) -> "models.QuerySet[Session]":
        """Return the session of a cookie's ``key``, as a queryset of at most one row."""
        return self.filter(session_key__in=stored_forms(key)) if key else self.none()

    def hash_key(self, key: str) -> int:
        """Hash one stored clear key; returns the number of rows changed. Idempotent."""
        return self.filter(session_key=key).update(session_key=digest(key))

    def hash_clear_keys(self, *, batch: int) -> int:
        """Hash up to ``batch`` clear keys, stored by processes of an earlier version.

        Returns the number hashed.
        """
        rows = self.annotate(length=Length("session_key")).filter(length=CLEAR_KEY_LENGTH)
        return sum(map(self.hash_key, list(rows.values_list("session_key", flat=True)[:batch])))


class Session(AbstractBaseSession):
    """A browser's session, with the fields by which its owner recognises it.

    The cookie holds the key; ``session_key`` holds its SHA-256, so that a reader of the table cannot use it.
    """

    session_key = models.CharField("hashed session key", max_length=64, primary_key=True)
    id = ULIDField(unique=True, default=new_ulid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device_name = models.CharField(max_length=255, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    objects = SessionManager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="session_by_user")]

    def __str__(self) -> str:
        return self.id

    def has_key(self, key: str | None) -> bool:
        """Return whether ``key`` is the one in this session's cookie."""
        return key is not None and matches(key, self.session_key)

    @classmethod
    def get_session_store_class(cls) -> Any:
        # By the setting's name, because the engine imports this model.
        return import_module(settings.SESSION_ENGINE).SessionStore


class Guest(ULIDModel):
    """A visitor of one temporary room.

    ``workspace_id`` is the id of both the room and its workspace.
    """

    workspace_id = ULIDField()
    nickname = models.CharField(max_length=80)
    preferred_language = models.CharField(max_length=LANGUAGE_LENGTH)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    joined_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    is_authenticated = True
    is_active = True

    class Meta:
        # Serves the lookup of a room's audience, one language at a time.
        indexes = [models.Index(fields=["workspace_id", "preferred_language"], name="guest_by_room_language")]

    def __str__(self) -> str:
        return self.nickname

    def is_admitted(self, now: datetime) -> bool:
        """Return whether the guest's token still opens its room."""
        return self.removed_at is None and now < self.expires_at


class OneTimeCode(models.Model):
    """A sign-in code of six digits, mailed to an address; a new request replaces it.

    It is made when the mail is sent, so that no queue holds it. Before that, and after ``MAX_TRIES`` tries, no code matches.
    """

    MAX_TRIES: ClassVar[int] = 5

    email = models.EmailField(max_length=255, primary_key=True)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()


class OutgoingMail(models.Model):
    """A pending mail.

    Its link or code is made when it is sent, and the row is deleted once it was.
    """

    class Kind(models.TextChoices):
        VERIFY = "verify"
        CODE = "code"
        RESET = "reset"
        # About something of a higher app: ``topic`` says what.
        NOTICE = "notice"

    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.CharField(max_length=32, blank=True, default="", db_default="")
    email = models.EmailField(max_length=255)
    # The client's ``Accept-Language``; empty means the account's language.
    language = models.CharField(max_length=LANGUAGE_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="mail_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SocialState(models.Model):
    """A started sign-in or linking by a provider.

    Finished once, before it expires, by the client that started it.
    """

    state_hash = models.CharField(max_length=64, primary_key=True)
    provider = models.CharField(max_length=64)
    # A ``Client`` by its value.
    flavour = models.CharField(max_length=3)
    # The account to link to; null for a sign-in.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    # Hash of the cookie that ties the callback to the browser that started.
    browser_hash = models.CharField(max_length=64, blank=True)
    verifier = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField(db_index=True)


class AccountWork(models.Model):
    """Work on a whole account, done by a worker in steps.

    Leased while it runs, resumed when the worker dies.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class AccountDeletion(AccountWork):
    """The erasure of a deleted account's data."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="deletion")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.progress} %"


class AccountExport(ULIDModel, AccountWork):
    """A ZIP of everything that an account wrote and stores."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    file = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # At most one pending export for each account.
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="pending"), name="export_once_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class AuditLog(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> int:
        raise TypeError("The audit log is written once.")

    def delete(self) -> Any:
        raise TypeError("The audit log is written once.")


class AuditEntry(ULIDModel):
    """An action of staff: who did what to which object, and when.

    Neither admin nor code changes or deletes it.
    """

    # Null for the command line.
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=255)
    action = models.CharField(max_length=64)
    target_kind = models.CharField(max_length=64, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target_name = models.CharField(max_length=255, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AuditLog.as_manager()

    class Meta:
        verbose_name_plural = "audit log"
        # Serve staff's search by target, actor and action.
        indexes = [
            models.Index(fields=["target_id"], name="audit_by_target"),
            models.Index(fields=["actor_name"], name="audit_by_actor"),
            models.Index(fields=["action"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.target_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("The audit log is written once.")


class GatewayProcess(ULIDModel):
    """A process that serves sockets.

    One that has not been seen for a while is dead, and its presences do not count.
    """

    seen_at = models.DateTimeField(default=timezone.now)


class Presence(models.Model):
    """A user has at least one socket in a process.

    Written and read by ``accounts.presence``.
    """

    process = models.ForeignKey(GatewayProcess, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "process"], name="presence_once")]
