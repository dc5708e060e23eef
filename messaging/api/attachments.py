"""Files of messages, for who can read the message."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.identity.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from accounts.identity.callers import caller
from files import downloads
from messaging import access
from messaging.models import Attachment
from rosetta.http.schema import BYTES, REDIRECT
from rosetta.http.views import ApiView


class AttachmentView(ApiView):
    """An attachment in a channel, which guests of a room read too."""

    tag = "Attachments"
    authentication_classes: Any = (GuestAuthentication, TokenAuthentication, SessionAuthentication)

    def attachment(self, request: Request, attachment_id: str) -> Attachment:
        who: Any = request.user
        return access.readable_attachment(who, attachment_id)


class AttachmentDownloadView(AttachmentView):
    @extend_schema(summary="Download an attachment", parameters=[REDIRECT], responses=BYTES)
    def get(self, request: Request, attachment_id: str) -> HttpResponseBase:
        """The bytes, for who can read the message. Ranges are understood."""
        return downloads.serve(self.attachment(request, attachment_id).file, request)


class AttachmentThumbnailView(AttachmentView):
    @extend_schema(summary="A picture's thumbnail", parameters=[REDIRECT], responses=BYTES)
    def get(self, request: Request, attachment_id: str) -> HttpResponseBase:
        """At most 480 pixels a side, for who can read the message; a 404 until it is made."""
        return downloads.serve_thumbnail(self.attachment(request, attachment_id).file, request)


class DirectAttachment(AttachmentView):
    """The same in a direct conversation, where guests are nobody."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)

    def attachment(self, request: Request, attachment_id: str) -> Attachment:
        return access.readable_direct_attachment(caller(request), attachment_id)


class DirectAttachmentDownloadView(DirectAttachment, AttachmentDownloadView):
    pass


class DirectAttachmentThumbnailView(DirectAttachment, AttachmentThumbnailView):
    pass
