"""Channels and their members."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged, query_flag
from rosetta.http.viewsets import ApiViewSet
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import (
    CreateChannelSerializer,
    MemberIdSerializer,
    PasswordSerializer,
    ReadingLanguageSerializer,
    UpdateChannelSerializer,
    query_text,
)
from workspaces.models import Member

ARCHIVED = OpenApiParameter("archived", bool, description="List the archived channels instead of the others.")
SEARCHED = OpenApiParameter("q", str, description="Words in the name, the topic or the description.")
PURGE = OpenApiParameter("purge", bool, description="Destroy the channel instead of archiving it; for owners.")


class ChannelViewSet(ApiViewSet):
    tag = "Channels"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listChannels",
        summary="List channels",
        description="All channels of the workspace except private ones that the caller has not joined.",
        parameters=[ARCHIVED, *PAGING],
        responses={200: schemas.ChannelListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        is_archived = query_flag(request, "archived", default=False)
        channels = access.channels_for(member).filter(archived_at__isnull=not is_archived)
        return paged(request, channels, resources.listed_channel)

    @extend_schema(
        operation_id="browseChannels",
        summary="Browse public channels",
        description=(
            "The public channels of the workspace by name, with how many have joined each: to find and join them. Archived ones "
            "are left out."
        ),
        parameters=[SEARCHED, *PAGING],
        responses={200: schemas.BrowsedChannelListAnswer},
    )
    @action(detail=False, methods=["get"])
    def browse(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        return paged(request, access.browsable_channels(member, query_text(request, "q")), resources.browsed_channel)

    @extend_schema(
        operation_id="createChannel",
        summary="Create a channel",
        description="Any member may create one and has joined it from the start.",
        request=CreateChannelSerializer,
        responses={201: schemas.ChannelAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.team_member(caller(request), workspace_id)
        channel = actions.create_channel(member=member, **parsed(CreateChannelSerializer, request))
        return _shown(member, channel.pk, status=201)

    @extend_schema(
        operation_id="getChannel",
        summary="Show a channel",
        description="A channel that the caller may know of, with its own unread count.",
        responses={200: schemas.ChannelAnswer},
    )
    def retrieve(self, request: Request, workspace_id: str, id: str) -> Response:
        return _shown(access.membership(caller(request), workspace_id), id)

    @extend_schema(
        operation_id="updateChannel",
        summary="Change a channel",
        description=(
            "For owners, admins and the channel's creator. Fields that are left out stay as they are. A channel that "
            "becomes private keeps the members who have joined it."
        ),
        request=UpdateChannelSerializer,
        responses={200: schemas.ChannelAnswer},
    )
    def update(self, request: Request, workspace_id: str, id: str) -> Response:
        channel_access = access.managed_channel(caller(request), workspace_id, id)
        actions.update_channel(channel_access=channel_access, **parsed(UpdateChannelSerializer, request))
        return _shown(channel_access.member, id)

    @extend_schema(
        operation_id="patchChannel",
        summary="Change some fields of a channel",
        description="As `PUT`, which leaves out fields in the same way.",
        request=UpdateChannelSerializer,
        responses={200: schemas.ChannelAnswer},
    )
    def partial_update(self, request: Request, workspace_id: str, id: str) -> Response:
        return self.update(request, workspace_id, id)

    @extend_schema(
        operation_id="archiveChannel",
        summary="Archive a channel, or destroy it",
        description=(
            "For owners, admins and the channel's creator. An archived channel stays readable. With `purge=true`, which is "
            "for owners, it disappears for everybody at once, and its messages and files are erased soon after."
        ),
        parameters=[PURGE],
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, id: str) -> Response:
        if query_flag(request, "purge", default=False):
            actions.purge_channel(channel=access.purgeable_channel(caller(request), workspace_id, id))
        else:
            actions.archive_channel(channel=access.managed_channel(caller(request), workspace_id, id).channel)
        return Response(status=204)

    @extend_schema(
        operation_id="unarchiveChannel",
        summary="Open an archived channel again",
        description="For owners, admins and the channel's creator. Members may write in it again.",
        request=None,
        responses={200: schemas.ChannelAnswer},
    )
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, workspace_id: str, id: str) -> Response:
        channel_access = access.managed_channel(caller(request), workspace_id, id)
        actions.unarchive_channel(channel=channel_access.channel)
        return _shown(channel_access.member, id)

    @extend_schema(
        operation_id="joinChannel",
        summary="Join a channel",
        description="Needs the channel's password where it has one. Joining a channel again changes nothing, but lists it again.",
        request=PasswordSerializer,
        responses={200: schemas.ChannelAnswer},
    )
    @action(detail=True, methods=["post"])
    def join(self, request: Request, workspace_id: str, id: str) -> Response:
        access.known_channel(caller(request), workspace_id, id)
        fields = parsed(PasswordSerializer, request)
        channel_access = actions.join_channel(
            user=caller(request), workspace_id=workspace_id, channel_id=id, password=fields.get("password")
        )
        return _shown(channel_access.member, id)

    @extend_schema(
        operation_id="leaveChannel",
        summary="Leave a channel",
        description=(
            "A channel that the whole workspace reads stays readable; the caller's sidebar no longer lists it. Leaving a "
            "channel again changes nothing."
        ),
        request=None,
        responses={200: schemas.ChannelAnswer},
    )
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, workspace_id: str, id: str) -> Response:
        channel_access = access.known_channel(caller(request), workspace_id, id)
        actions.leave_channel(channel_access=channel_access)
        # Not read from the list again: the caller no longer sees a private channel that they left.
        channel = channel_access.channel
        return Response({"data": resources.channel(channel, is_member=not channel.is_restricted)})

    @extend_schema(
        operation_id="chooseChannelLanguage",
        summary="Choose what I read in a channel",
        description="Messages of the channel are translated into this language for the caller, instead of the workspace's.",
        request=ReadingLanguageSerializer,
        responses={200: schemas.ChannelAnswer},
    )
    @action(detail=True, methods=["put"])
    def language(self, request: Request, workspace_id: str, id: str) -> Response:
        channel_access = access.readable_channel(caller(request), workspace_id, id)
        language = parsed(ReadingLanguageSerializer, request)["language"]
        actions.choose_language(channel_access=channel_access, language=language)
        return _shown(channel_access.member, id)


def _shown(member: Member, channel_id: str, *, status: int = 200) -> Response:
    return Response({"data": resources.listed_channel(access.listed_channel(member, channel_id))}, status=status)


class ChannelMemberViewSet(ApiViewSet):
    tag = "Channels"
    lookup_url_kwarg: ClassVar[str] = "member_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listChannelMembers",
        summary="List a channel's members",
        description="The members who have joined it where it is private or has a password, else all of the workspace's.",
        parameters=PAGING,
        responses={200: schemas.MemberListAnswer},
    )
    def list(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        channel_access = access.readable_channel(caller(request), workspace_id, channel_id)
        return paged(request, access.readers_of(channel_access), resources.listed_member)

    @extend_schema(
        operation_id="addChannelMember",
        summary="Add a member to a channel",
        description="For members who read the channel. Answers 200 where the member had joined it before.",
        request=MemberIdSerializer,
        responses={201: schemas.MemberAnswer, 200: schemas.MemberAnswer},
    )
    def create(self, request: Request, workspace_id: str, channel_id: str) -> Response:
        channel_access = access.readable_channel(caller(request), workspace_id, channel_id)
        member_id = parsed(MemberIdSerializer, request)["member_id"]
        member = access.selected_member(channel_access.channel.workspace, member_id)
        is_new = actions.add_to_channel(channel_access=channel_access, member=member)
        return Response({"data": resources.listed_member(member)}, status=201 if is_new else 200)

    @extend_schema(
        operation_id="removeChannelMember",
        summary="Remove a member from a channel",
        description=(
            "For the channel's creator, owners and admins who have joined it; everybody may remove themselves. A channel "
            "that the whole workspace reads answers 409."
        ),
        responses={204: None, 409: schemas.REFUSAL},
    )
    def destroy(self, request: Request, workspace_id: str, channel_id: str, member_id: str) -> Response:
        channel_access = access.readable_channel(caller(request), workspace_id, channel_id)
        member = access.member_in(channel_access.channel.workspace, member_id)
        actions.remove_from_channel(channel_access=channel_access, member=member)
        return Response(status=204)
