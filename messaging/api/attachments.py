"""Files of messages, for who can read the message."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.authentication import GuestAuthentication, SessionAuthentication, TokenAuthentication
from files.downloads import serve
from messaging import access
from rosetta.schema import BYTES
from rosetta.views import ApiView


class AttachmentDownloadView(ApiView):
    """Which path is asked decides which kind of conversation is looked in."""

    tag = "Attachments"
    authentication_classes = (GuestAuthentication, TokenAuthentication, SessionAuthentication)
    is_direct = False

    @extend_schema(summary="Download an attachment", responses=BYTES)
    def get(self, request: Request, attachment_id: str) -> Any:
        caller: Any = request.user
        attachment = access.readable_attachment(caller, attachment_id, is_direct=self.is_direct)
        return serve(attachment.file, request)
