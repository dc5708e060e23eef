"""What a format of a tool is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """How one tool's JSON becomes a message.

    ``name`` is what ``?format=`` says, ``title`` what people call the tool. ``header`` is sent with every post of the tool's
    and names the event, where it has one. ``has_shape`` tells the tool's JSON from anybody else's. ``write`` returns the text
    for a payload and its event: "" where it knows nothing to say, None where nothing is to be posted, as for a test call.
    """

    name: str
    title: str
    write: Callable[[Payload, str], str | None]
    header: str = ""
    has_shape: Callable[[Payload], bool] = lambda payload: False
