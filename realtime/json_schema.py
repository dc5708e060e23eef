"""JSON Schemas of type hints: of as many as the protocol's frames use."""

import inspect
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

SCALARS = {str: "string", int: "integer", bool: "boolean", float: "number", NoneType: "null"}


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the schema of a scalar, Literal, dict[str, …], list, union or TypedDict.

    Raises TypeError for others.
    """
    if hint in SCALARS:
        return {"type": SCALARS[hint]}
    if is_typeddict(hint):
        return _object(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return _union([schema_of(argument) for argument in arguments])
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    raise TypeError(f"No schema for {hint!r}")


def _object(typed_dict: Any) -> dict[str, Any]:
    properties = {name: schema_of(hint) for name, hint in get_type_hints(typed_dict).items()}
    return {
        "type": "object",
        "description": " ".join((inspect.getdoc(typed_dict) or "").split()),
        "properties": properties,
        "required": sorted(typed_dict.__required_keys__),
    }


def _union(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"oneOf": schemas}
