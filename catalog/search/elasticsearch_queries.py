"""Mappings, queries and facets in Elasticsearch's terms."""

from collections.abc import Mapping
from typing import Any

from catalog.search import ranking
from catalog.search.engine import FACET_SIZE, Facets, SearchQuery, SortOrder
from catalog.search.facets import facets_from
from catalog.search.ranking import Word, query_words

_WORDS: dict[str, Any] = {"type": "text", "analyzer": "whitespace"}
_PREFIXED: dict[str, Any] = {**_WORDS, "index_prefixes": {"min_chars": 1, "max_chars": 8}}
_KEYWORD: dict[str, Any] = {"type": "keyword"}

INDEX_BODY: dict[str, Any] = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "1s"},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "name_exact": _WORDS,
            "name_folded": _PREFIXED,
            "other_exact": _WORDS,
            "other_folded": _PREFIXED,
            "whole_exact": _KEYWORD,
            "whole_folded": _KEYWORD,
            "id": _KEYWORD,
            "commune_code": _KEYWORD,
            "commune": _KEYWORD,
            "category": _KEYWORD,
            "stars": {"type": "byte"},
            "in_stock": {"type": "byte"},
            "created_at": {"type": "long"},
            "price_up": {"type": "long"},
            "price_down": {"type": "long"},
            "card": {"type": "keyword", "index": False, "doc_values": False},
        },
    },
}
"""One shard: a province's products are small, and one shard ranks them all by the same statistics."""

_NEWEST: list[dict[str, Any]] = [{"created_at": "desc"}, {"id": "desc"}]
_SORTS: dict[SortOrder, list[dict[str, Any]]] = {
    SortOrder.NEWEST: _NEWEST,
    SortOrder.PRICE_UP: [{"price_up": "asc"}, *_NEWEST],
    SortOrder.PRICE_DOWN: [{"price_down": "desc"}, *_NEWEST],
    SortOrder.RELEVANCE: [{"_score": "desc"}, *_NEWEST],
}
_FACET_FIELDS = {"communes": "commune", "stars": "stars", "categories": "category"}


def search_body(query: SearchQuery) -> dict[str, Any]:
    """The arguments of one search request.

    The facets' own filters stand in `post_filter`, so that each facet can be counted without its own.
    """
    words = query_words(query.text)
    filters = _filters(query)
    sort = query.sort if words or query.sort is not SortOrder.RELEVANCE else SortOrder.NEWEST
    aggregations = {}
    for name, field in _FACET_FIELDS.items():
        others = [one for key, one in filters.items() if key != name]
        counted = {"values": {"terms": {"field": field, "size": FACET_SIZE}}}
        aggregations[name] = {"filter": {"bool": {"filter": others}}, "aggs": counted}
    return {
        "query": _text_query(query, words),
        "post_filter": {"bool": {"filter": list(filters.values())}},
        "aggregations": aggregations,
        "sort": _SORTS[sort],
        "from_": query.offset,
        "size": query.per_page,
        "track_total_hits": True,
        "source": ["card"],
    }


def facets_of(aggregations: Mapping[str, Any]) -> Facets:
    """The facets out of the answer to `search_body`."""
    return facets_from({name: aggregations[name]["values"]["buckets"] for name in _FACET_FIELDS})


def _filters(query: SearchQuery) -> dict[str, dict[str, Any]]:
    filters: dict[str, dict[str, Any]] = {}
    if query.commune_codes:
        filters["communes"] = {"terms": {"commune_code": list(query.commune_codes)}}
    if query.min_stars is not None:
        filters["stars"] = {"range": {"stars": {"gte": query.min_stars}}}
    if query.category is not None:
        filters["categories"] = {"term": {"category": str(query.category)}}
    if query.in_stock:
        filters["in_stock"] = {"term": {"in_stock": 1}}
    return filters


def _text_query(query: SearchQuery, words: list[Word]) -> dict[str, Any]:
    if not words:
        return {"match_none": {}} if query.text.strip() else {"match_all": {}}
    return {"bool": {"must": [_word_query(word) for word in words], "should": _bonuses(words)}}


def _word_query(word: Word) -> dict[str, Any]:
    """The best way in which the word matches decides."""
    ways = [
        _constant({"term": {"name_exact": word.exact}}, ranking.NAME_EXACT),
        _constant({"term": {"name_folded": word.folded}}, ranking.NAME_FOLDED),
        _constant({"term": {"other_exact": word.exact}}, ranking.OTHER_EXACT),
        _constant({"term": {"other_folded": word.folded}}, ranking.OTHER_FOLDED),
    ]
    if word.is_last:
        ways += [
            _constant({"prefix": {"name_folded": {"value": word.folded}}}, ranking.NAME_PREFIX),
            _constant({"prefix": {"other_folded": {"value": word.folded}}}, ranking.OTHER_PREFIX),
        ]
    if word.slips:
        ways += [
            _constant(_fuzzy("name_folded", word), ranking.NAME_FUZZY),
            _constant(_fuzzy("other_folded", word), ranking.OTHER_FUZZY),
        ]
    return {"dis_max": {"queries": ways}}


def _bonuses(words: list[Word]) -> list[dict[str, Any]]:
    exact = " ".join(word.exact for word in words)
    folded = " ".join(word.folded for word in words)
    bonuses = [
        _constant({"term": {"whole_exact": exact}}, ranking.WHOLE_NAME_EXACT),
        _constant({"term": {"whole_folded": folded}}, ranking.WHOLE_NAME_FOLDED),
        *({"term": {"name_folded": {"value": word.folded, "boost": ranking.STATISTICS}}} for word in words),
    ]
    if len(words) > 1:
        bonuses.append(_constant({"match_phrase": {"name_folded": folded}}, ranking.PHRASE))
    return bonuses


def _fuzzy(field: str, word: Word) -> dict[str, Any]:
    return {"fuzzy": {field: {"value": word.folded, "fuzziness": word.slips, "transpositions": True}}}


def _constant(query: dict[str, Any], score: float) -> dict[str, Any]:
    return {"constant_score": {"filter": query, "boost": score}}
