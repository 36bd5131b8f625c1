"""Reading orders, for the buyer and for producers."""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, lazyload, load_only, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.queries import producer_ids_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import Asked, SettledStatement, ask_each, db, utc_now
from core.errors import NotFound
from core.i18n import local_today
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, OrderStatus, Parcel, ParcelStatus
from market.orders.policies import may_work_on
from market.orders.promises import promised_units
from market.orders.record_models import ReplacementLine
from traceability.lots.models import Lot
from traceability.lots.queries import LotAtHand, lots_at_hand
from traceability.recalls.queries import locks_against_recall, recalled_lots

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LOTS_LIMIT = 50
"""How many lots a producer may choose from when packing: those that spoil first."""


def get_order_by_token(token: str) -> Order:
    """The order behind a secret link, with all that its page shows, in a fixed number of queries. Raises NotFound."""
    _check_token(token)
    order = db.session.scalars(
        select(Order)
        .where(Order.token == token)
        .options(
            joinedload(Order.commune).joinedload(Commune.province),
            selectinload(Order.parcels).joinedload(Parcel.producer),
            selectinload(Order.parcels).selectinload(Parcel.lines).options(*_line_parts()),
        )
    ).one_or_none()
    if order is None:
        raise NotFound
    return order


def orders_of_buyer(user_id: uuid.UUID) -> Select[Order]:
    """The orders that an account has placed, the latest first: a statement to page."""
    return (
        select(Order)
        .where(Order.user_id == user_id)
        .options(
            lazyload(Order.commune),
            selectinload(Order.parcels).joinedload(Parcel.producer).lazyload(Producer.commune),
            selectinload(Order.parcels).selectinload(Parcel.lines),
        )
        .order_by(Order.placed_at.desc(), Order.id)
    )


def find_order_id(token: str) -> uuid.UUID:
    """The id of the order behind a secret link. Raises NotFound."""
    _check_token(token)
    order_id = db.session.scalar(select(Order.id).where(Order.token == token))
    if order_id is None:
        raise NotFound
    return order_id


def _check_token(token: str) -> None:
    """What has not the form of a token is no order's, and may hold what the database cannot even compare."""
    if _TOKEN.fullmatch(token) is None:
        raise NotFound


def parcels_of(actor: Actor, status: ParcelStatus) -> Select[Parcel]:
    """The paid parcels of the actor's producers in one state: what waits longest comes first, what is done last."""
    oldest_first = status in (ParcelStatus.TO_PACK, ParcelStatus.PACKED)
    return (
        select(Parcel)
        .where(
            Parcel.producer_id.in_(producer_ids_of(actor)),
            Parcel.status == status,
            Parcel.status != ParcelStatus.WAITING,
        )
        .order_by(Parcel.id if oldest_first else Parcel.id.desc())
    )


def as_listed(parcels: Select[Parcel]) -> Select[Parcel]:
    """The statement with what a line of the list names, and nothing else."""
    order = joinedload(Parcel.order)
    lines = selectinload(Parcel.lines)
    return parcels.options(
        load_only(Parcel.due_vnd, Parcel.goods_vnd, raiseload=True),
        order.load_only(Order.number, Order.buyer_name, Order.pays_cash, Order.paid_at, raiseload=True),
        order.joinedload(Order.commune).load_only(Commune.name, raiseload=True).joinedload(Commune.province),
        lines.load_only(
            OrderLine.quantity,
            OrderLine.product_name_vi,
            OrderLine.product_name_en,
            OrderLine.variant_name_vi,
            OrderLine.variant_name_en,
            OrderLine.unit,
            OrderLine.content_quantity,
            raiseload=True,
        ),
        lines.joinedload(OrderLine.offer)
        .load_only(Offer.id, raiseload=True)
        .joinedload(Offer.product)
        .load_only(Product.category, raiseload=True),
    )


def as_packed(parcels: Select[Parcel]) -> Select[Parcel]:
    """The statement with all that a slip says."""
    return parcels.options(
        joinedload(Parcel.order).joinedload(Order.commune).joinedload(Commune.province),
        joinedload(Parcel.producer),
        selectinload(Parcel.lines).options(
            joinedload(OrderLine.offer).joinedload(Offer.product), joinedload(OrderLine.lot)
        ),
    )


def count_parcels(actor: Actor) -> dict[ParcelStatus, int]:
    """How many paid parcels the actor's producers have in each state."""
    rows = db.session.execute(_parcels_by_status(), {"producer_ids": producer_ids_of(actor)})
    found = {ParcelStatus(status): count for status, count in rows}
    return {status: found.get(status, 0) for status in ParcelStatus if status != ParcelStatus.WAITING}


@cache
def _parcels_by_status() -> Select[str, int]:
    # A list, not an array: with one producer, as for most, the server compares 10⁵ parcels with a single value.
    own = Parcel.producer_id.in_(bindparam("producer_ids", expanding=True))
    return select(Parcel.status, func.count()).where(own, Parcel.status != ParcelStatus.WAITING).group_by(Parcel.status)


def get_parcel(actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """A parcel with its order and lines. Raises NotFound when there is none, or it is not the actor's to work on."""
    parcel = db.session.scalars(
        select(Parcel)
        .where(Parcel.id == parcel_id)
        .options(
            joinedload(Parcel.producer),
            joinedload(Parcel.order).joinedload(Order.commune).joinedload(Commune.province),
            selectinload(Parcel.lines).options(*_line_parts()),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if parcel is None or not may_work_on(actor, parcel):
        raise NotFound
    return parcel


def lots_to_pack_from(lines: Sequence[OrderLine]) -> dict[uuid.UUID, list[LotAtHand]]:
    """For each line of a parcel, by its id, the lots of which enough is loose for it; soonest to spoil first.

    A line that was promised one lot is packed from no other.
    """
    found = lots_with_enough({line: units_of(line) for line in lines if line.promised_lot_id is None})
    promised = {line: line.promised_lot_id for line in lines if line.promised_lot_id is not None}
    if promised:
        producer_id = next(iter(promised)).offer.product.producer_id
        at_hand = _not_recalled(lots_at_hand(producer_id, lot_ids=set(promised.values())))
        for line, lot_id in promised.items():
            found[line.id] = [one for one in at_hand if one.lot.id == lot_id and one.units >= units_of(line)]
    return found


def lots_with_enough(units: Mapping[OrderLine, int]) -> dict[uuid.UUID, list[LotAtHand]]:
    """For each line, by its id, the lots of its product with so many loose units; soonest to spoil first.

    What orders were promised of a lot is not theirs to take.
    """
    products = {line.offer.product_id: line.offer.product for line in units}
    at_hand = _not_recalled(
        choice
        for product_id, product in products.items()
        for choice in lots_at_hand(product.producer_id, product_ids=[product_id], limit=LOTS_LIMIT)
    )
    promised = promised_units([choice.lot.id for choice in at_hand])
    return {
        line.id: [
            choice
            for choice in at_hand
            if choice.lot.product_id == line.offer.product_id and choice.units - promised.get(choice.lot.id, 0) >= count
        ]
        for line, count in units.items()
    }


def _not_recalled(choices: Iterable[LotAtHand]) -> list[LotAtHand]:
    found = list(choices)
    recalled = recalled_lots([choice.lot.id for choice in found])
    return [choice for choice in found if choice.lot.id not in recalled]


def replacement_lines(sscc: str) -> Sequence[ReplacementLine]:
    """What was sent again in this parcel, with its lots."""
    return db.session.scalars(
        select(ReplacementLine)
        .where(ReplacementLine.sscc == sscc)
        .options(joinedload(ReplacementLine.lot).joinedload(Lot.product))
        .order_by(ReplacementLine.id)
        .limit(LOTS_LIMIT)
    ).all()


def get_order_lines(order_id: uuid.UUID) -> Order:
    """The order with its parcels and their lines. Raises NotFound."""
    statement = (
        select(Order).where(Order.id == order_id).options(selectinload(Order.parcels).selectinload(Parcel.lines))
    )
    order = db.session.scalars(statement).one_or_none()
    if order is None:
        raise NotFound
    return order


def has_recalled_goods(order_id: uuid.UUID) -> Asked[bool]:
    """Whether a recall keeps something of an order off sale; until the transaction ends, no other recall comes."""
    return ask_each(_order_against_recall(), {"order_id": order_id}).then(lambda found: bool(found[1]))


@cache
def _order_against_recall() -> tuple[SettledStatement, SettledStatement]:
    return locks_against_recall(
        select(Offer.product_id)
        .join(OrderLine, OrderLine.offer_id == Offer.id)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.order_id == bindparam("order_id"))
    )


def booked_times(
    slot_ids: Collection[uuid.UUID], *, except_order_id: uuid.UUID | None = None
) -> dict[tuple[uuid.UUID, date], int]:
    """How many parcels are to be delivered by slot and day, from today on. What was cancelled or ended has no place."""
    conditions = [
        Parcel.delivery_slot_id.in_(slot_ids),
        Parcel.delivery_day >= local_today(utc_now()),
        Parcel.status != ParcelStatus.CANCELLED,
        Order.status.not_in([OrderStatus.EXPIRED, OrderStatus.CANCELLED]),
    ]
    if except_order_id is not None:
        conditions.append(Order.id != except_order_id)
    rows = db.session.execute(
        select(Parcel.delivery_slot_id, Parcel.delivery_day, func.count())
        .join(Order, Order.id == Parcel.order_id)
        .where(*conditions)
        .group_by(Parcel.delivery_slot_id, Parcel.delivery_day)
    )
    return {(slot_id, day): count for slot_id, day, count in rows if slot_id is not None and day is not None}


def units_of(line: OrderLine) -> int:
    """How many units of the product's lots a line takes: two boxes of six pieces take twelve. What was given back
    before packing is not taken."""
    return (line.quantity - line.cancelled_quantity) * line.content_quantity


def _line_parts() -> tuple[_AbstractLoad, ...]:
    return (
        joinedload(OrderLine.offer).joinedload(Offer.product),
        joinedload(OrderLine.lot).joinedload(Lot.product),
    )
