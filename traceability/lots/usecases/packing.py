"""Crates, pallets and the parcels of orders: packed, unpacked, and parcels sent out."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_gln, normalise_sscc
from traceability.gs1.links import location_uri, parcel_uri
from traceability.journal.identifiers import lot_identifier, parcel_identifier
from traceability.journal.issuer import order_reference, site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.rules import packing_of_order, shipping_of_parcel, unpacking_of_unit
from traceability.journal.usecases import capture_event, issue_sscc
from traceability.lots.amounts import Amount
from traceability.lots.describing import quantity_elements
from traceability.lots.errors import AlreadyShipped, UnitNotAtHand
from traceability.lots.genealogy import check_acyclic
from traceability.lots.guards import check_may_go_on
from traceability.lots.ledger import (
    LotContent,
    Move,
    Place,
    Withdrawal,
    acting_holder,
    contents_of,
    lock_lots,
    withdraw,
    write_movements,
    write_operation,
)
from traceability.lots.models import (
    HoldingStatus,
    LogisticUnit,
    LogisticUnitKind,
    LogisticUnitStatus,
    Lot,
    OperationKind,
)
from traceability.lots.packing_places import packing_places

MOST_CRATES = 200


def pack_crate(
    *, actor: Actor, holder_id: uuid.UUID, contents: Sequence[LotContent], packed_at_gln: str | None = None
) -> LogisticUnit:
    """Pack loose goods of one or more lots into a crate, which gets an SSCC.

    `packed_at_gln` is one of the holder's `packing_places`; None is the farm itself. Raises NotFound, NotHeld,
    LotExhausted, Invalid (with `field`).
    """
    holder = acting_holder(actor, holder_id)
    packed_at_gln = _own_place(holder, packed_at_gln)
    withdrawn = withdraw(actor=actor, holder=holder, contents=contents)
    unit, _event = _pack(actor, holder, LogisticUnitKind.CRATE, issue_sscc(), withdrawn, packed_at_gln=packed_at_gln)
    return unit


def pack_pallet(
    *,
    actor: Actor,
    holder_id: uuid.UUID,
    crates: Collection[str] = (),
    contents: Sequence[LotContent] = (),
    packed_at_gln: str | None = None,
) -> LogisticUnit:
    """Put crates (by SSCC), loose goods of lots, or both onto a pallet, which gets an SSCC.

    `packed_at_gln` as for `pack_crate`. Raises NotFound, UnitNotAtHand for a crate that is not there, NotHeld,
    LotExhausted, Invalid (with `field`), and what a guard refuses with when a lot in a crate was recalled after it was
    packed.
    """
    holder = acting_holder(actor, holder_id)
    packed_at_gln = _own_place(holder, packed_at_gln)
    if not crates and not contents:
        raise Invalid(_("Choose what goes onto the pallet."), field="ssccs")
    if len(crates) > MOST_CRATES:
        raise Invalid(_("At most %(count)s crates fit into one list.", count=MOST_CRATES), field="ssccs")
    loaded = lock_units_at_hand(holder, crates)
    for crate in loaded:
        if crate.kind != LogisticUnitKind.CRATE:
            raise UnitNotAtHand(crate.sscc)
    # All lots at once, in the order of their ids: those in the crates and those that are loose.
    inside = {held.lot_id for held in contents_of([crate.sscc for crate in loaded])}
    check_may_go_on(lock_lots(inside | {part.lot_id for part in contents}))
    withdrawn = withdraw(actor=actor, holder=holder, contents=contents) if contents else []
    unit, _event = _pack(
        actor, holder, LogisticUnitKind.PALLET, issue_sscc(), withdrawn, crates=loaded, packed_at_gln=packed_at_gln
    )
    return unit


def pack_lots(
    *, actor: Actor, sscc: str, contents: Sequence[LotContent], packed_at_gln: str, order_number: str
) -> EpcisEvent:
    """Put units of lots into the parcel `sscc` of an order: they leave the lots, and the journal says so.

    The lots' producer packs what it has loose of them. Raises NotFound for a lot that is not the actor's, LotExhausted
    when more should leave than is left, Invalid for quantities below one and for numbers whose check digit is wrong.
    """
    sscc, packed_at_gln = _checked_sscc(sscc), _checked_gln(packed_at_gln)
    producer_ids = db.session.scalars(
        select(Product.producer_id)
        .join(Lot, Lot.product_id == Product.id)
        .where(Lot.id.in_({content.lot_id for content in contents}))
        .distinct()
    ).all()
    if contents and (len(producer_ids) != 1 or not may_act_for(actor, producer_ids[0])):
        raise NotFound
    if not contents:
        raise Invalid(_("Choose the lot that this is packed from."), field="lot_id")
    holder = acting_holder(actor, producer_ids[0])
    withdrawn = withdraw(actor=actor, holder=holder, contents=contents)
    _unit, event = _pack(
        actor,
        holder,
        LogisticUnitKind.PARCEL,
        sscc,
        withdrawn,
        packed_at_gln=packed_at_gln,
        order_uri=order_reference(packed_at_gln, order_number),
    )
    return event


def ship_parcel(*, actor: Actor, sscc: str, shipped_from_gln: str) -> EpcisEvent:
    """Say that the parcel `sscc` of an order has left for its buyer.

    Raises NotFound for a parcel that was never packed or is not the actor's, AlreadyShipped the second time, and what
    a guard refuses with when a lot in it was recalled after it was packed.
    """
    sscc, shipped_from_gln = _checked_sscc(sscc), _checked_gln(shipped_from_gln)
    parcel = db.session.get(LogisticUnit, sscc, with_for_update=True, populate_existing=True)
    if parcel is None or parcel.kind != LogisticUnitKind.PARCEL or not may_act_for(actor, parcel.holder_id):
        raise NotFound
    if parcel.status != LogisticUnitStatus.PACKED:
        raise AlreadyShipped
    inside = contents_of([sscc])
    check_may_go_on(lock_lots({holding.lot_id for holding in inside}))
    event = capture_event(
        actor=actor,
        event=shipping_of_parcel(
            parcel_uri=parcel_uri(site_url(), sscc),
            event_time=utc_now(),
            read_point=location_uri(site_url(), shipped_from_gln),
        ),
    )
    operation = write_operation(actor=actor, kind=OperationKind.SHIPPING, holder_id=parcel.holder_id, event=event)
    source, target = (Place(parcel.holder_id, status, sscc) for status in (HoldingStatus.PACKED, HoldingStatus.SOLD))
    moves = [Move(holding.lot_id, Amount(holding.grams, holding.units), source, target) for holding in inside]
    write_movements(operation, moves)
    parcel.status = LogisticUnitStatus.DISPATCHED
    return event


def unpack(*, actor: Actor, sscc: str) -> LogisticUnit:
    """Take everything out of a crate or off a pallet: loose goods are loose again, crates stand by themselves.

    Raises NotFound for what is not the actor's, UnitNotAtHand for what was sent, unpacked or stands on a pallet.
    """
    unit = db.session.get(LogisticUnit, _checked_sscc(sscc), with_for_update=True, populate_existing=True)
    if unit is None or unit.kind == LogisticUnitKind.PARCEL or not may_act_for(actor, unit.holder_id):
        raise NotFound
    holder = acting_holder(actor, unit.holder_id)
    if unit.status != LogisticUnitStatus.PACKED or unit.parent_sscc is not None:
        raise UnitNotAtHand(unit.sscc)
    crates = children_of([unit.sscc])
    inside = contents_of([unit.sscc])
    lots = {lot.id: lot for lot in lock_lots({holding.lot_id for holding in inside})}
    event = unpacking_of_unit(
        parcel_uri=parcel_uri(site_url(), unit.sscc),
        child_epcs=[parcel_uri(site_url(), crate.sscc) for crate in crates],
        contents=quantity_elements((lots[held.lot_id], Amount(held.grams, held.units)) for held in inside),
        event_time=utc_now(),
        biz_location=location_uri(site_url(), holder.gln),
    )
    operation = write_operation(
        actor=actor, kind=OperationKind.UNPACKING, holder_id=holder.id, event=capture_event(actor=actor, event=event)
    )
    source, target = Place(holder.id, HoldingStatus.PACKED, unit.sscc), Place(holder.id, HoldingStatus.LOOSE)
    write_movements(operation, [Move(held.lot_id, Amount(held.grams, held.units), source, target) for held in inside])
    for crate in crates:
        crate.parent_sscc = None
    unit.status = LogisticUnitStatus.UNPACKED
    db.session.flush()
    return unit


def _own_place(holder: Producer, gln: str | None) -> str | None:
    """`gln` if the holder packs there, None for the farm itself. Raises Invalid."""
    if gln is not None and gln not in {place.gln for place in packing_places(holder.id)}:
        raise Invalid(_("Choose one of your own packing houses, or the farm."), field="packed_at_gln")
    return gln


def _pack(
    actor: Actor,
    holder: Producer,
    kind: LogisticUnitKind,
    sscc: str,
    withdrawn: Sequence[Withdrawal],
    *,
    crates: Sequence[LogisticUnit] = (),
    packed_at_gln: str | None = None,
    order_uri: str | None = None,
) -> tuple[LogisticUnit, EpcisEvent]:
    """Make the unit with what goes into it, and tell the journal."""
    if db.session.get(LogisticUnit, sscc) is not None:
        raise Invalid(_("This number (SSCC) is in use already."), field="sscc")
    check_acyclic(
        sources=[lot_identifier(part.lot.product.gtin, part.lot.lot_number) for part in withdrawn]
        + [parcel_identifier(crate.sscc) for crate in crates],
        targets=[parcel_identifier(sscc)],
    )
    event = packing_of_order(
        parcel_uri=parcel_uri(site_url(), sscc),
        child_epcs=[parcel_uri(site_url(), crate.sscc) for crate in crates],
        contents=quantity_elements((part.lot, part.amount) for part in withdrawn),
        event_time=utc_now(),
        biz_location=location_uri(site_url(), packed_at_gln or holder.gln),
        order_uri=order_uri,
    )
    captured = capture_event(actor=actor, event=event)
    unit = LogisticUnit(sscc=sscc, kind=kind, holder_id=holder.id, created_by=actor.user_id)
    db.session.add(unit)
    db.session.flush()
    operation = write_operation(actor=actor, kind=OperationKind.PACKING, holder_id=holder.id, event=captured)
    target = Place(holder.id, HoldingStatus.PACKED, sscc)
    write_movements(operation, [move for part in withdrawn for move in part.moves(holder.id, target)])
    for crate in crates:
        crate.parent_sscc = sscc
    db.session.flush()
    return unit, captured


def lock_units_at_hand(holder: Producer, ssccs: Collection[str]) -> list[LogisticUnit]:
    """These crates and pallets, locked by SSCC; each is packed, with `holder`, and on no pallet.

    Raises UnitNotAtHand that names the first one that is not.
    """
    wanted = sorted({_checked_sscc(sscc) for sscc in ssccs})
    found = {unit.sscc: unit for unit in _locked_units(LogisticUnit.sscc.in_(wanted))}
    for sscc in wanted:
        unit = found.get(sscc)
        if (
            unit is None
            or unit.holder_id != holder.id
            or unit.kind == LogisticUnitKind.PARCEL
            or unit.status != LogisticUnitStatus.PACKED
            or unit.parent_sscc is not None
        ):
            raise UnitNotAtHand(sscc)
    return [found[sscc] for sscc in wanted]


def children_of(ssccs: Collection[str]) -> list[LogisticUnit]:
    """The crates on these pallets, locked by SSCC."""
    return _locked_units(LogisticUnit.parent_sscc.in_(ssccs))


def _locked_units(condition: ColumnElement[bool]) -> list[LogisticUnit]:
    statement = (
        select(LogisticUnit)
        .where(condition)
        .order_by(LogisticUnit.sscc)
        .with_for_update(of=LogisticUnit)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


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
