"""The engine for production: Elasticsearch 9.

The alias is what is searched and written; behind it stands one index, `<alias>-v1-<hex>`, made by the first write or
by a rebuild. Words are folded in Python, so the indices need no analysis modules, scripts or synonyms.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import BulkIndexError, bulk

from catalog.search import records
from catalog.search.elasticsearch_queries import INDEX_BODY, facets_of, search_body
from catalog.search.engine import ProductDocument, SearchQuery, SearchResult
from catalog.search.errors import SearchUnavailable

REQUEST_TIMEOUT_SECONDS = 5
WRITE_TIMEOUT_SECONDS = 60
_BATCH = 1000


class ElasticsearchEngine:
    """An engine behind `alias` on the server at `url`."""

    def __init__(self, url: str, alias: str) -> None:
        self.alias = alias
        self.client = Elasticsearch(url, request_timeout=REQUEST_TIMEOUT_SECONDS, retry_on_timeout=False, max_retries=1)
        self.writing = self.client.options(request_timeout=WRITE_TIMEOUT_SECONDS)

    def index(self, documents: Sequence[ProductDocument]) -> None:
        """Add or replace in one bulk request; waits until searches find them."""
        if documents:
            self._bulk(_action(self.alias, document) for document in documents)

    def delete(self, ids: Sequence[uuid.UUID]) -> None:
        """Remove in one bulk request; waits until searches no longer find them."""
        if ids:
            self._bulk({"_op_type": "delete", "_index": self.alias, "_id": str(product_id)} for product_id in ids)

    def search(self, query: SearchQuery) -> SearchResult:
        """Hits and facets in one request."""
        with _translated_errors():
            try:
                answer = self.client.search(index=self.alias, **search_body(query))
            except NotFoundError:
                return SearchResult((), 0, query.page, query.per_page)
        hits = [records.hit_from(hit["_source"]["card"]) for hit in answer["hits"]["hits"]]
        total = answer["hits"]["total"]["value"]
        return SearchResult(hits, total, query.page, query.per_page, facets_of(answer["aggregations"]))

    def rebuild(self, documents: Iterable[ProductDocument], *, progress: Callable[[int], None] | None = None) -> int:
        """Fill a new index, move the alias to it in one step, remove the old index."""
        with _translated_errors():
            fresh = self._new_index()
            try:
                count = self._fill(fresh, documents, progress)
                old = self._indices_behind_alias()
                actions: list[dict[str, Any]] = [{"add": {"index": fresh, "alias": self.alias, "is_write_index": True}}]
                actions += [{"remove_index": {"index": name}} for name in old]
                self.writing.indices.update_aliases(actions=actions)
            except BaseException:
                self.writing.options(ignore_status=404).indices.delete(index=fresh)
                raise
            self._remove_leftovers(fresh)
        return count

    def ping(self) -> None:
        """Raise when the server does not answer or lost shards of the index."""
        with _translated_errors():
            health = self.client.cluster.health(timeout="1s")
        if health["status"] == "red":
            raise SearchUnavailable

    def _bulk(self, actions: Iterable[dict[str, Any]]) -> None:
        with _translated_errors():
            self._ensure_index()
            _, errors = bulk(self.writing, actions, refresh=True, raise_on_error=False, chunk_size=_BATCH)
            failed = [error for error in _as_list(errors) if error.get("delete", {}).get("status") != 404]
            if failed:
                raise SearchUnavailable from BulkIndexError(f"{len(failed)} documents were refused", failed)

    def _fill(self, name: str, documents: Iterable[ProductDocument], progress: Callable[[int], None] | None) -> int:
        count = 0

        def actions() -> Iterator[dict[str, Any]]:
            nonlocal count
            for document in documents:
                yield _action(name, document)
                count += 1
                if progress is not None and count % _BATCH == 0:
                    progress(count)

        bulk(self.writing, actions(), chunk_size=_BATCH)
        self.writing.indices.refresh(index=name)
        if progress is not None and count % _BATCH:
            progress(count)
        return count

    def _ensure_index(self) -> None:
        """Make the first index, with the alias from its birth: of two writers at once, the second takes the first's."""
        if self.client.indices.exists_alias(name=self.alias):
            return
        name = f"{self.alias}-v{records.SCHEMA_VERSION}-first"
        try:
            self.writing.indices.create(index=name, aliases={self.alias: {"is_write_index": True}}, **INDEX_BODY)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _new_index(self) -> str:
        name = f"{self.alias}-v{records.SCHEMA_VERSION}-{uuid.uuid4().hex[:12]}"
        self.writing.indices.create(index=name, **INDEX_BODY)
        return name

    def _indices_behind_alias(self) -> list[str]:
        try:
            return list(self.client.indices.get_alias(name=self.alias).body)
        except NotFoundError:
            return []

    def _remove_leftovers(self, kept: str) -> None:
        """Indices of rebuilds that were killed."""
        ours = re.compile(rf"{re.escape(self.alias)}-v\d+-(first|[0-9a-f]{{12}})")
        found = self.client.indices.get(index=f"{self.alias}-v*", features="aliases")
        for name in found.body:
            if name != kept and ours.fullmatch(name):
                self.writing.options(ignore_status=404).indices.delete(index=name)


@contextmanager
def _translated_errors() -> Iterator[None]:
    """What the client raises, as the error that the site knows."""
    try:
        yield
    except (ApiError, TransportError, BulkIndexError) as error:
        raise SearchUnavailable from error


def _action(index: str, document: ProductDocument) -> dict[str, Any]:
    source: dict[str, Any] = {
        **records.searched_fields(document),
        **records.whole_names(document),
        **records.filter_fields(document),
        **records.number_fields(document),
        "card": records.card(document),
    }
    return {"_op_type": "index", "_index": index, "_id": str(document.id), "_source": source}


def _as_list(errors: Any) -> list[dict[str, Any]]:
    return errors if isinstance(errors, list) else []
