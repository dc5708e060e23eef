"""What each exception is answered with, in the one shape that clients know."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from rosetta.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unauthenticated, Unavailable, exception_handler


class RoomFull(Conflict):
    code = "room_full"
    message = "This room is full."


def answer_to(exception: Exception) -> tuple[int, Any]:
    response = exception_handler(exception, {})
    assert response is not None
    return response.status_code, response.data


@pytest.mark.parametrize(
    ("exception", "status", "message"),
    [
        (NotFound(), 404, "Not found."),
        (Forbidden(), 403, "This action is unauthorized."),
        (Unauthenticated(), 401, "Unauthenticated."),
        (Conflict("Already there."), 409, "Already there."),
        (Gone(), 410, "Gone."),
        (Unavailable(), 503, "Service Unavailable."),
        (Http404("secret detail"), 404, "Not found."),
        (exceptions.NotFound("secret detail"), 404, "Not found."),
        (PermissionDenied("secret detail"), 403, "This action is unauthorized."),
        (exceptions.PermissionDenied(), 403, "This action is unauthorized."),
        (exceptions.PermissionDenied("Only owners."), 403, "Only owners."),
        (exceptions.NotAuthenticated(), 401, "Unauthenticated."),
        (exceptions.AuthenticationFailed("secret detail"), 401, "Unauthenticated."),
        (exceptions.ParseError("JSON parse error"), 400, "JSON parse error"),
        (exceptions.MethodNotAllowed("PUT"), 405, 'Method "PUT" not allowed.'),
        (RequestDataTooBig(), 413, "The request is too large."),
        (OperationalError("password=secret"), 503, "Service Unavailable."),
        (InterfaceError("password=secret"), 503, "Service Unavailable."),
    ],
)
def test_each_exception_has_its_status_and_message(exception: Exception, status: int, message: str) -> None:
    assert answer_to(exception) == (status, {"message": message})


def test_a_code_is_an_error_of_its_own() -> None:
    assert answer_to(RoomFull()) == (409, {"message": "This room is full.", "errors": {"code": ["room_full"]}})


def test_fields_are_named_with_their_sentences() -> None:
    assert answer_to(Invalid({"name": ["Too long.", "Not visible."]})) == (
        422,
        {"message": "The given data was invalid.", "errors": {"name": ["Too long.", "Not visible."]}},
    )


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        ({"name": ["Required."]}, {"name": ["Required."]}),
        ({"limits": {"daily": ["Too many."]}}, {"limits.daily": ["Too many."]}),
        ({"ids": [{}, {"id": ["Unknown."]}]}, {"ids.1.id": ["Unknown."]}),
        ({"ids": {0: ["Unknown."]}}, {"ids.0": ["Unknown."]}),
        ({"non_field_errors": ["Not an object."]}, {"body": ["Not an object."]}),
        (["Not an object."], {"body": ["Not an object."]}),
    ],
)
def test_nested_errors_have_dotted_names(detail: Any, errors: dict[str, list[str]]) -> None:
    assert answer_to(exceptions.ValidationError(detail))[1]["errors"] == errors


@pytest.mark.parametrize(("wait", "seconds"), [(None, "1"), (0, "1"), (0.2, "1"), (12, "12")])
def test_a_limit_says_when_to_come_back(wait: float | None, seconds: str) -> None:
    response = exception_handler(exceptions.Throttled(wait=wait), {})
    assert response is not None
    assert (response.status_code, response.data) == (429, {"message": "Too Many Attempts."})
    assert int(response["Retry-After"]) >= int(seconds)


def test_a_lone_surrogate_of_the_request_is_replaced_in_the_answer() -> None:
    assert answer_to(Invalid({"na\ud800me": ["\udfff is unknown."]}))[1]["errors"] == {"na?me": ["? is unknown."]}


@pytest.mark.parametrize("exception", [ValueError("secret"), KeyError("secret"), RuntimeError()])
def test_a_fault_of_the_server_is_left_to_django(exception: Exception) -> None:
    assert exception_handler(exception, {}) is None
