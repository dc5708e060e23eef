"""JSON calls to engines: what each response and failure is raised as."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from translation.engines.base import (
    Deadline,
    EngineError,
    PermanentError,
    QuotaError,
    RefusedByEngine,
    TransientError,
    texts_of,
)
from translation.engines.http import MAX_ANSWER, QUOTA_SECONDS, post_json, raise_for, retry_after
from translation.tests import servers


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_success_raises_nothing(status: int) -> None:
    raise_for(status, b"", {})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, PermanentError) for status in (401, 402, 403, 404, 405, 456)),
        *((status, RefusedByEngine) for status in (400, 413, 414, 422)),
        *((status, TransientError) for status in (301, 408, 409, 418, 500, 502, 503, 504)),
        (429, QuotaError),
    ],
)
def test_each_status_is_raised_as_its_kind(status: int, kind: type[EngineError]) -> None:
    with pytest.raises(EngineError) as raised:
        raise_for(status, b"why", {})
    assert type(raised.value) is kind
    assert str(raised.value) == f"HTTP {status}: why"


def test_an_error_has_the_beginning_of_the_body_even_if_it_is_not_text() -> None:
    with pytest.raises(TransientError, match="HTTP 500: �") as raised:
        raise_for(500, b"\xff" * 1000, {})
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {}, QUOTA_SECONDS),
        (429, {"retry-after": "7"}, 7.0),
        (429, {"Retry-After": "7.5"}, 7.5),
        (429, {"retry-after": "soon"}, QUOTA_SECONDS),
        (503, {"retry-after": "9"}, 9.0),
    ],
)
def test_a_quota_has_the_seconds_of_its_header(status: int, headers: dict[str, str], seconds: float) -> None:
    with pytest.raises(QuotaError) as raised:
        raise_for(status, b"", headers)
    assert raised.value.retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)
    assert 50 < (retry_after({"retry-after": in_a_minute}) or 0) <= 60
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after({"retry-after": "-5"}) == 0.0


@pytest.mark.parametrize("raw", ["", "tomorrow", "Wed, 99 Oct 2015"])
def test_a_retry_after_that_is_neither_a_number_nor_a_date_is_ignored(raw: str) -> None:
    assert retry_after({"retry-after": raw}) is None


@pytest.mark.parametrize("url", ["http://\x00/", "http://[::1", "http://example.com:port/"])
def test_an_invalid_url_is_permanent(url: str) -> None:
    with pytest.raises(PermanentError):
        post_json(url, {}, timeout=1)


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"<html>", "not JSON"), (b"", "not JSON"), (b'"' + b"x" * (MAX_ANSWER + 1) + b'"', "too long")],
)
def test_a_response_that_is_not_json_or_too_long_is_transient(body: bytes, message: str) -> None:
    with (
        servers.serve(lambda request: servers.Reply(raw=body)) as service,
        pytest.raises(TransientError, match=message),
    ):
        post_json(service.url, {}, timeout=10)


def test_a_redirect_is_not_followed() -> None:
    with servers.serve(lambda request: servers.Reply(302, headers={"Location": "/elsewhere"})) as service:
        with pytest.raises(TransientError, match="HTTP 302"):
            post_json(service.url, {}, timeout=10)
        assert len(service.requests) == 1


@pytest.mark.parametrize("answer", [None, "a", ["a"], ["a", 1], ["a", "b", "c"], {"0": "a"}])
def test_an_answer_must_have_one_text_for_each(answer: object) -> None:
    with pytest.raises(TransientError):
        texts_of(answer, 2)
    assert texts_of(["a", "b"], 2) == ["a", "b"]


def test_a_deadline_has_no_time_left_when_it_is_over() -> None:
    assert Deadline(0).left == 0.0
    assert Deadline(-1).left == 0.0
    assert 0 < Deadline(60).left <= 60
