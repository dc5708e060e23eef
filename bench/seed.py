"""Rows for the benchmarks, made by the service's own actions, and by SQL where millions are needed."""

import os
import string
import time
from dataclasses import dataclass
from typing import Any

SECRET = "s" * 43
CHANNELS = 16
_LETTERS = str.maketrans(string.digits, string.ascii_lowercase[:10])


@dataclass(frozen=True)
class World:
    """A workspace of four languages, its channels, and a bearer token of each member."""

    workspace_id: str
    # The first channel, of 1,000 messages; one of a great many; and empty ones.
    channel_id: str
    deep_channel_id: str
    deep_rows: int
    channel_ids: list[str]
    tokens: list[str]
    user_ids: list[int]

    @property
    def user_id(self) -> int:
        return self.user_ids[0]


def new_sentence(number: int) -> str:
    """Return a new sentence.

    It differs in letters, because texts that differ in numbers alone share a memory entry.
    """
    word = f"{time.time_ns()}{number}".translate(_LETTERS)
    return f"The delivery {word} leaves the warehouse this afternoon."


def connect(env: dict[str, str]) -> None:
    """Set Django up in this process on the benchmark's database."""
    os.environ.update(env)
    import django

    django.setup()


def make_world(clients: int = 64, deep_rows: int = 1_000_000) -> World:
    """Make ``clients`` members with a token each, and a channel of ``deep_rows`` messages."""
    from accounts.identity.secrets import digest
    from accounts.models import AccessToken, User
    from workspaces import actions
    from workspaces.models import Channel

    languages = ["en", "th", "ja", "id"]
    users = [
        User(email=f"bench{n}@example.com", name=f"Bench {n}", preferred_language=languages[n % 4], password="!")
        for n in range(clients)
    ]
    User.objects.bulk_create(users)
    owner = actions.create_workspace(owner=users[0], name="Bench")
    for user in users[1:]:
        actions.add_member(workspace=owner.workspace, user=user)
    tokens = [
        AccessToken.objects.create(user=user, name="bench", abilities=["*"], secret_hash=digest(SECRET))
        for user in users
    ]
    shallow = Channel.objects.get(workspace=owner.workspace)
    deep = actions.create_channel(member=owner, name="deep")
    empty = [actions.create_channel(member=owner, name=f"channel {number}") for number in range(CHANNELS)]
    fill(shallow.pk, users[0].pk, 1000)
    fill(deep.pk, users[0].pk, deep_rows)
    return World(
        owner.workspace_id,
        shallow.pk,
        deep.pk,
        deep_rows,
        [channel.pk for channel in empty],
        [f"{token.pk}|{SECRET}" for token in tokens],
        [user.pk for user in users],
    )


def fill(conversation_id: str, user_id: int, rows: int) -> None:
    """Insert ``rows`` messages with a translation each by SQL."""
    from django.db import connection

    from rosetta.ids import database_id

    where: Any = database_id(conversation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_message (id, conversation_id, seq, type, sender_user_id, is_automation, content, language,
                translation_status, skip_translation, revision, reply_count, attachment_count, reaction_count, mentions,
                created_at)
            SELECT gen_random_uuid(), %s, n, 'text', %s, false, 'A line of the benchmark, number ' || n, 'en', 'completed',
                false, 1, 0, 0, 0, '[]', now() FROM generate_series(1, %s) AS n
            """,
            [where, user_id, rows],
        )
        cursor.execute(
            """
            INSERT INTO messaging_messagetranslation (message_id, language, state, revision, text, engine, reason, attempts,
                due_at, created_at)
            SELECT id, 'th', 'ready', 1, 'บรรทัด ' || seq, 'bench', '', 1, now(), now()
            FROM messaging_message WHERE conversation_id = %s
            """,
            [where],
        )
        cursor.execute(
            "UPDATE workspaces_conversation SET last_seq = %s, last_message_at = now() WHERE id = %s", [rows, where]
        )
        # because visibility map and statistics must be those of a table that was not written a second ago
        cursor.execute("VACUUM (ANALYZE) messaging_message, messaging_messagetranslation")


def message_at(conversation_id: str, share: float) -> str:
    """Return the id of the message at ``share`` of the way from a conversation's first to its last."""
    from messaging.models import Message
    from workspaces.models import Conversation

    last = Conversation.objects.get(pk=conversation_id).last_seq
    return str(Message.objects.get(conversation=conversation_id, seq=max(1, int(last * share))).pk)


def queries_of(path: str, token: str) -> int:
    """Count the queries of a GET in a warm process.

    Raises SystemExit when it is refused.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="127.0.0.1")
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.content[:500]!r}")
    return len(seen)


def drop_pending_translations() -> None:
    """Drop pending translations, so that workers start the next part without a backlog."""
    from messaging.models import MessageTranslation

    MessageTranslation.objects.exclude(state="ready").delete()


def make_large_workspace(members: int = 10_000, channels: int = 500) -> tuple[str, str]:
    """Make a workspace of many members and channels with messages.

    Returns its id and one member's token.
    """
    from accounts.identity.secrets import digest
    from accounts.models import AccessToken, User
    from rosetta.ids import new_ulid
    from workspaces import actions
    from workspaces.models import Channel, Conversation, Member, Workspace

    crowd = [
        User(email=f"crowd{n}@example.com", name=f"Crowd {n}", preferred_language="en", password="!")
        for n in range(members)
    ]
    User.objects.bulk_create(crowd, batch_size=2000)
    owner = actions.create_workspace(owner=crowd[0], name="Crowd")
    Member.objects.bulk_create(
        [Member(workspace=owner.workspace, user=user, language="en") for user in crowd[1:]], batch_size=2000
    )
    Workspace.objects.filter(pk=owner.workspace_id).update(member_count=members)
    rooms = [Conversation(pk=new_ulid(), last_seq=n) for n in range(channels - 1)]
    Conversation.objects.bulk_create(rooms)
    Channel.objects.bulk_create(
        [
            Channel(conversation=room, workspace=owner.workspace, name=f"c{n}", slug=f"c{n}")
            for n, room in enumerate(rooms)
        ]
    )
    token = AccessToken.objects.create(user=crowd[-1], name="bench", abilities=["*"], secret_hash=digest(SECRET))
    return owner.workspace_id, f"{token.pk}|{SECRET}"
