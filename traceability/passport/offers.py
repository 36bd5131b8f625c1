"""Where to buy it: the market above plugs its answer in here, so that the trace page need not know the market."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app


@dataclass(frozen=True, slots=True)
class BuyOption:
    """One way to buy the product: `label` says how it is sold ("box of 6"), in the reader's language.

    `price_vnd` is in whole dong, `url` the page to buy it on; `available` is False when it is sold out.
    """

    label: str
    price_vnd: int
    url: str
    available: bool = True


Provider = Callable[[uuid.UUID], Sequence[BuyOption]]
_EXTENSION = "passport_buy_options"


def register_buy_options(app: Flask, provider: Provider) -> None:
    """Let `provider` say where the product with a given id can be bought; it may cost one query."""
    app.extensions[_EXTENSION] = provider


def buy_options(product_id: uuid.UUID) -> Sequence[BuyOption]:
    """The ways to buy the product now; none when nobody sells here."""
    provider: Provider | None = current_app.extensions.get(_EXTENSION)
    return provider(product_id) if provider is not None else ()
