"""Downloads of the files of messages."""

from typing import ClassVar

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from accounts.models import Guest, User
from files import downloads
from messaging import access
from messaging.models import Attachment
from rosetta.http.schema import BYTES, REDIRECT
from rosetta.http.viewsets import ApiViewSet


class AttachmentViewSet(ApiViewSet):
    tag = "Attachments"
    lookup_url_kwarg: ClassVar[str] = "attachment_id"
    lookup_value_converter = "ulid"

    def attachment(self, attachment_id: str) -> Attachment:
        """Return an attachment of a message that the caller can read. Raises NotFound."""
        raise NotImplementedError

    @extend_schema(
        operation_id="download{Kind}Attachment",
        summary="Download an attachment of a {conversation}",
        description="The file's bytes, for everybody who can read the message. Range requests are supported.",
        parameters=[REDIRECT],
        responses=BYTES,
    )
    @action(detail=True, methods=["get"])
    def download(self, request: Request, attachment_id: str) -> HttpResponseBase:
        return downloads.serve(self.attachment(attachment_id).file, request)

    @extend_schema(
        operation_id="download{Kind}AttachmentThumbnail",
        summary="Download the thumbnail of a picture in a {conversation}",
        description="At most 480 pixels a side, for everybody who can read the message. A 404 until it is made.",
        parameters=[REDIRECT],
        responses=BYTES,
    )
    @action(detail=True, methods=["get"])
    def thumbnail(self, request: Request, attachment_id: str) -> HttpResponseBase:
        return downloads.serve_thumbnail(self.attachment(attachment_id).file, request)


class ChannelAttachmentViewSet(AttachmentViewSet):
    """Guests read the attachments of their room's channel too."""

    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)
    operation_names = {"Kind": "Channel", "conversation": "channel"}

    def attachment(self, attachment_id: str) -> Attachment:
        user = self.request.user
        assert isinstance(user, User | Guest)  # noqa: S101  (the permission lets nobody else in)
        return access.readable_attachment(user, attachment_id)


class DirectAttachmentViewSet(AttachmentViewSet):
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    operation_names = {"Kind": "Direct", "conversation": "direct conversation"}

    def attachment(self, attachment_id: str) -> Attachment:
        return access.readable_direct_attachment(caller(self.request), attachment_id)
