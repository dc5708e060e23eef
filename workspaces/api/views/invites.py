"""Links into a workspace."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.permissions import Anyone
from rosetta.http.views import ApiView
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.base import PersonView
from workspaces.api.serializers import InviteCreateSerializer
from workspaces.api.views.workspaces import WORKSPACE, workspace_answer


class Invites(PersonView):
    tag = "Invites"

    @extend_schema(
        summary="List invites",
        description="Those that were not revoked, the newest first.",
        parameters=schemas.PAGING,
        responses=schemas.page_of(schemas.InviteResource),
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        rows = access.invites_of(member.workspace)
        return paged(request, rows, resources.invite)

    @extend_schema(
        summary="Create an invite",
        description="Valid for 7 days where nothing is said.",
        request=InviteCreateSerializer,
        responses={201: schemas.one(schemas.InviteResource)},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(self.caller, workspace_id)
        invite = actions.create_invite(member=member, **parsed(InviteCreateSerializer, request))
        return Response({"data": resources.invite(invite)}, status=201)


class InviteDetail(PersonView):
    tag = "Invites"

    @extend_schema(summary="Revoke an invite", responses={204: None})
    def delete(self, request: Request, workspace_id: str, invite_id: str) -> Response:
        member = access.moderator(self.caller, workspace_id)
        actions.revoke_invite(invite=access.invite_of(member.workspace, invite_id))
        return Response(status=204)


class InvitePreview(ApiView):
    tag = "Invites"
    authentication_classes = ()
    permission_classes = (Anyone,)

    @extend_schema(
        summary="Preview an invite",
        description="Open to anyone who has the link, before they sign in.",
        responses=schemas.one(schemas.InvitePreviewResource),
        auth=[],
    )
    def get(self, request: Request, token: str) -> Response:
        return Response({"data": resources.invite_preview(access.valid_invite(token))})


class InviteAccept(PersonView):
    tag = "Invites"

    @extend_schema(summary="Accept an invite", request=None, responses=WORKSPACE)
    def post(self, request: Request, token: str) -> Response:
        member = actions.accept_invite(token=token, user=self.caller)
        return workspace_answer(member.workspace, member.role)
