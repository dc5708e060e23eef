"""Return the files that a caller may reach.

A caller is a user, a guest, or anonymous (None).
"""

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request

from accounts.models import Guest, User
from files.errors import StayEnded
from files.models import File
from rosetta.errors import Forbidden, NotFound

Caller = User | Guest | None


def caller_of(request: Request) -> Caller:
    """Return the user or guest of the request, None if it is anonymous.

    Raises StayEnded for a guest whose room has ended.
    """
    if isinstance(request.user, Guest):
        if not request.user.is_admitted(timezone.now()):
            raise StayEnded
        return request.user
    return request.user if isinstance(request.user, User) else None


def live_files() -> QuerySet[File]:
    return File.objects.filter(deleted_at=None)


def files_of(user: User) -> QuerySet[File]:
    """Return ``user``'s files that are neither deleted nor expired, claimed or not."""
    return live_files().filter(owner_user=user).exclude(expires_at__lte=timezone.now())


def owns(caller: Caller, file: File) -> bool:
    if isinstance(caller, User):
        return file.owner_user_id == caller.pk
    return isinstance(caller, Guest) and file.owner_guest_id == caller.pk


def visible_file(caller: Caller, file_id: str) -> File:
    """Return a file that ``caller`` may see: one of their own, or a public one.

    Raises NotFound. Anonymous callers get NotAuthenticated instead, so that they do not learn which private files exist.
    """
    file = live_files().filter(pk=file_id).first()
    is_live = file is not None and not file.is_gone(timezone.now())
    if file is not None and is_live and (file.visibility == File.Visibility.PUBLIC or owns(caller, file)):
        return file
    if caller is None:
        raise exceptions.NotAuthenticated
    raise NotFound


def own_file(caller: Caller, file_id: str) -> File:
    """Return one of ``caller``'s own files.

    Raises NotAuthenticated for an anonymous caller, Forbidden for somebody else's public file, NotFound for any other.
    """
    if caller is None:
        raise exceptions.NotAuthenticated
    file = visible_file(caller, file_id)
    if not owns(caller, file):
        raise Forbidden
    return file
