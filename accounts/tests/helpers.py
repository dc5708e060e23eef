"""Calling the API as its clients do, and reading the mail that it sends."""

import json
import re
from typing import Any

from django.core import mail
from rest_framework.test import APIClient

from accounts import tasks


def post(path: str, body: dict[str, Any], client: APIClient | None = None, **headers: str) -> Any:
    address = headers.pop("REMOTE_ADDR", "127.0.0.1")
    raw = json.dumps(body)  # escapes what no encoding can hold, as a hostile client would
    return (client or APIClient()).post(
        f"/api/v1/{path}", raw, content_type="application/json", headers=headers, REMOTE_ADDR=address
    )


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def new_mail() -> list[Any]:
    """The mails that have been sent since the last call, once the worker has done its round."""
    tasks.send_owed_mail()
    sent = list(mail.outbox)
    mail.outbox.clear()
    return sent


def code_in(message: Any) -> str:
    return re.findall(r"^\d{6}$", message.body, re.M)[0]


def link_in(message: Any) -> str:
    return re.findall(r"^https?://\S+$", message.body, re.M)[0]


def code_for(email: str) -> str:
    post("auth/app/otp", {"email": email})
    return code_in(new_mail()[-1])
