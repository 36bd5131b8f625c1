"""Working on many parcels at once: finding them, what to pick for all of them, and the slips that go inside.

Everything is searched and summed in the database: a farm with ten thousand parcels waits no longer than one with ten.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select

from catalog.places.models import Commune
from catalog.producers.queries import producer_ids_of
from catalog.products.models import Product, ProductVariant
from catalog.products.naming import names_with_variant
from core.accounts import Actor
from core.db import db
from core.i18n import fold
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus

MOST_WORDS: Final = 6
MOST_LETTERS: Final = 100
PICKS_LIMIT: Final = 200
"""Most kinds of goods on one pick list; a farm sells far fewer."""
DAYS_LIMIT: Final = 31


@dataclass(frozen=True, slots=True)
class Pick:
    """So many sold units of one offer, for so many parcels."""

    offer_id: uuid.UUID
    name_vi: str
    name_en: str
    category: str
    unit: str
    content_quantity: int
    quantity: int
    parcels: int

    def name(self, locale: str) -> str:
        """What to pick, in `locale`."""
        return self.name_en if locale == "en" else self.name_vi


def words_of(text: str) -> tuple[str, ...]:
    """The words that somebody looks for, folded; what is too long or too many is left out.

    Signs that cannot be printed part words: the database could not even compare some of them.
    """
    printed = "".join(sign if sign.isprintable() else " " for sign in text[:MOST_LETTERS])
    return tuple(fold(printed).split()[:MOST_WORDS])


def with_words(parcels: Select[Any], words: Sequence[str]) -> Select[Any]:
    """`parcels` of which each word stands in the order's number, the buyer's name or phone, the commune or a product.

    The phone number is found by its last digits, as people say it.
    """
    return parcels.where(*(_has(word) for word in words)) if words else parcels


def on_day(parcels: Select[Any], day: date | None) -> Select[Any]:
    """`parcels` of which the delivery time is on `day`; all of them for None."""
    return parcels.where(Parcel.delivery_day == day) if day is not None else parcels


def days_to_pack(actor: Actor) -> Sequence[tuple[date, int]]:
    """The days on which parcels that wait to be packed are to be delivered, the next one first, with their number."""
    parcels = _to_pack(actor, (), None).subquery()
    rows = db.session.execute(
        select(Parcel.delivery_day, func.count())
        .where(Parcel.id.in_(select(parcels)), Parcel.delivery_day.is_not(None))
        .group_by(Parcel.delivery_day)
        .order_by(Parcel.delivery_day)
        .limit(DAYS_LIMIT)
    )
    return [(day, count) for day, count in rows if day is not None]


def pick_list(actor: Actor, words: Sequence[str] = (), day: date | None = None) -> Sequence[Pick]:
    """What all parcels that the actor's producers have to pack take together, the most first; in one query.

    With a `day`, only those that are to be delivered on it.
    """
    parcels = _to_pack(actor, words, day)
    quantity = func.sum(OrderLine.quantity - OrderLine.cancelled_quantity)
    rows = db.session.execute(
        select(
            Offer.id,
            *names_with_variant(),
            Product.category,
            Offer.unit,
            OrderLine.content_quantity,
            quantity,
            func.count(OrderLine.parcel_id.distinct()),
        )
        .join_from(OrderLine, Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .outerjoin(Offer.variant)
        .where(OrderLine.parcel_id.in_(parcels), OrderLine.cancelled_quantity < OrderLine.quantity)
        .group_by(Offer.id, Product.id, ProductVariant.id, OrderLine.content_quantity)
        .order_by(quantity.desc(), Product.name_vi, Offer.id)
        .limit(PICKS_LIMIT)
    )
    return [Pick(*row) for row in rows]


def count_to_pack(actor: Actor, words: Sequence[str] = (), day: date | None = None) -> int:
    """How many parcels the pick list is for."""
    return db.session.scalar(select(func.count()).select_from(_to_pack(actor, words, day).subquery())) or 0


def _to_pack(actor: Actor, words: Sequence[str], day: date | None) -> Select[tuple[uuid.UUID]]:
    producer_ids = producer_ids_of(actor)
    parcels = select(Parcel.id).where(
        Parcel.producer_id.in_(producer_ids),
        Parcel.status == ParcelStatus.TO_PACK,
        Parcel.due_vnd == 0,  # the rest of a deposit is paid first
    )
    return on_day(with_words(parcels, words), day)


def _has(word: str) -> ColumnElement[bool]:
    """Whether a parcel has the folded `word`."""
    named = _stands_in(word, Order.number, Order.buyer_name, Commune.name)
    digits = word.removeprefix("0") if word.isascii() and word.isdigit() and len(word) >= 3 else None
    of_order = or_(named, cast(Order.buyer_phone, Text).endswith(digits)) if digits else named
    order = select(Order.id).join(Commune, Commune.code == Order.commune_code)
    names = (OrderLine.product_name_vi, OrderLine.product_name_en, OrderLine.variant_name_vi, OrderLine.variant_name_en)
    goods = select(OrderLine.id).where(OrderLine.parcel_id == Parcel.id, _stands_in(word, *names))
    return or_(order.where(and_(Order.id == Parcel.order_id, of_order)).exists(), goods.exists())


def _stands_in(word: str, *columns: Any) -> ColumnElement[bool]:
    return func.folded(func.concat_ws(" ", *columns)).contains(word, autoescape=True)
