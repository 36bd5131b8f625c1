"""Tantivy's folder with several processes: readers see commits, writers take turns, nothing stays locked."""

import multiprocessing
import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.search.engine import SearchQuery
from catalog.search.errors import IndexBusy
from catalog.search.tantivy_engine import TantivyEngine
from tests.catalog.search.conftest import make_document

spawned = multiprocessing.get_context("spawn")


def write_many(folder: Path, first: int, count: int) -> None:
    """What another worker does: one commit for each document."""
    engine = TantivyEngine(folder, wait_seconds=60)
    for number in range(first, first + count):
        engine.index([make_document(f"Bưởi {number}", id=uuid.UUID(int=number))])


def hold_lock(folder: Path, held: object) -> None:
    """Take the writer's lock and never let go of it."""
    with TantivyEngine(folder)._writer_lock():
        held.set()
        signal.pause()


def test_two_writing_processes_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    writers = [spawned.Process(target=write_many, args=(tmp_path, first, 10)) for first in (100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert TantivyEngine(tmp_path).search(SearchQuery("buoi")).total == 20


def test_a_reader_sees_what_another_process_committed(tmp_path: Path) -> None:
    reader = TantivyEngine(tmp_path)
    TantivyEngine(tmp_path).index([make_document("Cam")])
    assert reader.search(SearchQuery()).total == 1
    writer = spawned.Process(target=write_many, args=(tmp_path, 100, 3))
    writer.start()
    writer.join(60)
    assert reader.search(SearchQuery()).total == 4
    TantivyEngine(tmp_path).rebuild([make_document("Quýt")])
    assert reader.search(SearchQuery()).total == 1
    assert len(list(tmp_path.glob("v*-*"))) == 1


def test_who_waits_too_long_for_the_writer_is_told_so_and_changes_nothing(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path, wait_seconds=0.1)
    engine.index([make_document("Cam")])
    with engine._writer_lock():
        for attempt in (
            lambda: engine.index([make_document("Quýt")]),
            lambda: engine.delete([make_document().id]),
            lambda: engine.rebuild([]),
        ):
            with pytest.raises(IndexBusy):
                attempt()
        assert engine.search(SearchQuery()).total == 1
    engine.index([make_document("Quýt")])
    assert engine.search(SearchQuery()).total == 2


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    held = spawned.Event()
    holder = spawned.Process(target=hold_lock, args=(tmp_path, held))
    holder.start()
    assert held.wait(60)
    os.kill(holder.pid or 0, signal.SIGKILL)
    holder.join(60)
    TantivyEngine(tmp_path, wait_seconds=5).index([make_document()])
    assert TantivyEngine(tmp_path).search(SearchQuery()).total == 1


def test_readers_never_fail_while_the_index_is_written_and_replaced(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.index([make_document("Bưởi") for _ in range(5)])
    stop = False

    def read() -> int:
        searches = 0
        while not stop:
            assert engine.search(SearchQuery("buoi")).total >= 5
            searches += 1
        return searches

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for _ in range(5):
                engine.index([make_document("Bưởi")])
                engine.rebuild([make_document("Bưởi") for _ in range(6)])
        finally:
            stop = True
        assert all(reader.result() > 0 for reader in readers)


def test_an_index_of_another_version_counts_as_never_filled(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.index([make_document()])
    (tmp_path / "current").write_text("v0-abc")
    assert engine.search(SearchQuery()).total == 0
    engine.index([make_document()])
    assert engine.search(SearchQuery()).total == 1
