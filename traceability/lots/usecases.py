"""Writes of lots: harvested, packed, sent out. Each is also an event in the journal."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.diary.models import Plot
from traceability.epcis.event_builders import QuantityElement
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_gln, normalise_sscc
from traceability.gs1.links import location_uri, lot_uri, parcel_uri
from traceability.journal.identifiers import lot_identifier, parcel_identifier
from traceability.journal.issuer import order_reference, site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.queries import identifiers_in_parcel, was_shipped
from traceability.journal.rules import commissioning_of_lot, packing_of_order, shipping_of_parcel
from traceability.journal.usecases import capture_event
from traceability.lots import rules
from traceability.lots.errors import AlreadyShipped, LotExhausted
from traceability.lots.genealogy import check_acyclic
from traceability.lots.models import Lot
from traceability.lots.policies import may_work_with
from traceability.lots.queries import producers_in_parcel
from traceability.lots.units import measured


@dataclass(frozen=True, slots=True)
class LotContent:
    """So many units of one lot that go into a parcel."""

    lot_id: uuid.UUID
    quantity: int


def create_lot(
    *,
    actor: Actor,
    product_id: uuid.UUID,
    plot_id: uuid.UUID,
    harvested_on: date,
    quantity: int,
    unit: str,
    lot_number: str | None = None,
    best_before: date | None = None,
    note: str | None = None,
) -> Lot:
    """Make a lot of what was harvested on one day from one plot, with its commissioning event.

    Without `lot_number` it gets the next free one of the day; without `best_before` the product's shelf life decides.
    Raises NotFound for a product that is not the actor's, HarvestTooEarly and HarvestBeforePlanting as the diary
    decides, Invalid (with `field`) for what makes no sense.
    """
    # The lock keeps two lots that are made at once from getting the same number.
    product = db.session.get(Product, product_id, with_for_update={"key_share": True})
    if product is None or not may_act_for(actor, product.producer_id):
        raise NotFound
    plot = db.session.get(Plot, plot_id)
    if plot is None or plot.producer_id != product.producer_id:
        raise Invalid(_("Choose one of your plots."), field="plot_id")
    now = utc_now()
    rules.check_harvest_date(harvested_on, today=rules.local_today(now))
    rules.check_quantity(quantity)
    rules.check_unit(unit)
    check_harvest_allowed([plot.id], on=harvested_on)
    lot = Lot(
        product_id=product.id,
        plot_id=plot.id,
        lot_number=_lot_number(product, harvested_on, lot_number),
        harvested_on=harvested_on,
        quantity=quantity,
        unit=unit,
        best_before=rules.best_before_of(
            harvested_on, best_before=best_before, shelf_life_days=product.shelf_life_days
        ),
        note=note,
        created_by=actor.user_id,
        created_at=now,
        product=product,
        plot=plot,
    )
    db.session.add(lot)
    db.session.flush()
    record_harvest(actor, lot)
    return lot


def _lot_number(product: Product, harvested_on: date, chosen: str | None) -> str:
    if chosen is not None:
        rules.check_lot_number(chosen)
        statement = select(Lot.id).where(Lot.product_id == product.id, Lot.lot_number == chosen)
        if db.session.scalar(statement) is not None:
            raise Invalid(_("This product has a lot with that number already."), field="lot_number")
        return chosen
    of_the_day = select(Lot.lot_number).where(
        Lot.product_id == product.id, Lot.lot_number.startswith(f"{harvested_on:%y%m%d}-", autoescape=True)
    )
    return rules.next_lot_number(harvested_on, set(db.session.scalars(of_the_day)))


def record_harvest(actor: Actor, lot: Lot) -> EpcisEvent:
    """Tell the journal that `lot`, as it is now, was harvested from its plot."""
    assert lot.plot is not None
    amount, unit_of_measure = measured(lot.quantity, lot.unit)
    place = location_uri(site_url(), lot.plot.gln)
    event = commissioning_of_lot(
        lot_uri=lot_uri(site_url(), lot.product.gtin, lot.lot_number),
        lot_number=lot.lot_number,
        quantity=amount,
        unit_of_measure=unit_of_measure,
        event_time=rules.harvest_moment(lot.harvested_on, now=lot.created_at),
        read_point=place,
        biz_location=place,
        harvested_from=lot.harvested_on,
        harvested_to=lot.harvested_on,
    )
    if lot.best_before is not None:
        event["ilmd"]["cbvmda:bestBeforeDate"] = lot.best_before.isoformat()
    return capture_event(actor=actor, event=event)


def pack_lots(
    *, actor: Actor, sscc: str, contents: Sequence[LotContent], packed_at_gln: str, order_number: str
) -> EpcisEvent:
    """Put units of lots into the parcel `sscc` of an order: they leave the lots, and the journal says so.

    Lots are locked by id. Raises NotFound for a lot that is not the actor's, LotExhausted when more should leave than
    is left, Invalid for quantities below one and for numbers whose check digit is wrong.
    """
    sscc, packed_at_gln = _checked_sscc(sscc), _checked_gln(packed_at_gln)
    demand: Counter[uuid.UUID] = Counter()
    for content in contents:
        if content.quantity < 1:
            raise Invalid(_("Enter a quantity of at least 1."), field="quantity")
        demand[content.lot_id] += content.quantity
    if not demand:
        raise Invalid(_("Choose the lot that this is packed from."), field="lot_id")
    packed = []
    lots = _locked_lots(demand)
    for lot in lots:
        if not may_work_with(actor, lot):
            raise NotFound
        taken = demand[lot.id]
        if lot.packed_quantity + taken > lot.quantity:
            raise LotExhausted(lot.lot_number, lot.quantity - lot.packed_quantity)
        lot.packed_quantity += taken
        amount, unit_of_measure = measured(taken, lot.unit)
        uri = lot_uri(site_url(), lot.product.gtin, lot.lot_number)
        packed.append(QuantityElement(uri, amount, unit_of_measure))
    db.session.flush()
    check_acyclic(
        sources=[lot_identifier(lot.product.gtin, lot.lot_number) for lot in lots], targets=[parcel_identifier(sscc)]
    )
    event = packing_of_order(
        parcel_uri=parcel_uri(site_url(), sscc),
        contents=packed,
        event_time=utc_now(),
        biz_location=location_uri(site_url(), packed_at_gln),
        order_uri=order_reference(packed_at_gln, order_number),
    )
    return capture_event(actor=actor, event=event)


def ship_parcel(*, actor: Actor, sscc: str, shipped_from_gln: str) -> EpcisEvent:
    """Say that the parcel `sscc` has left.

    Raises NotFound for a parcel that was never packed or holds lots that are not the actor's, AlreadyShipped the
    second time.
    """
    sscc, shipped_from_gln = _checked_sscc(sscc), _checked_gln(shipped_from_gln)
    owners = producers_in_parcel(identifiers_in_parcel(sscc))
    if not owners or not all(may_act_for(actor, producer_id) for producer_id in owners):
        raise NotFound
    if was_shipped(sscc):
        raise AlreadyShipped
    event = shipping_of_parcel(
        parcel_uri=parcel_uri(site_url(), sscc),
        event_time=utc_now(),
        read_point=location_uri(site_url(), shipped_from_gln),
    )
    return capture_event(actor=actor, event=event)


def _locked_lots(ids: Counter[uuid.UUID]) -> list[Lot]:
    """The lots with these ids, locked in the order of their ids; raises NotFound when one is missing."""
    statement = (
        select(Lot)
        .options(selectinload(Lot.product))
        .where(Lot.id.in_(ids))
        .order_by(Lot.id)
        .with_for_update(of=Lot)
        .execution_options(populate_existing=True)
    )
    lots = list(db.session.scalars(statement))
    if len(lots) < len(ids):
        raise NotFound
    return lots


def _checked_sscc(sscc: str) -> str:
    try:
        return normalise_sscc(sscc)
    except Gs1Error as error:
        raise Invalid(_("This is no number of a parcel (SSCC)."), field="sscc") from error


def _checked_gln(gln: str) -> str:
    try:
        return normalise_gln(gln)
    except Gs1Error as error:
        raise Invalid(_("This is no number of a place (GLN)."), field="gln") from error
