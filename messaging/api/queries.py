"""Read the query strings and headers of requests about messages, and describe them for the schema."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from messaging.actions.idempotency import Idempotency
from messaging.context import ConversationContext
from messaging.errors import unknown_id
from messaging.pages import CURSORS, LIMIT, MAX_LIMIT, Cursor, seq_of
from rosetta import languages
from rosetta.errors import Invalid
from rosetta.http.pagination import query_int
from rosetta.ids import parse_ulid

THREADS = ("collapsed",)
MESSAGE_LANGUAGE = OpenApiParameter("language", str, description="Show messages in this language instead of one's own.")
PAGE_SIZE = OpenApiParameter("limit", int, description=f"Messages a page: 1 to {MAX_LIMIT}, {LIMIT} by default.")
CURSOR = [
    OpenApiParameter("before", str, description="A message's id: the page just before it."),
    OpenApiParameter("after", str, description="A message's id: the page just after it."),
    OpenApiParameter("around", str, description="A message's id: the page with it in the middle."),
    PAGE_SIZE,
    OpenApiParameter(
        "threads", str, enum=THREADS, description="Leave out replies that are shown in their threads alone."
    ),
    MESSAGE_LANGUAGE,
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A repeat within 24 hours answers the message that the first request made, as it is now.",
)


def asked_language(request: Request) -> str | None:
    """Return the language in ``?language=``, or None where the caller's own is meant.

    Raises Invalid for an unknown language.
    """
    raw = request.query_params.get("language")
    if not raw:
        return None
    if raw not in languages.CODES:
        raise Invalid({"language": [_("The selected language is invalid.")]})
    return raw


def cursor_of(request: Request, context: ConversationContext) -> Cursor:
    """Return the position in the conversation that the query asks for.

    Raises Invalid for two positions, an unknown message or a limit out of range.
    """
    limit = query_int(request, "limit", default=LIMIT, low=1, high=MAX_LIMIT)
    given = [(kind, raw) for kind in CURSORS if (raw := request.query_params.get(kind))]
    if not given:
        return Cursor(limit)
    if len(given) > 1:
        raise Invalid({given[1][0]: [_("Give only one of before, after and around.")]})
    kind, raw = given[0]
    seq = seq_of(context, raw)
    if seq is None:
        raise unknown_id(kind)
    return Cursor(limit, kind, seq)


LISTED = [
    OpenApiParameter("before", str, description="`next_before` of the page before: the rows after it."),
    PAGE_SIZE,
]


def listed_before(request: Request) -> str | None:
    """Return the message in ``?before=``, where a list of messages of many conversations goes on.

    Raises Invalid for what is no id.
    """
    raw = request.query_params.get("before")
    if not raw:
        return None
    message_id = parse_ulid(raw)
    if message_id is None:
        raise unknown_id("before")
    return message_id


def is_collapsed(request: Request) -> bool:
    """Return whether ``?threads=collapsed`` leaves out replies that are shown in their threads alone.

    Raises Invalid for any other value.
    """
    threads = request.query_params.get("threads", "")
    if threads not in ("", "collapsed"):
        raise unknown_id("threads")
    return threads == "collapsed"


def idempotency_of(request: Request) -> Idempotency | None:
    """Return the request's Idempotency-Key with the hash of its body, if it has one.

    Raises Invalid for a malformed key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Invalid({"Idempotency-Key": [_("Use 1 to 255 printable ASCII characters.")]})
    return Idempotency.of(key, request.data)
