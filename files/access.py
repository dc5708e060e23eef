"""Which files a caller may reach. A caller is a person, a guest, or nobody (None)."""

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
    """Return the caller. Raises StayEnded for a guest whose room has ended."""
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
    """Return a file that ``caller`` may see: its own, or a public one.

    Raises NotFound; for anonymous callers NotAuthenticated for everything that is not public, whether it exists or not.
    """
    file = live_files().filter(pk=file_id).first()
    is_there = file is not None and not file.is_gone(timezone.now())
    if file is not None and is_there and (file.visibility == File.Visibility.PUBLIC or owns(caller, file)):
        return file
    if caller is None:
        raise exceptions.NotAuthenticated
    raise NotFound


def own_file(caller: Caller, file_id: str) -> File:
    """Return one of ``caller``'s own files. Raises like ``visible_file``, and Forbidden for somebody else's public one."""
    if caller is None:
        raise exceptions.NotAuthenticated
    file = visible_file(caller, file_id)
    if not owns(caller, file):
        raise Forbidden
    return file
