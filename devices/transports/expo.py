"""Expo's push service: up to a hundred pushes a request, a ticket for each, and a receipt for each ticket later."""

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
    wait_of,
)

OFFICIAL = "https://exp.host"
MAX_PUSHES = 100
MAX_RECEIPTS = 1000


class Expo(Transport):
    def __init__(self) -> None:
        self._client = httpx.Client(timeout=TIMEOUT)
        self._url = f"{settings.EXPO_URL or OFFICIAL}/--/api/v2/push"

    def close(self) -> None:
        self._client.close()

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for start in range(0, len(pushes), MAX_PUSHES):
            outcomes += self._send(pushes[start : start + MAX_PUSHES])
        return outcomes

    def receipts(self, tickets: Sequence[str]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for start in range(0, len(tickets), MAX_RECEIPTS):
            outcomes |= self._receipts(tickets[start : start + MAX_RECEIPTS])
        return outcomes

    def _receipts(self, tickets: Sequence[str]) -> dict[str, Outcome]:
        try:
            response = self._post("getReceipts", {"ids": list(tickets)})
        except httpx.HTTPError as error:
            later(error)
            return {}
        data = json_of(response).get("data") if response.status_code == 200 else None
        if not isinstance(data, dict):
            return {}
        return {ticket: _outcome(receipt) for ticket, receipt in data.items() if isinstance(receipt, dict)}

    def _post(self, what: str, body: Any) -> httpx.Response:
        headers = {"Accept": "application/json"}
        if settings.EXPO_ACCESS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.EXPO_ACCESS_TOKEN}"
        return self._client.post(f"{self._url}/{what}", json=body, headers=headers)

    def _send(self, pushes: Sequence[Push]) -> list[Outcome]:
        try:
            response = self._post("send", [_message(push) for push in pushes])
        except httpx.HTTPError as error:
            return [later(error)] * len(pushes)
        if response.status_code != 200:
            return [_refused(response)] * len(pushes)
        tickets: Any = json_of(response).get("data")
        if isinstance(tickets, dict):
            tickets = [tickets]
        if not isinstance(tickets, list) or len(tickets) != len(pushes):
            return [Outcome(Result.LATER, "unreadable answer")] * len(pushes)
        return [_outcome(ticket if isinstance(ticket, dict) else {}) for ticket in tickets]


def _message(push: Push) -> dict[str, Any]:
    notification = push.notification
    message: dict[str, Any] = {
        "to": push.token,
        "title": notification.title,
        "body": shortened(notification.body),
        "data": notification.data,
        "sound": "default",
        "priority": "high",
        "ttl": TTL_SECONDS,
        "collapseId": notification.collapse,
        "tag": notification.collapse,
    }
    if notification.badge is not None:
        message["badge"] = notification.badge
    return message


def _outcome(ticket: dict[str, Any]) -> Outcome:
    if ticket.get("status") == "ok":
        return Outcome(Result.SENT, ticket=str(ticket.get("id") or ""))
    details = ticket.get("details")
    reason = str(details.get("error") if isinstance(details, dict) else ticket.get("message") or "error")
    if reason == "DeviceNotRegistered":
        return Outcome(Result.UNREGISTERED, reason)
    if reason == "MessageRateExceeded":
        return Outcome(Result.LATER, reason)
    log.error("push_refused", provider="expo", reason=reason)
    return Outcome(Result.REFUSED, reason)


def _refused(response: httpx.Response) -> Outcome:
    if response.status_code == 429 or response.status_code >= 500:
        return Outcome(Result.LATER, str(response.status_code), wait_of(response))
    log.error("push_refused", provider="expo", status=response.status_code, reason=response.text[:200])
    return Outcome(Result.REFUSED, str(response.status_code))
