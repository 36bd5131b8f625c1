"""Who bought it: the market above plugs its answer in here, so that recalls need not know the market."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from core.accounts import Actor

_EXTENSION = "recalls_sales_source"


@dataclass(frozen=True, slots=True)
class Sale:
    """So many `units` of a lot that went into the parcel `sscc` of an order.

    The buyer's name and ways to reach them are None for who may not see them. `refund_requested_at` is set when the
    buyer asked for their money back because of a recall.
    """

    lot_id: uuid.UUID
    sscc: str
    order_number: str
    units: int
    state: str
    sent_at: datetime | None
    buyer_name: str | None
    phone: str | None
    email: str | None
    refund_requested_at: datetime | None = None


SalesSource = Callable[[Actor, Collection[uuid.UUID]], Sequence[Sale]]
"""Given who asks and the ids of lots: their sales, newest first, contacts only of buyers that the asker may see."""


def register_sales_source(app: Flask, source: SalesSource) -> None:
    """Let `source` say who bought from lots."""
    app.extensions[_EXTENSION] = source


def sales_of(actor: Actor, lot_ids: Collection[uuid.UUID]) -> Sequence[Sale]:
    """The sales of these lots as far as `actor` may see them; none where nobody sells."""
    source: SalesSource | None = current_app.extensions.get(_EXTENSION)
    return source(actor, lot_ids) if source is not None and lot_ids else ()
