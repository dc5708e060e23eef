"""The OpenAPI document: what drf-spectacular cannot see of the contract's frame."""

from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.utils import inline_serializer
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


class AutoSchema(SpectacularAutoSchema):
    """Names operations after their view and method, and lets a view say which statuses it may answer."""

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
    """Adds the frame's answers (401, 404, 422, 429) to every operation that can give them."""
    for path, item in result["paths"].items():
        for operation in item.values():
            responses = operation["responses"]
            if operation.get("security") != [{}]:
                responses.setdefault("401", _answer("Nobody is signed in.", MESSAGE))
            if "{" in path:
                responses.setdefault("404", _answer("Unknown, or not for this caller.", MESSAGE))
            if "requestBody" in operation or operation.get("parameters"):
                responses.setdefault("422", _answer("The data was refused, by field.", FIELD_ERRORS))
            responses.setdefault("429", _answer("Too many requests; `Retry-After` says when to go on.", MESSAGE))
    return result


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
