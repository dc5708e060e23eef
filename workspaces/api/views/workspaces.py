"""Workspaces and who belongs to them."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.errors import Forbidden
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged, query_flag
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.base import PersonView
from workspaces.api.serializers import (
    CreateSerializer,
    MemberUpdateSerializer,
    PasswordSerializer,
    UpdateSerializer,
    query_text,
)
from workspaces.models import Role, Workspace

WORKSPACE = schemas.one(schemas.WorkspaceResource)
MEMBER = schemas.one(schemas.MemberResource)
NAMED = OpenApiParameter("q", str, description="Only those whose name holds this.")
DISCOVER = OpenApiParameter("discover", bool, description="The public workspaces instead of the caller's own.")


def workspace_answer(workspace: Workspace, role: str | None, status: int = 200) -> Response:
    return Response({"data": resources.workspace(workspace, role)}, status=status)


class Workspaces(PersonView):
    tag = "Workspaces"

    @extend_schema(
        summary="List my workspaces",
        parameters=[DISCOVER, *schemas.PAGING],
        responses=schemas.page_of(schemas.WorkspaceResource),
    )
    def get(self, request: Request) -> Response:
        if query_flag(request, "discover", default=False):
            found = access.with_role(access.discoverable().order_by("-created_at", "pk"), self.caller)
        else:
            found = access.with_role(access.workspaces_of(self.caller).order_by("pk"), self.caller)
        return paged(request, found, lambda row: resources.workspace(row, row.role))

    @extend_schema(
        summary="Create a workspace",
        description="The caller becomes its owner, and a first channel `general` exists.",
        request=CreateSerializer,
        responses={201: WORKSPACE},
    )
    def post(self, request: Request) -> Response:
        member = actions.create_workspace(owner=self.caller, **parsed(CreateSerializer, request))
        return workspace_answer(member.workspace, member.role, 201)


class WorkspaceDetail(PersonView):
    tag = "Workspaces"

    @extend_schema(summary="Show a workspace", responses=WORKSPACE)
    def get(self, request: Request, workspace_id: str) -> Response:
        view = access.visible_workspace(self.caller, workspace_id)
        return workspace_answer(view.workspace, view.role)

    @extend_schema(summary="Change a workspace", request=UpdateSerializer, responses=WORKSPACE)
    def patch(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(self.caller, workspace_id)
        workspace = actions.update_workspace(workspace=member.workspace, **parsed(UpdateSerializer, request))
        return workspace_answer(workspace, member.role)

    @extend_schema(
        summary="Delete a workspace",
        description="For its owners. It is gone for everybody at once; what was said in it is erased soon after.",
        responses={204: None},
    )
    def delete(self, request: Request, workspace_id: str) -> Response:
        member = access.team_member(self.caller, workspace_id)
        if member.role != Role.OWNER:
            raise Forbidden
        actions.delete_workspace(workspace=member.workspace)
        return Response(status=204)


class WorkspaceJoin(PersonView):
    tag = "Workspaces"

    @extend_schema(summary="Join a public workspace", request=PasswordSerializer, responses=WORKSPACE)
    def post(self, request: Request, workspace_id: str) -> Response:
        given = parsed(PasswordSerializer, request)
        member = actions.join_workspace(user=self.caller, workspace_id=workspace_id, password=given.get("password"))
        return workspace_answer(member.workspace, member.role)


class WorkspaceLeave(PersonView):
    tag = "Workspaces"

    @extend_schema(
        summary="Leave a workspace",
        request=None,
        responses={200: WORKSPACE, 409: schemas.REFUSAL},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        return workspace_answer(actions.leave_workspace(user=self.caller, workspace_id=workspace_id), None)


class Members(PersonView):
    tag = "Members"

    @extend_schema(
        summary="List a workspace's members",
        parameters=[NAMED, *schemas.PAGING],
        responses=schemas.page_of(schemas.MemberResource),
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        own = access.membership(self.caller, workspace_id)
        return paged(request, access.members_of(own, query_text(request, "q")), resources.member)


class MemberDetail(PersonView):
    tag = "Members"

    @extend_schema(summary="Show a member", responses=MEMBER)
    def get(self, request: Request, workspace_id: str, member_id: str) -> Response:
        own = access.membership(self.caller, workspace_id)
        return Response({"data": resources.member(access.member_in(own.workspace, member_id))})

    @extend_schema(
        summary="Change a member's role or language",
        description=(
            "Owners make and unmake owners and admins; nobody edits someone above themself. Members may change their own "
            "`preferred_language`, with their present `role`; null is the account's."
        ),
        request=MemberUpdateSerializer,
        responses={200: MEMBER, 409: schemas.REFUSAL},
    )
    def put(self, request: Request, workspace_id: str, member_id: str) -> Response:
        # Before the body is looked at, so that an outsider learns nothing from it.
        access.member_in(access.membership(self.caller, workspace_id).workspace, member_id)
        given = parsed(MemberUpdateSerializer, request)
        member = actions.update_member(by=self.caller, workspace_id=workspace_id, member_id=member_id, **given)
        return Response({"data": resources.member(member)})

    @extend_schema(
        summary="Remove a member",
        description="Owners remove anybody, admins remove members, and everybody may remove themself.",
        responses={204: None, 409: schemas.REFUSAL},
    )
    def delete(self, request: Request, workspace_id: str, member_id: str) -> Response:
        actions.remove_member(by=self.caller, workspace_id=workspace_id, member_id=member_id)
        return Response(status=204)
