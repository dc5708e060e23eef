"""Post to an incoming webhook as other programs do."""

from typing import Any

from rest_framework.test import APIClient


class Sender:
    """A program that knows a webhook's address and secret."""

    def __init__(self, webhook: dict[str, Any]) -> None:
        self.path = f"/api/v1/webhooks/{webhook['id']}/messages"
        self.secret = webhook["secret"]

    def json(self, body: Any, query: str = "", **headers: str) -> Any:
        """Post ``body`` as JSON; ``X_GitHub_Event`` is the header X-GitHub-Event."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = APIClient()
        return client.post(self.path + query, body, headers={"Authorization": f"Bearer {self.secret}", **named})

    def raw(self, body: bytes, content_type: str, query: str = "") -> Any:
        """Post bytes with any ``Content-Type``, or with none where it is empty."""
        extra = {"HTTP_AUTHORIZATION": f"Bearer {self.secret}"}
        return APIClient().generic("POST", self.path + query, body, content_type=content_type, **extra)


def text_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["data"]["original_content"])
