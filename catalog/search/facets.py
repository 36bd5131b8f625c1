"""Facets out of the buckets that an engine counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.search import records
from catalog.search.engine import Facets, FacetValue


def facets_from(counted: Mapping[str, Sequence[Mapping[str, Any]]]) -> Facets:
    """Facets from buckets of `key` and `doc_count`, which both engines answer alike. No stars is no value."""
    communes = [(*records.split_commune(str(bucket["key"])), bucket["doc_count"]) for bucket in counted["communes"]]
    stars = [(str(int(bucket["key"])), bucket["doc_count"]) for bucket in counted["stars"] if int(bucket["key"])]
    categories = [(str(bucket["key"]), bucket["doc_count"]) for bucket in counted["categories"]]
    return Facets(
        communes=_most_frequent_first([FacetValue(*values) for values in communes]),
        stars=sorted((FacetValue(value, value, count) for value, count in stars), key=lambda one: -int(one.value)),
        categories=_most_frequent_first([FacetValue(value, value, count) for value, count in categories]),
    )


def _most_frequent_first(values: list[FacetValue]) -> list[FacetValue]:
    return sorted(values, key=lambda one: (-one.count, one.value))
