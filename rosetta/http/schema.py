"""The OpenAPI document: what drf-spectacular cannot see of the contract's frame."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema_field, inline_serializer
from rest_framework import serializers

MESSAGE = {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
FIELD_ERRORS = {
    "type": "object",
    "properties": {
        "message": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["message", "errors"],
}
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
    """Names operations after their view and method, and adds what a view says that it may refuse, and its limits."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and self.method != "GET":
            for status, told in getattr(self.view, "refusals", {}).items():
                operation["responses"].setdefault(str(status), _answer(told, MESSAGE))
        if operation is not None and hasattr(self.view, "limits_for"):
            rates = ", ".join(limit.told for limit in self.view.limits_for(self.view.request))
            operation["responses"].setdefault("429", _answer(f"{TOO_MANY} At most {rates}.", MESSAGE))
        return operation

    def get_operation_id(self) -> str:
        name = super().get_operation_id()
        # The envelope hides from the generator that this is a list; a list and its item would share a name.
        is_list = self.method == "GET" and not self.path.endswith("}")
        return name.removesuffix("_retrieve") + "_list" if is_list and name.endswith("_retrieve") else name

    def get_tags(self) -> list[str]:
        tag = getattr(self.view, "tag", None)
        return [tag] if tag else super().get_tags()


def data_of(
    resource: type[serializers.Serializer[Any]],
    *,
    many: bool = False,
    meta: type[serializers.Serializer[Any]] | None = None,
) -> Any:
    """The envelope ``{"data": …}`` of a resource or a list of them, for the schema."""
    name = resource.__name__.removesuffix("Resource") + ("ListAnswer" if many else "Answer")
    fields: dict[str, Any] = {"data": resource(many=many)}
    return inline_serializer(name, fields | ({"meta": meta()} if meta is not None else {}))


def documented_answers(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Adds the frame's answers to every operation that can give them."""
    for path, item in result["paths"].items():
        for operation in item.values():
            for status, description, schema in _frame_answers(path, operation):
                operation["responses"].setdefault(status, _answer(description, schema))
    return result


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _frame_answers(path: str, operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(status, meaning, schema) of what an operation may answer whatever its view is."""
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
