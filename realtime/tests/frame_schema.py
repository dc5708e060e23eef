"""Checks frames against the AsyncAPI document, more strictly than clients should.

Unknown fields are refused.
"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from realtime.asyncapi import document


def check_frame(frame: dict[str, Any]) -> None:
    """Check a frame of the server.

    Raises AssertionError for one that the document does not describe.
    """
    errors = [f"{error.json_path}: {error.message}" for error in _validator(_message_of(frame)).iter_errors(frame)]
    assert not errors, (frame, errors)


def _message_of(frame: dict[str, Any]) -> str:
    """The name of the message that ``frame`` must be."""
    if frame.get("type") == "event":
        return str(frame["event"])
    for name, message in document()["components"]["messages"].items():
        properties = message["payload"]["properties"]
        constants = {key: schema["const"] for key, schema in properties.items() if "const" in schema}
        if frame.keys() >= properties.keys() and all(frame[key] == value for key, value in constants.items()):
            return str(name)
    raise AssertionError(f"The AsyncAPI document does not know this frame: {frame}")


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/messages/{name}/payload", "components": _strict(document()["components"])}
    return Draft202012Validator(schema)


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        strict.setdefault("additionalProperties", False)
    return strict
