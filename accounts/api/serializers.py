"""What the account endpoints take and answer."""

from datetime import UTC, datetime
from typing import Any

from dj_rest_auth import serializers as rest_auth
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.actions import signing_in
from accounts.identity.abilities import ABILITIES
from accounts.models import AccountExport, User
from rosetta import languages

MAX_PASSWORD = 1024


class Email(serializers.EmailField):
    """An address, in lower case: addresses compare without case."""

    default_error_messages = {"invalid": gettext_lazy("The email field must be a valid email address.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, **options)

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).lower()


class Password(serializers.CharField):
    """A password as it was typed, spaces and all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=MAX_PASSWORD, **options)


def check_new_password(attrs: dict[str, Any], user: User | None = None) -> None:
    """Raises ValidationError on ``password`` when it differs from its confirmation or is a weak one.

    By Django's own form, so that its sentences come in every language.
    """
    form = SetPasswordForm(
        user or User(), {"new_password1": attrs["password"], "new_password2": attrs["password_confirmation"]}
    )
    if not form.is_valid():
        told: list[Any] = [str(sentence) for field in form.errors.values() for sentence in field]
        raise serializers.ValidationError({"password": told})


class NewPasswordSerializer(serializers.Serializer[Any]):
    password = Password()
    password_confirmation = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password(attrs)
        return attrs


class RegisterSerializer(NewPasswordSerializer):
    name = serializers.CharField(max_length=255)
    email = Email()
    preferred_language = serializers.ChoiceField(choices=languages.CODES, required=False, allow_null=True)
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)


class LoginSerializer(rest_auth.LoginSerializer):
    """dj-rest-auth's, by address alone, with the contract's sentences and statuses. Valid data has the ``user``."""

    username = None
    email = Email()
    password = Password()
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)

    def get_auth_user(self, username: str | None, email: str, password: str) -> User:
        return signing_in.user_of_credentials(email=email, password=password)


class EmailSerializer(serializers.Serializer[Any]):
    email = Email()


class CodeSerializer(serializers.Serializer[Any]):
    email = Email()
    token = serializers.CharField(max_length=255, help_text="The six digits.")
    device_name = serializers.CharField(required=False, allow_blank=True, max_length=255)


class ResetPasswordSerializer(NewPasswordSerializer):
    token = serializers.CharField(max_length=255)
    email = Email()


class ChangePasswordSerializer(rest_auth.PasswordChangeSerializer):
    """dj-rest-auth's, with the contract's names and sentences."""

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


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255)
    abilities = serializers.ListField(
        child=serializers.ChoiceField(choices=ABILITIES), allow_empty=False, max_length=len(ABILITIES)
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=UTC)

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError(_("Choose a moment in the future."))
        return value


class LeaveSerializer(serializers.Serializer[Any]):
    """One of the two."""

    password = Password(required=False)
    otp = serializers.CharField(required=False, max_length=255, help_text="A code from `/auth/app/otp`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"password": [_("Give the password or an otp.")]})
        return attrs


class ProfileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255, required=False)
    preferred_language = serializers.ChoiceField(choices=languages.CODES, required=False)
    avatar_url = serializers.CharField(
        max_length=2048, required=False, allow_null=True, validators=[URLValidator(schemes=["http", "https"])]
    )


# ── Answers ──


class SignedInUserAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()


class TokenAnswer(serializers.Serializer[Any]):
    access_token = serializers.CharField(help_text="`{id}|{secret}`, shown this once.")
    token_type = serializers.CharField()
    user = SignedInUserAnswer()


class SessionAnswer(serializers.Serializer[Any]):
    user = SignedInUserAnswer()
    message = serializers.CharField()


class SentenceAnswer(serializers.Serializer[Any]):
    message = serializers.CharField()


class UserAnswer(SignedInUserAnswer):
    email_verified_at = serializers.DateTimeField(allow_null=True)
    is_active = serializers.BooleanField()
    last_login_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    preferred_language = serializers.ChoiceField(choices=languages.CODES)
    avatar_url = serializers.CharField(allow_null=True)
    has_password = serializers.BooleanField()


class RedirectAnswer(serializers.Serializer[Any]):
    redirect_url = serializers.CharField()


class LinkAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    provider = serializers.CharField()
    provider_email = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class SocialAccountAnswer(LinkAnswer):
    avatar = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class LinksAnswer(serializers.Serializer[Any]):
    accounts = SocialAccountAnswer(many=True)


class LinkedAnswer(serializers.Serializer[Any]):
    account = LinkAnswer()
    message = serializers.CharField()


PAGING = [
    OpenApiParameter("page", int, description="1 where nothing is said."),
    OpenApiParameter("per_page", int, description="1 to 100; 15 where nothing is said."),
]


class AccountPageAnswer(serializers.Serializer[Any]):
    meta = serializers.DictField(child=serializers.IntegerField(), help_text="current_page, per_page, last_page, total")
    links = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="first, last, prev, next")


class AccessTokenAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    abilities = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ListedTokenAnswer(AccessTokenAnswer):
    current = serializers.BooleanField(help_text="Whether it is the token of this very call.")


class ShownTokenAnswer(AccessTokenAnswer):
    token = serializers.CharField(help_text="`{id}|{secret}`, shown this once.")


class NewTokenAnswer(serializers.Serializer[Any]):
    data = ShownTokenAnswer()  # type: ignore[assignment]


class TokensAnswer(AccountPageAnswer):
    data = ListedTokenAnswer(many=True)  # type: ignore[assignment]


class ListedSessionAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    device_name = serializers.CharField()
    ip_address = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether it is the session of this very call.")


class SessionsAnswer(AccountPageAnswer):
    data = ListedSessionAnswer(many=True)  # type: ignore[assignment]


class ExportState(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=AccountExport.State.values)
    progress = serializers.IntegerField(help_text="0 to 100")
    download_url = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class ExportAnswer(serializers.Serializer[Any]):
    data = ExportState()  # type: ignore[assignment]
