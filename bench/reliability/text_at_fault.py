"""Usage: python -m bench.reliability.text_at_fault [--seconds 12] [--rate 4]

Measures how long other texts wait while an engine cannot do one: an engine of 50 ms a call, on this machine, fails every call
that has a certain text. A worker translates what waits for two scopes, as workers do; texts arrive at a steady rate, and the
text at fault is asked for again whenever it is due. Prints the rows of the table in docs/reliability.md. Needs no service: the
database is a file of SQLite that is removed at the end.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

CULPRIT = "The red crate cannot be told from the others."
CALL_SECONDS, HANG_SECONDS = 0.05, 60.0
# What the engine answers to so many texts of which one is at fault.
FAULTS: dict[str, Callable[[int], tuple[int, bytes]]] = {
    "500": lambda count: (500, b"{}"),
    "null": lambda count: (200, json.dumps({"translatedText": [None] * count}).encode()),
    "too few texts": lambda count: (200, json.dumps({"translatedText": ["\u4e00"] * (count - 1)}).encode()),
    "broken JSON": lambda count: (200, b'{"translatedText": ['),
    "a hang": lambda count: (0, b""),
}


def engine(fault: Callable[[int], tuple[int, bytes]], ending: threading.Event) -> ThreadingHTTPServer:
    """Return a running engine with LibreTranslate's wire format."""
    from rosetta.devtools.pretending import pretended

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = asked["q"]
            time.sleep(CALL_SECONDS)
            translated = [pretended(text, asked["target"]) for text in texts]
            status, body = 200, json.dumps({"translatedText": translated}).encode()
            if CULPRIT in texts:
                status, body = fault(len(texts))
            if not status:
                ending.wait(HANG_SECONDS)
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def delays(seconds: float, rate: float) -> list[float]:
    """Return how long each of the other texts waited, in seconds."""
    from rosetta.ids import new_ulid
    from translation.service import Job, translate_batch

    scopes = (new_ulid(), new_ulid())
    began = time.monotonic()
    # When each text arrives, or is due again.
    waiting = [(began + 1, Job("culprit", scopes[0], CULPRIT, "en", "ja"))]
    for number in range(int(seconds * rate)):
        text = f"Crate {number} of the {'long ' * (number % 5)}delivery is at the harbour."
        waiting.append((began + number / rate, Job(began + number / rate, scopes[number % 2], text, "en", "ja")))
    found: list[float] = []
    while any(job.key != "culprit" for _due, job in waiting):
        now = time.monotonic()
        batch = [job for due, job in waiting if due <= now][:128]
        waiting = [(due, job) for due, job in waiting if job not in batch]
        results = translate_batch(batch) if batch else time.sleep(0.02) or []
        for result in results:
            if result.state == "ready":
                found.append(time.monotonic() - result.job.key)
            else:
                waiting.append((time.monotonic() + (result.retry_after or 30.0), result.job))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--rate", type=float, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
            os.environ.pop(name, None)
        os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "rosetta.settings", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.cache import cache
        from django.core.management import call_command

        from translation.models import EngineState

        call_command("migrate", verbosity=0)
        settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("libretranslate",), {}
        for name, fault in FAULTS.items():
            cache.clear()
            ending = threading.Event()
            server = engine(fault, ending)
            settings.LIBRETRANSLATE_URL = f"http://127.0.0.1:{server.server_port}"
            waits = delays(options.seconds, options.rate)
            opened = EngineState.objects.exclude(status="closed").count()
            print(f"| {name} | {len(waits)} | {median(waits):.2f} | {max(waits):.2f} | {opened} |", flush=True)
            ending.set()
            server.shutdown()


if __name__ == "__main__":
    main()
