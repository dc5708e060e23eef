"""Go to an OpenID Connect provider and come back, as a client's browser does."""

from http.client import HTTPConnection
from urllib.parse import parse_qs, urlsplit

from rest_framework.test import APIClient

from accounts.tests.helpers import post

CALLBACK = "https://chat.example/auth/oidc/callback"

NINA = {
    "sub": "nina-1",
    "email": "Nina@Example.com",
    "email_verified": True,
    "name": "Nina",
    "picture": "https://example.com/nina.png",
}


def at_provider(redirect_url: str) -> dict[str, str]:
    """What the frontend's callback page is opened with, after the browser has been to the provider."""
    url = urlsplit(redirect_url)
    connection = HTTPConnection(url.netloc)  # which follows no redirect and writes no log
    connection.request("GET", f"{url.path}?{url.query}")
    answer = connection.getresponse()
    assert answer.status == 302, answer.read()
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    connection.close()
    return {"code": query["code"][0], "state": query["state"][0]}


def way(flavour: str, client: APIClient | None = None, link: bool = False) -> dict[str, str]:
    """To the provider and back: what a client then posts."""
    asked = post(f"auth/{flavour}/social/oidc/{'link' if link else 'redirect'}", {}, client)
    assert asked.status_code == 200, asked.json()
    return at_provider(asked.json()["redirect_url"])
