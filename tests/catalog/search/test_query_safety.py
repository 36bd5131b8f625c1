"""Queries: no text and no number that somebody sends breaks one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search.elasticsearch_engine import ElasticsearchEngine
from catalog.search.elasticsearch_queries import search_body
from catalog.search.engine import MAX_HITS, SearchQuery, SortOrder
from catalog.search.errors import SearchUnavailable
from catalog.search.ranking import MAX_WORD_LENGTH, MAX_WORDS, folded_words, query_words
from catalog.search.tantivy_queries import TantivyQuery, schema
from core.i18n import fold

texts = st.text(max_size=300) | st.text("bưởiđườngPHÚC \u0301\u031b_-'\"", max_size=60)


@given(texts)
def test_words_of_any_text(text: str) -> None:
    words = query_words(text)
    assert len(words) <= MAX_WORDS
    assert [word.is_last for word in words] == [False] * (len(words) - 1) + [True] * bool(words)
    for word in words:
        assert 0 < len(word.folded) <= MAX_WORD_LENGTH
        assert 0 < len(word.exact) <= MAX_WORD_LENGTH
        assert not any(sign.isspace() for sign in word.exact + word.folded)
        assert fold(word.folded) == word.folded
    assert [word.folded for word in words] == folded_words(text)[:MAX_WORDS]


@settings(max_examples=150)
@given(texts, st.integers(), st.integers(), st.sampled_from(SortOrder), st.none() | st.integers(3, 5))
def test_every_query_can_be_put_to_both_engines(
    text: str, page: int, per_page: int, sort: SortOrder, stars: int | None
) -> None:
    query = SearchQuery(text, page=page, per_page=per_page, sort=sort, min_stars=stars, commune_codes=(text, "18547"))
    assert query.offset + query.per_page <= MAX_HITS
    TantivyQuery(query, schema())
    body = search_body(query)
    assert body["from_"] + body["size"] <= MAX_HITS


def test_a_server_that_is_away_is_told_apart_from_a_fault_of_ours() -> None:
    engine = ElasticsearchEngine("http://127.0.0.1:9", "products")
    for attempt in (engine.ping, lambda: engine.search(SearchQuery("bưởi")), lambda: engine.rebuild([])):
        try:
            attempt()
        except SearchUnavailable:
            continue
        raise AssertionError("a server that is away must be SearchUnavailable")
