"""The documents that describe the API, as generators of clients read them.

`make lint` has Spectral's rules.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rosetta.devtools import api_documents
from rosetta.http.enums import named_enums, refer_to_enums
from rosetta.http.schema_names import ENUM_NAMES, TAGS


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return api_documents.openapi()


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return api_documents.asyncapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def test_every_tag_is_described_and_used(openapi: dict[str, Any]) -> None:
    used = Counter(tag for _, operation in operations(openapi) for tag in operation["tags"])
    assert set(used) == {tag["name"] for tag in openapi["tags"]} == set(TAGS)
    assert all(tag["description"].endswith(".") for tag in openapi["tags"])


def test_every_parameter_says_what_it_is(openapi: dict[str, Any]) -> None:
    parameters = [(name, row) for name, operation in operations(openapi) for row in operation.get("parameters", [])]
    assert len(parameters) > 200
    assert [(name, row["name"]) for name, row in parameters if not row.get("description")] == []


def test_the_id_in_a_path_is_said_to_be_of_what_stands_before_it(openapi: dict[str, Any]) -> None:
    paths = openapi["paths"]
    descriptions = [
        row["description"]
        for path in ("workspaces/{id}", "workspaces/{workspace_id}/channels/{id}", "files/{id}", "me/blocks/{user_id}")
        for row in next(iter(paths[f"/api/v1/{path}"].values()))["parameters"]
        if row["in"] == "path"
    ]
    assert Counter(descriptions) == Counter(
        {"The workspace's id.": 2, "The channel's id.": 1, "The file's id.": 1, "The user's id.": 1}
    )


def test_values_are_listed_once_under_a_name_and_referred_to(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    assert set(ENUM_NAMES) <= set(schemas)
    lists = [node["enum"] for node in nodes(openapi) if isinstance(node.get("enum"), list) and len(node["enum"]) > 1]
    assert sorted(lists) == sorted(schemas[name]["enum"] for name in ENUM_NAMES if len(schemas[name]["enum"]) > 1)


def test_a_nullable_enumeration_keeps_its_description_beside_the_reference(openapi: dict[str, Any]) -> None:
    role = openapi["components"]["schemas"]["WorkspaceResource"]["properties"]["role"]
    assert role["oneOf"] == [{"$ref": "#/components/schemas/MemberRole"}, {"type": "null"}]
    assert "non-members" in role["description"]
    assert "enum" not in role


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "string", "enum": ["public", "private"]}, {"$ref": "#/components/schemas/Visibility"}),
        # In another order, as filters list them.
        ({"type": "string", "enum": ["private", "public"]}, {"$ref": "#/components/schemas/Visibility"}),
        (
            {"type": "array", "items": {"type": "string", "enum": ["*", "automation:messages"]}},
            {"type": "array", "items": {"type": "string", "enum": ["*", "automation:messages"]}},
        ),
        ({"enum": {"type": "string"}}, {"enum": {"type": "string"}}),  # a property of that name
        ({"type": "string", "enum": ["event"], "x-spec-enum-id": "1"}, {"type": "string", "enum": ["event"]}),
    ],
)
def test_only_the_values_of_a_named_enumeration_are_replaced(schema: dict[str, Any], named: dict[str, Any]) -> None:
    assert refer_to_enums(schema) == named


def test_only_enumerations_that_are_referred_to_become_components() -> None:
    parameter = {"schema": {"type": "string", "enum": ["all", "mentions", "none"]}}
    document = {"paths": {"/x": {"get": {"parameters": [parameter]}}}, "components": {"schemas": {}}}
    named = named_enums(document, generator=None, request=None, public=True)
    assert list(named["components"]["schemas"]) == ["NotificationLevel"]


def test_both_documents_have_the_same_shape_of_what_both_name(
    openapi: dict[str, Any], asyncapi: dict[str, Any]
) -> None:
    shapes, others = asyncapi["components"]["schemas"], openapi["components"]["schemas"]
    common = shapes.keys() & others.keys()
    assert {"MessageResource", "AttachmentResource", "SenderKind"} <= common
    assert {name: shapes[name] for name in common} == {name: others[name] for name in common}


def test_both_documents_name_who_answers_for_the_service(openapi: dict[str, Any], asyncapi: dict[str, Any]) -> None:
    for document in (openapi, asyncapi):
        assert document["info"]["contact"] == {"name": "The operators of this instance", "url": "http://127.0.0.1:8000"}
        assert document["info"]["license"]["name"] == "Apache License 2.0"
