"""Name the enumerations of the API's documents, so that a generated client has one type for each of them."""

from functools import cache
from typing import Any

from django.db.models.enums import ChoicesType
from drf_spectacular.plumbing import deep_import_string

from rosetta.http.schema_names import ENUM_NAMES

PREFIX = "#/components/schemas/"
# The generator leaves it for a hook of its own, which knows only the properties of components.
ENUM_ID = "x-spec-enum-id"


def named_enums(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Move each enumeration of `ENUM_NAMES` to the components.

    A hook of drf-spectacular.
    """
    named: dict[str, Any] = refer_to_enums(result)
    named["components"]["schemas"] |= enum_components(named)
    return named


def refer_to_enums(node: Any) -> Any:
    """Return ``node`` with a reference wherever it lists the values of an enumeration that has a name."""
    if isinstance(node, list):
        return [refer_to_enums(item) for item in node]
    if not isinstance(node, dict):
        return node
    values = node.get("enum")
    if isinstance(values, list) and (name := _names().get(frozenset(values) - {None})):
        rest = {key: value for key, value in node.items() if key not in ("type", "enum", ENUM_ID)}
        reference = {"$ref": PREFIX + name}
        return rest | ({"oneOf": [reference, {"type": "null"}]} if None in values else reference)
    return {key: refer_to_enums(value) for key, value in node.items() if key != ENUM_ID}


def enum_components(node: Any) -> dict[str, Any]:
    """Return the enumerations that ``node`` refers to, by name."""
    refs = _refs(node)
    return {
        name: {"type": "string", "enum": list(values)} for name, values in _values().items() if PREFIX + name in refs
    }


def _refs(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*(_refs(item) for item in node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*(_refs(value) for value in node.values()))


@cache
def _values() -> dict[str, tuple[str, ...]]:
    """Each named enumeration's values.

    Raises ValueError for a path that leads nowhere, or for values with two names.
    """
    values: dict[str, tuple[str, ...]] = {}
    for name, path in ENUM_NAMES.items():
        choices = deep_import_string(path)
        if choices is None:
            raise ValueError(f"ENUM_NAMES: {path} does not exist")
        values[name] = tuple(choices.values if isinstance(choices, ChoicesType) else choices)
    if len({frozenset(kept) for kept in values.values()}) < len(values):
        raise ValueError("ENUM_NAMES: two names for the same values")
    return values


@cache
def _names() -> dict[frozenset[str], str]:
    return {frozenset(values): name for name, values in _values().items()}
