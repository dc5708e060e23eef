"""Who calls, for views that only people with an account reach."""

from rest_framework.request import Request

from accounts.models import User


def caller(request: Request) -> User:
    """The signed-in user; only for views whose permission has let nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101  (a view that lets others in must not ask)
    return request.user
