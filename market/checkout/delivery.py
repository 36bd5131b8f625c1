"""How the parcels of a basket reach their buyer: what is offered, and what the buyer chose."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.db import Asked, db, utc_now
from core.errors import Conflict, Invalid
from core.i18n import current_locale
from market.carts.queries import Basket
from market.checkout.errors import DeliveryChanged, DeliveryGone, DeliveryNotChosen, DeliveryNotOffered, TimeTaken
from market.checkout.lines import LineRow, grams_of
from market.delivery.models import DeliverySlot
from market.delivery.rules import DeliveryTime, Destination, Method, Option, Shipment, options_for
from market.orders.models import Order
from market.orders.queries import booked_times

AskedMethods = Asked[dict[uuid.UUID, list[Method]]]
"""The methods in use of each producer."""


@dataclass(frozen=True)
class DeliveryChoice:
    """What a buyer chose for one parcel: a method, None being the site's courier, and a time where it has any.

    `shown_fee_vnd` is the fee that the buyer saw.
    """

    method_id: uuid.UUID | None
    shown_fee_vnd: int
    slot_id: uuid.UUID | None = None
    day: date | None = None


@dataclass(frozen=True)
class AgreedDelivery:
    """An option that was offered and chosen, with its time."""

    option: Option
    time: DeliveryTime | None = None


@dataclass(frozen=True)
class ParcelDelivery:
    """What is offered for one parcel, and what of it is chosen; `chilled` names the goods that must be kept cold.

    `wanted` is what the buyer asked for, also where it is not offered or not complete.
    """

    producer_id: uuid.UUID
    options: tuple[Option, ...]
    chosen: AgreedDelivery | None
    wanted: DeliveryChoice | None = None
    chilled: tuple[str, ...] = ()

    @property
    def least_fee_vnd(self) -> int | None:
        """The lowest fee that can be chosen, in dong."""
        return min((option.fee_vnd for option in self.options if option.can_be_chosen), default=None)


def basket_deliveries(
    basket: Basket,
    methods: AskedMethods,
    destination: Destination,
    choices: Mapping[uuid.UUID, DeliveryChoice],
    *,
    held_by: uuid.UUID | None = None,
) -> dict[uuid.UUID, ParcelDelivery]:
    """What is offered for each parcel of a basket; the times that the unpaid order `held_by` holds count as free.

    `methods` are what `ask_methods` asks for the producers.
    """
    shipments = {parcel.producer_id: parcel.shipment for parcel in basket.parcels}
    offered = _offered(shipments, methods, destination, held_by)
    return {
        parcel.producer_id: ParcelDelivery(
            parcel.producer_id,
            tuple(offered[parcel.producer_id]),
            _match(offered[parcel.producer_id], choices.get(parcel.producer_id)),
            choices.get(parcel.producer_id),
            tuple(_name(line.name_vi, line.name_en) for line in parcel.lines if line.needs_cool_chain),
        )
        for parcel in basket.parcels
    }


def agree_deliveries(
    rows: Sequence[LineRow],
    methods: AskedMethods,
    destination: Destination,
    choices: Mapping[uuid.UUID, DeliveryChoice],
) -> dict[uuid.UUID, AgreedDelivery]:
    """What was chosen for each producer's parcel, as it is offered now.

    `methods` are what `ask_methods` asks for the producers. Without a choice, the only option counts. Raises
    what `why_not_agreed` gives.
    """
    names = {row.producer_id: row.producer_name for row in rows}
    shipments = {producer_id: _shipment(rows, producer_id) for producer_id in names}
    offered = _offered(shipments, methods, destination, None)
    agreed = {}
    for producer_id, name in names.items():
        options, choice = offered[producer_id], choices.get(producer_id)
        found = _match(options, choice)
        if found is None:
            chilled = [_name(row.name_vi, row.name_en) for row in _of(rows, producer_id) if row.needs_cool_chain]
            raise why_not_agreed(ParcelDelivery(producer_id, tuple(options), None, choice, tuple(chilled)), name)
        agreed[producer_id] = found
    return agreed


def check_shown_fees(
    rows: Sequence[LineRow],
    agreed: Mapping[uuid.UUID, AgreedDelivery],
    choices: Mapping[uuid.UUID, DeliveryChoice],
) -> None:
    """Raise DeliveryChanged where a delivery costs more than the page has shown.

    It may cost less: before the commune was chosen, the page could only know the fee of the province.
    """
    for row in rows:
        choice = choices.get(row.producer_id)
        if choice is not None and choice.shown_fee_vnd < agreed[row.producer_id].option.fee_vnd:
            raise DeliveryChanged(row.producer_id, row.producer_name)


def hold_times(order: Order) -> None:
    """Let an order that was just added have the delivery times it names, which others may want too.

    Slots are locked after all else, in the order of their ids; buyers of the same slot wait here for each other.
    Raises TimeTaken.
    """
    wanted = {parcel.delivery_slot_id: parcel for parcel in order.parcels if parcel.delivery_slot_id is not None}
    if not wanted:
        return
    # The rows of parcels point at their slots and lock them a little: only a lock that bears this waits for nobody.
    statement = select(DeliverySlot).where(DeliverySlot.id.in_(wanted)).order_by(DeliverySlot.id)
    slots = db.session.scalars(
        statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).all()
    booked = booked_times(wanted)
    for slot in slots:
        parcel = wanted[slot.id]
        assert parcel.delivery_day is not None
        if slot.ended_at is not None or booked.get((slot.id, parcel.delivery_day), 0) > slot.capacity:
            raise TimeTaken(parcel.producer_id)


def is_as_chosen(order: Order, choices: Mapping[uuid.UUID, DeliveryChoice]) -> bool:
    """Whether an order is delivered as these choices say, for no more than was shown; where nothing was chosen, it is.

    It may cost less, as in `check_shown_fees`: the same form sent twice is the same order.
    """
    return all(
        (choice := choices.get(parcel.producer_id)) is None
        or (
            (choice.method_id, choice.slot_id, choice.day)
            == (parcel.delivery_method_id, parcel.delivery_slot_id, parcel.delivery_day)
            and parcel.delivery_vnd <= choice.shown_fee_vnd
        )
        for parcel in order.parcels
    )


def choices_of(order: Order) -> dict[uuid.UUID, DeliveryChoice]:
    """What was chosen for an order, whose parcels are loaded."""
    return {
        parcel.producer_id: DeliveryChoice(
            parcel.delivery_method_id, parcel.delivery_vnd, parcel.delivery_slot_id, parcel.delivery_day
        )
        for parcel in order.parcels
    }


def _offered(
    shipments: Mapping[uuid.UUID, Shipment],
    methods: AskedMethods,
    destination: Destination,
    held_by: uuid.UUID | None,
) -> dict[uuid.UUID, list[Option]]:
    known = methods.value
    slot_ids = [window.slot_id for own in known.values() for method in own for window in method.windows]
    booked = booked_times(slot_ids, except_order_id=held_by) if slot_ids else {}
    now = utc_now()
    return {
        producer_id: options_for(known[producer_id], shipment, destination, now=now, booked=booked)
        for producer_id, shipment in shipments.items()
    }


def _match(options: Sequence[Option], choice: DeliveryChoice | None) -> AgreedDelivery | None:
    """The chosen option with its time; without a choice the only one, unless it has times to choose from."""
    if choice is None:
        only = options[0] if len(options) == 1 else None
        return AgreedDelivery(only) if only is not None and not only.needs_time else None
    for option in options:
        if option.method.id == choice.method_id:
            time = option.time_of(choice.slot_id, choice.day)
            return AgreedDelivery(option, time) if time is not None or not option.needs_time else None
    return None


def why_not_agreed(parcel: ParcelDelivery, producer_name: str) -> Invalid | Conflict:
    """Why nothing is agreed for a parcel: DeliveryNotOffered, DeliveryGone, TimeTaken or DeliveryNotChosen."""
    choice = parcel.wanted
    if not parcel.options:
        return DeliveryNotOffered(parcel.producer_id, producer_name, parcel.chilled)
    if choice is not None and all(option.method.id != choice.method_id for option in parcel.options):
        return DeliveryGone(parcel.producer_id, producer_name)
    if choice is not None and choice.slot_id is not None:
        return TimeTaken(parcel.producer_id)
    return DeliveryNotChosen(parcel.producer_id, producer_name)


def _shipment(rows: Sequence[LineRow], producer_id: uuid.UUID) -> Shipment:
    own = list(_of(rows, producer_id))
    return Shipment(
        grams=sum(grams_of(row) * row.quantity for row in own),
        goods_vnd=sum(row.price_vnd * row.quantity for row in own),
        needs_cool_chain=any(row.needs_cool_chain for row in own),
        not_before=max((row.harvest_from for row in own if row.harvest_from is not None), default=None),
    )


def _of(rows: Sequence[LineRow], producer_id: uuid.UUID) -> Iterable[LineRow]:
    return (row for row in rows if row.producer_id == producer_id)


def _name(name_vi: str, name_en: str) -> str:
    return name_en if current_locale() == "en" else name_vi
