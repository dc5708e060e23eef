"""How a user's sidebar is arranged."""

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.errors import Invalid, NotFound
from workspaces.access.channels import channels_for
from workspaces.models import Channel, ChannelMember, Member, Placement, SidebarSection, Visibility, Workspace


def arranged_memberships(user: User) -> QuerySet[Member]:
    """Return ``user``'s memberships with their sections, in order."""
    return Member.objects.filter(user=user).prefetch_related("sidebar_sections").order_by("pk")


def placements_of(user: User) -> QuerySet[Placement]:
    return Placement.objects.filter(user=user).order_by("pk")


def sections_of(member: Member) -> QuerySet[SidebarSection]:
    return SidebarSection.objects.filter(member=member).order_by("position", "pk")


def section_of(member: Member, section_id: str) -> SidebarSection:
    """Return a section of ``member``'s own. Raises NotFound."""
    section = sections_of(member).filter(pk=section_id).first()
    if section is None:
        raise NotFound
    return section


def selected_section(user: User | None, workspace: Workspace | None, section_id: str) -> SidebarSection:
    """Return the section of ``user``'s in ``workspace`` that a request's body names.

    Raises Invalid; where there is no workspace, for every section.
    """
    section = SidebarSection.objects.filter(pk=section_id, member__user=user, member__workspace=workspace).first()
    if section is None:
        raise Invalid({"section_id": [_("The selected section is invalid.")]})
    return section


def browsable_channels(member: Member, words: str | None = None) -> QuerySet[Channel]:
    """Return the public channels, by name, with ``people``, who has joined them, and whether ``member`` left them.

    ``words`` stand in the name, the topic or the description.
    """
    own = Placement.objects.filter(user=member.user_id, conversation=OuterRef("pk"), is_hidden=True)
    rows = channels_for(member).filter(visibility=Visibility.PUBLIC, archived_at=None)
    for word in (words or "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(topic__icontains=word) | Q(description__icontains=word))
    channels: QuerySet[Channel] = rows.annotate(people=_people(), has_left=Exists(own)).order_by(Lower("name"), "pk")
    return channels


def _people() -> Combinable:
    """Count the members who read an open channel and have not left it, or who joined one with a password."""
    left = Placement.objects.filter(
        conversation=OuterRef("pk"), is_hidden=True, user__memberships__workspace=OuterRef("workspace")
    )
    remaining = Greatest(F("workspace__member_count") - _count(left, "conversation"), Value(0))
    joined = _count(ChannelMember.objects.filter(channel=OuterRef("pk")), "channel")
    return Case(When(password_hash="", then=remaining), default=joined, output_field=IntegerField())


def _count(rows: QuerySet[Placement] | QuerySet[ChannelMember], group: str) -> Combinable:
    counted = rows.order_by().values(group).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
