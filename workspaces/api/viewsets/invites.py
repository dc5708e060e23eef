"""Invite links: for the moderators who manage them, and for the people who follow them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.permissions import Anyone
from rosetta.http.viewsets import ApiViewSet
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import InviteCreateSerializer


class InviteViewSet(ApiViewSet):
    tag = "Invites"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listInvites",
        summary="List invites",
        description="For owners and admins: all invites that were not revoked, newest first.",
        parameters=PAGING,
        responses={200: schemas.InviteListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        return paged(request, access.invites_of(member.workspace), resources.invite)

    @extend_schema(
        operation_id="createInvite",
        summary="Create an invite",
        description=(
            "For owners and admins. It is valid for 7 days unless `expires_in_days` says otherwise, and for any number of "
            "people unless `max_uses` does. With an `email` the link is mailed there and works once."
        ),
        request=InviteCreateSerializer,
        responses={201: schemas.InviteAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(caller(request), workspace_id)
        invite = actions.create_invite(member=member, **parsed(InviteCreateSerializer, request))
        return Response({"data": resources.invite(invite)}, status=201)

    @extend_schema(
        operation_id="revokeInvite",
        summary="Revoke an invite",
        description="For owners and admins. The link admits nobody from then on.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        actions.revoke_invite(invite=access.invite_of(member.workspace, id))
        return Response(status=204)


class InvitePreviewViewSet(ApiViewSet):
    """What an invite link leads to, for everybody who has it."""

    tag = "Invites"
    authentication_classes: Any = ()
    permission_classes: Any = (Anyone,)

    @extend_schema(
        operation_id="previewInvite",
        summary="Preview an invite",
        description="Open to anybody who has the link, before they sign in.",
        responses={200: schemas.InvitePreviewAnswer},
        auth=[],
    )
    def retrieve(self, request: Request, token: str) -> Response:
        return Response({"data": resources.invite_preview(access.valid_invite(token))})


class InviteAcceptanceViewSet(ApiViewSet):
    tag = "Invites"

    @extend_schema(
        operation_id="acceptInvite",
        summary="Accept an invite",
        description="The caller joins the workspace. Accepting an invite again changes nothing.",
        request=None,
        responses={200: schemas.WorkspaceAnswer},
    )
    def create(self, request: Request, token: str) -> Response:
        member = actions.accept_invite(token=token, user=caller(request))
        return Response({"data": resources.workspace(member.workspace, member.role)})
