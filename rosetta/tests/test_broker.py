"""The queue in files: nothing of it is seen half done."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue
from kombu.simple import SimpleQueue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tasks", "control", "done"):
        (tmp_path / name).mkdir()
    return tmp_path


def connection(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "tasks"),
        "data_folder_out": str(folder / "tasks"),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "done"),
        "store_processed": True,
        "polling_interval": 0.01,
    }
    return Connection("localhost", transport="rosetta.queue.broker:Transport", transport_options=options)


class Looks:
    """A header that a reader looks for the message at, just while the header is being written."""

    def __init__(self, reader: SimpleQueue) -> None:
        self.reader = reader
        self.looked = 0

    def __json__(self) -> str:
        with pytest.raises(self.reader.Empty):
            self.reader.get(block=False)
        self.looked += 1
        return "looked"


def test_a_message_that_is_being_written_is_not_there_yet(folder: Path) -> None:
    with connection(folder) as one, connection(folder) as other:
        writer, reader = one.SimpleQueue("work"), other.SimpleQueue("work")
        header = Looks(reader)
        writer.put("tea", headers={"looks": header})
        assert header.looked == 1
        message = reader.get(timeout=5)
        assert (message.payload, message.headers["looks"]) == ("tea", "looked")


def test_queues_that_are_made_at_the_same_time_are_all_known(folder: Path) -> None:
    exchange = Exchange("team", type="fanout")

    def bind(number: int) -> None:
        with connection(folder) as broker:
            Queue(f"member-{number}", exchange=exchange)(broker.default_channel).declare()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bind, range(40)))
    with connection(folder) as broker:
        known = {binding.queue for binding in broker.default_channel.get_table("team")}
        assert known == {f"member-{number}" for number in range(40)}
        Queue("member-7", exchange=exchange)(broker.default_channel).delete()
        assert len(broker.default_channel.get_table("team")) == 39
