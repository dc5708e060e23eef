"""Workspaces and their members."""

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
    CreateWorkspaceSerializer,
    MemberUpdateSerializer,
    PasswordSerializer,
    UpdateWorkspaceSerializer,
    query_text,
)

DISCOVER = OpenApiParameter("discover", bool, description="List all public workspaces instead of the caller's own.")
NAME_CONTAINS = OpenApiParameter("q", str, description="List only the members whose name contains this text.")


class WorkspaceViewSet(ApiViewSet):
    tag = "Workspaces"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listWorkspaces",
        summary="List my workspaces",
        description="The workspaces that the caller is a member of, temporary rooms included; with `discover`, all public ones.",
        parameters=[DISCOVER, *PAGING],
        responses={200: schemas.WorkspaceListAnswer},
    )
    def list(self, request: Request) -> Response:
        if query_flag(request, "discover", default=False):
            workspaces = access.discoverable().order_by("-created_at", "pk")
        else:
            workspaces = access.workspaces_of(caller(request)).order_by("pk")
        rows = access.with_role(workspaces, caller(request))
        return paged(request, rows, lambda row: resources.workspace(row, row.role))

    @extend_schema(
        operation_id="createWorkspace",
        summary="Create a workspace",
        description="The caller becomes its owner. It starts with one channel, `general`.",
        request=CreateWorkspaceSerializer,
        responses={201: schemas.WorkspaceAnswer},
        examples=[schemas.WORKSPACE_EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        fields = parsed(CreateWorkspaceSerializer, request)
        member = actions.create_workspace(owner=caller(request), **fields)
        return Response({"data": resources.workspace(member.workspace, member.role)}, status=201)

    @extend_schema(
        operation_id="getWorkspace",
        summary="Show a workspace",
        description="A workspace that the caller is a member of, or any public one.",
        responses={200: schemas.WorkspaceAnswer},
    )
    def retrieve(self, request: Request, id: str) -> Response:
        workspace, role = access.visible_workspace(caller(request), id)
        return Response({"data": resources.workspace(workspace, role)})

    @extend_schema(
        operation_id="updateWorkspace",
        summary="Change a workspace",
        description="For owners and admins. Fields that are left out stay as they are; a `password` of null removes it.",
        request=UpdateWorkspaceSerializer,
        responses={200: schemas.WorkspaceAnswer},
    )
    def partial_update(self, request: Request, id: str) -> Response:
        member = access.team_moderator(caller(request), id)
        workspace = actions.update_workspace(workspace=member.workspace, **parsed(UpdateWorkspaceSerializer, request))
        return Response({"data": resources.workspace(workspace, member.role)})

    @extend_schema(
        operation_id="deleteWorkspace",
        summary="Delete a workspace",
        description="For owners. It disappears for everybody at once; its messages and files are erased soon after.",
        responses={204: None},
    )
    def destroy(self, request: Request, id: str) -> Response:
        actions.delete_workspace(workspace=access.owned_workspace(caller(request), id))
        return Response(status=204)

    @extend_schema(
        operation_id="joinWorkspace",
        summary="Join a public workspace",
        description="Needs the workspace's password where it has one. Joining a workspace again changes nothing.",
        request=PasswordSerializer,
        responses={200: schemas.WorkspaceAnswer},
    )
    @action(detail=True, methods=["post"])
    def join(self, request: Request, id: str) -> Response:
        fields = parsed(PasswordSerializer, request)
        member = actions.join_workspace(user=caller(request), workspace_id=id, password=fields.get("password"))
        return Response({"data": resources.workspace(member.workspace, member.role)})

    @extend_schema(
        operation_id="leaveWorkspace",
        summary="Leave a workspace",
        description="Ends the caller's membership. The last owner cannot leave: make somebody else an owner first.",
        request=None,
        responses={200: schemas.WorkspaceAnswer, 409: schemas.REFUSAL},
    )
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, id: str) -> Response:
        workspace = actions.leave_workspace(user=caller(request), workspace_id=id)
        return Response({"data": resources.workspace(workspace, None)})


class MemberViewSet(ApiViewSet):
    tag = "Members"
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listMembers",
        summary="List a workspace's members",
        description="For members, in the order of joining.",
        parameters=[NAME_CONTAINS, *PAGING],
        responses={200: schemas.MemberListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        return paged(request, access.members_of(member, query_text(request, "q")), resources.listed_member)

    @extend_schema(
        operation_id="getMember",
        summary="Show a member",
        description="For members of the same workspace.",
        responses={200: schemas.MemberAnswer},
    )
    def retrieve(self, request: Request, workspace_id: str, id: str) -> Response:
        return Response({"data": resources.listed_member(access.fellow_member(caller(request), workspace_id, id))})

    @extend_schema(
        operation_id="updateMember",
        summary="Change a member's role or language",
        description=(
            "Only owners change roles, and nobody changes a member of a higher role. Members may change their own "
            "`preferred_language`, repeating their present `role`; null means the account's language."
        ),
        request=MemberUpdateSerializer,
        responses={200: schemas.MemberAnswer, 409: schemas.REFUSAL},
    )
    def update(self, request: Request, workspace_id: str, id: str) -> Response:
        # Before the body is validated, because an outsider must learn nothing from its errors.
        access.fellow_member(caller(request), workspace_id, id)
        fields = parsed(MemberUpdateSerializer, request)
        member = actions.update_member(by=caller(request), workspace_id=workspace_id, member_id=id, **fields)
        return Response({"data": resources.listed_member(member)})

    @extend_schema(
        operation_id="removeMember",
        summary="Remove a member",
        description="Owners remove anybody, admins remove members without a role, and everybody may remove themselves.",
        responses={204: None, 409: schemas.REFUSAL},
    )
    def destroy(self, request: Request, workspace_id: str, id: str) -> Response:
        actions.remove_member(by=caller(request), workspace_id=workspace_id, member_id=id)
        return Response(status=204)
