"""The web client's document.

Where it is served, and the rules that it is served with.
"""

import gzip
import html
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings

from rosetta import languages

CLIENT = Path(settings.BASE_DIR) / "web" / "static" / "web"
ROOM = "01hx0000000000000000000000"
PLACES = [
    "/",
    "/w/01hx0000000000000000000000/c/x",
    f"/rooms/{ROOM}",
    "/invites/abc",
    "/reset-password",
    "/auth/google/callback",
]


@pytest.mark.parametrize("place", PLACES)
def test_every_address_of_the_client_is_the_one_document_under_a_strict_policy(client: Client, place: str) -> None:
    answer = client.get(place)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer.cookies["csrftoken"]


def test_a_room_may_be_framed_by_other_sites_and_gets_no_cookie(client: Client) -> None:
    answer = client.get(f"/rooms/{ROOM}/embed")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies


def test_where_sites_are_named_no_other_site_frames_a_room(client: Client, settings: Settings) -> None:
    settings.EMBED_ORIGINS = ("https://shop.example", "https://www.shop.example")
    policy = client.get(f"/rooms/{ROOM}/embed")["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example https://www.shop.example" in policy
    settings.EMBED_ORIGINS = ()
    assert "frame-ancestors 'none'" in client.get(f"/rooms/{ROOM}/embed")["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get(f"/rooms/{ROOM}")["Content-Security-Policy"]


def test_the_document_has_no_inline_script_or_style_and_names_only_files_that_exist(client: Client) -> None:
    page = client.get("/").content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\son\w+=|\sstyle=", page) == []
    named = re.findall(r'(?:href|src)="/static/web/([^"]+)"', page)
    assert "main.js" in named
    assert [name for name in named if not (CLIENT / name).is_file()] == []


def test_the_document_names_every_language(client: Client) -> None:
    told = re.search(r'<meta name="rosetta:languages" content="([^"]+)">', client.get("/").content.decode())
    assert told
    assert json.loads(html.unescape(told[1])) == {row.code: row.native_name for row in languages.LANGUAGES}


def test_the_address_of_nothing_stays_a_404(client: Client) -> None:
    assert client.get("/nothing").status_code == 404
    assert client.post("/").status_code == 405


def test_the_clients_files_are_sent_compressed_to_who_takes_that(client: Client) -> None:
    plain, small = (
        client.get("/static/web/api.js"),
        client.get("/static/web/api.js", headers={"Accept-Encoding": "br, gzip"}),
    )
    whole = b"".join(plain.streaming_content)  # type: ignore[attr-defined]
    assert (plain.get("Content-Encoding"), small["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(small.content) == whole == (CLIENT / "api.js").read_bytes()
    assert int(small["Content-Length"]) == len(small.content) < len(whole) / 2
    assert "Accept-Encoding" in small["Vary"]
    again = client.get("/static/web/api.js", headers={"Accept-Encoding": "gzip", "If-None-Match": small["ETag"]})
    assert again.status_code == 304


def test_the_service_worker_is_of_this_build_and_stores_no_answer_of_the_api(client: Client) -> None:
    answer = client.get("/service-worker.js")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    source = answer.content.decode()
    assert re.match(r'const BUILD = "[0-9a-f]{16}";', source)
    files = json.loads(source.split("const FILES = ")[1].split(";\n")[0])
    assert {"/static/web/main.js", "/static/web/app.css", "/static/web/locales/th.json"} < set(files)
    assert all(client.get(file).status_code == 200 for file in files)
    assert not [file for file in files if not file.startswith("/static/web/") or "widget" in file]


def modules_of(page: HttpResponse) -> set[str]:
    return set(re.findall(r'<link rel="modulepreload" href="/static/web/([^"]+)">', page.content.decode()))


def test_the_first_load_is_under_120_kb_compressed(client: Client) -> None:
    shown = [CLIENT / name for name in modules_of(client.get("/"))]
    others = [path for path in CLIENT.rglob("*") if path.suffix in (".css", ".svg")]
    first = [*shown, *others, CLIENT / "locales" / "ja.json"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) < 120_000


def test_the_page_names_what_it_shows_first_and_the_rest_for_later(client: Client) -> None:
    every = {str(path.relative_to(CLIENT)) for path in CLIENT.rglob("*.js") if path.name != "widget.js"}
    page = client.get("/")
    first = modules_of(page)
    assert {"main.js", "views/signin/signin.js", "vendor/preact-htm.js"} < first
    assert not {"views/shell.js", "views/room.js", "views/settings/data.js"} & first
    later = re.findall(r'<meta name="rosetta:modules" content="([^"]+)">', page.content.decode())[0].split()
    assert first | {name.removeprefix("/static/web/") for name in later} == every
    client.cookies[settings.SESSION_COOKIE_NAME] = "any"
    assert modules_of(client.get("/")) == every
    del client.cookies[settings.SESSION_COOKIE_NAME]
    assert modules_of(client.get(f"/rooms/{ROOM}")) == every


def test_every_language_says_the_same_sentences_with_the_same_names_in_them() -> None:
    def names(sentence: str | dict[str, str]) -> set[str]:
        return {
            name
            for form in ([sentence] if isinstance(sentence, str) else sentence.values())
            for name in re.findall(r"\{(\w+)\}", form)
        }

    english = json.loads((CLIENT / "locales" / "en.json").read_text())
    assert len(list((CLIENT / "locales").glob("*.json"))) >= 5
    for code in languages.CODES:
        if not (CLIENT / "locales" / f"{code}.json").exists():
            continue  # a language that is new: the client speaks English to its readers meanwhile
        catalogue = json.loads((CLIENT / "locales" / f"{code}.json").read_text())
        assert set(catalogue) == set(english), code
        # One form may leave the number out ("one second"), all together use every name.
        assert [key for key in english if names(catalogue[key]) != names(english[key])] == [], code


def test_every_sentence_that_the_client_says_is_in_the_catalogue() -> None:
    english = json.loads((CLIENT / "locales" / "en.json").read_text())
    source = "".join(one.read_text() for one in CLIENT.rglob("*.js"))
    said = set(re.findall(r'\bt\(\s*"([\w.:*-]+)"', source))
    assert said - set(english) == set()
    rest = [key for key in english if key not in said and f'"{key}"' not in source]
    groups = {"app", "role", "sender", "settings", "theme", "tokens", "channel", "level", "format"}
    groups |= {"end", "languages", "outgoing", "reports", "rooms", "shortcut", "shortcuts", "workspace"}
    groups |= {"channels", "directs", "emoji", "favourites", "search", "sidebar"}
    assert [key for key in rest if key.split(".")[0] not in groups] == []


def test_no_module_makes_markup_of_strings_or_calls_another_site() -> None:
    for module in CLIENT.rglob("*.js"):
        if "vendor" in module.parts:
            continue
        source = module.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source), (
            module
        )
        outside = re.findall(r"https?://[\w.-]+", re.sub(r"^\s*\*.*$", "", source, flags=re.MULTILINE))
        assert outside == [], module


def test_a_provider_that_posts_a_form_is_led_on_to_the_same_page_and_nowhere_else() -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"code": "c&1", "state": "s 1", "id_token": "no", "next": "https://evil.example", "user": "{}"}
    answer = browser.post("/auth/apple/callback", form, headers={"Origin": "https://appleid.apple.com"})
    assert (answer.status_code, answer["Location"]) == (303, "/auth/apple/callback?code=c%261&state=s+1")
    assert browser.get(answer["Location"]).status_code == 200
    assert not answer.cookies
    assert browser.post("/auth/%2F%2Fevil.example/callback", form).status_code == 404


CALL = re.compile(
    r"\b(?:api|this|conversation)\.(get|all|post|put|patch|remove|call|ask)\(\s*(?:\"([^\"]+)\"|`([^`]+)`)"
)
# What stands before a conversation's own paths, and what else a variable holds.
BASES = ("/workspaces/{id}/channels/{id}", "/direct-conversations/{id}", "/external/rooms/{id}")
HELD = {
    "views/dialogs/channel_settings.js": BASES[:1],
    "views/dialogs/invite_people.js": ("/workspaces/{id}/invites",),
    "views/notifications.js": BASES[:2],
    "views/workspace/deliveries.js": ("/workspaces/{id}/webhook-subscriptions/{id}",),
    "views/workspace/export.js": ("/workspaces/{id}/export",),
    "views/workspace/glossary.js": ("/workspaces/{id}/glossary",),
    "views/workspace/glossary_import.js": ("/workspaces/{id}/glossary",),
    "views/workspace/incoming_webhooks.js": ("/workspaces/{id}/webhooks",),
    "views/workspace/invites.js": ("/workspaces/{id}/invites",),
    "views/workspace/outgoing_webhooks.js": ("/workspaces/{id}/webhook-subscriptions",),
    "views/workspace/people.js": ("/workspaces/{id}/members", "/workspaces/{id}/suspensions"),
    "views/workspace/reports.js": ("/workspaces/{id}/reports",),
    "views/workspace/visitor_rooms.js": ("/external/rooms", "/external/rooms/{id}/guests"),
}
METHODS = {"get": "get", "all": "get", "ask": "get", "post": "post", "put": "put", "patch": "patch", "remove": "delete"}


def test_every_call_of_the_client_is_in_the_schema() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    known = {(method, re.sub(r"\{\w+\}", "{}", path)) for path, item in schema["paths"].items() for method in item}
    unknown, calls = [], 0
    for module in CLIENT.rglob("*.js"):
        name = str(module.relative_to(CLIENT))
        for found in CALL.finditer(module.read_text()):
            path = re.sub(r"\$\{[^{}]*\}", "{}", found[2] or found[3]).partition("?")[0]
            asked = [path] if path.startswith("/") else [base + path[2:] for base in HELD.get(name, BASES)]
            asked = [f"/api/v1{re.sub(r'{id}', '{}', one)}" for one in asked]
            calls += 1
            if not any((METHODS[found[1]], one) in known for one in asked):
                unknown.append((name, found[0]))
    assert unknown == []
    assert calls > 70
