"""What careless and hostile clients send, to every route that takes it.

A 4xx with the contract's body, or nothing happens.
"""

import itertools
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from rosetta.tests.cast import MAIN, Cast, known_ids
from rosetta.tests.hostile_texts import IMPOSSIBLE, TEXTS

# Nesting that a parser which calls itself cannot go down.
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BODIES = {
    "no JSON": (b"{", "application/json", 400),
    "a list": (b"[]", "application/json", 400),
    "a string": (b'"x"', "application/json", 400),
    "no number": (b'{"a": NaN}', "application/json", 400),
    "no UTF-8": (b"\xff\xfe", "application/json", 400),
    "nesting": (DEEP, "application/json", 400),
    "over a mebibyte": (b'{"a": "' + b"x" * (1 << 20) + b'"}', "application/json", 413),
    "a form": (b"content=hi", "application/x-www-form-urlencoded", 415),
    "text": (b"hi", "text/plain", 415),
    "XML": (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "application/xml", 415),
    "no media type": (b"{}", "application/json/x;;", 415),
}
VALUES: dict[str, Any] = {
    "NUL": "a\x00b",
    "a lone surrogate": "\ud800",
    "a megabyte": "x" * 1_000_000,
    "a great number": 10**400,
    "a negative number": -1,
    "a fraction": 1e308,
    "true": True,
    "null": None,
    "nothing": "",
    "a list": [],
    "an object": {},
    "nested lists": json.loads("[" * 500 + "]" * 500),
    "a list of all": ["a\x00b", "\ud800", 10**400, None, {}, [[]]],
    "an object of all": {"\ud800": "\x00", "a": {"b": [1e308, None]}, "": True},
}
QUERIES = ("%00", "%ED%A0%80", "%FF", "-1", "9" * 400, "1e9", "%F0%9F%92%A9", "[]", "x" * 4000, "' OR 1=1 --", "")
TOKENS = ("Bearer", "Bearer ", "Bearer |", "Bearer 1|", "Bearer 9999999999999999999999|x", "Bearer -1|x", "Bearer \u0662|x",
          "Bearer whs_", "Bearer 1|" + "x" * 6000, "Basic Og==", "Bearer 1|\udcff")  # fmt: skip

UNKNOWN = "9" * 17
HEADERS = (
    "Idempotency-Key",
    "Accept-Language",
    "X-Request-Id",
    "X-Forwarded-For",
    "Range",
    "Cookie",
    "Origin",
    "Accept",
)
HEADER_VALUES = ("", "\x00", "\xff", "é" * 50, "x" * 6000, "bytes=5-2,-9", "*;q=9,,", "a=b=c;;=", "1, 2, 3")


@cache
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, description) of everything that the schema names."""
    found = []
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            operation["fields"] = list(_fields(schema, operation))
            found.append((method, path, operation))
    return found


def _fields(schema: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        shape = content["schema"]
        if "$ref" in shape:
            shape = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
        yield from shape.get("properties", {})


def fault_of(
    client: APIClient, method: str, path: str, raw: bytes = b"", kind: str = "application/json", **more: Any
) -> Any:
    """(status, what is wrong with the answer or None).

    What the call changed is undone.
    """
    client.raise_request_exception = False
    with transaction.atomic():
        answer = client.generic(method.upper(), path, raw, content_type=kind, **more)
        transaction.set_rollback(True)
    if answer.status_code < 400:
        return answer.status_code, None
    if answer.status_code >= 500:
        return answer.status_code, answer.content[:200]
    body = answer.json()
    errors = body.get("errors", {})
    told = isinstance(body.get("message"), str) and all(
        isinstance(sentences, list) and all(isinstance(one, str) for one in sentences) for sentences in errors.values()
    )
    return answer.status_code, None if told else body


def path_of(cast: Cast, path: str) -> str:
    return path.format_map(known_ids(cast, path, MAIN))


def test_a_body_that_is_no_json_object_is_refused_everywhere(cast: Cast) -> None:
    wrong = []
    for method, path, operation in operations():
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            continue
        for name, (raw, kind, expected) in BODIES.items():
            status, fault = fault_of(cast.clients["owner"], method, path_of(cast, path), raw, kind)
            # Who may not do it at all need not be told what is wrong with the body.
            if fault or status not in (expected, 401, 403, 404):
                wrong.append(f"{method} {path}: {name}: {status} {fault or ''}")
    assert not wrong, "\n".join(wrong)


def test_no_value_of_any_field_breaks_a_route(cast: Cast) -> None:
    wrong = []
    for method, path, operation in operations():
        fields = operation["fields"]
        for name, value in VALUES.items():
            # A megabyte goes into one field at a time: together they are too large a body.
            bodies = [{field: value} for field in fields] if name == "a megabyte" else [dict.fromkeys(fields, value)]
            for body in bodies if fields else []:
                status, fault = fault_of(cast.clients["owner"], method, path_of(cast, path), json.dumps(body).encode())
                if fault:
                    wrong.append(f"{method} {path}: {name} in {list(body)}: {status} {fault}")
    assert not wrong, "\n".join(wrong)


def test_no_query_and_no_id_breaks_a_route(cast: Cast) -> None:
    wrong = []
    for method, path, operation in operations():
        names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        tried = [f"{path_of(cast, path)}?{name}={value}" for name in names for value in QUERIES]
        tried += [re.sub(r"\{\w+\}", value, path) for value in QUERIES if value and "{" in path]
        for one in tried:
            status, fault = fault_of(cast.clients["owner"], method, one)
            if fault:
                wrong.append(f"{method} {one[:200]}: {status} {fault}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("header", ["Authorization", "X-Rosetta-Guest-Token", "X-Rosetta-Webhook-Secret"])
def test_what_is_no_token_is_nobody(header: str, cast: Cast) -> None:
    paths = [
        "/api/v1/me",
        f"/api/v1/external/rooms/{cast.ids['room']}/messages",
        f"/api/v1/webhooks/{cast.ids['webhook']}/messages",
    ]
    for value in TOKENS:
        for path in paths:
            method = "post" if "webhooks" in path else "get"
            extra = {f"HTTP_{header.upper().replace('-', '_')}": value}
            assert fault_of(APIClient(), method, path, b"{}", **extra) == (401, None), (path, value)


def test_no_header_breaks_a_route(cast: Cast) -> None:
    calls = (
        ("get", "/api/v1/me"),
        ("post", path_of(cast, "/api/v1/workspaces/{workspace_id}/channels/{channel_id}/messages")),
        ("get", path_of(cast, "/api/v1/files/{file_id}/download")),
    )
    for header, value, (method, path) in itertools.product(HEADERS, HEADER_VALUES, calls):
        extra = {f"HTTP_{header.upper().replace('-', '_')}": value}
        status, fault = fault_of(cast.clients["member"], method, path, b'{"content": "x"}', **extra)
        assert fault is None, (header, value, status, fault)


METAS = ("\x00", "{", "[]", '{"a": 1' + "0" * 400 + "}", '{"a": 1e400}', '{"a": NaN}', '{"a": "\\ud800"}', '{"a": "\\u0000"}',
         '{"\\u0000": 1}', '{"a":' * 900 + "1" + "}" * 900, "x" * 100_000)  # fmt: skip
FILE_NAMES = ("a\x00b.txt", "../../etc/passwd", "x" * 5000, '"; x="', "", ".", "CON", "\xed\xa0\x80.txt")


def test_no_form_breaks_an_upload(cast: Cast) -> None:
    forms = [{name: meta} for name in ("meta", "meta[a]", "visibility") for meta in METAS]
    tried = [("a.txt", form) for form in forms] + [(name, {}) for name in FILE_NAMES]
    for name, form in tried:
        fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{form[key]}\r\n' for key in form)
        file = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nhello\r\n--b--\r\n'
        raw = (fields + file).encode("latin-1")
        status, fault = fault_of(cast.clients["owner"], "post", "/api/v1/files", raw, "multipart/form-data; boundary=b")
        assert fault is None and status in (201, 400, 413, 422), (name, form, status, fault)


# What is open to whoever has the id or knows the person: an invite's preview, a room's door, blocking somebody.
OPEN = {
    "/api/v1/invites/{token}",
    "/api/v1/invites/{token}/accept",
    "/api/v1/external/rooms/{room_id}/guests",
    "/api/v1/me/blocks/{user_id}",
}
# What is no row's id.
WORDS = ("emoji", "language", "provider")


def test_an_outsider_gets_on_every_route_what_an_unknown_id_gets(cast: Cast) -> None:
    client, differing = cast.clients["outsider"], []
    for method, path, _operation in operations():
        ids = known_ids(cast, path, MAIN)
        if not ids or path in OPEN:
            continue
        answers = []
        for given in (ids, ids | {name: UNKNOWN for name in ids if name not in WORDS}):
            with transaction.atomic():
                answer = client.generic(method.upper(), path.format_map(given), b"{}", content_type="application/json")
                transaction.set_rollback(True)
            answers.append((answer.status_code, answer.content))
        if answers[0] != answers[1]:
            differing.append(f"{method} {path}: {answers[0]} but {answers[1]}")
    assert not differing, "\n".join(differing)


CHANNEL = "/api/v1/workspaces/{workspace}/channels/{channel}"
# Whoever takes a text, with all else of the body as it should be: (caller, method, path, body). ``TEXT`` is the text.
TEXT = "TEXT"
TAKING: dict[str, list[tuple[str, str, str, Any]]] = {
    "messages": [
        ("member", "post", CHANNEL + "/messages", {"content": TEXT}),
        ("member", "post", CHANNEL + "/messages", {"content": TEXT, "type": "markdown"}),
        ("member", "patch", CHANNEL + "/messages/{message}", {"content": TEXT}),
        ("guest", "post", "/api/v1/external/rooms/{room}/messages", {"content": TEXT}),
        ("automation", "post", CHANNEL.replace("/v1/", "/v1/automation/") + "/messages", {"content": TEXT}),
    ],
    "webhooks": [
        ("webhook", "post", "/api/v1/webhooks/{webhook}/messages", {"text": TEXT}),
        ("webhook", "post", "/api/v1/webhooks/{webhook}/messages", {"content": TEXT}),
        ("webhook", "post", "/api/v1/webhooks/{webhook}/messages", {"text": "x", "attachments": [{"fallback": TEXT}]}),
        (
            "webhook",
            "post",
            "/api/v1/webhooks/{webhook}/messages",
            {"blocks": [{"type": TEXT, "text": {"text": TEXT}}]},
        ),
        ("owner", "post", "/api/v1/workspaces/{workspace}/webhook-subscriptions", {"url": TEXT, "event_types": ["*"]}),
    ],
    "names": [
        ("member", "patch", "/api/v1/me", {"name": TEXT}),
        ("owner", "post", "/api/v1/workspaces", {"name": TEXT}),
        ("owner", "post", "/api/v1/workspaces/{workspace}/channels", {"name": TEXT}),
        ("owner", "post", "/api/v1/external/rooms", {"name": TEXT, "external_reference": TEXT}),
        ("anonymous", "post", "/api/v1/external/rooms/{room}/guests", {"nickname": TEXT, "preferred_language": "en"}),
        ("member", "post", "/api/v1/me/tokens", {"name": TEXT, "abilities": ["*"]}),
    ],
    "words": [
        ("owner", "post", "/api/v1/workspaces/{workspace}/glossary", {"term": TEXT, "rendering": TEXT, "target": "ja"}),
        ("owner", "post", "/api/v1/workspaces/{workspace}/glossary/import", {"csv": "term,rendering\n" + TEXT + ",x"}),
        ("member", "post", CHANNEL + "/messages/{message}/report", {"reason": TEXT}),
        ("member", "put", "/api/v1/messages/{message}/translations/ja", {"text": TEXT}),
        ("member", "put", CHANNEL + "/messages/{message}/reactions/" + TEXT, None),
    ],
    "addresses": [
        ("anonymous", "post", "/api/v1/auth/app/otp", {"email": TEXT}),
        ("anonymous", "post", "/api/v1/auth/app/otp/verify", {"email": "a@example.com", "token": TEXT}),
        ("anonymous", "post", "/api/v1/auth/app/login", {"email": TEXT, "password": TEXT}),
        ("anonymous", "post", "/api/v1/auth/app/reset-password", {"email": TEXT, "token": TEXT, "password": TEXT}),
        ("member", "post", "/api/v1/direct-recipients/resolve", {"email": TEXT}),
        (
            "member",
            "post",
            "/api/v1/devices",
            {"platform": "ios", "provider": "expo", "push_token": TEXT, "device_name": TEXT},
        ),
    ],
    "queries": [
        ("member", "get", "/api/v1/workspaces/{workspace}/search?q=" + TEXT, None),
        ("member", "get", CHANNEL + "/messages?before=" + TEXT, None),
        ("member", "get", CHANNEL + "/messages?after=" + TEXT + "&limit=" + TEXT, None),
        ("member", "get", "/api/v1/workspaces?q=" + TEXT + "&page=" + TEXT, None),
        ("anonymous", "get", "/api/v1/invites/" + TEXT, None),
    ],
}
# In CI every third text at each place, another third at the next; all of them with FUZZ_EXAMPLES.
PART = 1 if "FUZZ_EXAMPLES" in os.environ else 3


def with_text(shape: Any, text: str) -> Any:
    """``shape`` with ``text`` in each of its places."""
    if isinstance(shape, dict):
        return {name: with_text(value, text) for name, value in shape.items()}
    if isinstance(shape, list):
        return [with_text(value, text) for value in shape]
    return shape.replace(TEXT, text) if isinstance(shape, str) else shape


@pytest.mark.parametrize("kind", TAKING)
def test_no_text_of_the_corpus_breaks_what_takes_it(kind: str, cast: Cast) -> None:
    wrong = []
    for place, (caller, method, path, shape) in enumerate(TAKING[kind]):
        for text in (*TEXTS[place % PART :: PART], *IMPOSSIBLE):
            written = quote(text, safe="", errors="surrogatepass")
            address = path.format_map(cast.ids).replace(TEXT, written)
            raw = b"" if shape is None else json.dumps(with_text(shape, text)).encode()
            status, fault = fault_of(cast.clients[caller], method, address, raw)
            if fault:
                wrong.append(f"{method} {path}: {text[:60]!r}: {status} {fault}")
    assert not wrong, "\n".join(wrong)


def test_whatever_takes_a_text_is_there(cast: Cast) -> None:
    schema = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path, _operation in operations()}
    for _caller, method, path, _shape in itertools.chain(*TAKING.values()):
        plain = re.sub(r"\{\w+\}|(?<=/)(TEXT|ja)$", "{}", path.partition("?")[0])
        assert (method, plain) in schema, (method, path)
