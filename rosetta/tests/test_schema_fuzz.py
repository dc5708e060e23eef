"""Generated calls of every kind against the whole schema.

Nothing fails on our side, and every answer is one that it names.

``SCHEMA_EXAMPLES`` says how many calls an operation gets from each caller: a few in CI, the same each time; when looking for
trouble more, and new each time: ``SCHEMA_EXAMPLES=100 .venv/bin/python -m pytest rosetta/tests/test_schema_fuzz.py``.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as generation
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rosetta.tests.cast import MAIN, Cast, known_ids

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
GOOD, BAD = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE

ROOM = {"workspace": "room", "channel": "room_channel", "conversation": "room_channel", "message": "room_message"}
SCENES = (MAIN, MAIN | ROOM, MAIN | {"channel": "archived"}, MAIN | {"message": "others_message"})


@pytest.fixture
def operations() -> Iterator[list[Any]]:
    """The schema's operations, which are called without a server, on the test's own connection."""
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    moments = (signals.request_started, signals.request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield [found.ok() for found in schema.get_all_operations()]
    for moment in moments:
        moment.connect(close_old_connections)


def cases(operation: Any, cast: Cast) -> Any:
    """Calls of an operation, well-formed and malformed, mostly about rows that exist."""
    scenes = [known_ids(cast, operation.path, scene) for scene in SCENES]
    known = [{"path_parameters": ids} for at, ids in enumerate(scenes) if ids not in scenes[:at]]
    strategies = [operation.as_strategy(GOOD, **ids) for ids in [*known, {}]]
    if operation.body or operation.query or operation.path_parameters:
        strategies += [operation.as_strategy(BAD, **ids) for ids in [known[0], {}]]
    return st.one_of(strategies)


def faults(operation: Any, cast: Cast, headers: dict[str, str]) -> Iterator[str]:
    """What is wrong with the answers to one caller, each kind of fault once.

    What the calls change is undone.
    """
    found: dict[str, str] = {}

    @generation(
        max_examples=EXAMPLES,
        derandomize="SCHEMA_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(operation, cast))
    def call(case: Any) -> None:
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                told = [failure.message[:1000], case.as_curl_command()[:1000], answer.text[:500]]
                found.setdefault(f"{failure.title} {answer.status_code}", "\n".join(told))

    call()
    yield from (f"{operation.label}: {title}\n{told}\n" for title, told in found.items())


@pytest.mark.parametrize("caller", ["anonymous", "guest", "member", "owner"])
def test_no_call_breaks_the_service_or_its_schema(caller: str, cast: Cast, operations: list[Any]) -> None:
    sent = cast.clients[caller]._credentials
    headers = {name.removeprefix("HTTP_").replace("_", "-").title(): value for name, value in sent.items()}
    wrong = [told for operation in operations for told in faults(operation, cast, headers)]
    assert not wrong, "\n".join(wrong)
