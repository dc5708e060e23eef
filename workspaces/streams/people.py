"""The people in events.

An event keeps whom it is about, and is shown with the names that they have then.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Guest, User


def with_present_people(payloads: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the ``data`` of events with the present names of ``user`` and ``guest``.

    At most two queries, often none.

    Nobody is shown with a name that they gave up, or had in an account that was deleted.
    """
    users = _present(User, payloads, "user", "name", "avatar_url")
    guests = _present(Guest, payloads, "guest", "nickname")
    present = {"user": users, "guest": guests}
    return [{key: _told(value, present.get(key, {})) for key, value in data.items()} for data in payloads]


def _present(
    model: type[User] | type[Guest], payloads: Sequence[Mapping[str, Any]], key: str, *fields: str
) -> dict[Any, dict[str, Any]]:
    ids = {data[key]["id"] for data in payloads if isinstance(data.get(key), dict) and "id" in data[key]}
    if not ids:
        return {}
    return {row["pk"]: row for row in model._default_manager.filter(pk__in=ids).values("pk", *fields)}


def _told(person: Any, present: Mapping[Any, dict[str, Any]]) -> Any:
    """Return ``person`` with the present values of the fields that it has."""
    row = present.get(person["id"]) if isinstance(person, dict) and "id" in person else None
    return person if row is None else {name: row.get(name, value) for name, value in person.items()}
