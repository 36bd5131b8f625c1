"""Where to buy it: the market above plugs its answer in here, so that the trace page need not know the market."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

_EXTENSION = "passport_buy_options"
_NOTHING_ON_SALE = "SELECT NULL WHERE false"


@dataclass(frozen=True, slots=True)
class BuyOption:
    """One way to buy the product: `label` says how it is sold ("box of 6"), in the reader's language.

    `price_vnd` is in whole dong; `available` is False when it is sold out; with `needs_cool_chain` it travels cooled or
    is picked up.
    """

    label: str
    price_vnd: int
    available: bool = True
    needs_cool_chain: bool = False


@dataclass(frozen=True, slots=True)
class BuyOptionSource:
    """How the market answers within the one query of the trace page.

    `query` selects rows for the row `products` of the query around it; `read` makes options of these rows and the
    product's category.
    """

    query: str
    read: Callable[[Sequence[Mapping[str, Any]], str], Sequence[BuyOption]]


def register_buy_options(app: Flask, source: BuyOptionSource) -> None:
    """Let `source` say where a product can be bought."""
    app.extensions[_EXTENSION] = source


def offers_query() -> str:
    """The SQL of the market's rows; an empty selection when nobody sells here."""
    source: BuyOptionSource | None = current_app.extensions.get(_EXTENSION)
    return source.query if source is not None else _NOTHING_ON_SALE


def buy_options(rows: Sequence[Mapping[str, Any]], category: str) -> Sequence[BuyOption]:
    """The ways to buy a product now, from the rows of `offers_query`."""
    source: BuyOptionSource | None = current_app.extensions.get(_EXTENSION)
    return source.read(rows, category) if source is not None else ()
