"""Bodies of requests about accounts."""

import zoneinfo
from datetime import UTC, datetime
from typing import Any

from dj_rest_auth import serializers as rest_auth
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.actions import sign_in
from accounts.identity.abilities import ABILITIES
from accounts.identity.email_addresses import MAX_LENGTH, canonical_email
from accounts.identity.typed import canonical_code, canonical_password
from accounts.models import User
from rosetta import languages
from rosetta.http.fields import NameField, ShortTextField

MAX_PASSWORD = 1024


class EmailAddress(serializers.EmailField):
    """An email address, read in its canonical form, in which addresses are stored and compared."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **options)

    def to_internal_value(self, data: Any) -> str:
        address = str(super().to_internal_value(data))
        if len(address) > MAX_LENGTH:
            return address  # the validators refuse it
        try:
            return canonical_email(address)
        except ValueError:
            self.fail("invalid")


class Email(EmailAddress):
    """An email address, refused with the documented sentence."""

    default_error_messages = {"invalid": gettext_lazy("The email field must be a valid email address.")}


class Code(serializers.CharField):
    """A mailed code, however it was typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, **options)

    def to_internal_value(self, data: Any) -> str:
        code = str(super().to_internal_value(data))
        return canonical_code(code) if len(code) <= MAX_LENGTH else code  # which the validators refuse


class Password(serializers.CharField):
    """A password as it was typed, with its spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=MAX_PASSWORD, **options)


def check_new_password(attrs: dict[str, Any], user: User | None = None) -> None:
    """Raise ValidationError on ``password`` when it is weak or differs from its confirmation.

    Uses Django's form, because its sentences come in every language.
    """
    password, confirmation = canonical_password(attrs["password"]), canonical_password(attrs["password_confirmation"])
    form = SetPasswordForm(user or User(), {"new_password1": password, "new_password2": confirmation})
    if not form.is_valid():
        sentences: list[Any] = [str(sentence) for field in form.errors.values() for sentence in field]
        raise serializers.ValidationError({"password": sentences})


class NewPasswordSerializer(serializers.Serializer[Any]):
    password = Password()
    password_confirmation = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password(attrs)
        return attrs


class RegisterSerializer(NewPasswordSerializer):
    name = NameField(max_length=255)
    email = Email()
    preferred_language = serializers.ChoiceField(choices=languages.CODES, required=False, allow_null=True)
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)


class LoginSerializer(rest_auth.LoginSerializer):
    """dj-rest-auth's login by address only, with the documented sentences and statuses. Valid data has the ``user``."""

    username = None
    email = Email()
    password = Password()
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)

    def get_auth_user(self, username: str | None, email: str, password: str) -> User:
        return sign_in.user_of_credentials(email=email, password=password)


class EmailSerializer(serializers.Serializer[Any]):
    email = Email()


class CodeSerializer(serializers.Serializer[Any]):
    email = Email()
    token = Code(help_text="The six digits; blanks and hyphens between them are ignored.")
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)


class ResetPasswordSerializer(NewPasswordSerializer):
    token = serializers.CharField(max_length=255)
    email = Email()


class ChangePasswordSerializer(rest_auth.PasswordChangeSerializer):
    """dj-rest-auth's password change, with the documented field names and sentences."""

    old_password = None
    new_password1 = None
    new_password2 = None
    current_password = Password()
    password = Password()
    password_confirmation = Password()

    def validate_current_password(self, value: str) -> str:
        if not self.user.check_password(value):
            raise serializers.ValidationError(_("The current password is incorrect."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password(attrs, self.user)
        return attrs


class SocialCallbackSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=4096)
    state = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=255)
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)


def in_the_future(value: datetime | None) -> datetime | None:
    """Return ``value``. Raises ValidationError for a moment that has passed."""
    if value is not None and value <= timezone.now():
        raise serializers.ValidationError(_("Choose a moment in the future."))
    return value


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255)
    abilities = serializers.ListField(
        child=serializers.ChoiceField(choices=ABILITIES), allow_empty=False, max_length=len(ABILITIES)
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=UTC)

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        return in_the_future(value)


class DeleteAccountSerializer(serializers.Serializer[Any]):
    """A proof of the account: its password or a mailed code."""

    password = Password(required=False)
    otp = Code(required=False, help_text="A code from `/auth/app/otp`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"password": [_("Give the password or an otp.")]})
        return attrs


class StatusSerializer(serializers.Serializer[Any]):
    emoji = ShortTextField(max_length=32, required=False, default="")
    text = ShortTextField(max_length=100, required=False, default="")
    until = serializers.DateTimeField(
        required=False, allow_null=True, default_timezone=UTC, help_text="When it ends; null: when it is taken away."
    )

    def validate_until(self, value: datetime | None) -> datetime | None:
        return in_the_future(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["emoji"] and not attrs["text"]:
            raise serializers.ValidationError({"text": [_("Give an emoji or a text.")]})
        return attrs


class ProfileSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=255, required=False)
    name_reading = ShortTextField(
        max_length=255, required=False, help_text="The name in Latin letters, by which `@` finds it too."
    )
    title = ShortTextField(max_length=120, required=False, help_text="What the person does, such as a job title.")
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="As `Asia/Bangkok`; empty: not told."
    )
    status = StatusSerializer(required=False, allow_null=True, help_text="Null takes it away.")
    undisturbed_until = serializers.DateTimeField(
        required=False, allow_null=True, default_timezone=UTC, help_text="Until then nothing rings; null ends it."
    )
    preferred_language = serializers.ChoiceField(choices=languages.CODES, required=False)
    also_reads = serializers.ListField(
        child=serializers.ChoiceField(choices=languages.CODES),
        required=False,
        max_length=len(languages.CODES),
        help_text="Languages in which messages are shown as they were written, never translated.",
    )
    show_originals = serializers.ChoiceField(
        User.Originals.choices, required=False, help_text="When clients show the original under a translation."
    )
    avatar_url = serializers.CharField(
        max_length=2048, required=False, allow_null=True, validators=[URLValidator(schemes=["http", "https"])]
    )

    def validate_time_zone(self, value: str) -> str:
        if value and value not in zoneinfo.available_timezones():
            raise serializers.ValidationError(_("This is no time zone that we know."))
        return value

    def validate_undisturbed_until(self, value: datetime | None) -> datetime | None:
        return in_the_future(value)
