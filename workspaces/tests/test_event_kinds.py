"""The registry of events is the only list of their kinds, and the documentation agrees with it."""

import re

import pytest
from django.conf import settings

from workspaces.streams.events import NewEvent
from workspaces.streams.kinds import EVENT_KINDS, MESSAGE_KINDS, WEBHOOK_KINDS, Access


def test_an_event_of_an_unknown_kind_cannot_be_appended() -> None:
    with pytest.raises(ValueError, match=r"message\.create"):
        NewEvent("message.create", {"message_id": "x"})


def test_kinds_fit_into_their_column() -> None:
    assert max(map(len, EVENT_KINDS)) <= 32


def test_webhooks_may_subscribe_to_everything_but_rooms() -> None:
    assert set(EVENT_KINDS) - set(WEBHOOK_KINDS) == {"room.extended", "room.closed"}


def test_events_about_messages_and_reactions_change_nobodys_access() -> None:
    quiet = {name for name, kind in EVENT_KINDS.items() if kind.changes_access_of is Access.NOBODY}
    assert quiet == MESSAGE_KINDS | {"reaction.added", "reaction.removed"}


def test_the_documentation_lists_every_kind_in_its_stream() -> None:
    page = (settings.BASE_DIR / "docs" / "realtime.md").read_text(encoding="utf-8")
    table = page.partition("| `event` | stream | `data` |")[2].partition("\n\n")[0]
    listed = {}
    for row in table.splitlines():
        if "`" in row:
            _, kinds, stream, *_ = row.split("|")
            listed |= dict.fromkeys(re.findall(r"`([a-z.]+)`", kinds), stream.strip())
    assert listed == {name: kind.stream.value for name, kind in EVENT_KINDS.items()}
