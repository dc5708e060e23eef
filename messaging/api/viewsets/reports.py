"""What was reported in a workspace, for its moderators."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, resources
from messaging.actions.moderate_workspace import decide_in_workspace
from messaging.api import schemas, serializers
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged, query_flag
from rosetta.http.viewsets import ApiViewSet
from workspaces.access import moderator
from workspaces.api.schemas import REFUSAL

DECIDED = OpenApiParameter("decided", bool, description="List what moderators decided instead of what waits.")


class ReportViewSet(ApiViewSet):
    tag = "Moderation"
    lookup_url_kwarg: ClassVar[str] = "report_id"
    lookup_value_converter = "int_id"

    @extend_schema(
        operation_id="listReports",
        summary="List what was reported in a workspace",
        description=(
            "For owners and admins: reports of messages in the channels that the caller reads, except of the caller's own; what "
            "waits, the oldest first, or with `decided` what was decided, the last first. Who reported is not shown."
        ),
        parameters=[DECIDED, *PAGING],
        responses={200: schemas.ReportsAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = moderator(caller(request), workspace_id)
        is_open = not query_flag(request, "decided", default=False)
        return paged(request, access.reports_for(member, is_open=is_open), resources.moderated_report)

    @extend_schema(
        operation_id="decideReport",
        summary="Decide about a report",
        description=(
            "For owners and admins, and for every report of the message that waits: `dismiss` it, `remove_message`, `warn` the "
            "sender by mail, or `suspend_member`. Recorded and mailed to the people concerned; staff may still decide otherwise."
        ),
        request=serializers.ReportDecisionSerializer,
        responses={200: schemas.ModeratedReportAnswer, 409: REFUSAL},
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, workspace_id: str, report_id: int) -> Response:
        member = moderator(caller(request), workspace_id)
        report = access.report_for(member, report_id)
        fields = parsed(serializers.ReportDecisionSerializer, request)
        decide_in_workspace(report=report, member=member, **fields)
        return Response({"data": resources.moderated_report(access.report_for(member, report_id))})
