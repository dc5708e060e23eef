"""Who is calling: people, guests, their tokens and sessions."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from rosetta import languages
from rosetta.ids import ULIDField, ULIDModel, new_ulid

LANGUAGE_LENGTH = 16


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without ``password`` it has none and signs in by code or provider."""
        fields.setdefault("name", email.split("@")[0][:255])
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
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
    pass


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
        from accounts.sessions import SessionStore

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
