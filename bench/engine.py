"""An engine for benchmarks: speaks LibreTranslate's wire format and takes so many milliseconds a call.

Usage: python bench/engine.py PORT [MILLISECONDS]
"""

import asyncio
import json
import sys


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            await asyncio.sleep(seconds)
            texts = asked["q"] if isinstance(asked["q"], list) else [asked["q"]]
            words = [f"{asked['target']} {text}" for text in texts]
            body = json.dumps({"translatedText": words if isinstance(asked["q"], list) else words[0]}).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port: int, milliseconds: float) -> None:
    server = await asyncio.start_server(lambda r, w: _answer(r, w, milliseconds / 1000), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 50.0))
