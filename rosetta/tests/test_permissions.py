"""Who may call what: docs/permissions.md, row by row.

The table is the test, so the page cannot be wrong.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, get_resolver, resolve

from rosetta.tests.cast import API, CALLERS, PASSWORD, Cast

PAGE = Path(settings.BASE_DIR) / "docs" / "permissions.md"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    method: str
    template: str
    expected: tuple[int, ...]

    @property
    def key(self) -> str:
        return f"{self.method} {self.template}"


def rows() -> list[Row]:
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if match := re.fullmatch(r"`([A-Z]+) (/\S*)`", cells[0]):
            assert len(cells) == 1 + len(CALLERS), line
            found.append(Row(match[1], match[2], tuple(int(cell) for cell in cells[1:])))
    return found


# What the calls carry, where an empty body would be refused before anybody's rights are looked at, or after.
Body = dict[str, Any] | Callable[[Cast], dict[str, Any]]
NAMED: Body = {"name": "New"}
TEXT: Body = {"content": "Hello"}
PROOF: Body = {"password": "wrong"}
BODIES: dict[str, Body] = {
    "POST /workspaces": NAMED,
    "PATCH /workspaces/{workspace}": NAMED,
    "PUT /workspaces/{workspace}/members/{member}": {"role": "admin"},
    "PUT /workspaces/{workspace}/members/{own}": lambda cast: {"role": "member", "preferred_language": "ja"},
    "PUT /workspaces/{workspace}/members/{owner}": {"role": "owner", "preferred_language": "ja"},
    "POST /workspaces/{workspace}/channels": NAMED,
    "PUT /workspaces/{workspace}/channels/{channel}": NAMED,
    "PUT /workspaces/{workspace}/channels/{private}": NAMED,
    "POST /workspaces/{workspace}/channels/{locked}/join": {"password": PASSWORD},
    "POST /workspaces/{workspace}/channels/{private}/members": lambda cast: {"member_id": cast.ids["owner"]},
    "POST /workspaces/{workspace}/channels/{locked}/members": lambda cast: {"member_id": cast.ids["member"]},
    "POST /workspaces/{workspace}/webhooks": NAMED,
    "POST /workspaces/{workspace}/webhook-subscriptions": {"url": "https://example.com", "event_types": ["*"]},
    "POST /workspaces/{workspace}/reports/{report}/decide": {"decision": "dismiss"},
    "POST /workspaces/{workspace}/glossary": {"term": "Rosetta"},
    "POST /workspaces/{workspace}/glossary/import": {"csv": "term\nRosetta\n"},
    "PATCH /workspaces/{workspace}/glossary/{term}": {"rendering": "Acme"},
    "POST /direct-conversations": lambda cast: {"participant_user_id": cast.ids["user"]},
    "POST /direct-recipients/resolve": {"email": "mem@example.com"},
    "POST /external/rooms": NAMED,
    "POST /external/rooms/{room}/guests": {"nickname": "Lin", "preferred_language": "ja"},
    "POST /files": lambda cast: {"file": SimpleUploadedFile("notes.txt", b"hello")},
    "POST /me/tokens": {"name": "New", "abilities": ["*"]},
    "POST /devices": {"platform": "ios", "provider": "expo", "push_token": "ExponentPushToken[new]"},
    "PATCH /me": NAMED,
    "DELETE /me": PROOF,
}


def body_of(row: Row, cast: Cast) -> dict[str, Any]:
    body = BODIES.get(row.key)
    if body is None:
        last = row.template.rpartition("/")[2]
        if (row.method == "POST" and last == "messages") or row.method == "PATCH":
            body = TEXT
        elif row.method == "PUT" and row.template.endswith("/translations/{language}"):
            body = {"text": "こんにちは"}
        elif row.method == "PUT" and last == "feedback":
            body = {"verdict": "bad"}
        elif row.method == "PUT" and last == "notifications":
            body = {"level": "all"}
        elif row.method == "PUT" and row.template.startswith("/me/drafts/"):
            body = TEXT
        elif row.method == "POST" and last == "report":
            body = {"reason": "Rude"}
        elif row.method == "POST" and last in ("read", "unread"):
            which = "direct_message" if "{direct}" in row.template else "message"
            body = {"message_id": cast.ids[which]}
        else:
            body = {}
    return body(cast) if callable(body) else body


def call(cast: Cast, row: Row, caller: str) -> int:
    """The status that ``caller`` gets; what the call changed is undone."""
    path = cast.path(row.template, caller)
    if row.method == "GET" and row.template.endswith("/search"):
        path += "?q=harbour"
    kwargs: dict[str, Any] = {"format": "multipart"} if row.key == "POST /files" else {}
    body = None if row.method == "GET" else body_of(row, cast)
    with transaction.atomic():
        answer = getattr(cast.clients[caller], row.method.lower())(path, body, **kwargs)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_everybody_gets_what_the_table_says(cast: Cast) -> None:
    wrong = []
    for row in rows():
        got = tuple(call(cast, row, caller) for caller in CALLERS)
        if got != row.expected:
            said = [f"{c} {g}, not {e}" for c, g, e in zip(CALLERS, got, row.expected, strict=True) if g != e]
            wrong.append(f"{row.key}: {'; '.join(said)}")
    assert not wrong, "\n".join(wrong)


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, route) below the API's address."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from routes(one.url_patterns, route)
        elif f"/{route}".startswith(f"{API}/"):
            view: Any = one.callback
            served = getattr(view, "actions", None) or [method for method in METHODS if hasattr(view.cls, method)]
            yield from ((method, route) for method in METHODS if method in served)


def test_the_table_holds_every_route(cast: Cast) -> None:
    told = {(row.method.lower(), resolve(cast.path(row.template, "member")).route) for row in rows()}
    untold, gone = sorted(set(routes()) - told), sorted(told - set(routes()))
    assert not untold, f"docs/permissions.md lacks these, add a row for each: {untold}"
    assert not gone, f"docs/permissions.md has these, and the service does not: {gone}"


def misplaced() -> Iterator[Row]:
    """The rows whose last ids belong to another workspace, or to another channel, than the path says."""
    for row in rows():
        if re.match(r"/workspaces/\{workspace\}/.*\{(?!own)", row.template):
            yield Row(row.method, row.template.replace("{workspace}", "{elsewhere}"), row.expected)
        if "{channel}/messages/{" in row.template:
            yield Row(row.method, row.template.replace("{channel}", "{locked}"), row.expected)


def test_an_id_of_another_place_is_unknown_even_to_who_owns_both(cast: Cast) -> None:
    made = cast.clients["owner"].post(f"{API}/workspaces", {"name": "Elsewhere"})
    cast.ids["elsewhere"] = made.json()["data"]["id"]
    found = list(misplaced())
    assert len(found) > 50
    wrong = [f"{row.key}: {got}" for row in found if (got := call(cast, row, "owner")) != 404]
    assert not wrong, "\n".join(wrong)
