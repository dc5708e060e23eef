"""Serve what makes the web client an app that can be installed: its manifest and its service worker."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rosetta import languages

ROOT = Path(settings.BASE_DIR) / "web"
CLIENT = ROOT / "static" / "web"
# What a client needs to start without a network: its code, words and pictures of itself.
SHELL = (".js", ".mjs", ".css", ".json", ".svg")
# Tags for other sites, and icons that the system keeps when it installs the client.
NOT_SHELL = ("widget.js",)
SHOWN_OFFLINE = ("icon-192.png", "badge-96.png")
# The worker may fetch and show pictures of this service, and nothing else.
POLICY = "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'"
THEME, BACKGROUND = "#1d6b62", "#f6f5f1"


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Describe the client to the system that installs it, in the visitor's language."""
    language = next((code for code in languages.CODES if code.lower() == _code(get_language())), languages.DEFAULT)
    response = JsonResponse(_manifest(language), content_type="application/manifest+json")
    response["Cache-Control"] = "max-age=3600"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _code(language: str | None) -> str:
    """Return Django's name of a language as the client's."""
    return "zh-cn" if language == "zh-hans" else language or ""


@cache
def _manifest(language: str) -> dict[str, Any]:
    words: dict[str, str] = json.loads((CLIENT / "locales" / f"{language}.json").read_text(encoding="utf-8"))

    def icon(name: str, size: int, purpose: str) -> dict[str, str]:
        return {"src": static(f"web/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    icons = [
        {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        *(icon(f"icon-{size}.png", size, "any") for size in (192, 512)),
        *(icon(f"icon-maskable-{size}.png", size, "maskable") for size in (192, 512)),
        icon("badge-96.png", 96, "monochrome"),
    ]
    shortcut_icon = [icon("icon-192.png", 192, "any")]
    shortcuts = {
        words["direct.new"]: "/?open=direct",
        words["switcher.title"]: "/?open=switcher",
        words["settings.notifications"]: "/w/settings/notifications",
    }
    return {
        "id": "/",
        "name": "Rosetta",
        "short_name": "Rosetta",
        "description": words["app.description"],
        "lang": language,
        "dir": "auto",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": THEME,
        "categories": ["social", "business"],
        "icons": icons,
        "shortcuts": [{"name": name, "url": url, "icons": shortcut_icon} for name, url in shortcuts.items()],
        "share_target": {
            "action": "/share",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker, whose text differs with every build: browsers install it anew by that."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Content-Security-Policy"] = POLICY
    return response


@cache
def _worker() -> str:
    source = (ROOT / "service_worker.js").read_text(encoding="utf-8")
    files = sorted(path for path in CLIENT.rglob("*") if _is_of_shell(path))
    build = hashlib.sha256(settings.VERSION.encode())
    for path in (ROOT / "index.html", *files):
        build.update(path.read_bytes())
    addresses = [static(f"web/{path.relative_to(CLIENT)}") for path in files]
    return f"const BUILD = {json.dumps(build.hexdigest()[:16])};\nconst FILES = {json.dumps(addresses)};\n{source}"


def _is_of_shell(path: Path) -> bool:
    return (path.suffix in SHELL and path.name not in NOT_SHELL) or path.name in SHOWN_OFFLINE
