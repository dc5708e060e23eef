"""Every change to files."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Guest, User
from files.models import File
from rosetta.errors import Invalid
from rosetta.ids import parse_ulid


def claim(*, file_ids: Sequence[str], uploader: User | Guest | None) -> list[File]:
    """Make staged files a message's own, in the caller's transaction; each file once. Raises Invalid, by position."""
    wanted = [parse_ulid(raw) for raw in file_ids]
    mine = Q(owner_guest=uploader) if isinstance(uploader, Guest) else Q(owner_user=uploader)
    now = timezone.now()
    rows = File.objects.select_for_update().filter(mine, pk__in=[pk for pk in wanted if pk], claimed_at=None)
    usable = {row.pk: row for row in rows if uploader is not None and not row.is_gone(now)}
    errors = {
        f"attachment_ids.{place}": [_("The selected attachment is invalid.")]
        for place, pk in enumerate(wanted)
        if pk not in usable or pk in wanted[:place]
    }
    if errors:
        raise Invalid(errors)
    File.objects.filter(pk__in=list(usable)).update(claimed_at=now, expires_at=None)
    return [usable[pk] for pk in wanted if pk]


def release(*, files: Iterable[File]) -> None:
    """Let go of a deleted message's files: the sweep takes them next."""
    File.objects.filter(pk__in=[file.pk for file in files]).update(expires_at=timezone.now())
