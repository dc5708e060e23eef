"""The parts of which every API is made.

Routers, policies, links, bodies, and the schema's hooks.
"""

from typing import Any

import pytest
from django.test import override_settings
from django.urls import NoReverseMatch, Resolver404, include, path, resolve, reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory

import rosetta.urls  # noqa: F401  (registers the path converters)
from rosetta.http.bodies import parsed, parsed_query
from rosetta.http.links import absolute, link_to
from rosetta.http.pagination import paged
from rosetta.http.permissions import Anyone
from rosetta.http.routers import ApiRouter, SingletonRouter
from rosetta.http.schema import documented_answers
from rosetta.http.throttles import Limit, by_address
from rosetta.http.viewsets import ApiViewSet, Policy, policy
from rosetta.ids import NO_ID

SHELF = "01j5d8tq3v8m9n0p1r2s3t4v5w"
BOOK = "01j5d8tq3v8m9n0p1r2s3t4v5x"
BUSY = Limit("busy", "2/minute", by_address)


class BookBody(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=10)
    pages = serializers.IntegerField(required=False)


@extend_schema(request=BookBody, responses=BookBody)
class BookViewSet(ApiViewSet):
    permission_classes = (Anyone,)
    lookup_url_kwarg = "id"
    lookup_value_converter = "ulid"
    tag = "Books"
    refusals = {409: "The shelf is full."}
    operation_names = {"Thing": "Book"}

    def list(self, request: Request, shelf_id: str) -> Response:
        return Response({"shelf": shelf_id})

    def retrieve(self, request: Request, shelf_id: str, id: str) -> Response:
        return Response({"book": id, "ability": self.policy.ability})

    @extend_schema(operation_id="add{Thing}", summary="Add a {Thing}", description="Puts a {Thing} on the shelf.")
    @policy(ability="books:write", limits=(BUSY,))
    def create(self, request: Request, shelf_id: str) -> Response:
        return Response({"ability": self.policy.ability}, status=201)

    @policy(ability="books:open")
    @action(detail=True, methods=["post"])
    def open(self, request: Request, shelf_id: str, id: str) -> Response:
        return Response({"opened": id, "ability": self.policy.ability})

    @open.mapping.delete
    @policy(ability="books:close")
    def close(self, request: Request, shelf_id: str, id: str) -> Response:
        return Response({"closed": id, "ability": self.policy.ability})


class CatViewSet(ApiViewSet):
    """Only a signed-in caller, as no permission is named."""

    def retrieve(self, request: Request) -> Response:
        return Response({"cat": 1})

    def destroy(self, request: Request) -> Response:
        return Response(status=204)

    @action(detail=False, methods=["put"])
    def food(self, request: Request) -> Response:
        return Response({"food": 1})


books = ApiRouter()
books.register("shelves/<ulid:shelf_id>/books", BookViewSet, basename="book")
cat = SingletonRouter()
cat.register("me/cat", CatViewSet, basename="cat")
urlpatterns = [path("api/v1/", include([*books.urls, *cat.urls]))]

with_books = override_settings(ROOT_URLCONF=__name__)


@with_books
def test_a_router_names_its_paths_and_adds_no_slash() -> None:
    assert reverse("book-list", kwargs={"shelf_id": SHELF}) == f"/api/v1/shelves/{SHELF}/books"
    assert reverse("book-detail", kwargs={"shelf_id": SHELF, "id": BOOK}) == f"/api/v1/shelves/{SHELF}/books/{BOOK}"
    assert reverse("book-open", kwargs={"shelf_id": SHELF, "id": BOOK}).endswith(f"/{BOOK}/open")
    with pytest.raises(Resolver404):
        resolve(f"/api/v1/shelves/{SHELF}/books/")


@with_books
def test_path_converters_read_ids_and_turn_malformed_ones_into_an_unknown_one() -> None:
    match = resolve(f"/api/v1/shelves/{SHELF.upper()}/books/x")
    assert match.kwargs == {"shelf_id": SHELF, "id": NO_ID}


@with_books
def test_a_singleton_has_one_path_for_reading_and_deleting_and_its_actions_below() -> None:
    assert reverse("cat") == "/api/v1/me/cat"
    assert reverse("cat-food") == "/api/v1/me/cat/food"
    actions = resolve("/api/v1/me/cat").func.actions  # type: ignore[attr-defined]
    assert {method: name for method, name in actions.items() if method != "head"} == {
        "get": "retrieve",
        "delete": "destroy",
    }


@with_books
def test_a_method_without_an_action_is_a_405() -> None:
    refused = APIClient().put(f"/api/v1/shelves/{SHELF}/books", {})
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


@with_books
def test_each_action_has_the_policy_that_it_names_and_others_the_default() -> None:
    client, book = APIClient(), f"/api/v1/shelves/{SHELF}/books/{BOOK}"
    assert client.get(book).json()["ability"] == "*"
    assert client.post(f"/api/v1/shelves/{SHELF}/books", {}).json() == {"ability": "books:write"}
    assert client.post(f"{book}/open", {}).json() == {"opened": BOOK, "ability": "books:open"}
    assert client.delete(f"{book}/open").json() == {"closed": BOOK, "ability": "books:close"}


def test_policies_of_one_action_add_up() -> None:
    @policy(limits=())
    @policy(ability="books:write")
    def handler() -> None: ...

    assert handler.policy == Policy(ability="books:write", limits=())  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        policy(abilty="books:write")(handler)


@with_books
def test_limits_of_an_action_hold_and_are_told_in_headers() -> None:
    answers = [APIClient().post(f"/api/v1/shelves/{SHELF}/books", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert APIClient().get(f"/api/v1/shelves/{SHELF}/books")["X-RateLimit-Limit"] == "1200"


@with_books
@pytest.mark.django_db
def test_an_action_without_permissions_of_its_own_asks_for_a_sign_in() -> None:
    assert APIClient().get("/api/v1/me/cat").status_code == 401


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("https://example.com", "https://example.com/api/v1/me/cat"),
        ("https://example.com/chat", "https://example.com/chat/api/v1/me/cat"),
        ("http://[::1]:8000", "http://[::1]:8000/api/v1/me/cat"),
    ],
)
def test_links_follow_the_public_address_and_keep_its_path(public_url: str, address: str) -> None:
    with override_settings(ROOT_URLCONF=__name__, PUBLIC_URL=public_url):
        assert link_to("cat") == address
        assert absolute("/api/v1/me/cat") == address
        with pytest.raises(NoReverseMatch):
            link_to("dog")


@pytest.mark.django_db
def test_links_of_pages_follow_the_public_address_whatever_host_was_called(owner: Any) -> None:
    get = APIRequestFactory().get("/api/v1/me/blocks", {"page": "2", "per_page": "1", "q": "ä b"})
    with override_settings(PUBLIC_URL="https://example.com/chat"):
        links = paged(Request(get), type(owner).objects.order_by("pk"), lambda user: user.pk).data["links"]
    assert links["first"] == "https://example.com/chat/api/v1/me/blocks?page=1&per_page=1&q=%C3%A4+b"
    assert links["next"] is None
    assert links["prev"].startswith("https://example.com/chat/api/v1/me/blocks?page=1&")


def request_for(query: str) -> Request:
    return Request(APIRequestFactory().get(f"/?{query}"))


def test_query_parameters_are_read_by_a_serializer_and_empty_ones_are_absent() -> None:
    assert parsed_query(BookBody, request_for("title=Emma&pages=12")) == {"title": "Emma", "pages": 12}
    assert parsed_query(BookBody, request_for("title=Emma&pages=")) == {"title": "Emma"}
    with pytest.raises(ValidationError) as refused:
        parsed_query(BookBody, request_for("title=&pages=many"))
    assert set(refused.value.detail) == {"title", "pages"}


def test_a_serializer_that_reads_every_request_keeps_nothing_of_the_one_before() -> None:
    first = parsed_query(BookBody, request_for("title=Emma&pages=12"))
    first["pages"] = 13
    assert parsed_query(BookBody, request_for("title=Nana")) == {"title": "Nana"}


def test_a_body_is_read_once_for_each_language_of_its_errors() -> None:
    factory = APIRequestFactory()
    sentences = []
    for language in ("en", "ja", "en"):
        with translation.override(language), pytest.raises(ValidationError) as refused:
            parsed(BookBody, Request(factory.post("/", {"title": "x" * 11}, format="json"), parsers=[JSONParser()]))
        sentences.append(str(refused.value.detail["title"][0]))
    assert sentences[0] == sentences[2] == "Ensure this field has no more than 10 characters."
    assert sentences[1] not in ("", sentences[0])


@with_books
def test_the_schema_names_operations_refusals_limits_and_the_answers_of_the_frame() -> None:
    schema = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operation = schema["paths"]["/api/v1/shelves/{shelf_id}/books"]["post"]
    assert (operation["operationId"], operation["summary"], operation["description"]) == (
        "addBook",
        "Add a Book",
        "Puts a Book on the shelf.",
    )
    assert operation["tags"] == ["Books"]
    responses = operation["responses"]
    assert responses["409"]["description"] == "The shelf is full."
    assert "2 per minute (busy)" in responses["429"]["description"]
    assert {"400", "404", "413", "415", "422"} <= set(responses)
    read = schema["paths"]["/api/v1/shelves/{shelf_id}/books"]["get"]["responses"]
    assert "409" not in read and "400" not in read
    assert read["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/BookBody"}


def test_the_hook_adds_nothing_that_an_operation_has_said_itself() -> None:
    own = {"description": "Read on page 3.", "content": {}}
    operation = {"responses": {"404": own}, "parameters": [{"name": "Idempotency-Key"}], "security": [{}]}
    result = {"components": {}, "paths": {"/things/{id}": {"post": operation}}}
    documented_answers(result, generator=None, request=None, public=True)
    assert operation["responses"]["404"] is own
    assert {"409", "422", "429"} <= set(operation["responses"])
    assert not {"400", "401", "403"} & set(operation["responses"])
    assert set(result["components"]["schemas"]) == {"Error", "ValidationError"}
