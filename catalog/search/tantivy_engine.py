"""The embedded engine: tantivy in a folder.

    search/writer.lock      taken by whoever writes, for as long as it takes; gone with its process
    search/current          name of the generation that is searched
    search/v1-<hex>/        one generation: an index of its own

Any number of processes read: before each search they look whether the index was committed or replaced meanwhile and
reload it then. One process at a time writes; the next waits for it. The lock is the operating system's, so that a
process that was killed leaves none behind.
"""

import contextlib
import fcntl
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy

from catalog.search import records
from catalog.search.engine import ProductDocument, SearchHit, SearchQuery, SearchResult
from catalog.search.errors import IndexBusy, SearchUnavailable
from catalog.search.tantivy_queries import TantivyQuery, schema

WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.02
_HEAP_BYTES = 32_000_000
_REBUILD_HEAP_BYTES = 128_000_000
_PROGRESS_EVERY = 1000


class TantivyEngine:
    """An engine whose index lies in `folder`."""

    def __init__(self, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.folder = folder
        self.wait_seconds = wait_seconds
        self._opening = threading.Lock()
        self._opened: tuple[tuple[object, ...], tantivy.Index] | None = None

    def index(self, documents: Sequence[ProductDocument]) -> None:
        """Add or replace; one commit for all."""
        if documents:
            self._write(documents, [document.id for document in documents])

    def delete(self, ids: Sequence[uuid.UUID]) -> None:
        """Remove; one commit for all."""
        if ids:
            self._write((), ids)

    def search(self, query: SearchQuery) -> SearchResult:
        """One search for the hits, and one count for each combination of filters that a facet needs."""
        index = self._index()
        if index is None:
            return SearchResult((), 0, query.page, query.per_page)
        try:
            searcher = index.searcher()
            built = TantivyQuery(query, index.schema)
            found = built.run(searcher)
            hits = [_hit(searcher, address) for _, address in found.hits]
            return SearchResult(hits, found.count or 0, query.page, query.per_page, built.facets(searcher))
        except (ValueError, OSError) as error:
            raise SearchUnavailable from error

    def rebuild(self, documents: Iterable[ProductDocument], *, progress: Callable[[int], None] | None = None) -> int:
        """Fill a new generation beside the old one, point to it, remove the old one."""
        with self._writer_lock():
            generation = self._new_generation()
            try:
                count = _fill(generation, documents, progress)
            except BaseException:
                shutil.rmtree(generation, ignore_errors=True)
                raise
            self._point_to(generation)
            self._remove_others(generation)
        return count

    def ping(self) -> None:
        """Raise when the index cannot be opened."""
        index = self._index()
        if index is not None:
            index.searcher()

    def _write(self, documents: Iterable[ProductDocument], replaced: Iterable[uuid.UUID]) -> None:
        with self._writer_lock():
            generation = self._generation()
            if generation is None:
                generation = self._new_generation()
                _make_index(generation)
                self._point_to(generation)
            index = tantivy.Index.open(str(generation))
            writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            try:
                for product_id in replaced:
                    writer.delete_documents_by_term("id", str(product_id))
                for document in documents:
                    writer.add_document(_document(document))
                writer.commit()
            finally:
                writer.wait_merging_threads()

    @contextlib.contextmanager
    def _writer_lock(self) -> Iterator[None]:
        """The only writer of this folder, over all threads and processes of the machine. Raises IndexBusy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self.wait_seconds
        with (self.folder / "writer.lock").open("a") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise IndexBusy from None
                    time.sleep(_POLL_SECONDS)
            yield

    def _index(self) -> tantivy.Index | None:
        """The index as it was last committed, or None when none was ever filled."""
        for _ in range(3):
            generation = self._generation()
            if generation is None:
                return None
            try:
                return self._open(generation)
            except (ValueError, OSError) as error:
                failure = error  # a rebuild may just have removed what `current` named a moment ago: look again
        raise SearchUnavailable from failure

    def _open(self, generation: Path) -> tantivy.Index:
        committed = (generation / "meta.json").stat()
        state = (generation.name, committed.st_ino, committed.st_mtime_ns)
        opened = self._opened
        if opened is not None and opened[0] == state:
            return opened[1]
        with self._opening:
            opened = self._opened
            if opened is not None and opened[0] == state:
                return opened[1]
            if opened is not None and opened[0][0] == generation.name:
                index = opened[1]
                index.reload()
            else:
                index = tantivy.Index.open(str(generation))
            self._opened = (state, index)
            return index

    def _generation(self) -> Path | None:
        try:
            name = (self.folder / "current").read_text().strip()
        except FileNotFoundError:
            return None
        return self.folder / name if name.startswith(f"v{records.SCHEMA_VERSION}-") else None

    def _new_generation(self) -> Path:
        generation = self.folder / f"v{records.SCHEMA_VERSION}-{uuid.uuid4().hex[:12]}"
        generation.mkdir()
        return generation

    def _point_to(self, generation: Path) -> None:
        part = self.folder / "current.part"
        part.write_text(generation.name)
        part.replace(self.folder / "current")

    def _remove_others(self, generation: Path) -> None:
        """Readers that still hold an old generation keep its open files until they look again."""
        for other in self.folder.glob("v*-*"):
            if other != generation:
                shutil.rmtree(other, ignore_errors=True)


def _make_index(generation: Path) -> tantivy.Index:
    """A new index whose segments hold the newest product first: among equally good hits, newer ones win."""
    return tantivy.Index(schema(), path=str(generation), sort_by_field="created_at", sort_order=tantivy.Order.Desc)


def _fill(generation: Path, documents: Iterable[ProductDocument], progress: Callable[[int], None] | None) -> int:
    index = _make_index(generation)
    writer = index.writer(heap_size=_REBUILD_HEAP_BYTES, num_threads=1)
    count = 0
    remaining = iter(documents)
    try:
        while batch := list(islice(remaining, _PROGRESS_EVERY)):
            for document in batch:
                writer.add_document(_document(document))
            count += len(batch)
            if progress is not None:
                progress(count)
        writer.commit()
    finally:
        writer.wait_merging_threads()
    return count


def _document(document: ProductDocument) -> tantivy.Document:
    made = tantivy.Document()
    for name, text in (records.searched_fields(document) | records.filter_fields(document)).items():
        made.add_text(name, text)
    for name, values in records.whole_names(document).items():
        for value in values:
            made.add_text(name, value)
    for name, number in records.number_fields(document).items():
        made.add_integer(name, number)
    made.add_bytes("card", records.card(document).encode())
    return made


def _hit(searcher: tantivy.Searcher, address: Any) -> SearchHit:
    return records.hit_from(bytes(searcher.doc(address).get_first("card")))
