"""Hooks that add to the OpenAPI document what drf-spectacular cannot infer.

Common errors, rate limits, envelopes.
"""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema_field, inline_serializer
from rest_framework import serializers

from rosetta.http.schema_names import path_parameter

ERROR_COMPONENTS = {
    "Error": {
        "type": "object",
        "description": "What went wrong. `errors.code` holds a machine-readable code where a client may have to branch on it.",
        "properties": {
            "message": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
        "required": ["message"],
        "examples": [{"message": "Unauthenticated."}],
    },
    "ValidationError": {
        "type": "object",
        "description": "What was wrong with each field; a nested field's name is dotted, as in `attachment_ids.0`.",
        "properties": {
            "message": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
        "required": ["message", "errors"],
        "examples": [
            {"message": "The given data was invalid.", "errors": {"name": ["This field is required."]}},
        ],
    },
}
MESSAGE: dict[str, Any] = {"$ref": "#/components/schemas/Error"}
FIELD_ERRORS: dict[str, Any] = {"$ref": "#/components/schemas/ValidationError"}
TOO_MANY = "Too many requests; `Retry-After` says when to go on."
# A download's bytes, of whatever type they are.
BYTES = {(200, "*/*"): {"type": "string", "format": "binary"}}
REDIRECT = OpenApiParameter(
    "redirect", bool, description="`false`: the bytes themselves, where the answer else is a redirect to storage."
)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class AnyIdField(serializers.Field[Any, Any, Any, Any]):
    """The id of one of several kinds of rows: a number for users, a ULID otherwise."""


class AutoSchema(SpectacularAutoSchema):
    """Describe an action: its id by the viewset's names, what it may refuse, and its rate limits."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        names = getattr(self.view, "operation_names", {})
        for part in ("operationId", "summary", "description"):
            if names and part in operation:
                operation[part] = operation[part].format_map(names)
        if self.method != "GET":
            for status, reason in getattr(self.view, "refusals", {}).items():
                operation["responses"].setdefault(str(status), _answer(reason, MESSAGE))
        limits = getattr(self.view, "action_limits", ())
        if limits:
            rates = ", ".join(limit.description for limit in limits)
            operation["responses"].setdefault("429", _answer(f"{TOO_MANY} At most {rates}.", MESSAGE))
        return operation

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Return False, because the generator would describe an envelope that an action ``list`` returns as an array."""
        return is_list_serializer(serializer)

    def get_tags(self) -> list[str]:
        tag = getattr(self.view, "tag", None)
        return [tag] if tag else super().get_tags()


def data_of(
    resource: type[serializers.Serializer[Any]],
    *,
    many: bool = False,
    meta: type[serializers.Serializer[Any]] | None = None,
) -> Any:
    """Return the schema of the envelope ``{"data": …}`` of one resource or a list of them."""
    name = resource.__name__.removesuffix("Resource") + ("ListAnswer" if many else "Answer")
    fields: dict[str, Any] = {"data": resource(many=many)}
    return inline_serializer(name, fields | ({"meta": meta()} if meta is not None else {}))


def documented_answers(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the answers that any action may give, and the components that they refer to."""
    result["components"].setdefault("schemas", {}).update(ERROR_COMPONENTS)
    for path, item in result["paths"].items():
        for operation in item.values():
            _describe_path_parameters(path, operation)
            for status, description, schema in _frame_answers(path, operation):
                operation["responses"].setdefault(status, _answer(description, schema))
    return result


def _describe_path_parameters(path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "path" and "description" not in parameter:
            before = path.partition("/{" + parameter["name"])[0].rpartition("/")[2]
            parameter["description"] = path_parameter(parameter["name"], before)


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _frame_answers(path: str, operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield status, description and schema of the errors that the frame may answer to any such operation."""
    parameters = operation.get("parameters", [])
    if "requestBody" in operation:
        yield "400", "The body is not a JSON object.", MESSAGE
        yield "413", "The body is too large.", MESSAGE
        yield "415", "The body is of a type that is not read.", MESSAGE
    if operation.get("security") != [{}]:
        yield "401", "Nobody is signed in.", MESSAGE
        yield "403", "Seen, but not allowed to this caller or its token.", MESSAGE
    if "{" in path:
        yield "404", "Unknown, or not for this caller.", MESSAGE
    if any(parameter["name"] == "Idempotency-Key" for parameter in parameters):
        yield "409", "The key was used for something else, or its first request is still under way.", MESSAGE
    if "requestBody" in operation or parameters:
        yield "422", "The data was refused, by field.", FIELD_ERRORS
    yield "429", TOO_MANY, MESSAGE
