"""Messages before they are posted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from messaging.models import Message


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is not stored yet.

    ``language`` is the language that the sender declares; ``translations`` are the sender's own translations by language.
    ``client_id`` is the sender's own name for the message, which is returned to the sender alone. ``is_broadcast``: the
    reply is shown in the conversation too.
    """

    content: str = ""
    type: str = Message.Type.TEXT
    attachment_ids: tuple[str, ...] = ()
    parent_message_id: str | None = None
    is_broadcast: bool = False
    skip_translation: bool = False
    language: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    client_id: str | None = None
