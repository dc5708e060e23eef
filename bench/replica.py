"""Read from a streaming replica as the service does, and check that nobody is told too little.

Usage: python -m bench.replica [--writes 200]. Starts PostgreSQL, a streaming replica made by pg_basebackup, Redis and a web
process on free ports of 127.0.0.1, and looks at four things: searches run on the replica; everybody finds at once what they
have just written; while the replica does not replay, what others wrote is found after the bound; and a replica that is
killed costs no request. Exits with 1 when any of it is not so. A run takes about a minute.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from typing import Any

import httpx
import psycopg

from bench.servers import Postgres, Redis, Standby
from bench.service import HOST, ROOT, environment, running

LIMIT_SECONDS = 300
LAG_SECONDS = 2


class Client:
    """Somebody who posts and searches in one channel."""

    def __init__(self, base: str, name: str) -> None:
        self.http = httpx.Client(base_url=f"{base}/api/v1/", timeout=30)
        email = f"{name}-{time.time_ns()}@example.com"
        password = "correct horse 9"
        body = {
            "email": email, "password": password, "password_confirmation": password, "name": name, "device_name": "bench",
            "preferred_language": "en",
        }  # fmt: skip
        token = self.call("POST", "auth/app/register", json=body)["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        answer = self.http.request(method, path, **options)
        answer.raise_for_status()
        body = answer.json() if answer.content else None
        return body["data"] if isinstance(body, dict) and "data" in body else body


class Place:
    """A workspace with two people."""

    def __init__(self, base: str) -> None:
        self.olivia, self.mali = Client(base, "Olivia"), Client(base, "Mali")
        self.workspace = self.olivia.call("POST", "workspaces", json={"name": "Acme"})["id"]
        self.channel = self.olivia.call("GET", f"workspaces/{self.workspace}/channels")[0]["id"]
        invite = self.olivia.call("POST", f"workspaces/{self.workspace}/invites", json={})
        self.mali.call("POST", f"invites/{invite['token']}/accept")

    def post(self, by: Client, content: str) -> str:
        path = f"workspaces/{self.workspace}/channels/{self.channel}/messages"
        return str(by.call("POST", path, json={"content": content})["id"])

    def finds(self, by: Client, message_id: str, word: str) -> bool:
        found = by.call("GET", f"workspaces/{self.workspace}/search", params={"q": word, "limit": 5})
        return message_id in {row["id"] for row in found}


def scans(server: Postgres) -> int:
    """Return how often rows of messages were looked for on ``server``."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'messaging_message'"
        ).fetchone()
    return int(row[0]) if row else 0


def tell(server: Postgres, sql: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[call-overload]


def check(place: Place, replica: Standby, writes: int) -> dict[str, int]:
    """Return how often each of the promises was broken."""
    broken = {"searches on the primary": 0, "own writes not found": 0, "others' writes not found": 0, "failed": 0}
    oldest = place.post(place.olivia, "The zeroth crate is here")
    time.sleep(2 * LAG_SECONDS + 2)  # what was written is replayed, and nobody has written for a while
    before = scans(replica)
    began = time.perf_counter()
    for _ in range(50):
        broken["others' writes not found"] += not place.finds(place.mali, oldest, "zeroth")
    print(f"a search took {(time.perf_counter() - began) / 50 * 1000:.1f} ms")
    time.sleep(1.5)  # statistics are written once a second
    broken["searches on the primary"] = 50 - min(50, scans(replica) - before)

    for number in range(writes):
        own = place.post(place.olivia, f"Crate number{number} is here")
        broken["own writes not found"] += not place.finds(place.olivia, own, f"number{number}")

    tell(replica, "SELECT pg_wal_replay_pause()")
    others = place.post(place.olivia, "The paused crate is here")
    time.sleep(LAG_SECONDS + 2.5)
    broken["others' writes not found"] += not place.finds(place.mali, others, "paused")
    tell(replica, "SELECT pg_wal_replay_resume()")
    time.sleep(LAG_SECONDS + 2.5)

    replica.stop("immediate")
    for number in range(50):
        try:
            broken["others' writes not found"] += not place.finds(place.mali, others, "paused")
        except httpx.HTTPError as error:
            broken["failed"] += 1
            print(f"search {number} after the replica was killed: {error}")
        time.sleep(0.05)
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writes", type=int, default=200)
    options = parser.parse_args()
    os.chdir(ROOT)
    # so that it ends its processes on SIGTERM or at its time limit
    for sign in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(sign, lambda *_: sys.exit("ended before it was done"))
    signal.alarm(LIMIT_SECONDS)
    postgres, redis = Postgres(), Redis()
    replica = None
    try:
        postgres.start()
        redis.start()
        tell_url = postgres.url.replace("/rosetta", "/postgres")
        with psycopg.connect(tell_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE rosetta")
        env = environment() | {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        replica = Standby(postgres, is_synchronous=False)
        env |= {
            "DATABASE_REPLICA_URL": replica.url,
            "DATABASE_REPLICA_LAG_SECONDS": str(LAG_SECONDS),
            "WEB_WORKERS": "1",
        }
        with running(env, ["web"]) as service:
            broken = check(Place(f"http://{HOST}:{service.web_port}"), replica, options.writes)
    finally:
        if replica:
            replica.remove()
        postgres.remove()
        redis.stop()
    print(", ".join(f"{name}: {count}" for name, count in broken.items()))
    sys.exit(any(broken.values()))


if __name__ == "__main__":
    main()
