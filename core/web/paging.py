"""Paging: every list has an order and a limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import Select, func, select

from core.db import db

Item = TypeVar("Item")
MAX_PAGE = 500
"""Deepest page served: beyond it a reader should search, and the database should not count."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: `items`, the 1-based number `page`, `per_page`, and `total` rows over all pages."""

    items: Sequence[Item]
    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, min(MAX_PAGE, -(-self.total // self.per_page)))

    @property
    def has_prev(self) -> bool:
        """Whether there is a page before."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.page < self.pages

    def url_for(self, page: int) -> str:
        """The current address with another page number; the other arguments stay, whatever they are called."""
        others = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
        address = url_for(request.endpoint or "", **(request.view_args or {}))
        return f"{address}?{urlencode([*others, ('page', page)])}"


def requested_page() -> int:
    """The page number that the address asks for; nonsense is page 1."""
    number = request.args.get("page", default=1, type=int)
    return min(max(number, 1), MAX_PAGE)


def paginate(statement: Select[Any], *, page: int, per_page: int, total: int | None = None) -> Page[Any]:
    """One page of an ordered `statement`, in two queries whatever its length. The statement must have an order.

    `total` is the number of all its rows, for callers who have counted them already.
    """
    if not statement._order_by_clauses:
        raise ValueError("a list without an order cannot be paged")
    if total is None:
        total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = db.session.scalars(statement.limit(per_page).offset((page - 1) * per_page)).unique().all()
    return Page(rows, page, per_page, total)
