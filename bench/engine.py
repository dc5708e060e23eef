"""A translation engine for benchmarks.

LibreTranslate's wire format, with a fixed time per call.

Usage: python -m bench.engine PORT [MILLISECONDS]. ``GET /stats`` answers JSON: ``calls``, ``texts``, ``largest`` (texts of
the largest call), ``repeated`` (texts that it had translated into that language before) and ``at_once`` (the most concurrent
calls for one text and language).
"""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass

from rosetta.devtools.pretending import pretended


@dataclass
class Stats:
    calls: int = 0
    texts: int = 0
    largest: int = 0
    repeated: int = 0
    at_once: int = 0


class Engine:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stats = Stats()
        self._seen: set[tuple[str, str]] = set()
        self._in_flight: Counter[tuple[str, str]] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"GET"):
                    answer: object = asdict(self._stats)
                else:
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    answer = await self._translate(json.loads(await reader.readexactly(length)))
                body = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _translate(self, asked: dict[str, object]) -> object:
        target, question = str(asked["target"]), asked["q"]
        texts: list[str] = question if isinstance(question, list) else [str(question)]
        pairs = [(text, target) for text in texts]
        self._note(pairs)
        await asyncio.sleep(self._seconds)
        self._in_flight.subtract(pairs)
        words = [pretended(text, target) for text in texts]
        return {"translatedText": words if isinstance(question, list) else words[0]}

    def _note(self, pairs: list[tuple[str, str]]) -> None:
        stats = self._stats
        self._in_flight.update(pairs)
        stats.calls += 1
        stats.texts += len(pairs)
        stats.largest = max(stats.largest, len(pairs))
        stats.repeated += len(self._seen.intersection(pairs))
        stats.at_once = max(stats.at_once, *(self._in_flight[pair] for pair in pairs), 0)
        self._seen.update(pairs)


async def main(port: int, milliseconds: float) -> None:
    server = await asyncio.start_server(Engine(milliseconds / 1000).serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 50.0))
