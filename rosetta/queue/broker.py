"""The file-based queue of an instance without a broker.

Kombu's transport, with atomic writes.

kombu opens a message under the name that workers look for and writes it afterwards. A worker that looks in between reads an
empty file and crashes, as happens on a busy machine. The same goes for the files that list the queues.
"""

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Write files under a temporary name and rename them; reading is kombu's."""

    def _put(self, queue: str, payload: dict[str, Any], **options: Any) -> None:
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        self._write(Path(self.data_folder_out) / name, payload)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self._rebind(exchange, (routing_key, pattern, queue), is_bound=True)

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **options: Any) -> None:
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **options)
        self._rebind(exchange, (routing_key, pattern, queue), is_bound=False)

    def _rebind(self, exchange: str, names: tuple[str | None, ...], *, is_bound: bool) -> None:
        binding = filesystem.exchange_queue_t(*(name or "" for name in names))
        with self._locked():
            others = [other for other in self.get_table(exchange) if other != binding]
            self._write(self._exchange_file(exchange), [binding, *others] if is_bound else others)

    def _write(self, path: Path, content: Any) -> None:
        # In the folder of finished messages, so that a draft left by a crash is deleted with them.
        draft = Path(self.processed_folder) / f"{uuid.uuid4()}.draft"
        draft.write_text(dumps(content))
        draft.replace(path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the bindings against other processes."""
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel
