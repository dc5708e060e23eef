"""Write the API's documents as TypeScript types, against which the web client is checked."""

import json
import re
from collections.abc import Iterator
from typing import Any

from rosetta.devtools import api_documents

REST_HEAD = "// Made by `manage.py client_types` of the OpenAPI document: what the API takes and answers.\n"
FRAMES_HEAD = "// Made by `manage.py client_types` of the AsyncAPI document: the frames of the realtime socket.\n"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def rest_source() -> str:
    """Return a type for each component of the OpenAPI document, sorted by name."""
    components = api_documents.openapi()["components"]["schemas"]
    return REST_HEAD + "".join(_exported(name, _type(components[name], "")) for name in sorted(components))


def frames_source() -> str:
    """Return a type for each frame and its data, and `ServerFrame` and `ClientFrame`.

    All of either side.

    What the OpenAPI document describes under the same name is imported from its types.
    """
    rest, document = api_documents.openapi()["components"]["schemas"], api_documents.asyncapi()
    components = document["components"]["schemas"]
    own = sorted(components.keys() - rest.keys())
    types = "".join([*(_exported(name, _type(components[name], "")) for name in own), *_frames(document)])
    imported = sorted((components.keys() & rest.keys()) & set(re.findall(r"\w+", types)))
    return FRAMES_HEAD + f'\nimport type {{ {", ".join(imported)} }} from "./schema";\n' + types


def _frames(document: dict[str, Any]) -> Iterator[str]:
    messages = document["components"]["messages"]
    for side, operation in (("ServerFrame", "sendToClient"), ("ClientFrame", "receiveFromClient")):
        names = [reference["$ref"].rsplit("/", 1)[1] for reference in document["operations"][operation]["messages"]]
        for name in names:
            yield _exported(_frame_name(name), _type(messages[name]["payload"], ""), messages[name]["summary"])
        yield _exported(side, " | ".join(map(_frame_name, names)))


def _frame_name(message: str) -> str:
    """Return `HelloFrame` for itself, and `MessageCreatedEvent` for `message.created`."""
    return "".join(part.capitalize() for part in message.split(".")) + "Event" if "." in message else message


def _exported(name: str, type_: str, comment: str = "") -> str:
    return (f"\n/** {comment} */" if comment else "") + f"\nexport type {name} = {type_};\n"


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
    values = [node["const"]] if "const" in node else node.get("enum")
    if values is not None:
        return " | ".join(json.dumps(value) for value in values)
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
