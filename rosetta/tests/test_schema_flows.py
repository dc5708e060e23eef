"""Calls that follow from one another, as each kind of caller.

What one answers with is what the next asks about.

The links between operations are inferred from the schema: a list of channels leads to each channel, a message that was
posted to its reactions. ``SCHEMA_FLOWS`` says how many flows each caller goes: a few in CI, the same each time; when looking
for trouble more, and new each time: ``SCHEMA_FLOWS=200 make test ARGS=rosetta/tests/test_schema_flows.py``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase
from hypothesis import settings as generation
from hypothesis.stateful import run_state_machine_as_test
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from conftest import PASSWORD, make_user
from rosetta.tests.cast import MAIN, Cast, known_ids
from workspaces.tests.factories import MemberFactory

FLOWS = int(os.environ.get("SCHEMA_FLOWS", "4"))
STEPS = 8
CALLERS = ("anonymous", "guest", "member", "browser", "staff", "owner", "outsider", "stranger")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What nobody outside of the workspace may ever be told.
PRIVATE_WORDS = ("The harbour opens at dawn.", "Hidden.", "Just us.", "Mali", "Acme", "Secret")
PRIVATE_IDS = (
    "workspace",
    "channel",
    "private",
    "message",
    "hidden_message",
    "direct",
    "direct_message",
    "file",
    "webhook",
)


@pytest.fixture(scope="module")
def machine() -> Any:
    """The schema's flows, whose calls are made without a server."""
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    return schema.as_state_machine()


@contextmanager
def own_connection() -> Iterator[None]:
    """Keep requests from closing the test's connection.

    Django's test client lets them again after each of its own.
    """
    moments = (signals.request_started, signals.request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield
    for moment in moments:
        moment.connect(close_old_connections)


def headers_of(caller: str, cast: Cast) -> dict[str, str]:
    """What ``caller`` sends with each request."""
    if caller == "browser":
        return session_of(User.objects.get(name="Mali"))
    if caller == "staff":
        return session_of(make_user("Stefan", is_staff=True, is_superuser=True))
    if caller == "stranger":
        return session_of(MemberFactory.create(user=make_user("Sven")).user)
    sent = cast.clients[caller]._credentials
    return {name.removeprefix("HTTP_").replace("_", "-").title(): value for name, value in sent.items()}


def session_of(user: User) -> dict[str, str]:
    browser, csrf = APIClient(), "a" * 32
    signed_in = browser.post("/api/v1/auth/web/login", {"email": user.email, "password": PASSWORD})
    assert signed_in.status_code == 200, signed_in.content
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; csrftoken={csrf}", "X-CSRFToken": csrf}


class Watch:
    """Makes the calls of one caller, and keeps what was wrong with the answers, each kind of fault once."""

    def __init__(self, caller: str, cast: Cast) -> None:
        self.headers, self.cast, self.calls, self.granted = headers_of(caller, cast), cast, 0, 0
        self.found: dict[str, str] = {}
        is_outside = caller in ("anonymous", "outsider", "stranger")
        self.private = (*PRIVATE_WORDS, *(cast.ids[name] for name in PRIVATE_IDS)) if is_outside else ()

    def aim(self, case: Any, number: int) -> None:
        """Ask every other call about a row that exists, where no earlier answer named one."""
        if number % 2 and case.path_parameters:
            case.path_parameters = known_ids(self.cast, case.operation.path, MAIN)

    def check(self, case: Any, answer: Any) -> None:
        self.granted += answer.status_code < 300
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.note(
                    f"{case.operation.label}: {failure.title} {answer.status_code}", failure.message, case, answer
                )
        asked = f"{case.path_parameters} {case.query} {case.body}"
        for word in self.private:
            if word in answer.text and word not in asked and answer.status_code < 300:
                self.note(f"{case.operation.label}: tells {word}", "", case, answer)

    def note(self, title: str, message: str, case: Any, answer: Any) -> None:
        told = [title, message[:1000], case.as_curl_command()[:1000], answer.text[:500]]
        self.found.setdefault(title, "\n".join(told))


def flows_of(machine: Any, watch: Watch) -> Any:
    """A state machine whose flows are ``watch``'s, each undone at its end."""

    class Flow(machine):  # type: ignore[misc, valid-type]
        def setup(self) -> None:
            self.undone = transaction.atomic()
            self.undone.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        def before_call(self, case: Any) -> None:
            watch.calls += 1
            watch.aim(case, watch.calls)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            # Apart from the headers, because the client that makes the calls replaces a Cookie header by its own.
            pairs = (one.partition("=") for one in watch.headers.get("Cookie", "").split("; ") if one)
            plain = {name: value for name, value in watch.headers.items() if name != "Cookie"}
            return {"headers": plain, "cookies": {name: value for name, _sign, value in pairs}}

        def call(self, case: Any, **kwargs: Any) -> Any:
            with transaction.atomic():
                return super().call(case, **kwargs)

        def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
            watch.check(case, response)

    return Flow


@pytest.mark.parametrize("caller", CALLERS)
def test_no_flow_of_calls_breaks_the_service_or_tells_a_stranger_anything(
    caller: str, cast: Cast, machine: Any
) -> None:
    watch = Watch(caller, cast)
    how = generation(
        max_examples=FLOWS,
        stateful_step_count=STEPS,
        derandomize="SCHEMA_FLOWS" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with own_connection():
        run_state_machine_as_test(flows_of(machine, watch), settings=how)
    assert not watch.found, "\n\n".join(watch.found.values())
    assert watch.calls >= FLOWS
    assert watch.granted or caller in ("anonymous", "guest"), "nothing was allowed: is the caller signed in?"
