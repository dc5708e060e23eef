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
from translation.engines import budgets
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import (
    CreateWorkspaceSerializer,
    IconSerializer,
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
        description=(
            "For owners and admins; `retention_days` for owners alone. Fields that are left out stay as they are; a `password` "
            "of null removes it."
        ),
        request=UpdateWorkspaceSerializer,
        responses={200: schemas.WorkspaceAnswer},
    )
    def partial_update(self, request: Request, id: str) -> Response:
        member = access.team_moderator(caller(request), id)
        fields = parsed(UpdateWorkspaceSerializer, request)
        if "retention_days" in fields:
            access.owned_workspace(caller(request), id)
        workspace = actions.update_workspace(workspace=member.workspace, **fields)
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


class TranslationUsageViewSet(ApiViewSet):
    tag = "Translation"

    @extend_schema(
        operation_id="getTranslationUsage",
        summary="Show what a workspace had translated this month",
        description="For owners and admins: characters by engine, and how much of the budget of paid engines is used.",
        responses={200: schemas.TranslationUsageAnswer},
    )
    def retrieve(self, request: Request, workspace_id: str) -> Response:
        scope_id = access.moderator(caller(request), workspace_id).workspace_id
        usage = resources.translation_usage(budgets.monthly_limit(scope_id), budgets.usage_by_engine(scope_id))
        return Response({"data": usage})


class WorkspaceIconViewSet(ApiViewSet):
    tag = "Workspaces"

    @extend_schema(
        operation_id="setWorkspaceIcon",
        summary="Set a workspace's icon",
        description="For owners and admins. The picture becomes public; the icon before it is deleted.",
        request=IconSerializer,
        responses={200: schemas.WorkspaceAnswer},
    )
    def update(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(caller(request), workspace_id)
        fields = parsed(IconSerializer, request)
        workspace = actions.set_icon(workspace=member.workspace, user=caller(request), **fields)
        return Response({"data": resources.workspace(workspace, member.role)})

    @extend_schema(
        operation_id="deleteWorkspaceIcon",
        summary="Remove a workspace's icon",
        description="For owners and admins. Idempotent.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str) -> Response:
        member = access.team_moderator(caller(request), workspace_id)
        actions.set_icon(workspace=member.workspace, user=caller(request), file_id=None)
        return Response(status=204)


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

    @extend_schema(
        operation_id="suspendMember",
        summary="Remove a member and keep them out",
        description="Like the removal of a member, by owners and admins; no invite lets them back until they are readmitted.",
        request=None,
        responses={201: schemas.SuspensionAnswer, 409: schemas.REFUSAL},
    )
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, workspace_id: str, id: str) -> Response:
        suspension = actions.suspend_fellow(by=caller(request), workspace_id=workspace_id, member_id=id)
        return Response({"data": resources.suspension(suspension)}, status=201)


class SuspensionViewSet(ApiViewSet):
    tag = "Members"
    lookup_url_kwarg: ClassVar[str] = "user_id"
    lookup_value_converter = "int_id"

    @extend_schema(
        operation_id="listSuspensions",
        summary="List whom a workspace keeps out",
        description="For owners and admins, the last suspended first. Suspensions by staff are not listed.",
        parameters=PAGING,
        responses={200: schemas.SuspensionListAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = access.moderator(caller(request), workspace_id)
        return paged(request, access.suspensions_of(member.workspace), resources.suspension)

    @extend_schema(
        operation_id="readmitUser",
        summary="Let somebody join again",
        description="For owners and admins. Ends a suspension by moderators; one by staff is a 404.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, user_id: int) -> Response:
        actions.readmit(by=caller(request), workspace_id=workspace_id, user_id=user_id)
        return Response(status=204)
