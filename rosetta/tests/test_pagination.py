"""Pages of lists: numbers, sizes, links, and how wrong ones are refused."""

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.models import User
from accounts.tests.factories import UserFactory
from rosetta.errors import Invalid
from rosetta.http.pagination import MAX_PER_PAGE, PER_PAGE, paged, query_flag, query_int


def request_for(query: str = "") -> Request:
    return Request(APIRequestFactory().get(f"/api/v1/books?{query}"))


@pytest.fixture
def names(db: None) -> list[str]:
    names = [f"Reader {number:02}" for number in range(32)]
    for name in names:
        UserFactory.create(name=name)
    return names


def page(query: str) -> dict[str, Any]:
    rows = User.objects.filter(name__startswith="Reader").order_by("name")
    answer = paged(request_for(query), rows, lambda user: user.name).data
    assert isinstance(answer, dict)
    return answer


def test_pages_of_one_size_contain_every_row_once(names: list[str]) -> None:
    for per_page in (1, 7, 31, 32, 33):
        last = page(f"per_page={per_page}")["meta"]["last_page"]
        pages = [page(f"per_page={per_page}&page={number}")["data"] for number in range(1, last + 1)]
        assert [name for rows in pages for name in rows] == names
        assert all(len(rows) == per_page for rows in pages[:-1])


def test_the_default_page_is_the_first_of_fifteen(names: list[str]) -> None:
    answer = page("")
    assert answer["data"] == names[:PER_PAGE]
    assert answer["meta"] == {"current_page": 1, "per_page": PER_PAGE, "last_page": 3, "total": 32}


def test_links_lead_to_the_pages_around_and_keep_other_parameters(names: list[str]) -> None:
    links = page("per_page=10&page=2&q=a%20b")["links"]
    base = "http://127.0.0.1:8000/api/v1/books?per_page=10&page={}&q=a+b"
    assert links == {"first": base.format(1), "last": base.format(4), "prev": base.format(1), "next": base.format(3)}


def test_the_ends_have_no_further_links(names: list[str]) -> None:
    assert page("page=1")["links"]["prev"] is None
    assert page("page=3")["links"]["next"] is None


def test_a_page_past_the_end_is_empty_and_leads_back_to_the_last(names: list[str]) -> None:
    answer = page("page=99")
    assert answer["data"] == []
    assert answer["links"]["prev"].endswith("page=3")
    assert answer["links"]["next"] is None


@pytest.mark.django_db
def test_a_list_without_rows_has_one_empty_page() -> None:
    answer = page("")
    assert (answer["data"], answer["meta"]["last_page"], answer["meta"]["total"]) == ([], 1, 0)
    assert (answer["links"]["prev"], answer["links"]["next"]) == (None, None)


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=1.5",
        "page=%D9%A2",
        "page=" + "9" * 30,
        "per_page=0",
        "per_page=101",
        "per_page=x",
    ],
)
@pytest.mark.django_db
def test_a_wrong_number_is_an_error_on_its_parameter(query: str) -> None:
    with pytest.raises(Invalid) as refused:
        page(query)
    assert list(refused.value.errors) == [query.split("=")[0]]


def test_a_whole_number_is_read_within_its_bounds() -> None:
    read = [
        query_int(request_for(query), "n", default=5, low=1, high=MAX_PER_PAGE)
        for query in ("", "n=", "n=1", "n=100", "n=007")
    ]
    assert read == [5, 5, 1, 100, 7]


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("0", False), ("", True)]
)
def test_a_flag_has_four_spellings(raw: str, value: bool) -> None:
    assert query_flag(request_for(f"f={raw}"), "f", default=True) is value
    assert query_flag(request_for(), "f", default=False) is False


@pytest.mark.parametrize("raw", ["yes", "2", "on", "tru", "None"])
def test_another_word_is_not_a_flag(raw: str) -> None:
    with pytest.raises(Invalid):
        query_flag(request_for(f"f={raw}"), "f", default=True)
