"""What a search engine does for the site: one interface, the documents it takes and the answers it gives."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from catalog.products.models import Category

MAX_TEXT_LENGTH = 200
"""Signs of a query that are looked at; the rest is cut off."""
MAX_PER_PAGE = 100
MAX_HITS = 10_000
"""How deep paging goes: both engines hold at most this many hits in order (Elasticsearch's `max_result_window`)."""
MAX_COMMUNES = 100
FACET_SIZE = 100
"""Most values of one facet that are counted, the most frequent first."""


class SortOrder(StrEnum):
    """How hits are ordered. Relevance without a text is the newest first."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"


@dataclass(frozen=True)
class ProductDocument:
    """A product as the index holds it: what is searched, what is filtered, and all that a card shows.

    The last five fields come from contributions (`catalog.search.registry`): the lowest price of a sold unit in dong
    with that unit, how many such units can be bought now, whether there are other prices beside it, and whether it is
    kept cold on the way.
    """

    id: uuid.UUID
    slug: str
    name_vi: str
    name_en: str
    category: Category
    producer_name: str
    producer_slug: str
    commune_code: str
    commune_name: str
    stars: int | None
    gi: str | None
    brand: str | None
    illustration: str
    photo_key: str | None
    created_at: datetime
    price_from_vnd: int | None = None
    unit: str | None = None
    available: int = 0
    several_prices: bool = False
    needs_cool_chain: bool = False


CONTRIBUTED_FIELDS = frozenset({"price_from_vnd", "unit", "available", "several_prices", "needs_cool_chain"})


@dataclass(frozen=True)
class SearchHit:
    """A product found, with all that a card shows; no database query is needed to draw it."""

    id: uuid.UUID
    slug: str
    name_vi: str
    name_en: str
    category: Category
    producer_name: str
    producer_slug: str
    commune_code: str
    commune_name: str
    stars: int | None
    gi: str | None
    illustration: str
    photo_key: str | None
    price_from_vnd: int | None
    unit: str | None
    available: int
    several_prices: bool
    needs_cool_chain: bool


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for. Any text is safe; what is out of range is brought into it.

    `commune_codes`: in any of these; `min_stars`: at least so many OCOP stars; `page` counts from 1.
    """

    text: str = ""
    commune_codes: tuple[str, ...] = ()
    min_stars: int | None = None
    category: Category | None = None
    in_stock: bool = False
    sort: SortOrder = SortOrder.RELEVANCE
    page: int = 1
    per_page: int = 24

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text[:MAX_TEXT_LENGTH])
        object.__setattr__(self, "commune_codes", tuple(dict.fromkeys(self.commune_codes))[:MAX_COMMUNES])
        object.__setattr__(self, "per_page", min(max(self.per_page, 1), MAX_PER_PAGE))
        object.__setattr__(self, "page", min(max(self.page, 1), MAX_HITS // self.per_page))

    @property
    def offset(self) -> int:
        """Hits before the first one of this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet, how it is called where that is no translation, and how many hits choosing it gives."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facets:
    """Counts per value: communes and categories the most frequent first, stars from the most.

    Each facet counts under the text and all filters but its own, so that it shows what choosing otherwise would give.
    A star facet counts products with exactly so many stars.
    """

    communes: Sequence[FacetValue] = ()
    stars: Sequence[FacetValue] = ()
    categories: Sequence[FacetValue] = ()


@dataclass(frozen=True)
class SearchResult:
    """One page of hits out of `total`, and the facets."""

    hits: Sequence[SearchHit]
    total: int
    page: int
    per_page: int
    facets: Facets = field(default_factory=Facets)

    @property
    def pages(self) -> int:
        """How many pages can be turned to, at least one."""
        return max(1, min(-(-self.total // self.per_page), MAX_HITS // self.per_page))


class SearchEngine(Protocol):
    """An engine. Reading raises `core.errors.Unavailable` when the engine does not answer; an index that was never
    filled is empty, not an error. Writers take turns; one that waited too long raises IndexBusy and changes nothing.
    """

    def index(self, documents: Sequence[ProductDocument]) -> None:
        """Add the documents, each in place of the one with its id; when it returns, searches find them."""

    def delete(self, ids: Sequence[uuid.UUID]) -> None:
        """Remove the documents with these ids; ids that are not there are fine."""

    def search(self, query: SearchQuery) -> SearchResult:
        """The hits and facets of `query`."""

    def rebuild(self, documents: Iterable[ProductDocument], *, progress: Callable[[int], None] | None = None) -> int:
        """Fill a new index with `documents` and put it in place of the old one, which answers until then.

        Tells `progress` how many are done, now and then; returns how many there were. When `documents` raises, the
        old index stays and nothing of the new one remains.
        """

    def ping(self) -> None:
        """Raise when searches would fail."""
