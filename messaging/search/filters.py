"""Filters that are typed into a search: ``from:``, ``in:``, ``has:``, ``before:``, ``after:`` and ``is:``.

They narrow what the other words of the query find, or stand alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from messaging.models import Attachment, Message
from rosetta.ids import first_ulid_at, parse_ulid
from workspaces.models import Channel, Member

# Beyond these, filters are ignored, because each is a condition of the query.
MAX_FILTERS = 10
# Of people and of channels that one filter may mean.
MAX_MEANT = 50
ME = "me"

_FILTER = re.compile(r'(?<!\S)(from|in|has|before|after|is):(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_HAS: Mapping[str, Callable[[], Q]] = {
    "file": lambda: Q(attachment_count__gt=0),
    "image": lambda: (
        Q(attachment_count__gt=0)
        & Q(Exists(Attachment.objects.filter(message=OuterRef("pk"), file__mime_type__startswith="image/")))
    ),
    "link": lambda: Q(content__contains="http://") | Q(content__contains="https://"),
    "reaction": lambda: Q(reaction_count__gt=0),
}
_IS: Mapping[str, Callable[[], Q]] = {
    "pinned": lambda: Q(pinned_at__isnull=False),
    "thread": lambda: Q(parent__isnull=False) | Q(reply_count__gt=0),
}


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What the filters of a query say; ``ignored`` are those that say nothing."""

    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    ignored: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.channels or self.has or self.states or self.since or self.until)

    def narrow(self, messages: QuerySet[Message], member: Member) -> QuerySet[Message]:
        """Return those of ``messages`` that every filter lets through, as ``member`` means them."""
        if self.people:
            messages = messages.filter(sender_user__in=_users_meant(member, self.people))
        for name in self.has:
            messages = messages.filter(_HAS[name]())
        for name in self.states:
            messages = messages.filter(_IS[name]())
        if self.since is not None:
            messages = messages.filter(pk__gte=first_ulid_at(self.since))
        if self.until is not None:
            messages = messages.filter(pk__lt=first_ulid_at(self.until))
        return messages

    def narrow_channels(self, channels: QuerySet[Channel]) -> QuerySet[Channel]:
        """Return those of ``channels`` that an ``in:`` names, all without one."""
        if not self.channels:
            return channels
        meant = Q()
        for name in self.channels:
            meant |= Q(name__iexact=name) | Q(slug__iexact=name)
            if channel_id := parse_ulid(name):
                meant |= Q(pk=channel_id)
        return channels.filter(meant)


def split_filters(query: str, zone: tzinfo) -> tuple[str, SearchFilters]:
    """Return ``query`` without its filters, and these; days are those of ``zone``."""
    people: list[str] = []
    channels: list[str] = []
    has: list[str] = []
    states: list[str] = []
    moments: dict[str, datetime] = {}
    ignored: list[str] = []
    for count, match in enumerate(_FILTER.finditer(query)):
        kind, value = match[1].lower(), (match[2] if match[2] is not None else match[3]).strip()
        day = _first_moment(value, zone) if kind in ("before", "after") else None
        if count >= MAX_FILTERS:
            ignored.append(match[0])
        elif kind == "from" and value.lstrip("@"):
            people.append(value.lstrip("@"))
        elif kind == "in" and value.lstrip("#"):
            channels.append(value.lstrip("#"))
        elif kind == "has" and value.lower() in _HAS:
            has.append(value.lower())
        elif kind == "is" and value.lower() in _IS:
            states.append(value.lower())
        elif day is not None:
            moments[kind] = day
        else:
            ignored.append(match[0])
    filters = SearchFilters(
        people=tuple(people),
        channels=tuple(channels),
        has=tuple(dict.fromkeys(has)),
        states=tuple(dict.fromkeys(states)),
        since=moments.get("after"),
        until=moments.get("before"),
        ignored=tuple(ignored),
    )
    return " ".join(_FILTER.sub(" ", query).split()), filters


def _first_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return when a day, month or year begins (``2026-05-31``, ``2026-05``, ``2026``); None for anything else."""
    match = _DAY.fullmatch(text)
    if match is None or not match[0].isascii():
        return None
    try:
        day = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    # Ids hold milliseconds since 1970, and zones are at most a day away.
    return datetime.combine(day, time(), zone) if 1971 <= day.year <= 9998 else None


def _users_meant(member: Member, names: tuple[str, ...]) -> list[int]:
    """Return the members whom the ``from:`` filters mean: by name or a part of it, by id, or ``me``."""
    meant = Q()
    for name in names:
        if name.lower() == ME:
            meant |= Q(user=member.user_id)
        else:
            meant |= Q(user__name__icontains=name)
        if name.isascii() and name.isdigit() and len(name) < 19:
            meant |= Q(user=int(name))
    members = Member.objects.filter(meant, workspace=member.workspace_id)
    # Whoever is called exactly so is meant alone: Ann, not Joanna.
    rows = list(members.order_by("pk").values_list("user_id", F("user__name"))[:MAX_MEANT])
    wanted = {name.casefold() for name in names}
    exact = [pk for pk, name in rows if name.casefold() in wanted or (pk == member.user_id and ME in wanted)]
    return exact or [pk for pk, _name in rows]
