"""Write the schema's components as TypeScript types, against which the web client is checked."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator

HEAD = "// Made by `manage.py client_types` of the OpenAPI schema: what the API takes and answers.\n"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def source() -> str:
    """Return a type for each component of the schema, sorted by name."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    components = schema["components"]["schemas"]
    return HEAD + "".join(f"\nexport type {name} = {_type(components[name], '')};\n" for name in sorted(components))


def _type(node: dict[str, Any], indent: str) -> str:
    kind = node.get("type")
    if isinstance(kind, list):  # OpenAPI 3.1's way to say that a value may be null
        kinds = [_type({**node, "type": one_kind}, indent) for one_kind in kind]
        return " | ".join(dict.fromkeys(kinds))
    return "null" if kind == "null" else _bare(node, indent)


def _bare(node: dict[str, Any], indent: str) -> str:
    if "$ref" in node:
        return str(node["$ref"]).rsplit("/", 1)[1]
    for keyword, operator in (("allOf", " & "), ("oneOf", " | "), ("anyOf", " | ")):
        if keyword in node:
            return operator.join(_type(member, indent) for member in node[keyword])
    if "enum" in node:
        return " | ".join("null" if value is None else f'"{value}"' for value in node["enum"])
    kind = node.get("type")
    if kind == "array":
        items = _type(node["items"], indent)
        return f"Array<{items}>"
    if kind == "object":
        return _object(node, indent)
    if node.get("format") == "binary":
        return "Blob"
    return SIMPLE.get(str(kind), "unknown")


def _object(node: dict[str, Any], indent: str) -> str:
    required = set(node.get("required", ()))
    inner = indent + "  "
    lines = [
        f"{inner}{name}{'' if name in required else '?'}: {_type(child, inner)};\n"
        for name, child in node.get("properties", {}).items()
    ]
    more = node.get("additionalProperties")
    if more and not lines:
        return f"Record<string, {_type(more, indent) if isinstance(more, dict) else 'unknown'}>"
    return "{\n" + "".join(lines) + indent + "}"
