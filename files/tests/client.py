"""Upload through the API, as the tests of files do."""

from typing import Any

from rest_framework.test import APIClient

URL = "/api/v1/files"


def post(client: APIClient, body: dict[str, Any]) -> Any:
    """Upload as somebody whose client asks for English."""
    return client.post(URL, body, format="multipart", headers={"Accept-Language": "en"})
