"""Uploading, reading and deleting files."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import UserAnswer
from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from accounts.resources import user
from files import access, actions, downloads, resources
from files.api import serializers
from files.spool import FIELD, Form, UploadParser
from rosetta.errors import Invalid
from rosetta.http.pagination import paged, query_flag
from rosetta.http.parsers import JSONObjectParser
from rosetta.http.permissions import SignedIn
from rosetta.http.schema import BYTES, FIELD_ERRORS, MESSAGE, REDIRECT
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.views import ApiView


class AnybodyOrSignedIn(SignedIn):
    """Nobody at all may come this far, the access rules decide; a token needs the view's ability."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return not getattr(request.user, "is_authenticated", False) or super().has_permission(request, view)


class FileView(ApiView):
    tag = "Files"
    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (AnybodyOrSignedIn,)


class UploadView(FileView):
    parser_classes = (UploadParser, JSONObjectParser)
    limits = (EVERYTHING, Limit("uploads", "60/minute", by_caller))

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Empty, so that nothing (the CSRF check, say) reads the body with Django's own upload handlers.
        request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="uploadFile",
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={
            201: serializers.FileAnswer,
            413: OpenApiResponse(MESSAGE, "Larger than the service takes."),
            415: OpenApiResponse(MESSAGE, "A type that the service does not take."),
            422: OpenApiResponse(FIELD_ERRORS, "Empty, infected, too many pixels, or over the quota."),
            503: OpenApiResponse(MESSAGE, "Storage or the virus scanner is away."),
        },
    )
    def post(self, request: Request) -> Response:
        """Upload one file.

        It lives until a message claims it, else for a day. Location data is taken out of photographs.
        """
        uploader = access.caller_of(request)
        if uploader is None and not settings.FILES_ALLOW_ANONYMOUS:
            raise exceptions.NotAuthenticated
        form = request.data if isinstance(request.data, Form) else Form(QueryDict(), None)
        try:
            if form.spooled is None:
                raise Invalid({FIELD: [_("The file field is required.")]})
            file = actions.store_upload(
                spooled=form.spooled,
                uploader=uploader,
                # Public to who knows the id: without an owner nobody could read it otherwise.
                visibility=serializers.visibility_in(form.fields) if uploader else "public",
                meta=serializers.meta_in(form.fields),
            )
        finally:
            if form.spooled is not None:
                form.spooled.discard()
        return Response({"data": resources.file(file)}, status=201)


class OneFileView(FileView):
    @extend_schema(operation_id="showFile", responses={200: serializers.FileAnswer})
    def get(self, request: Request, file_id: str) -> Response:
        """A file's record: one's own, or a public one."""
        return Response({"data": resources.file(access.visible_file(access.caller_of(request), file_id))})

    @extend_schema(
        operation_id="deleteFile",
        responses={
            204: None,
            403: OpenApiResponse(MESSAGE, "A public file of somebody else."),
            409: OpenApiResponse(MESSAGE, "Attached to a message: `file_in_use`."),
        },
    )
    def delete(self, request: Request, file_id: str) -> Response:
        """Delete one's own file and its bytes."""
        actions.delete_file(file=access.own_file(access.caller_of(request), file_id))
        return Response(status=204)


class DownloadView(FileView):
    @extend_schema(
        operation_id="downloadFile",
        parameters=[REDIRECT],
        responses={
            **BYTES,
            206: OpenApiResponse(description="The range that was asked for."),
            302: OpenApiResponse(description="Where the bytes are, for a minute."),
            416: OpenApiResponse(description="A range outside the file."),
        },
    )
    def get(self, request: Request, file_id: str) -> HttpResponseBase:
        """A file's bytes. Everything but pictures comes as a download; ranges are understood."""
        return downloads.serve(access.visible_file(access.caller_of(request), file_id), request)


class ThumbnailView(FileView):
    @extend_schema(operation_id="showFileThumbnail", parameters=[REDIRECT], responses=BYTES)
    def get(self, request: Request, file_id: str) -> HttpResponseBase:
        """A picture's thumbnail, at most 480 pixels a side; a 404 until it is made."""
        return downloads.serve_thumbnail(access.visible_file(access.caller_of(request), file_id), request)


class AvatarView(ApiView):
    tag = "Me"

    @extend_schema(
        operation_id="setAvatar",
        request=serializers.AvatarSerializer,
        responses={200: UserAnswer, 422: OpenApiResponse(FIELD_ERRORS, "No picture that the caller may use.")},
    )
    def put(self, request: Request) -> Response:
        """Make an uploaded picture one's avatar: it becomes public and stays, the one before is deleted."""
        data = serializers.AvatarSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(user(actions.set_avatar(user=caller(request), file_id=data.validated_data["file_id"])))

    @extend_schema(operation_id="clearAvatar", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Have no picture any more."""
        actions.clear_avatar(user=caller(request))
        return Response(status=204)


class MyFilesView(ApiView):
    tag = "Me"

    @extend_schema(
        operation_id="listMyFiles",
        parameters=[
            serializers.FileListQuery,
            OpenApiParameter(
                "claimed", bool, description="`true` (the default): attached for good. `false`: with a TTL."
            ),
            OpenApiParameter("page", int),
            OpenApiParameter("per_page", int, description="1–100, 15 unless said."),
        ],
        responses={200: serializers.FileListAnswer},
    )
    def get(self, request: Request) -> Response:
        """The caller's own files."""
        given = {name: value for name, value in request.query_params.items() if value != ""}
        query = serializers.FileListQuery(data=given)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = access.files_of(request.user)  # type: ignore[arg-type]
        rows = rows.filter(claimed_at__isnull=not query_flag(request, "claimed", default=True))
        if "visibility" in asked:
            rows = rows.filter(visibility=asked["visibility"])
        if "q" in asked:
            # Not icontains: SQLite's LIKE knows the case of ASCII letters alone.
            rows = rows.filter(client_name__iregex=re.escape(asked["q"]))
        sort = asked["sort"]
        # ULIDs grow with time, so that they break ties the way the list goes.
        return paged(request, rows.order_by(sort, "-pk" if sort.startswith("-") else "pk"), resources.file)
