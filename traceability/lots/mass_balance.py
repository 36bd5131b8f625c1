"""Mass balance where lots are made of lots: how much each new lot is, and how much of what went in was lost."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.lots import rules
from traceability.lots.amounts import Amount, total_of
from traceability.lots.errors import Unbalanced
from traceability.lots.ledger import Withdrawal
from traceability.lots.models import OperationKind


@dataclass(frozen=True, slots=True)
class LotOutput:
    """A lot to be made: of a product of the holder's, in `unit`.

    What is weighed has `weight_grams` (or a `quantity` of whole units). What is counted has a `quantity`, and a weight
    when one unit does not weigh what one of the lots used weighs.
    """

    product_id: uuid.UUID
    unit: str
    quantity: int | None = None
    weight_grams: int | None = None
    grade: str | None = None
    lot_number: str | None = None
    best_before: date | None = None


def amounts_made(kind: OperationKind, inputs: Sequence[Withdrawal], outputs: Sequence[LotOutput]) -> list[Amount]:
    """How much each new lot is. What is counted weighs, unless stated, what one unit of the lots used weighs.

    Raises Invalid for more units than went in, for a unit that is none, and for an amount that makes no sense.
    """
    taken = total_of(part.amount for part in inputs)
    units = {part.lot.unit for part in inputs}
    same_unit = len(units) == 1 and units == {output.unit for output in outputs} and taken.units > 0
    asked = sum(output.quantity or 0 for output in outputs)
    if same_unit and kind is not OperationKind.PROCESSING and asked > taken.units:
        raise Invalid(_("%(taken)s go in, but %(made)s come out.", taken=taken.units, made=asked), field="outputs")
    amounts = []
    for output in outputs:
        rules.check_unit(output.unit)
        weight = output.weight_grams
        if weight is None and same_unit and output.quantity:
            # Rounded down, so that all of them together never weigh more than what was taken.
            weight = taken.grams * output.quantity // taken.units
        made = rules.amount_made(output.unit, quantity=output.quantity, weight_grams=weight, usual_grams=None)
        amounts.append(made)
    if same_unit and asked == taken.units and all(output.weight_grams is None for output in outputs):
        rest = taken.grams - total_of(amounts).grams
        amounts[-1] = amounts[-1] + Amount(rest)
    return amounts


def checked_loss(
    kind: OperationKind,
    inputs: Sequence[Withdrawal],
    made: Sequence[Amount],
    loss_grams: int | None,
    tolerance_grams: int,
) -> Amount:
    """What was lost: all that went in and does not come out.

    Raises Unbalanced when more comes out, or when `loss_grams` is stated and is not that, give or take
    `tolerance_grams`.
    """
    taken, whole = total_of(part.amount for part in inputs), total_of(made)
    rules.check_tolerance(tolerance_grams, taken.grams)
    difference = taken.grams - whole.grams
    if difference < -tolerance_grams:
        raise Unbalanced(in_grams=taken.grams, out_grams=whole.grams, loss_grams=loss_grams or 0, field="outputs")
    if loss_grams is not None and abs(difference - loss_grams) > tolerance_grams:
        raise Unbalanced(in_grams=taken.grams, out_grams=whole.grams, loss_grams=loss_grams, field="loss")
    counted = len({part.lot.unit for part in inputs}) == 1 and kind is not OperationKind.PROCESSING
    lost_units = max(0, taken.units - whole.units) if counted and whole.units else 0
    return Amount(max(0, difference), lost_units)
