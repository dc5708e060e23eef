"""Compare acknowledged posts with what every reader has, over REST and the socket, in their language."""

import asyncio
import hashlib
import itertools
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.reliability.clients import Hook, Reader, Writers
from bench.reliability.stack import Stack
from bench.reliability.world import Person, Place, Promise, World
from rosetta.devtools.pretending import pretended

SETTLE_SECONDS = 120
LEAVER_SECONDS = 1.0
# Each of these must be 0.
FAULTS = (
    "lost", "double", "gaps", "out of order", "wrong words", "unheard", "heard twice", "leaked",
    "files", "mails", "hooks", "refused",
)  # fmt: skip


@dataclass
class Phase:
    """The acknowledged posts of one phase, and the number of messages that each conversation had before."""

    stack: Stack
    world: World
    writers: Writers
    readers: list[Reader]
    hook: Hook
    before: dict[str, int]
    left_at: float | None = None

    async def settled(self) -> dict[str, int]:
        """Return the counts of faults once all are zero, or after SETTLE_SECONDS."""
        began = time.monotonic()
        while True:
            counts = self._heard() | self._told() | await self._there()
            if not any(counts.values()) or time.monotonic() - began > SETTLE_SECONDS:
                return counts
            await asyncio.sleep(1)

    def fresh(self, place: Place) -> dict[str, Promise]:
        """Return the phase's acknowledged posts in ``place``, by text."""
        return {text: promise for text, promise in place.promises.items() if promise.seq > self.before[place.id]}

    async def _there(self) -> dict[str, int]:
        """Check over REST: every reader pages through every conversation."""
        counts = Counter(dict.fromkeys(("lost", "double", "gaps", "out of order", "wrong words", "files"), 0))
        for place in self.world.places:
            for number, person in enumerate(place.readers):
                rows = await self._page_through(place, person)
                counts.update(self._rows(place, person, rows))
                if number == 0:
                    counts["files"] += await self._files(place, rows)
            counts["leaked"] += await self._shown_to_outsider(place)
        return dict(counts)

    async def _page_through(self, place: Place, person: Person) -> list[dict[str, Any]]:
        """Return the messages of the phase, oldest first."""
        path, found, cursor = place.path_for(person) + "?limit=100", list[dict[str, Any]](), ""
        while True:
            page = (await self.writers.call(person, "GET", path + cursor)).json()
            found += page["data"]
            if not page["meta"]["has_more"] or found[-1]["seq"] <= self.before[place.id]:
                return [row for row in reversed(found) if row["seq"] > self.before[place.id]]
            cursor = f"&before={page['meta']['next_before']}"

    def _rows(self, place: Place, person: Person, rows: list[dict[str, Any]]) -> Counter[str]:
        texts = Counter(row["original_content"] for row in rows)
        fresh = self.fresh(place)
        by_text = {row["original_content"]: row for row in rows}
        return Counter(
            {
                "lost": sum((by_text.get(text) or {}).get("id") != promise.id for text, promise in fresh.items()),
                "double": sum(count - 1 for count in texts.values()),
                "gaps": sum(row["seq"] != self.before[place.id] + number for number, row in enumerate(rows, 1)),
                "out of order": _against_time(list(fresh.values())),
                "wrong words": sum(not _in_words(row, person) for row in rows),
            }
        )

    async def _files(self, place: Place, rows: list[dict[str, Any]]) -> int:
        """Count attachments whose bytes differ from those sent."""
        wrong = 0
        digests = {promise.id: promise.attachment for promise in self.fresh(place).values() if promise.attachment}
        for row in rows:
            if row["id"] in digests:
                answer = await self.writers.call(place.people[0], "GET", row["attachments"][0]["download_url"])
                wrong += hashlib.sha256(answer.content).hexdigest() != digests[row["id"]]
        return wrong

    async def _shown_to_outsider(self, place: Place) -> int:
        answers = [await self.writers.call(self.world.outsider, "GET", place.path)]
        if place is not self.world.room:
            answers.append(await self.writers.call(self.world.room.guests[0], "GET", place.path))
        return sum(answer.status_code not in (401, 404) for answer in answers)

    def _heard(self) -> dict[str, int]:
        """Check what arrived over the sockets."""
        counts = Counter(dict.fromkeys(("unheard", "heard twice", "out of order", "leaked"), 0))
        for reader in self.readers:
            mine = {place.id for place in self.world.places if reader.person in place.readers}
            if reader.person is self.world.leaver:
                counts["leaked"] += self._heard_after_leaving(reader)
                mine.add(self.world.crowd.id)
            for stream, heard in reader.heard.items():
                counts["leaked"] += len(heard) if stream not in mine else 0
                counts["heard twice"] += len(heard) - len(set(heard))
                counts["out of order"] += sum(later[1] < earlier[1] for earlier, later in itertools.pairwise(heard))
            for place in self.world.places:
                if reader.person in place.readers:
                    promised = {promise.id for promise in self.fresh(place).values()}
                    counts["unheard"] += len(
                        promised - {message_id for message_id, _seq in reader.heard.get(place.id, [])}
                    )
        return dict(counts)

    def _heard_after_leaving(self, reader: Reader) -> int:
        if self.left_at is None:
            return 0
        return sum(written > self.left_at + LEAVER_SECONDS for written in reader.written_at.values())

    def _told(self) -> dict[str, int]:
        """Check mails and webhook deliveries."""
        mailed = "".join(path.read_text(errors="replace") for path in Path(self.stack.disk.folder, "mail").glob("*"))
        ids = {promise.id for promise in self.fresh(self.world.shop).values()}
        return {
            "mails": sum(f"To: {address}" not in mailed for address in self.writers.ledger.mails),
            "hooks": len(ids - set(self.hook.told)),
            "refused": len(self.writers.ledger.refused),
        }


def _in_words(row: dict[str, Any], person: Person) -> bool:
    """Return whether ``person`` sees the engine's translation of this text, or the original."""
    if person.language == "en":
        return bool(row["display_content"] == row["original_content"])
    if row["display_source"] != "translation" or row["display_language"] != person.language:
        return False
    return bool(row["display_content"] == pretended(row["original_content"], person.language))


def _against_time(promises: list[Promise]) -> int:
    """Count messages with a smaller number than one that was acknowledged before they were sent."""
    wrong, highest = 0, 0
    answered = sorted(promises, key=lambda promise: promise.answered)
    place = 0
    for promise in sorted(promises, key=lambda promise: promise.asked):
        while place < len(answered) and answered[place].answered < promise.asked:
            highest = max(highest, answered[place].seq)
            place += 1
        wrong += promise.seq < highest
    return wrong
