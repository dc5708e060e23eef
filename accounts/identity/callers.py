"""The caller of views that only accounts reach."""

from rest_framework.request import Request

from accounts.models import User


def caller(request: Request) -> User:
    """Return the signed-in user.

    Only for views whose permissions refuse everybody else.
    """
    assert isinstance(request.user, User)  # noqa: S101  (the permissions guarantee it)
    return request.user
