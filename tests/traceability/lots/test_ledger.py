"""The database keeps the balance by itself: whatever a program would write, no goods come of nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from core.db import db
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.packinghouse import at, weighing_farm
from traceability.lots.amounts import Amount
from traceability.lots.errors import LotExhausted
from traceability.lots.ledger import LotContent, Move, Place, write_movements, write_operation
from traceability.lots.models import HoldingStatus, Lot, LotOperation, OperationKind
from traceability.lots.usecases import LotOutput, process_lots, sell_lot

pytestmark = pytest.mark.usefixtures("session")
LOOSE, SOLD, USED = HoldingStatus.LOOSE, HoldingStatus.SOLD, HoldingStatus.USED


def operation(farm: Farm, kind: OperationKind = OperationKind.SELLING, tolerance: int = 0) -> LotOperation:
    return write_operation(
        actor=farm.actor, kind=kind, holder_id=farm.producer.id, event=None, tolerance_grams=tolerance
    )


def place(farm: Farm, status: HoldingStatus, sscc: str = "") -> Place:
    return Place(farm.producer.id, status, sscc)


def too_much(farm: Farm, lot: Lot) -> None:
    write_movements(operation(farm), [Move(lot.id, Amount(100_001), place(farm, LOOSE), place(farm, SOLD))])


def from_somebody_without(farm: Farm, lot: Lot) -> None:
    other = make_farm()
    write_movements(operation(other), [Move(lot.id, Amount(1), place(other, LOOSE), place(other, SOLD))])


def out_of_nothing(farm: Farm, lot: Lot) -> None:
    write_movements(operation(farm), [Move(lot.id, Amount(1), None, place(farm, LOOSE))])


def into_nothing(farm: Farm, lot: Lot) -> None:
    write_movements(operation(farm), [Move(lot.id, Amount(1), place(farm, LOOSE), None)])


def harvested_twice(farm: Farm, lot: Lot) -> None:
    write_movements(None, [Move(lot.id, lot.amount, None, place(farm, LOOSE))])


def by_hand(farm: Farm, lot: Lot) -> None:
    db.session.execute(text("UPDATE lot_holdings SET grams = grams + 1 WHERE lot_id = :id"), {"id": lot.id})


def removed_by_hand(farm: Farm, lot: Lot) -> None:
    db.session.execute(text("DELETE FROM lot_holdings WHERE lot_id = :id"), {"id": lot.id})


def rewritten(farm: Farm, lot: Lot) -> None:
    db.session.execute(text("UPDATE lot_movements SET grams = 1 WHERE lot_id = :id"), {"id": lot.id})


def packed_into_nothing(farm: Farm, lot: Lot) -> None:
    write_movements(operation(farm), [Move(lot.id, Amount(1), place(farm, LOOSE), place(farm, HoldingStatus.PACKED))])


def reweighed_in_silence(farm: Farm, lot: Lot) -> None:
    db.session.execute(update(Lot).where(Lot.id == lot.id).values(weight_grams=200_000, quantity=200))
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.mark.parametrize(
    "attempt",
    [
        too_much,
        from_somebody_without,
        out_of_nothing,
        into_nothing,
        harvested_twice,
        by_hand,
        removed_by_hand,
        rewritten,
        packed_into_nothing,
        reweighed_in_silence,
    ],
)
def test_the_database_refuses(attempt: Callable[[Farm, Lot], None]) -> None:
    farm, lot = weighing_farm()
    db.session.commit()
    with pytest.raises(DBAPIError):
        attempt(farm, lot)
    db.session.rollback()
    assert at(lot, farm, LOOSE) == Amount(100_000)


def made_lot(farm: Farm, made_by: LotOperation, grams: int) -> Lot:
    lot = Lot(
        product_id=farm.product.id,
        product=farm.product,
        made_by_id=made_by.id,
        lot_number=f"M-{grams}",
        harvested_on=farm.harvest(1).harvested_on,
        quantity=grams // 1000,
        unit="kg",
        weight_grams=grams,
    )
    db.session.add(lot)
    db.session.flush()
    return lot


def test_no_operation_makes_more_than_it_used_and_its_tolerance() -> None:
    farm, lot = weighing_farm()
    made_by = operation(farm, OperationKind.PROCESSING, tolerance=500)
    made = made_lot(farm, made_by, 50_501)
    used = Move(lot.id, Amount(50_000), place(farm, LOOSE), place(farm, USED))
    with pytest.raises(DBAPIError, match="made more than it used"), db.session.begin_nested():
        write_movements(made_by, [used, Move(made.id, made.amount, None, place(farm, LOOSE))])
    exact = made_lot(farm, made_by, 50_500)
    write_movements(made_by, [used, Move(exact.id, exact.amount, None, place(farm, LOOSE))])
    assert at(exact, farm, LOOSE) == Amount(50_500)


def test_only_the_operation_that_a_lot_names_has_made_it() -> None:
    farm, lot = weighing_farm()
    made_by, another = operation(farm, OperationKind.PROCESSING), operation(farm, OperationKind.PROCESSING)
    made = made_lot(farm, made_by, 10_000)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        # Nothing was used by the operation that the lot names.
        write_movements(another, [Move(lot.id, Amount(10_000), place(farm, LOOSE), place(farm, USED))])
        write_movements(made_by, [Move(made.id, made.amount, None, place(farm, LOOSE))])


def test_a_lot_is_never_made_of_itself() -> None:
    farm = make_farm()
    made_by = operation(farm, OperationKind.PROCESSING)
    made = made_lot(farm, made_by, 10_000)
    used = Move(made.id, made.amount, place(farm, LOOSE), place(farm, USED))
    with pytest.raises(DBAPIError), db.session.begin_nested():
        write_movements(made_by, [used])
    with pytest.raises(DBAPIError, match="uses what is made"), db.session.begin_nested():
        write_movements(made_by, [Move(made.id, made.amount, None, place(farm, LOOSE)), used])


def test_nor_through_another_one() -> None:
    farm = make_farm()
    # The tolerance would let the first lot come of nothing, for its own source to be made of it.
    first = operation(farm, OperationKind.PROCESSING, tolerance=10_000)
    second = operation(farm, OperationKind.PROCESSING)
    one, other = made_lot(farm, first, 10_000), made_lot(farm, second, 9_000)
    write_movements(first, [Move(one.id, one.amount, None, place(farm, LOOSE))])
    nine = Amount(9_000)
    write_movements(
        second,
        [
            Move(one.id, nine, place(farm, LOOSE), place(farm, USED)),
            Move(other.id, nine, None, place(farm, LOOSE)),
        ],
    )
    with pytest.raises(DBAPIError, match="uses what is made"), db.session.begin_nested():
        write_movements(first, [Move(other.id, nine, place(farm, LOOSE), place(farm, USED))])


def test_what_weighs_more_than_known_leaves_within_the_tolerance_only() -> None:
    farm = make_farm()
    lot = farm.harvest(quantity=100, unit="kg", tolerance_grams=1_000)

    def sell(grams: int) -> None:
        sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=LotContent(lot.id, grams=grams))

    sell(60_000)
    with pytest.raises(LotExhausted) as refusal:
        sell(41_001)
    assert refusal.value.remaining == Amount(40_000)
    sell(40_600)
    assert at(lot, farm, SOLD) == Amount(100_600)
    with pytest.raises(LotExhausted):
        sell(401)
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_a_tolerance_goes_into_the_lots_made() -> None:
    farm, lot = weighing_farm()
    outcome = process_lots(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id)],
        outputs=[LotOutput(farm.product.id, "kg", weight_grams=100_300)],
        tolerance_grams=400,
    )
    assert outcome.made_grams == 100_300
    assert outcome.loss_grams == 0
