"""The AsyncAPI document: what it says, and how it is served.

Every frame of this suite is checked against it.
"""

import json
from typing import Any, Literal, TypedDict

import pytest
import yaml
from rest_framework.test import APIClient

from realtime.asyncapi import document
from realtime.json_schema import schema_of
from realtime.tests.frame_schema import check_frame
from workspaces.streams.kinds import EVENT_KINDS


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(item) for item in node)) if isinstance(node, list) else set()


def test_every_reference_leads_somewhere() -> None:
    for reference in references(document()):
        node = document()
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_kind_of_event_is_described_with_its_data() -> None:
    messages = document()["components"]["messages"]
    assert EVENT_KINDS.keys() <= messages.keys()
    assert all(messages[kind]["payload"]["properties"]["data"]["$ref"] for kind in EVENT_KINDS)


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [
        ("/api/asyncapi", "*/*", "application/vnd.aai.asyncapi+yaml"),
        ("/api/asyncapi", "application/yaml", "application/yaml"),
        ("/api/asyncapi", "application/json", "application/json"),
        ("/api/asyncapi?format=json", "*/*", "application/vnd.aai.asyncapi+json"),
        ("/api/asyncapi?format=yaml", "*/*", "application/vnd.aai.asyncapi+yaml"),
    ],
)
def test_the_document_is_served_as_yaml_or_json(path: str, accept: str, content_type: str) -> None:
    answer = APIClient().get(path, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].split(";")[0] == content_type
    read = json.loads if content_type.endswith("json") else yaml.safe_load
    assert read(answer.content)["info"]["title"] == "Rosetta realtime"


def test_the_rest_documentation_leads_to_it() -> None:
    schema = APIClient().get("/api/schema", headers={"Accept": "application/json"})
    assert "/api/asyncapi" in yaml.safe_load(schema.content)["info"]["description"]


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "dance"},
        {"type": "hello", "heartbeat_seconds": 30},
        {"type": "hello", "heartbeat_seconds": 30, "cursors": {"x": "1"}},
        {"type": "pong", "more": 1},
        {"type": "signal", "conversation_id": None, "event": "presence", "data": {"user_id": 1, "status": "away"}},
    ],
)
def test_the_check_of_frames_refuses_what_is_not_described(frame: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_frame(frame)


class Inner(TypedDict):
    """A thing
    inside."""

    name: str


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (int, {"type": "integer"}),
        (str | None, {"type": ["string", "null"]}),
        (Literal["a"], {"const": "a"}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (list[bool], {"type": "array", "items": {"type": "boolean"}}),
        (
            Inner | None,
            {
                "oneOf": [
                    {
                        "type": "object",
                        "description": "A thing inside.",
                        "properties": {"name": {"type": "string"}},
                        "required": ["name"],
                    },
                    {"type": "null"},
                ]
            },
        ),
    ],
)
def test_type_hints_become_schemas(hint: Any, schema: dict[str, Any]) -> None:
    assert schema_of(hint) == schema


def test_a_type_hint_without_a_schema_is_refused() -> None:
    with pytest.raises(TypeError):
        schema_of(bytes)
