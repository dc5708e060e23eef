"""The conversation that shows a new workspace how it works."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging.actions.demo_conversation import open_demo, remove_demo
from rosetta.http.viewsets import ApiViewSet
from workspaces import access
from workspaces.api.schemas import ChannelAnswer
from workspaces.resources import listed_channel


class DemoViewSet(ApiViewSet):
    tag = "Workspaces"

    @extend_schema(
        operation_id="openDemo",
        summary="Open a demo conversation",
        description=(
            "For owners and admins: a channel with a few messages in several languages, by people who do not exist. Every one "
            "is read in the reader's language without an engine. 200: it was there."
        ),
        request=None,
        responses={200: ChannelAnswer, 201: ChannelAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(caller(request), workspace_id)
        channel, is_new = open_demo(member=member)
        shown = listed_channel(access.listed_channel(member, channel.pk))
        return Response({"data": shown}, status=201 if is_new else 200)

    @extend_schema(
        operation_id="removeDemo",
        summary="Remove the demo conversation",
        description="For owners and admins. The channel is destroyed with all that was written in it. Idempotent.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str) -> Response:
        remove_demo(member=access.team_moderator(caller(request), workspace_id))
        return Response(status=204)
