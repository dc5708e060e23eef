"""The caller's account, and the export of its data."""

from django.contrib.auth import logout
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import deletion, profile
from accounts.actions import export as export_actions
from accounts.api import limits, schemas, serializers
from accounts.api.permissions import AnyToken
from accounts.identity.callers import caller
from rosetta.errors import NotFound
from rosetta.http.bodies import parsed
from rosetta.http.viewsets import ApiViewSet, policy


class MeViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="getMe",
        summary="Show my account",
        description="The caller's account, for a token with any ability.",
        tags=["Shared Authentication"],
        responses=schemas.UserAnswer,
        examples=[schemas.USER_EXAMPLE],
    )
    @policy(permissions=(AnyToken,))
    def retrieve(self, request: Request) -> Response:
        return Response(resources.user(caller(request)))

    @extend_schema(
        operation_id="updateMe",
        summary="Change my profile",
        description="Changes the fields that are sent. Memberships without a language of their own follow the account's.",
        request=serializers.ProfileSerializer,
        responses=schemas.UserAnswer,
        examples=[schemas.USER_EXAMPLE],
    )
    def partial_update(self, request: Request) -> Response:
        changes = parsed(serializers.ProfileSerializer, request)
        return Response(resources.user(profile.change_profile(user=caller(request), changes=changes)))

    @extend_schema(
        operation_id="deleteMe",
        summary="Delete my account",
        description=(
            "Closes the caller's account, proven again by the password or a mailed code, and signs it out everywhere. "
            "What it wrote and uploaded is erased soon after."
        ),
        request=serializers.DeleteAccountSerializer,
        responses={204: None, 422: schemas.SentenceAnswer},
    )
    @policy(limits=limits.PROVE_AGAIN)
    def destroy(self, request: Request) -> Response:
        deletion.delete_account(user=caller(request), **parsed(serializers.DeleteAccountSerializer, request))
        if request.auth is None:
            logout(request._request)
        return Response(status=204)


class ExportViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="requestMyExport",
        summary="Request an export of my data",
        description="Starts a ZIP of everything that the caller wrote and keeps, or answers with the one under way.",
        request=None,
        responses={202: schemas.ExportAnswer},
    )
    @policy(limits=limits.EXPORT)
    def create(self, request: Request) -> Response:
        export = export_actions.request_export(user=caller(request))
        return Response({"data": resources.export(export)}, status=202)

    @extend_schema(
        operation_id="getMyExport",
        summary="Show how far my export is",
        description="The state of the caller's latest export, with its address once it can be downloaded.",
        responses={200: schemas.ExportAnswer, 404: schemas.SentenceAnswer},
    )
    def retrieve(self, request: Request) -> Response:
        export = export_actions.latest_export(caller(request))
        if export is None:
            raise NotFound
        return Response({"data": resources.export(export)})

    @extend_schema(
        operation_id="downloadMyExport",
        summary="Download my export",
        description="The ZIP itself, once it is ready and until it expires.",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 404: schemas.SentenceAnswer},
    )
    @action(detail=False)
    def file(self, request: Request) -> HttpResponseBase:
        export = export_actions.latest_export(caller(request))
        if export is None or not export.file:
            raise NotFound
        response = FileResponse(default_storage.open(export.file), as_attachment=True, filename="rosetta-export.zip")
        response["Cache-Control"] = "private, no-store"
        return response
