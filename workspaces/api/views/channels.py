"""Channels and who reads them."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.errors import Invalid, NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged, query_flag
from workspaces import access, actions, resources
from workspaces.access import ChannelSeat
from workspaces.api import schemas
from workspaces.api.base import PersonView
from workspaces.api.serializers import (
    CreateSerializer,
    MemberIdSerializer,
    PasswordSerializer,
    UpdateSerializer,
)
from workspaces.models import Member

CHANNEL = schemas.one(schemas.ChannelResource)
ARCHIVED = OpenApiParameter("archived", bool, description="The archived channels instead of the others.")
PURGE = OpenApiParameter("purge", bool, description="Destroy it instead; for owners.")


def channel_answer(member: Member, channel_id: str, status: int = 200) -> Response:
    """The channel as ``member`` sees it now."""
    channel = access.channels_for(member).filter(pk=channel_id).first()
    if channel is None:
        raise NotFound
    return Response({"data": resources.listed_channel(channel)}, status=status)


class Channels(PersonView):
    tag = "Channels"

    @extend_schema(
        summary="List channels",
        description="Those that the caller may know of: all but private ones that it did not join.",
        parameters=[ARCHIVED, *schemas.PAGING],
        responses=schemas.page_of(schemas.ChannelResource),
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(self.caller, workspace_id)
        is_archived = query_flag(request, "archived", default=False)
        rows = access.channels_for(member).filter(archived_at__isnull=not is_archived)
        return paged(request, rows, resources.listed_channel)

    @extend_schema(summary="Create a channel", request=CreateSerializer, responses={201: CHANNEL})
    def post(self, request: Request, workspace_id: str) -> Response:
        member = access.team_member(self.caller, workspace_id)
        channel = actions.create_channel(member=member, **parsed(CreateSerializer, request))
        return channel_answer(member, channel.pk, 201)


class ChannelDetail(PersonView):
    tag = "Channels"

    @extend_schema(summary="Show a channel", responses=CHANNEL)
    def get(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        return channel_answer(access.membership(self.caller, workspace_id), channel_id)

    @extend_schema(
        summary="Change a channel",
        description="For owners, admins and its creator. One that becomes private keeps those who joined it.",
        request=UpdateSerializer,
        responses=CHANNEL,
    )
    def put(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        seat = access.managed_channel(self.caller, workspace_id, channel_id)
        actions.update_channel(seat=seat, **parsed(UpdateSerializer, request))
        return channel_answer(seat.member, channel_id)

    @extend_schema(
        summary="Archive a channel, or destroy it",
        description=(
            "An archived channel stays readable. With `purge=true` it is gone for everybody at once, and what was said in "
            "it is erased soon after."
        ),
        parameters=[PURGE],
        responses={204: None},
    )
    def delete(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        if query_flag(request, "purge", default=False):
            actions.purge_channel(channel=access.purgeable_channel(self.caller, workspace_id, channel_id))
        else:
            actions.archive_channel(channel=access.managed_channel(self.caller, workspace_id, channel_id).channel)
        return Response(status=204)


class ChannelUnarchive(PersonView):
    tag = "Channels"

    @extend_schema(summary="Open an archived channel again", request=None, responses=CHANNEL)
    def post(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        seat = access.managed_channel(self.caller, workspace_id, channel_id)
        actions.unarchive_channel(channel=seat.channel)
        return channel_answer(seat.member, channel_id)


class ChannelJoin(PersonView):
    tag = "Channels"

    @extend_schema(
        summary="Join a channel",
        description="Where it has a password, this is what opens it.",
        request=PasswordSerializer,
        responses=CHANNEL,
    )
    def post(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        access.known_channel(self.caller, workspace_id, channel_id)
        given = parsed(PasswordSerializer, request)
        seat = actions.join_channel(
            user=self.caller, workspace_id=workspace_id, channel_id=channel_id, password=given.get("password")
        )
        return channel_answer(seat.member, channel_id)


class ChannelLeave(PersonView):
    tag = "Channels"

    @extend_schema(summary="Leave a channel", request=None, responses=CHANNEL)
    def post(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        seat = access.known_channel(self.caller, workspace_id, channel_id)
        actions.leave_channel(seat=seat)
        # Not listed anew: who left a private channel knows of it this last time.
        return Response({"data": resources.channel(seat.channel, is_member=not seat.channel.is_restricted)})


class ChannelMembers(PersonView):
    tag = "Channels"

    @extend_schema(
        summary="List who reads a channel",
        description="Those who joined it where it is private or has a password, else the whole workspace.",
        parameters=schemas.PAGING,
        responses=schemas.page_of(schemas.MemberResource),
    )
    def get(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        seat = access.readable_channel(self.caller, workspace_id, channel_id)
        return paged(request, access.readers_of(seat), resources.member)

    @extend_schema(
        summary="Add a member to a channel",
        request=MemberIdSerializer,
        responses={201: schemas.one(schemas.MemberResource), 200: schemas.one(schemas.MemberResource)},
    )
    def post(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        seat = access.readable_channel(self.caller, workspace_id, channel_id)
        member = _member_named(seat, parsed(MemberIdSerializer, request)["member_id"])
        is_new = actions.add_to_channel(seat=seat, member=member)
        return Response({"data": resources.member(member)}, status=201 if is_new else 200)


def _member_named(seat: ChannelSeat, member_id: str) -> Member:
    try:
        return access.member_in(seat.channel.workspace, member_id)
    except NotFound:
        raise Invalid({"member_id": [_("The selected member is invalid.")]}) from None


class ChannelMemberDetail(PersonView):
    tag = "Channels"

    @extend_schema(
        summary="Take a member out of a channel",
        description="For its creator, owners and admins who are in it; everybody may take out themself.",
        responses={204: None, 409: schemas.REFUSAL},
    )
    def delete(self, request: Request, workspace_id: str, channel_id: str, member_id: str) -> Response:
        seat = access.readable_channel(self.caller, workspace_id, channel_id)
        member = access.member_in(seat.channel.workspace, member_id)
        actions.remove_from_channel(seat=seat, member=member)
        return Response(status=204)
