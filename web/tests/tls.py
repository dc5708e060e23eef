"""Servers with a certificate that nobody vouches for, so that a browser meets the service and a page on two https sites."""

import asyncio
import contextlib
import datetime
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def certificate(folder: Path) -> ssl.SSLContext:
    """A context with a new certificate that names no host that is asked for.

    The browser is told not to mind.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "test.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while raw := await reader.read(65536):
            writer.write(raw)
            await writer.drain()
    writer.close()


def to_port(port: int) -> Serve:
    """Carry every byte to and from a plain server, as a proxy does that ends TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    return serve


async def empty_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer any request with a page without content."""
    await reader.readuntil(b"\r\n\r\n")
    body = b"<!DOCTYPE html><title>Elsewhere</title><link rel=icon href=data:,>"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


@contextlib.contextmanager
def served(folder: Path, ports: dict[int, Serve]) -> Iterator[None]:
    """Serve each of ``ports`` over TLS, until the block ends."""
    loop, context = asyncio.new_event_loop(), certificate(folder)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def open_all() -> list[asyncio.Server]:
        return [await asyncio.start_server(serve, "127.0.0.1", port, ssl=context) for port, serve in ports.items()]

    servers = asyncio.run_coroutine_threadsafe(open_all(), loop).result(10)
    try:
        yield
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
