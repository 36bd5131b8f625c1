"""Messages between processes through a folder: whole at every moment."""

import multiprocessing
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from core.jobs.transport import SCHEME, register_transport

MESSAGES = 300


def connect(folder: Path) -> Connection:
    register_transport()
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return Connection(f"{SCHEME}://", transport_options=options)


def send_many(folder: Path) -> None:
    with connect(folder) as connection:
        queue = connection.SimpleQueue("letters")
        for number in range(MESSAGES):
            queue.put({"number": number, "filling": "x" * 20_000})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "control").mkdir()
    return tmp_path


def test_reader_beside_a_writer_gets_every_message_whole(folder: Path) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=send_many, args=(folder,))
    writer.start()
    received = []
    deadline = time.monotonic() + 60
    with connect(folder) as connection:
        queue = connection.SimpleQueue("letters")
        while len(received) < MESSAGES and time.monotonic() < deadline:
            try:
                message = queue.get(block=False)
            except Empty:
                continue
            received.append(message.payload["number"])
            message.ack()
    writer.join()
    assert sorted(received) == list(range(MESSAGES))
