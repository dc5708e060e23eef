"""Measure what the database alone allows: pgbench inserts the rows of a post.

A check compares them with real ones.
"""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.seed import World

SCRIPT = Path(__file__).with_name("post.sql")
# The rows of a channel's newest message, for each table that a post writes to.
WRITTEN = {
    "messaging_message": "WHERE conversation_id = %s ORDER BY seq DESC LIMIT 1",
    "messaging_messagetranslation": (
        "WHERE message_id = (SELECT id FROM messaging_message WHERE conversation_id = %s ORDER BY seq DESC LIMIT 1)"
    ),
    "workspaces_event": "WHERE stream_id = %s ORDER BY seq DESC LIMIT 1",
}


class DifferentRows(SystemExit):
    """pgbench does not insert the rows of a post, so the rates cannot be compared."""


def rate(url: str, world: World, channel_ids: list[str], *, clients: int, seconds: float) -> float:
    """Return the messages a second that pgbench inserts with prepared statements.

    Raises CalledProcessError.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [_script(Path(folder), world, channel_id) for channel_id in channel_ids]
        command = ["pgbench", "-M", "prepared", "-n", "-c", str(clients), "-j", "1", "-T", str(max(1, round(seconds)))]
        for file in files:
            command += ["-f", str(file)]
        out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    failed = int(re.search(r"number of failed transactions: (\d+)", out)[1])  # type: ignore[index]
    if failed:
        raise SystemExit(f"pgbench: {failed} transactions failed\n{out}")
    return float(re.search(r"tps = ([\d.]+)", out)[1])  # type: ignore[index]


def _script(folder: Path, world: World, channel_id: str) -> Path:
    from rosetta.ids import to_uuid

    file = folder / f"{channel_id}.sql"
    text = SCRIPT.read_text(encoding="utf-8").format(
        conversation=to_uuid(channel_id),
        scope=world.workspace_id,
        first_user=world.user_ids[0],
        last_user=world.user_ids[-1],
    )
    file.write_text(text, encoding="utf-8")
    return file


def newest(channel_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the shapes of the rows of a channel's newest message, by table."""
    from django.db import connection

    from rosetta.ids import to_uuid

    found = {}
    with connection.cursor() as cursor:
        for table, which in WRITTEN.items():
            cursor.execute(f"SELECT row_to_json(t)::jsonb FROM {table} t {which}", [to_uuid(channel_id)])
            found[table] = [_shape(row) for (row,) in cursor.fetchall()]
    return found


def _shape(row: Any) -> dict[str, Any]:
    """Reduce a row to what does not differ between messages.

    Which columns are filled, and roughly how long.
    """
    import json

    values = json.loads(row) if isinstance(row, str) else row
    return {name: _size(value) for name, value in sorted(values.items()) if name not in ("language", "sender_user_id")}


def _size(value: Any) -> Any:
    if isinstance(value, str):
        return round(len(value) / 20)
    return type(value).__name__


def check_same_rows(posted: dict[str, list[dict[str, Any]]], benched: dict[str, list[dict[str, Any]]]) -> None:
    """Check that both inserted rows of the same shapes. Raises DifferentRows."""
    for table in WRITTEN:
        if posted[table] != benched[table]:
            raise DifferentRows(f"{table}: a post writes {posted[table]}, pgbench {benched[table]}")
