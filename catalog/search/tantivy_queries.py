"""Queries and facets in tantivy's terms."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from catalog.search import ranking
from catalog.search.engine import FACET_SIZE, Facets, SearchQuery, SortOrder
from catalog.search.facets import facets_from
from catalog.search.ranking import Word, query_words

_SORT_FIELDS = {
    SortOrder.NEWEST: ("created_at", Order.Desc),
    SortOrder.PRICE_UP: ("price_up", Order.Asc),
    SortOrder.PRICE_DOWN: ("price_down", Order.Desc),
}
_FACET_FIELDS = {"communes": "commune", "stars": "stars", "categories": "category"}


@cache
def schema() -> tantivy.Schema:
    """Fields of the index. Words are made in Python (`ranking`), so white space is all that tantivy splits at."""
    builder = tantivy.SchemaBuilder()
    for name in ("name_exact", "name_folded", "other_exact", "other_folded"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("whole_exact", "whole_folded", "id", "commune_code"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("commune", "category"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("stars", "in_stock"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("created_at", "price_up", "price_down"):
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


class TantivyQuery:
    """A `SearchQuery` for an index with `index_schema`."""

    def __init__(self, query: SearchQuery, index_schema: tantivy.Schema) -> None:
        self.query = query
        self.schema = index_schema
        self.words = query_words(query.text)
        self.text = self._text_query()
        self.filters = self._filters()

    def run(self, searcher: tantivy.Searcher) -> Any:
        """The page of hits, with the count of all."""
        whole = self._under(self.filters.values())
        page = {"limit": self.query.per_page, "offset": self.query.offset, "count": True}
        sort = self.query.sort
        if sort is SortOrder.RELEVANCE and not self.words:
            sort = SortOrder.NEWEST
        if sort is SortOrder.RELEVANCE:
            return searcher.search(whole, **page)
        field, order = _SORT_FIELDS[sort]
        return searcher.search(whole, order_by_field=field, order=order, **page)

    def facets(self, searcher: tantivy.Searcher) -> Facets:
        """Counts of each facet under the text and the filters of the others."""
        counted: dict[str, list[dict[str, Any]]] = {}
        unfiltered = {name: _terms(name) for name in _FACET_FIELDS if name not in self.filters}
        if unfiltered:
            answer = searcher.aggregate(self._under(self.filters.values()), unfiltered)
            counted |= {name: answer[name]["buckets"] for name in unfiltered}
        for name in _FACET_FIELDS.keys() - unfiltered.keys():
            others = self._under([query for key, query in self.filters.items() if key != name])
            counted[name] = searcher.aggregate(others, {name: _terms(name)})[name]["buckets"]
        return facets_from(counted)

    def _under(self, filters: Any) -> Query:
        clauses = [(Occur.Must, self.text), *((Occur.Must, query) for query in filters)]
        return Query.boolean_query(clauses) if len(clauses) > 1 else self.text

    def _filters(self) -> dict[str, Query]:
        query = self.query
        filters = {}
        if query.commune_codes:
            filters["communes"] = self._term_set("commune_code", query.commune_codes)
        if query.min_stars is not None:
            lowest = Query.range_query(self.schema, "stars", tantivy.FieldType.Integer, lower_bound=query.min_stars)
            filters["stars"] = Query.const_score_query(lowest, 0.0)
        if query.category is not None:
            filters["categories"] = self._constant("category", str(query.category), 0.0)
        if query.in_stock:
            filters["in_stock"] = Query.const_score_query(Query.term_query(self.schema, "in_stock", 1), 0.0)
        return filters

    def _text_query(self) -> Query:
        if not self.words:
            return Query.empty_query() if self.query.text.strip() else Query.all_query()
        clauses = [(Occur.Must, self._word_query(word)) for word in self.words]
        clauses += [(Occur.Should, bonus) for bonus in self._bonuses()]
        return Query.boolean_query(clauses)

    def _word_query(self, word: Word) -> Query:
        """The best way in which the word matches decides."""
        ways = [
            self._constant("name_exact", word.exact, ranking.NAME_EXACT),
            self._constant("name_folded", word.folded, ranking.NAME_FOLDED),
            self._constant("other_exact", word.exact, ranking.OTHER_EXACT),
            self._constant("other_folded", word.folded, ranking.OTHER_FOLDED),
        ]
        if word.is_last:
            ways += [
                self._near("name_folded", word.folded, 0, ranking.NAME_PREFIX, prefix=True),
                self._near("other_folded", word.folded, 0, ranking.OTHER_PREFIX, prefix=True),
            ]
        if word.slips:
            ways += [
                self._near("name_folded", word.folded, word.slips, ranking.NAME_FUZZY),
                self._near("other_folded", word.folded, word.slips, ranking.OTHER_FUZZY),
            ]
        return Query.disjunction_max_query(ways)

    def _bonuses(self) -> list[Query]:
        exact = " ".join(word.exact for word in self.words)
        folded = " ".join(word.folded for word in self.words)
        bonuses = [
            self._constant("whole_exact", exact, ranking.WHOLE_NAME_EXACT),
            self._constant("whole_folded", folded, ranking.WHOLE_NAME_FOLDED),
        ]
        bonuses += [
            Query.boost_query(Query.term_query(self.schema, "name_folded", word.folded), ranking.STATISTICS)
            for word in self.words
        ]
        if len(self.words) > 1:
            phrase = Query.phrase_query(self.schema, "name_folded", [word.folded for word in self.words])
            bonuses.append(Query.const_score_query(phrase, ranking.PHRASE))
        return bonuses

    def _constant(self, field: str, term: str, score: float) -> Query:
        return Query.const_score_query(Query.term_query(self.schema, field, term), score)

    def _near(self, field: str, term: str, slips: int, score: float, *, prefix: bool = False) -> Query:
        near = Query.fuzzy_term_query(self.schema, field, term, slips, True, prefix)
        return Query.const_score_query(near, score)

    def _term_set(self, field: str, terms: Sequence[str]) -> Query:
        return Query.const_score_query(Query.term_set_query(self.schema, field, list(terms)), 0.0)


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": _FACET_FIELDS[name], "size": FACET_SIZE}}
