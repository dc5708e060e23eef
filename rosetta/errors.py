"""Domain errors, and the one place where exceptions become responses.

Code below the API raises a ``DomainError``; ``exception_handler`` turns every refusal into the contract's body. ``message``
is always the documented English; the sentences under ``errors`` are in the caller's language.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import bad_request
from rest_framework import exceptions
from rest_framework.response import Response

log = structlog.get_logger(__name__)

API = "/api/"
INVALID_MESSAGE = "The given data was invalid."
UNAUTHENTICATED = "Unauthenticated."
# PostgreSQL's code for a write to a server that became a standby.
READ_ONLY = "25006"


class DomainError(Exception):
    """A refusal with a stable code.

    Subclasses set ``status``, ``message`` and, where clients branch on it, ``code``.
    """

    status: ClassVar[int] = 400
    message: str = "Bad request."
    code: str | None = None

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        if self.code is None:
            return {"message": self.message}
        return {"message": self.message, "errors": {"code": [self.code]}}


class NotFound(DomainError):
    """The row does not exist, or the caller may not know that it does.

    The response is the same.
    """

    status = 404
    message = "Not found."


class Forbidden(DomainError):
    """The caller can see the row but may not do this to it."""

    status = 403
    message = "This action is unauthorized."


class Unauthenticated(DomainError):
    """The request's secret opens nothing here."""

    status = 401
    message = UNAUTHENTICATED


class Conflict(DomainError):
    status = 409
    message = "Conflict."


class Gone(DomainError):
    status = 410
    message = "Gone."


class Unavailable(DomainError):
    """A service that this request needs, such as storage, is down.

    A later retry may succeed.
    """

    status = 503
    message = "Service Unavailable."


class Invalid(DomainError):
    """A rule refuses well-formed input.

    ``errors`` maps fields, dotted where nested, to sentences.
    """

    status = 422
    message = INVALID_MESSAGE

    def __init__(self, errors: Mapping[str, list[Any]]) -> None:
        self.errors = errors
        super().__init__()

    def body(self) -> dict[str, Any]:
        errors = {name: [str(sentence) for sentence in sentences] for name, sentences in self.errors.items()}
        return {"message": self.message, "errors": errors}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the contract's response to ``exc``, or None for a fault of the server (500). DRF's hook."""
    from rest_framework.views import set_rollback  # at call time: DRF's views import permissions, which import this

    set_rollback()
    answer = _answer(exc)
    if answer is None:
        return None
    status, body, headers = answer
    return Response(_encodable(body), status=status, headers=headers)


def _answer(exc: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    match exc:
        case Unauthenticated():
            return exc.status, exc.body(), {"WWW-Authenticate": "Bearer"}
        case DomainError():
            return exc.status, exc.body(), {}
        case exceptions.ValidationError():
            return 422, {"message": INVALID_MESSAGE, "errors": dict(_flatten(exc.detail))}, {}
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return 401, {"message": UNAUTHENTICATED}, {"WWW-Authenticate": "Bearer"}
        case exceptions.Throttled():
            return (
                429,
                {"message": "Too Many Attempts."},
                {"Retry-After": str(max(1, int(getattr(exc, "wait", None) or 1)))},
            )
        case Http404() | exceptions.NotFound():
            return 404, {"message": NotFound.message}, {}
        case exceptions.PermissionDenied():
            default = str(exc.detail) == str(exceptions.PermissionDenied.default_detail)
            return 403, {"message": Forbidden.message if default else str(exc.detail)}, {}
        case PermissionDenied():
            return 403, {"message": Forbidden.message}, {}
        case RequestDataTooBig():
            return 413, {"message": "The request is too large."}, {}
        case exceptions.APIException():
            return exc.status_code, {"message": str(exc.detail)}, {}
        case OperationalError() | InterfaceError():
            log.warning("database_unavailable", error=str(exc))
            return 503, {"message": Unavailable.message}, {"Retry-After": "1"}
        case InternalError() if getattr(exc.__cause__, "sqlstate", "") == READ_ONLY:
            log.warning("database_unavailable", error=str(exc))
            return 503, {"message": Unavailable.message}, {"Retry-After": "1"}
    return None


def _encodable(part: Any) -> Any:
    """Replace lone surrogates, which a sentence may repeat from the request and UTF-8 cannot encode."""
    if isinstance(part, dict):
        return {_encodable(name): _encodable(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_encodable(inner) for inner in part]
    return part.encode(errors="replace").decode() if isinstance(part, str) else part


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield nested serializer errors by dotted names, as ``attachment_ids.0``.

    Errors without a field under ``body``.
    """
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            name = "body" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, f"{path}.{name}" if path else name)
    elif any(isinstance(item, Mapping | list) for item in detail):
        for index, inner in enumerate(detail):
            if inner:
                yield from _flatten(inner, f"{path}.{index}" if path else str(index))
    else:
        yield path or "body", [str(sentence) for sentence in detail]


def json_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer requests that Django refuses outside a view or cannot read.

    Django's handler400.
    """
    if not request.path.startswith(API):
        return bad_request(request, exception)
    return JsonResponse({"message": DomainError.message}, status=400)


def json_404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer the contract's body for an unknown path."""
    return JsonResponse({"message": NotFound.message}, status=404)


def json_500(request: HttpRequest) -> HttpResponse:
    """Answer with the request's id and never with a traceback. Django's handler500."""
    body = {"message": "Server Error.", "request_id": getattr(request, "request_id", None)}
    return JsonResponse(body, status=500)
