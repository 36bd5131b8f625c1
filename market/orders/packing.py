"""Packing and shipping the parcels of paid orders. The order's row is always locked first."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.delivery.rules import fee_after_packing_vnd
from market.offers.availability import lock_stock_of
from market.orders.events import ParcelRepriced, ParcelShipped
from market.orders.mails import (
    mail_parcel_packed,
    mail_parcel_shipped,
)
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.policies import may_work_on
from market.orders.promises import promised_units
from market.orders.queries import get_parcel, lots_to_pack_from, units_of
from market.orders.rules import (
    MOST_TIMES_ESTIMATE,
    WeighedLine,
    price_by_weight,
    reprice_parcel,
)
from market.orders.usecases import change_parcel_status, close_when_done
from market.payments.rules import amount_is_payable
from traceability.journal.usecases import issue_sscc
from traceability.lots.guards import check_may_go_on
from traceability.lots.queries import lots_at_hand
from traceability.lots.usecases import LotContent, pack_lots
from traceability.lots.usecases import ship_parcel as record_shipping


def pack_parcel(
    *,
    actor: Actor,
    parcel_id: uuid.UUID,
    lots: Mapping[uuid.UUID, uuid.UUID],
    weights: Mapping[uuid.UUID, int] | None = None,
) -> Parcel:
    """Pack a paid parcel: `lots` names, for each line, the lot it is taken from.

    `weights` are the grams of each line that is priced by weight; its price then follows, and where that makes a
    difference for the buyer, ParcelRepriced is published.

    The parcel gets its SSCC, the journal its packing event, in one transaction. Raises NotFound; Conflict when it is
    packed already; Invalid for a lot that does not fit its line; LotExhausted when a lot has run out meanwhile,
    Invalid when what is left of it is promised to other orders.
    """
    parcel = _lock_parcel(actor, parcel_id)
    if parcel.status != ParcelStatus.TO_PACK:
        raise Conflict(_l("This parcel is packed already."))
    if parcel.due_vnd:
        raise Conflict(_l("The buyer has not paid the rest yet. Wait for it before you pack."))
    _weigh(parcel, weights or {})
    to_pack = [line for line in parcel.lines if units_of(line)]
    choices = lots_to_pack_from(to_pack)
    for line in to_pack:
        line.lot_id = _chosen_lot(line, lots.get(line.id), {choice.lot.id for choice in choices[line.id]})
    parcel.sscc = issue_sscc()
    parcel.packed_at = utc_now()
    pack_lots(
        actor=actor,
        sscc=parcel.sscc,
        contents=[LotContent(lots[line.id], units_of(line)) for line in to_pack],
        packed_at_gln=parcel.producer.gln,
        order_number=parcel.order.number,
    )
    keep_promises(
        parcel.producer_id, {line.id: lots[line.id] for line in to_pack if line.promised_lot_id != line.lot_id}
    )
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.PACKED, reason="Packed")
    if not parcel.due_vnd:  # what is still to be paid is said in a mail of its own
        mail_parcel_packed(parcel.order, parcel)
    return parcel


def keep_promises(producer_id: uuid.UUID, lots: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Check that enough is left of `lots`, by the line just packed from each, for the orders that are promised them.

    Raises Invalid. Until the transaction ends, no more of them is sold.
    """
    if not lots:  # each was promised what it was packed from
        return
    lock_stock_of(lots.values())
    promised = promised_units(lots.values())
    left = {choice.lot.id: choice.units for choice in lots_at_hand(producer_id, lot_ids=promised)} if promised else {}
    for line_id, lot_id in lots.items():
        if left.get(lot_id, 0) < promised.get(lot_id, 0):
            raise Invalid(_l("What is left of this lot is promised to other orders."), field=f"lot_{line_id}")


def _weigh(parcel: Parcel, weights: Mapping[uuid.UUID, int]) -> None:
    """Price the lines by what they weigh, and the parcel with them; its delivery by what is sent."""
    weighed = []
    grams_sent = 0
    for line in parcel.lines:
        if line.price_per_kg_vnd is None or not units_of(line):
            grams_sent += (line.unit_grams or 0) * (line.quantity - line.cancelled_quantity)
            continue
        terms = weighed_line(line)
        grams = weights.get(line.id, 0)
        if not 1 <= grams <= terms.estimated_grams * MOST_TIMES_ESTIMATE:
            raise Invalid(_l("Enter what it weighs now that it is packed."), field=f"weight_{line.id}")
        packed = price_by_weight(terms, grams)
        line.packed_grams, line.final_vnd = grams, packed.final_vnd
        if parcel.order.pays_cash:
            line.collected_vnd = line.weight_difference_vnd  # at the door
        grams_sent += packed.charged_grams
        weighed.append((terms, packed))
    parcel.final_delivery_vnd = fee_after_packing_vnd(
        fee_vnd=parcel.delivery_vnd, rates=parcel.agreed_rates, grams=grams_sent
    )
    if not weighed and parcel.final_delivery_vnd == parcel.delivery_vnd:
        return
    parcel.repriced_vnd = reprice_parcel(
        other_goods_vnd=parcel.goods_vnd - sum(terms.line_total_vnd for terms, _packed in weighed),
        producer_discount_vnd=parcel.producer_discount_vnd,
        weighed=weighed,
        delivery_vnd=parcel.delivery_paid_vnd,
        delivery_after_vnd=parcel.delivery_paid_vnd - parcel.delivery_too_much_vnd,
        basis_points=parcel.commission_basis_points,
    ).difference_vnd
    if parcel.order.pays_cash:
        return
    if amount_is_payable(parcel.repriced_vnd):  # less than that is a gift
        parcel.due_vnd = parcel.repriced_vnd
    if parcel.repriced_vnd:
        publish(ParcelRepriced(parcel_id=parcel.id, difference_vnd=parcel.repriced_vnd))


def weighed_line(line: OrderLine) -> WeighedLine:
    """A line priced by weight, as the pricing sees it: the units of it that are sent."""
    assert line.estimated_grams is not None and line.weight_tolerance_percent is not None
    kept = line.quantity - line.cancelled_quantity
    return WeighedLine(
        line_total_vnd=line.line_total_vnd * kept // line.quantity,
        discount_vnd=line.discount_vnd * kept // line.quantity,
        estimated_grams=line.estimated_grams * kept // line.quantity,
        tolerance_percent=line.weight_tolerance_percent,
    )


def ship_parcel(*, actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """Hand a packed parcel over for delivery; with the last one the order is shipped. Raises NotFound, Conflict."""
    parcel = _lock_parcel(actor, parcel_id)
    if parcel.status != ParcelStatus.PACKED or parcel.sscc is None:
        raise Conflict(_l("This parcel is not packed yet, or on its way already."))
    if parcel.due_vnd:
        raise Conflict(_l("The buyer has not paid the rest yet. Wait for it, or let it go."))
    check_may_go_on([line.lot for line in parcel.lines if line.lot is not None])
    record_shipping(actor=actor, sscc=parcel.sscc, shipped_from_gln=parcel.producer.gln)
    parcel.shipped_at = utc_now()
    change_parcel_status(actor=actor, parcel=parcel, to=ParcelStatus.SHIPPED, reason="Handed over for delivery")
    close_when_done(actor, parcel.order)
    mail_parcel_shipped(parcel.order, parcel)
    publish(ParcelShipped(parcel_id=parcel.id))
    return parcel


def _lock_parcel(actor: Actor, parcel_id: uuid.UUID) -> Parcel:
    """The parcel, once its order is locked. Raises NotFound unless it is the actor's to work on."""
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None or not may_work_on(actor, parcel):
        raise NotFound
    db.session.execute(select(Order.id).where(Order.id == parcel.order_id).with_for_update())
    return get_parcel(actor, parcel_id)


def _chosen_lot(line: OrderLine, chosen: uuid.UUID | None, possible: set[uuid.UUID]) -> uuid.UUID:
    if chosen is None:
        raise Invalid(_l("Choose a lot."), field=f"lot_{line.id}")
    if chosen not in possible:
        raise Invalid(_l("This lot has not enough left, or is of another product."), field=f"lot_{line.id}")
    return chosen
