"""A server that accepts connections and says nothing, for as long as a test wants it to."""

import contextlib
import selectors
import socket
import threading
from types import TracebackType


class Proxy:
    """Relay connections to ``target``.

    While it is silent, or without a target, take them and pass nothing on.
    """

    def __init__(self, target: tuple[str, int] | None = None) -> None:
        self._target = target
        self._is_silent = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._sockets: list[socket.socket] = [self._listening]
        self._is_over = threading.Event()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def connections(self) -> int:
        """The number of connections taken so far."""
        return len(self._sockets) - 1

    def hang(self) -> None:
        self._is_silent.set()

    def resume(self) -> None:
        """Pass on what was held back, and all that follows."""
        self._is_silent.clear()

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._sockets.append(client)
                if self._target is not None:
                    threading.Thread(target=self._relay, args=(client, self._target), daemon=True).start()

    def _relay(self, client: socket.socket, target: tuple[str, int]) -> None:
        with contextlib.suppress(OSError), selectors.DefaultSelector() as selector:
            server = socket.create_connection(target)
            self._sockets.append(server)
            for source, other in ((client, server), (server, client)):
                selector.register(source, selectors.EVENT_READ, other)
            while not self._is_over.is_set():
                for key, _ in selector.select(0.05):
                    while self._is_silent.is_set() and not self._is_over.wait(0.02):
                        pass
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        client.close()
                        return server.close()
                    key.data.sendall(data)
