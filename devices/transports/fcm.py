"""Firebase Cloud Messaging, HTTP v1.

One request a token, signed in as a service account.
"""

from collections.abc import Sequence
from typing import Any

import httpx
from django.conf import settings

from devices.transports.base import (
    TIMEOUT,
    TTL_SECONDS,
    Outcome,
    Push,
    Result,
    Transport,
    json_of,
    later,
    log,
    shortened,
    side_by_side,
    wait_of,
)
from rosetta.google_auth import NoAccess, ServiceAccount

GONE = ("NOT_FOUND", "UNREGISTERED")
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"


class Fcm(Transport):
    def __init__(self) -> None:
        self._account = ServiceAccount(settings.FCM_CREDENTIALS_FILE, SCOPE)
        self._client = httpx.Client(timeout=TIMEOUT)
        self._url = f"{settings.FCM_URL}/v1/projects/{self._account.project_id}/messages:send"

    def close(self) -> None:
        self._client.close()

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        return side_by_side(pushes, self._send)

    def _send(self, push: Push) -> Outcome:
        try:
            response = self._post(push, self._account.token(self._client))
            if response.status_code == 401:  # the token ended early: try once more with a new one
                response = self._post(push, self._account.token(self._client, renew=True))
        except (httpx.HTTPError, NoAccess) as error:
            return later(error)
        return _outcome(response)

    def _post(self, push: Push, token: str) -> httpx.Response:
        return self._client.post(
            self._url, json={"message": _message(push)}, headers={"Authorization": f"Bearer {token}"}
        )


def _message(push: Push) -> dict[str, Any]:
    notification = push.notification
    aps: dict[str, Any] = {"sound": "default", "thread-id": notification.collapse}
    android: dict[str, Any] = {"tag": notification.collapse}
    if notification.badge is not None:
        aps["badge"] = notification.badge
        android["notification_count"] = notification.badge
    return {
        "token": push.token,
        "notification": {"title": notification.title, "body": shortened(notification.body)},
        # Firebase accepts only strings.
        "data": {name: value for name, value in notification.data.items() if value is not None},
        "android": {
            "collapse_key": notification.collapse,
            "priority": "HIGH",
            "ttl": f"{TTL_SECONDS}s",
            "notification": android,
        },
        "apns": {
            "headers": {"apns-collapse-id": notification.collapse, "apns-priority": "10"},
            "payload": {"aps": aps},
        },
        "webpush": {"headers": {"TTL": str(TTL_SECONDS), "Topic": notification.collapse, "Urgency": "high"}},
    }


def _outcome(response: httpx.Response) -> Outcome:
    if response.status_code == 200:
        return Outcome(Result.SENT)
    data = json_of(response).get("error")
    error: dict[str, Any] = data if isinstance(data, dict) else {}
    codes = {str(detail.get("errorCode")) for detail in error.get("details") or () if isinstance(detail, dict)}
    reason = ", ".join(sorted(codes - {"None"})) or str(error.get("status") or response.status_code)
    # Only by Firebase's own code, because a 404 of a wrong address or a proxy must not delete every device.
    if "UNREGISTERED" in codes or (response.status_code == 404 and error.get("status") in GONE):
        return Outcome(Result.UNREGISTERED, reason)
    if response.status_code == 429 or response.status_code >= 500 or response.status_code == 401:
        return Outcome(Result.LATER, reason, wait_of(response))
    log.error("push_refused", provider="fcm", status=response.status_code, reason=reason)
    return Outcome(Result.REFUSED, reason)
