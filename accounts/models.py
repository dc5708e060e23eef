"""Who is calling: people, guests, their tokens and sessions; and what is under way for them."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from rosetta import languages
from rosetta.ids import ULIDField, ULIDModel, new_ulid

LANGUAGE_LENGTH = 16
# How exactly the last use of a token, a session, a webhook or a guest's stay is written down.
TOUCH_EVERY = timedelta(minutes=1)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without ``password`` it has none and signs in by code or provider."""
        fields.setdefault("name", email.split("@")[0][:255])
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        # Whoever runs the command vouches for the address.
        fields.setdefault("email_verified_at", timezone.now())
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. ``email`` is kept in lower case, so that addresses compare without case."""

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    preferred_language = models.CharField(max_length=LANGUAGE_LENGTH, default=languages.DEFAULT)
    avatar_url = models.URLField(max_length=2048, null=True, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
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


class AccessToken(models.Model):
    """A bearer token ``{id}|{secret}``; only the secret's SHA-256 is kept."""

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


class SessionManager(BaseSessionManager["Session"]):
    def live(self) -> "models.QuerySet[Session]":
        """Those whose time is not over: neither since the sign-in nor, by ``SESSION_IDLE_MINUTES``, since they were last used."""
        now = timezone.now()
        return self.filter(expire_date__gt=now, last_used_at__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES))


class Session(AbstractBaseSession):
    """A browser's session, with what its owner needs to recognise and end it."""

    id = ULIDField(unique=True, default=new_ulid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device_name = models.CharField(max_length=255, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    objects = SessionManager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="session_by_user")]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.identity.sessions import SessionStore

        return SessionStore


class Guest(ULIDModel):
    """A visitor of one temporary room. ``workspace_id`` is the room's id, which is its workspace's too."""

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
        # Serves the audience of a room: one probe a language.
        indexes = [models.Index(fields=["workspace_id", "preferred_language"], name="guest_by_room_language")]

    def __str__(self) -> str:
        return self.nickname

    def is_admitted(self, now: datetime) -> bool:
        """Whether the guest's token still opens its room."""
        return self.removed_at is None and now < self.expires_at


class OneTimeCode(models.Model):
    """The six digits that an address was mailed; asking again replaces them.

    They are made when the mail is written, so that no queue holds them; until then, and for a wrong try too many, the
    code opens nothing.
    """

    MAX_TRIES: ClassVar[int] = 5

    email = models.EmailField(max_length=255, primary_key=True)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()


class OutgoingMail(models.Model):
    """A mail that is owed: its secret is made when it is sent, and the row goes when the mail has gone."""

    class Kind(models.TextChoices):
        VERIFY = "verify"
        CODE = "code"
        RESET = "reset"
        # About something that an app above this one knows of: ``topic`` says what.
        NOTICE = "notice"

    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.CharField(max_length=32, blank=True, default="", db_default="")
    email = models.EmailField(max_length=255)
    # The language that the client asked for; empty: the account's.
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
    """One way to a provider and back: used once, within its time, by the flavour, browser and user that began it."""

    state_hash = models.CharField(max_length=64, primary_key=True)
    provider = models.CharField(max_length=64)
    flavour = models.CharField(max_length=3)
    # Who links a social account; null at a sign-in.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    # What ties the web flavour's way back to the browser that began it.
    browser_hash = models.CharField(max_length=64, blank=True)
    verifier = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField(db_index=True)


class AccountWork(models.Model):
    """Something about a whole account that a worker does in steps: leased while one is at it, resumed when it dies."""

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
    """The erasing of what a leaver leaves behind."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="deletion")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.progress} %"


class AccountExport(ULIDModel, AccountWork):
    """A ZIP of everything that an account said and keeps."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    file = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # One under way an account.
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
    """What staff did, to what, and when. Written once: neither admin nor code changes or removes it."""

    # Null: the command line.
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
        # Serve staff's search: what was done to something, by somebody, or in some way.
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
    """A process that serves sockets; one that was not seen for a while has died, and whom it noted is away."""

    seen_at = models.DateTimeField(default=timezone.now)


class Presence(models.Model):
    """Somebody has at least one socket in a process. ``accounts.presence`` writes and reads these."""

    process = models.ForeignKey(GatewayProcess, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "process"], name="presence_once")]
