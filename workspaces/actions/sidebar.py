"""Arrange a user's sidebar, and notify their own sockets."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.errors import Invalid, NotFound
from rosetta.pubsub import SidebarChanged, publish_on_commit
from workspaces import access
from workspaces.changes import UNSET, given
from workspaces.errors import SidebarFull
from workspaces.models import Member, Placement, SidebarSection

MAX_SECTIONS = 50
MAX_PLACEMENTS = 2000


def _changed(user_id: int) -> None:
    publish_on_commit(SidebarChanged(user_id))


@transaction.atomic
def order_channels(*, member: Member, order: str) -> Member:
    """Choose by what ``member``'s sidebar sorts channels."""
    member.channel_order = order
    member.save(update_fields=["channel_order"])
    _changed(member.user_id)
    return member


def _locked_member(member: Member) -> None:
    """Order the changes of one member's sections. Raises NotFound when they left meanwhile."""
    if not Member.objects.select_for_update(no_key=True).filter(pk=member.pk).exists():
        raise NotFound


@transaction.atomic
def create_section(*, member: Member, name: str) -> SidebarSection:
    """Add a section below the others.

    Raises Invalid when ``name`` is taken, SidebarFull.
    """
    _locked_member(member)
    count = access.sections_of(member).count()
    if count >= MAX_SECTIONS:
        raise SidebarFull
    section = SidebarSection(member=member, name=name, position=count)
    _save(section)
    _changed(member.user_id)
    return section


@transaction.atomic
def update_section(
    *, member: Member, section: SidebarSection, name: str = UNSET, position: int = UNSET
) -> SidebarSection:
    """Rename a section, or move it to ``position`` among the others.

    Raises Invalid when ``name`` is taken, NotFound when it was deleted meanwhile.
    """
    _locked_member(member)
    sections = list(access.sections_of(member))
    section = next((row for row in sections if row.pk == section.pk), None) or _missing()
    if name is not UNSET:
        section.name = name
        _save(section)
    if position is not UNSET:
        sections.remove(section)
        sections.insert(position, section)
    for number, row in enumerate(sections):
        row.position = number
    SidebarSection.objects.bulk_update(sections, ["position"])
    _changed(member.user_id)
    return section


def _missing() -> SidebarSection:
    raise NotFound


def _save(section: SidebarSection) -> None:
    try:
        with transaction.atomic():
            section.save()
    except IntegrityError:
        raise Invalid({"name": [_("You have a section of this name.")]}) from None


@transaction.atomic
def delete_section(*, member: Member, section: SidebarSection) -> None:
    """Delete a section; its channels return to their usual place. Idempotent."""
    _locked_member(member)
    SidebarSection.objects.filter(pk=section.pk).delete()
    _changed(member.user_id)


@transaction.atomic
def place(
    *,
    user: User,
    conversation_id: str,
    is_favourite: bool = UNSET,
    is_muted: bool = UNSET,
    is_hidden: bool = UNSET,
    section: SidebarSection | None = UNSET,
) -> Placement:
    """Change where ``user``'s sidebar shows a conversation. Idempotent. Raises SidebarFull."""
    changes = given(is_favourite=is_favourite, is_muted=is_muted, is_hidden=is_hidden, section=section)
    # Orders one person's changes, so that none is lost and nobody has more rows than the limit.
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    row = Placement.objects.filter(user=user, conversation=conversation_id).first()
    if row is None:
        row = Placement(user=user, conversation_id=conversation_id)
        if _is_usual(row, changes):
            return row
        if Placement.objects.filter(user=user).count() >= MAX_PLACEMENTS:
            raise SidebarFull
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    _changed(user.pk)
    return row


def _is_usual(row: Placement, changes: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in changes.items())
