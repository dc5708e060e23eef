"""The export of a workspace, for its owners."""

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.schemas import ExportAnswer
from accounts.identity.callers import caller
from accounts.staff import audit
from messaging import resources
from messaging.actions.export_workspace import latest_workspace_export, request_workspace_export
from messaging.models import WorkspaceExport
from rosetta.errors import NotFound
from rosetta.http.viewsets import ApiViewSet
from workspaces.access import membership, owned_workspace


class WorkspaceExportViewSet(ApiViewSet):
    tag = "Workspaces"

    @extend_schema(
        operation_id="requestWorkspaceExport",
        summary="Request an export of a workspace",
        description=(
            "For owners. Starts a ZIP of members, channels, messages with their translations, and the glossary, of all channels "
            "that the caller reads; or answers with the one under way. Recorded in the audit log."
        ),
        request=None,
        responses={202: ExportAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        owned_workspace(caller(request), workspace_id)
        export = request_workspace_export(member=membership(caller(request), workspace_id))
        return Response({"data": resources.workspace_export(export)}, status=202)

    @extend_schema(
        operation_id="getWorkspaceExport",
        summary="Show how far the export of a workspace is",
        description="For owners: the state of the latest export, with its address once it can be downloaded.",
        responses={200: ExportAnswer},
    )
    def retrieve(self, request: Request, workspace_id: str) -> Response:
        return Response({"data": resources.workspace_export(_latest(request, workspace_id))})

    @extend_schema(
        operation_id="downloadWorkspaceExport",
        summary="Download the export of a workspace",
        description="For owners: the ZIP itself, once it is ready and until it expires. Recorded in the audit log.",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    @action(detail=False)
    def file(self, request: Request, workspace_id: str) -> HttpResponseBase:
        export = _latest(request, workspace_id)
        if not export.file:
            raise NotFound
        audit.record(actor=caller(request), action="download workspace export", target=export.workspace)
        response = FileResponse(default_storage.open(export.file), as_attachment=True, filename="workspace-export.zip")
        response["Cache-Control"] = "private, no-store"
        return response


def _latest(request: Request, workspace_id: str) -> WorkspaceExport:
    export = latest_workspace_export(owned_workspace(caller(request), workspace_id))
    # What one owner reads, another may not: a private channel is for those in it.
    if export is None or export.user_id != caller(request).pk:
        raise NotFound
    return export
