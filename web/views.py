"""Serve the web client's page.

One document for every address of the client, with its security headers.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from rosetta import languages
from rosetta.errors import API, json_404

ROOT = Path(settings.BASE_DIR) / "web"
CLIENT = ROOT / "static" / "web"

# No inline script, no other origin; avatars are links to pictures anywhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; "
    "media-src 'self' blob: https:; connect-src 'self' ws: wss:; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors {ancestors}"
)
# The address in an import statement; `import(…)` is fetched later.
IMPORTED = re.compile(r"^(?:import|export)\b[^;(]*?\"(\.[^\"]+)\";", re.MULTILINE)


@cache
def _page(is_first: bool) -> str:
    """Return the document: the template with this server's modules and settings in its head."""
    source = (ROOT / "index.html").read_text(encoding="utf-8")
    return source.replace("<!-- head -->", str(_head(is_first)))


def _head(is_first: bool) -> SafeString:
    """Return the client's modules, so that the browser fetches them in parallel, and the server's settings.

    ``is_first``: only what is shown before sign-in; the client fetches the others when somebody is signed in.
    """
    every = {path for path in CLIENT.rglob("*.js") if path.name != "widget.js"}
    now = _imported_by(CLIENT / "main.js") if is_first else every
    addresses = [(static(f"web/{module.relative_to(CLIENT)}"),) for module in sorted(now)]
    links = format_html_join("\n    ", '<link rel="modulepreload" href="{}">', addresses)
    names = {language.code: language.native_name for language in languages.LANGUAGES}
    told = {
        "providers": ",".join(_providers()),
        "files-max-bytes": str(settings.FILES_MAX_BYTES),
        "languages": json.dumps(names, ensure_ascii=False),
        "modules": " ".join(static(f"web/{module.relative_to(CLIENT)}") for module in sorted(every - now)),
    }
    tags = format_html_join("\n    ", '<meta name="rosetta:{}" content="{}">', told.items())
    return format_html("{}\n    {}", links, tags)


def _imported_by(module: Path) -> set[Path]:
    """Return a module and everything that it imports at once, itself or through others."""
    found, pending = set(), [module]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += [(path.parent / name).resolve() for name in IMPORTED.findall(path.read_text(encoding="utf-8"))]
    return found


def _providers() -> list[str]:
    """Return the social providers that are configured, by the names that the API takes."""
    found = []
    for name, options in settings.SOCIALACCOUNT_PROVIDERS.items():
        found += [str(app.get("provider_id") or name) for app in options.get("APPS", [])]
    return sorted(found)


def _answer(request: HttpRequest, ancestors: str) -> HttpResponse:
    is_first = settings.SESSION_COOKIE_NAME not in request.COOKIES and "/rooms/" not in request.path
    response = HttpResponse(_page(is_first))
    response["Content-Security-Policy"] = POLICY.format(ancestors=ancestors)
    response["Cache-Control"] = "no-cache, private"
    response["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response


@require_safe
def client(request: HttpRequest, **address: str) -> HttpResponse:
    """Serve the client, whatever page of it the address names."""
    get_token(request)  # Sets the cookie that the client's first unsafe request repeats.
    return _answer(request, "'none'")


@csrf_exempt
def provider_callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Serve the page to which a sign-in provider redirects.

    Apple posts a form, which is redirected to such an address.

    Nothing is done with it here: the client hands it to the API, which wants the browser's own cookie with it.
    """
    if request.method != "POST":
        return client(request)
    told = {name: request.POST[name] for name in ("code", "state", "error") if name in request.POST}
    return HttpResponseRedirect(f"{request.path}?{urlencode(told)}", status=303)


@require_safe
@xframe_options_exempt
def embedded_room(request: HttpRequest, **address: str) -> HttpResponse:
    """A visitor's room inside another site's page.

    It speaks with a guest's token alone: no cookie acts in the frame.
    """
    return _answer(request, " ".join(settings.EMBED_ORIGINS) or "'none'")


@require_safe
def icon(request: HttpRequest, name: str) -> FileResponse:
    """Answer a picture of the client at an address of its own."""
    return FileResponse((CLIENT / name).open("rb"), headers={"Cache-Control": "public, max-age=86400"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a page with a link home to browsers, and JSON to API clients.

    Django's handler404.
    """
    if request.path.startswith(API) or "text/html" not in request.headers.get("Accept", ""):
        return json_404(request, exception)
    page = format_html(
        _not_found_source(),
        language=get_language() or languages.DEFAULT,
        title=gettext("Page not found"),
        home=f"{urlsplit(settings.PUBLIC_URL).path}{reverse('client')}",
        home_label=gettext("Home"),
        icon=static("web/icon.svg"),
        style=static("web/app.css"),
    )
    response = HttpResponse(page, status=404)
    response["Content-Security-Policy"] = POLICY.format(ancestors="'none'")
    return response


@cache
def _not_found_source() -> str:
    return (ROOT / "not_found.html").read_text(encoding="utf-8")


class CompressedClient:
    """Send the client's files compressed to browsers that accept it.

    Each is compressed once; none is secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.made: dict[tuple[str, str], bytes] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(f"{settings.STATIC_URL}web/") or response.status_code != 200:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if request.method != "GET" or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        key = request.path, response.get("ETag", "")
        if key not in self.made:
            self.made[key] = gzip.compress(b"".join(_chunks(response)), mtime=0)
        # The file alone: closing the response would tell Django that the request is over, and it is not.
        if isinstance(response, FileResponse):
            response.file_to_stream.close()
        sent = HttpResponse(self.made[key], headers=dict(response.items()))
        sent["Content-Encoding"] = "gzip"
        sent["Content-Length"] = str(len(self.made[key]))
        del sent["Accept-Ranges"]
        return sent


def _chunks(response: HttpResponse) -> Iterable[bytes]:
    return cast(FileResponse, response).streaming_content if response.streaming else [response.content]  # type: ignore[return-value]
