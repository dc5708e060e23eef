"""Serve uploads, files' metadata, their bytes, and the avatar."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.schemas import UserAnswer
from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from accounts.resources import user
from files import access, downloads, resources
from files.actions import claim, delete, upload
from files.api import schemas, serializers
from files.spool import FIELD, Form, UploadParser
from rosetta.errors import Invalid
from rosetta.http.bodies import parsed, parsed_query
from rosetta.http.pagination import PAGING, paged, query_flag
from rosetta.http.parsers import JSONObjectParser
from rosetta.http.permissions import SignedIn
from rosetta.http.schema import BYTES, FIELD_ERRORS, MESSAGE, REDIRECT
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.viewsets import ApiViewSet, policy


class AnonymousOrSignedIn(SignedIn):
    """Require the action's ability of a token; let anonymous callers pass.

    The access functions decide what anonymous callers may do.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        return not getattr(request.user, "is_authenticated", False) or super().has_permission(request, view)


class FileViewSet(ApiViewSet):
    tag = "Files"
    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (AnonymousOrSignedIn,)
    lookup_url_kwarg: ClassVar[str] = "id"
    lookup_value_converter = "ulid"

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Pretend that the form was parsed and is empty, because the CSRF check would otherwise read an upload's body
        # with Django's upload handlers.
        request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]
        return super().initialize_request(request, *args, **kwargs)

    def get_parsers(self) -> Any:
        is_upload = self.request is not None and self.request.method == "POST"
        return [UploadParser(), JSONObjectParser()] if is_upload else super().get_parsers()

    @extend_schema(
        operation_id="uploadFile",
        summary="Upload a file",
        description=(
            "Uploads one file, streamed as `multipart/form-data`. It lives until a message claims it, else for a day. "
            "Location data is taken out of photographs."
        ),
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={
            201: schemas.FileAnswer,
            410: OpenApiResponse(MESSAGE, "The guest's room ended during the upload."),
            413: OpenApiResponse(MESSAGE, "The file is larger than the service accepts."),
            415: OpenApiResponse(MESSAGE, "The file is of a type that the service does not accept."),
            422: OpenApiResponse(
                FIELD_ERRORS, "Empty, infected, too many pixels, over the quota, or more than one file."
            ),
            503: OpenApiResponse(MESSAGE, "Storage or the virus scanner is unavailable."),
        },
        examples=[schemas.FILE_EXAMPLE],
    )
    @policy(limits=(EVERYTHING, Limit("uploads", "60/minute", by_caller)))
    def create(self, request: Request) -> Response:
        uploader = access.caller_of(request)
        if uploader is None and not settings.FILES_ALLOW_ANONYMOUS:
            raise exceptions.NotAuthenticated
        form = request.data if isinstance(request.data, Form) else Form(QueryDict(), None)
        try:
            if form.spooled is None:
                raise Invalid({FIELD: [_("The file field is required.")]})
            file = upload.store_upload(
                spooled=form.spooled,
                uploader=uploader,
                # An anonymous upload has no owner who could read it, so it is public.
                visibility=serializers.visibility_in(form.fields) if uploader else "public",
                meta=serializers.meta_in(form.fields),
            )
        finally:
            if form.spooled is not None:
                form.spooled.discard()
        return Response({"data": resources.file(file)}, status=201)

    @extend_schema(
        operation_id="getFile",
        summary="Get a file's record",
        description="The record of one of the caller's own files, or of a public one.",
        responses={200: schemas.FileAnswer},
        examples=[schemas.FILE_EXAMPLE],
    )
    def retrieve(self, request: Request, id: str) -> Response:
        return Response({"data": resources.file(access.visible_file(access.caller_of(request), id))})

    @extend_schema(
        operation_id="deleteFile",
        summary="Delete a file",
        description="Deletes one of the caller's own files and its bytes. A file that a message holds cannot be deleted.",
        responses={
            204: None,
            403: OpenApiResponse(MESSAGE, "Somebody else's public file."),
            409: OpenApiResponse(MESSAGE, "The file is attached to a message: `file_in_use`."),
        },
    )
    def destroy(self, request: Request, id: str) -> Response:
        delete.delete_file(file=access.own_file(access.caller_of(request), id))
        return Response(status=204)


class FileContentViewSet(ApiViewSet):
    """Serve a file's bytes, and those of its thumbnail."""

    tag = "Files"
    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)
    permission_classes = (AnonymousOrSignedIn,)

    @extend_schema(
        operation_id="downloadFile",
        summary="Download a file",
        description=(
            "The bytes of a file that the caller may see. Pictures are shown in place, everything else comes as a download. "
            "Single ranges are supported."
        ),
        parameters=[REDIRECT],
        responses={
            **BYTES,
            206: OpenApiResponse(description="The requested range."),
            302: OpenApiResponse(description="The address of the bytes in storage, valid for a minute."),
            416: OpenApiResponse(description="The range is outside the file."),
        },
    )
    @action(detail=True)
    def download(self, request: Request, file_id: str) -> HttpResponseBase:
        return downloads.serve(access.visible_file(access.caller_of(request), file_id), request)

    @extend_schema(
        operation_id="getFileThumbnail",
        summary="Download a picture's thumbnail",
        description="A WebP picture of at most 480 pixels a side. A 404 until it is made, and for files that are not pictures.",
        parameters=[REDIRECT],
        responses=BYTES,
    )
    @action(detail=True)
    def thumbnail(self, request: Request, file_id: str) -> HttpResponseBase:
        return downloads.serve_thumbnail(access.visible_file(access.caller_of(request), file_id), request)


class MyFileViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="listMyFiles",
        summary="List my files",
        description="The caller's own files: those that a message or the account holds, or with `claimed=false` the others.",
        parameters=[
            serializers.FileListQuery,
            OpenApiParameter(
                "claimed",
                bool,
                description="`true` (the default): files that are kept. `false`: files that will expire.",
            ),
            *PAGING,
        ],
        responses={200: schemas.FileListAnswer},
    )
    def list(self, request: Request) -> Response:
        query = parsed_query(serializers.FileListQuery, request)
        files = access.files_of(caller(request))
        files = files.filter(claimed_at__isnull=not query_flag(request, "claimed", default=True))
        if "visibility" in query:
            files = files.filter(visibility=query["visibility"])
        if "q" in query:
            # Not icontains, because SQLite's LIKE ignores the case of ASCII letters only.
            files = files.filter(client_name__iregex=re.escape(query["q"]))
        sort = query["sort"]
        # Ids are ULIDs, which grow with time, so they break ties in the direction of the list.
        return paged(request, files.order_by(sort, "-pk" if sort.startswith("-") else "pk"), resources.file)


class AvatarViewSet(ApiViewSet):
    tag = "Me"

    @extend_schema(
        operation_id="setMyAvatar",
        summary="Set my avatar",
        description=(
            "Makes an uploaded picture of the caller's own their avatar: it becomes public and no longer expires. "
            "The previous avatar is deleted."
        ),
        request=serializers.AvatarSerializer,
        responses={200: UserAnswer, 422: OpenApiResponse(FIELD_ERRORS, "Not a picture that the caller may use.")},
    )
    def update(self, request: Request) -> Response:
        fields = parsed(serializers.AvatarSerializer, request)
        return Response(user(claim.set_avatar(user=caller(request), file_id=fields["file_id"])))

    @extend_schema(
        operation_id="deleteMyAvatar",
        summary="Remove my avatar",
        description="Removes the caller's picture, and the file behind it. Idempotent.",
        responses={204: None},
    )
    def destroy(self, request: Request) -> Response:
        claim.clear_avatar(user=caller(request))
        return Response(status=204)
