"""Measure a search among 100,000 messages of five languages, with and without filters.

Python bench/search.py [MESSAGES]. The aim is less than 50 ms at 1,000,000.

On the server of DATABASE_URL, in its own database, or in a SQLite file if it is not set. Each message is in one of ten
workspaces of ten channels, and translated into one other language.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WORKSPACES, CHANNELS = 10, 10
ROUNDS = 30
DATABASE = "rosetta_bench_search"
BEST = " sort:relevance"
QUERIES = {
    "a word said once": "needle4711",
    "a word never said": "unheard",
    "a word in each message": "line",
    "three words": "meeting line tomorrow",
    "a phrase": '"line 77"',
    "two characters, Chinese": "\u660e\u5929",
    "two characters, Japanese": "\u4f1a\u8b70",
    "two characters, Thai": "\u0e1e\u0e23",
    "two characters that never meet": "\u660e\u8b70",
    "six characters, Chinese": "\u6211\u4eec\u660e\u5929\u89c1",
    "a word of one sender": "line from:me",
    "a word in one channel": 'line in:"channel 3"',
    "a word beside a reaction, which one message in a thousand has": "line has:reaction",
    "a filter alone": "from:me",
    "a link alone, which no message has": "has:link",
    "a reaction alone": "has:reaction",
    "days alone": "after:2020 before:2100",
    "the best of a common word": "line sort:relevance",
}


def fresh_database(server: str) -> str:
    """Make an empty database on the same server. Returns its URL."""
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(server)._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))


def fill(total: int) -> Any:
    """Spread ``total`` messages over all workspaces.

    Returns the first workspace's owner.
    """
    from accounts.models import User
    from messaging.models import Message, MessageTranslation
    from messaging.search.text import terms_of
    from rosetta.ids import new_ulid
    from translation.memory.phrasebook import rows
    from workspaces import actions
    from workspaces.models import Channel

    owner = User.objects.create_user("owner@example.com", name="Owner", preferred_language="zh-CN")
    homes = []
    for number in range(WORKSPACES):
        member = actions.create_workspace(owner=owner, name=f"Bench {number}")
        for place in range(CHANNELS - 1):
            actions.create_channel(member=member, name=f"channel {place}")
        homes += [(member, channel) for channel in Channel.objects.filter(workspace=member.workspace)]
    chance, phrases, numbers = random.Random(7), rows(), {channel.pk: 0 for _member, channel in homes}
    for start in range(0, total, 5000):
        messages, translations = [], []
        for number in range(start, min(start + 5000, total)):
            member, channel = chance.choice(homes)
            one, two, three = (chance.choice(phrases) for _ in range(3))
            language, other = chance.sample(sorted(one), 2)
            numbers[channel.pk] += 1

            def said(code: str, number: int = number, told: Any = (one, two, three)) -> str:
                return f"line {number % 1000} needle{number}: " + " ".join(row.get(code, "") for row in told)

            message = Message(
                pk=new_ulid(), conversation_id=channel.pk, seq=numbers[channel.pk], sender_user=owner,
                content=said(language), language=language, translation_status="completed",
                terms=terms_of(said(language), member.workspace_id), reaction_count=number % 1000 == 0,
            )  # fmt: skip
            messages.append(message)
            translations.append(
                MessageTranslation(
                    message=message, language=other, state="ready", text=said(other), engine="bench",
                    terms=terms_of(said(other), member.workspace_id, other),
                )
            )  # fmt: skip
        Message.objects.bulk_create(messages, batch_size=1000)
        MessageTranslation.objects.bulk_create(translations, batch_size=1000)
    from workspaces.models import Member

    return Member.objects.filter(user=owner).order_by("pk").select_related("workspace")[0]


def measure(member: Any, total: int) -> None:
    from datetime import UTC

    from messaging.search.filters import split_filters
    from messaging.search.finding import find, find_best
    from messaging.search.text import SearchQuery
    from rosetta.languages import Reading

    for name, text in QUERIES.items():
        words, filters = split_filters(text.removesuffix(BEST), UTC)
        query, search = SearchQuery.of(words), find_best if text.endswith(BEST) else find
        taken = []
        for _round in range(ROUNDS):
            began = time.perf_counter()
            found = search(member=member, reading=Reading("zh-CN"), query=query, filters=filters, limit=50)
            taken.append((time.perf_counter() - began) * 1000)
        taken.sort()
        count = f"{len(found.rows)}{'+' if found.next_before else ''} found"
        figure = f"{statistics.median(taken):.1f} ms, p95 {taken[int(ROUNDS * 0.95)]:.1f} ms; {count}"
        print(f"| search among {total:,} messages: {name} | {figure} | |", flush=True)


def main(total: int) -> None:
    if os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = fresh_database(os.environ["DATABASE_URL"])
    else:
        os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="rosetta-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    os.environ.setdefault("SECRET_KEY", "bench")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    member = fill(total)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(f"{connection.vendor}, {total} messages written in {time.perf_counter() - began:.0f} s\n")
    measure(member, total)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
