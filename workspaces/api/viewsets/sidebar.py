"""A user's sidebar: sections, order, and where conversations stand."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from rosetta.http.bodies import parsed
from rosetta.http.viewsets import ApiViewSet
from workspaces import access, actions, resources
from workspaces.api import schemas
from workspaces.api.serializers import (
    ChannelOrderSerializer,
    CreateSidebarSectionSerializer,
    UpdateSidebarSectionSerializer,
)


class SidebarViewSet(ApiViewSet):
    tag = "Sidebar"

    @extend_schema(
        operation_id="getSidebar",
        summary="Show how my sidebar is arranged",
        description=(
            "The sections and the order of channels in each workspace, and every conversation that is not in its usual place. "
            "The signal `sidebar` tells the caller's other clients to read it again."
        ),
        responses={200: schemas.SidebarAnswer},
    )
    def retrieve(self, request: Request) -> Response:
        user = caller(request)
        memberships = [resources.arranged_membership(row) for row in access.arranged_memberships(user)]
        placements = [resources.placement(row) for row in access.placements_of(user)]
        return Response({"data": {"workspaces": memberships, "placements": placements}})


class WorkspaceSidebarViewSet(ApiViewSet):
    tag = "Sidebar"

    @extend_schema(
        operation_id="orderChannels",
        summary="Choose the order of channels in my sidebar",
        description="As they were created, by name, or by the latest message. For the caller alone.",
        request=ChannelOrderSerializer,
        responses={200: schemas.ArrangedWorkspaceAnswer},
    )
    def update(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        actions.order_channels(member=member, order=parsed(ChannelOrderSerializer, request)["channel_order"])
        return Response({"data": resources.arranged_membership(member)})


class SidebarSectionViewSet(ApiViewSet):
    tag = "Sidebar"
    lookup_url_kwarg: ClassVar[str] = "section_id"
    lookup_value_converter = "ulid"
    refusals: ClassVar[dict[int, str]] = {409: "There are as many sections as one sidebar may have."}

    @extend_schema(
        operation_id="createSidebarSection",
        summary="Add a section to my sidebar",
        description="For the caller alone; below the sections that there are. A name may be used once.",
        request=CreateSidebarSectionSerializer,
        responses={201: schemas.SidebarSectionAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        section = actions.create_section(member=member, **parsed(CreateSidebarSectionSerializer, request))
        return Response({"data": resources.sidebar_section(section)}, status=201)

    @extend_schema(
        operation_id="updateSidebarSection",
        summary="Rename or move a section of my sidebar",
        description="`position` counts from 0; the others make room. Fields that are left out stay as they are.",
        request=UpdateSidebarSectionSerializer,
        responses={200: schemas.SidebarSectionAnswer},
    )
    def partial_update(self, request: Request, workspace_id: str, section_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        section = access.section_of(member, section_id)
        fields = parsed(UpdateSidebarSectionSerializer, request)
        return Response(
            {"data": resources.sidebar_section(actions.update_section(member=member, section=section, **fields))}
        )

    @extend_schema(
        operation_id="deleteSidebarSection",
        summary="Delete a section of my sidebar",
        description="Its channels return to their usual place.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, section_id: str) -> Response:
        member = access.membership(caller(request), workspace_id)
        actions.delete_section(member=member, section=access.section_of(member, section_id))
        return Response(status=204)
