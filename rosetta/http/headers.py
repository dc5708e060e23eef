"""Security headers of every response.

Browsers get the least rights that they need to show it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# JSON runs no script and appears in no frame, even when a browser is made to open it as a page.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
FILES = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
DOCUMENTATION = f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; {_PAGE}"
# The admin theme's scripts evaluate expressions in attributes; no script is loaded from elsewhere.
ADMIN = f"default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; {_PAGE}"

BY_PREFIX = ((settings.STATIC_URL, FILES), ("/admin/", ADMIN), ("/api/docs", DOCUMENTATION))
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy_for(path: str) -> str:
    return next((policy for prefix, policy in BY_PREFIX if path.startswith(prefix)), NOTHING)


class HeadersMiddleware:
    """Add the headers that a view has not set.

    API responses are not cached, because they are private.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        path = request.path
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy_for(path))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        if path.startswith(settings.STATIC_URL):
            # because other sites load the widget
            headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
            return response
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if path.startswith("/api/v1/"):
            headers.setdefault("Cache-Control", "no-store")
        return response
