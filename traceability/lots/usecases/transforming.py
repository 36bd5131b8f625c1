"""Lots made of lots: graded, mixed, split, processed. What goes in comes out again, or is stated as loss."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.gs1.links import location_uri
from traceability.journal.issuer import site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.rules import grading_into_lot
from traceability.journal.usecases import capture_event
from traceability.lots import rules
from traceability.lots.amounts import NOTHING, Amount, total_of, whole_units
from traceability.lots.describing import quantity_element, quantity_elements
from traceability.lots.ledger import (
    LotContent,
    Move,
    Place,
    Withdrawal,
    acting_holder,
    withdraw,
    write_movements,
    write_operation,
)
from traceability.lots.mass_balance import LotOutput, amounts_made, checked_loss
from traceability.lots.models import HoldingStatus, Lot, LotOperation, OperationKind
from traceability.lots.numbering import lot_number_for

MOST_INPUTS = 50
MOST_OUTPUTS = 20


@dataclass(frozen=True, slots=True)
class Transformation:
    """What came of it: the operation, the new lots in the order asked for, and what was lost."""

    operation: LotOperation
    lots: tuple[Lot, ...]
    used_grams: int
    loss_grams: int

    @property
    def made_grams(self) -> int:
        """The weight of all new lots."""
        return sum(lot.weight_grams for lot in self.lots)


def grade_lot(
    *,
    actor: Actor,
    holder_id: uuid.UUID,
    content: LotContent,
    outputs: Sequence[LotOutput],
    loss_grams: int | None = None,
    tolerance_grams: int = 0,
) -> Transformation:
    """Sort a lot into grades: each becomes a lot of its own, what is thrown out is the loss.

    Without `loss_grams` all that does not come out counts as loss; with it the weights must fit, give or take
    `tolerance_grams`. Raises as `process_lots` does.
    """
    if any(not normalize(output.grade or "") for output in outputs):
        raise Invalid(_("Give each grade a name."), field="grade")
    return _transform(actor, OperationKind.GRADING, holder_id, [content], outputs, loss_grams, tolerance_grams)


def mix_lots(
    *,
    actor: Actor,
    holder_id: uuid.UUID,
    contents: Sequence[LotContent],
    output: LotOutput,
    loss_grams: int | None = None,
    tolerance_grams: int = 0,
) -> Transformation:
    """Put several lots together into a new one. Raises as `process_lots` does."""
    if len({content.lot_id for content in contents}) < 2:
        raise Invalid(_("Choose two lots at least to put together."), field="lot_id")
    return _transform(actor, OperationKind.MIXING, holder_id, contents, [output], loss_grams, tolerance_grams)


def split_lot(*, actor: Actor, holder_id: uuid.UUID, lot_id: uuid.UUID, outputs: Sequence[LotOutput]) -> Transformation:
    """Take parts out of a lot, each a lot of its own in the same unit; nothing is lost, and the rest stays.

    Raises as `process_lots` does.
    """
    lot = db.session.get(Lot, lot_id)
    if lot is not None and any(output.unit != lot.unit for output in outputs):
        raise Invalid(_("The parts are counted or weighed as the lot itself is."), field="unit")
    if any(output.quantity is None and output.weight_grams is None for output in outputs):
        raise Invalid(_("Say how much each part is."), field="quantity")
    amounts = [
        rules.amount_made(output.unit, quantity=output.quantity, weight_grams=output.weight_grams, usual_grams=1)
        for output in outputs
    ]
    whole = total_of(amounts)
    content = LotContent(lot_id, whole.units) if whole.units else LotContent(lot_id, grams=whole.grams)
    # The weight of what is counted follows from the lot, so that the parts weigh together what is taken.
    parts = [replace(output, weight_grams=None) if output.quantity else output for output in outputs]
    return _transform(actor, OperationKind.SPLITTING, holder_id, [content], parts, None, 0)


def process_lots(
    *,
    actor: Actor,
    holder_id: uuid.UUID,
    contents: Sequence[LotContent],
    outputs: Sequence[LotOutput],
    loss_grams: int | None = None,
    tolerance_grams: int = 0,
) -> Transformation:
    """Make other products of lots: fresh fruit is dried, peanuts are pressed. Yield and loss are stated.

    Raises NotFound, NotHeld and LotExhausted for lots that are not there, Unbalanced when the weights do not fit,
    Invalid (with `field`) for what makes no sense.
    """
    return _transform(actor, OperationKind.PROCESSING, holder_id, contents, outputs, loss_grams, tolerance_grams)


def _transform(
    actor: Actor,
    kind: OperationKind,
    holder_id: uuid.UUID,
    contents: Sequence[LotContent],
    outputs: Sequence[LotOutput],
    loss_grams: int | None,
    tolerance_grams: int,
) -> Transformation:
    if not 1 <= len(outputs) <= MOST_OUTPUTS or len(contents) > MOST_INPUTS:
        raise Invalid(
            _("Use at most %(inputs)s lots, and make 1 to %(outputs)s.", inputs=MOST_INPUTS, outputs=MOST_OUTPUTS),
            field="outputs",
        )
    holder = acting_holder(actor, holder_id)
    products = _locked_products(holder, outputs)
    inputs = withdraw(actor=actor, holder=holder, contents=contents)
    amounts = amounts_made(kind, inputs, outputs)
    lost = checked_loss(kind, inputs, amounts, loss_grams, tolerance_grams)
    lots = _new_lots(actor, kind, inputs, outputs, amounts, products)
    operation = write_operation(
        actor=actor,
        kind=kind,
        holder_id=holder.id,
        event=_capture(actor, holder, inputs, lots),
        tolerance_grams=tolerance_grams,
    )
    for lot in lots:
        lot.made_by_id = operation.id
    db.session.add_all(lots)
    db.session.flush()
    write_movements(operation, _moves(holder, inputs, lost, lots))
    return Transformation(operation, tuple(lots), total_of(part.amount for part in inputs).grams, lost.grams)


def _locked_products(holder: Producer, outputs: Sequence[LotOutput]) -> dict[uuid.UUID, Product]:
    """The products to make lots of, locked so that no two lots get one number; they must be the holder's own."""
    statement = (
        select(Product)
        .where(Product.id.in_({output.product_id for output in outputs}), Product.producer_id == holder.id)
        .order_by(Product.id)
        .with_for_update(key_share=True, of=Product)
    )
    products = {product.id: product for product in db.session.scalars(statement)}
    if any(output.product_id not in products for output in outputs):
        raise Invalid(
            _("A new lot must be of a product of %(holder)s. Choose one.", holder=holder.name), field="product_id"
        )
    return products


def _new_lots(
    actor: Actor,
    kind: OperationKind,
    inputs: Sequence[Withdrawal],
    outputs: Sequence[LotOutput],
    amounts: Sequence[Amount],
    products: dict[uuid.UUID, Product],
) -> list[Lot]:
    """The lots as rows that are not stored yet."""
    now = utc_now()
    today = local_today(now)
    harvested_on = min(part.lot.harvested_on for part in inputs)
    dates = [part.lot.best_before for part in inputs if part.lot.best_before is not None]
    given: dict[uuid.UUID, list[str]] = {}
    lots = []
    for output, amount in zip(outputs, amounts, strict=True):
        product = products[output.product_id]
        numbers = given.setdefault(product.id, [])
        numbers.append(lot_number_for(product, today, output.lot_number, given=numbers))
        if kind is OperationKind.PROCESSING:
            best_before = rules.best_before_of(
                today, best_before=output.best_before, shelf_life_days=product.shelf_life_days
            )
        else:
            earliest = output.best_before or min(dates, default=None)
            best_before = rules.best_before_of(harvested_on, best_before=earliest, shelf_life_days=None)
        lots.append(
            Lot(
                product_id=product.id,
                product=product,
                lot_number=numbers[-1],
                harvested_on=harvested_on,
                quantity=whole_units(output.unit, amount),
                unit=output.unit,
                weight_grams=amount.grams,
                grade=normalize(output.grade or "") or None,
                best_before=best_before,
                created_by=actor.user_id,
                created_at=now,
            )
        )
    return lots


def _capture(actor: Actor, holder: Producer, inputs: Sequence[Withdrawal], lots: Sequence[Lot]) -> EpcisEvent:
    """The event; master data of the new lots stands in it as far as it is true of all of them (EPCIS 2.0 §7.3.6)."""
    dates = [part.lot.harvested_on for part in inputs]
    master_data = {
        "cbvmda:countryOfOrigin": "VN",
        "cbvmda:harvestStartDate": min(dates).isoformat(),
        "cbvmda:harvestEndDate": max(dates).isoformat(),
    }
    if len(lots) == 1:
        master_data["cbvmda:lotNumber"] = lots[0].lot_number
    best_before = {lot.best_before for lot in lots}
    if len(best_before) == 1 and (day := best_before.pop()) is not None:
        master_data["cbvmda:bestBeforeDate"] = day.isoformat()
    place = location_uri(site_url(), holder.gln)
    event = grading_into_lot(
        inputs=quantity_elements((part.lot, part.amount) for part in inputs),
        outputs=[quantity_element(lot.product.gtin, lot.lot_number, lot.unit, lot.amount) for lot in lots],
        event_time=utc_now(),
        read_point=place,
        biz_location=place,
        ilmd=master_data,
    )
    return capture_event(actor=actor, event=event)


def _moves(holder: Producer, inputs: Sequence[Withdrawal], lost: Amount, lots: Sequence[Lot]) -> list[Move]:
    losses = rules.losses([part.amount for part in inputs], grams=lost.grams, units=lost.units) if lost else []
    moves = []
    for index, part in enumerate(inputs):
        loss = losses[index] if losses else NOTHING
        moves += part.moves(holder.id, Place(holder.id, HoldingStatus.USED), part.amount - loss)
        moves.append(
            Move(part.lot.id, loss, Place(holder.id, HoldingStatus.LOOSE), Place(holder.id, HoldingStatus.LOST))
        )
    loose = Place(holder.id, HoldingStatus.LOOSE)
    return [*moves, *(Move(lot.id, lot.amount, None, loose) for lot in lots)]
