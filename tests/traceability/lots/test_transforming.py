"""Grading, mixing, splitting, processing: what goes in comes out, or is stated as loss."""

import pytest

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import AppError, Invalid, NotFound
from tests.factories import make_product
from tests.traceability.farm import Farm, days_ago, make_farm
from tests.traceability.lots.packinghouse import at, holdings, newest_event, weighing_farm
from traceability.gs1.links import lot_uri
from traceability.lots.amounts import Amount
from traceability.lots.errors import LotExhausted, NotHeld, Unbalanced
from traceability.lots.ledger import LotContent
from traceability.lots.models import HoldingStatus, Lot
from traceability.lots.queries import lots_after, lots_before, origins_of
from traceability.lots.usecases import LotOutput, grade_lot, mix_lots, process_lots, split_lot

pytestmark = pytest.mark.usefixtures("session")
SITE = "http://localhost:8000"


def uri(lot: Lot) -> str:
    return lot_uri(SITE, lot.product.gtin, lot.lot_number)


def kilograms(farm: Farm, grams: int, **values: object) -> LotOutput:
    return LotOutput(farm.product.id, "kg", weight_grams=grams, **values)


def pieces(farm: Farm, count: int, **values: object) -> LotOutput:
    return LotOutput(farm.product.id, "piece", quantity=count, **values)


class TestGrading:
    def test_a_lot_becomes_grades_and_a_loss(self) -> None:
        farm, lot = weighing_farm()
        outcome = grade_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            content=LotContent(lot.id),
            outputs=[kilograms(farm, 70_500, grade="Loại 1"), kilograms(farm, 20_000, grade="Loại 2")],
            loss_grams=9_500,
        )
        first, second = outcome.lots
        assert (first.grade, first.weight_grams, first.quantity) == ("Loại 1", 70_500, 70)
        assert (outcome.used_grams, outcome.made_grams, outcome.loss_grams) == (100_000, 90_500, 9_500)
        assert holdings(lot) == {
            (farm.producer.id, "used", False): Amount(90_500),
            (farm.producer.id, "lost", False): Amount(9_500),
        }
        assert at(second, farm, HoldingStatus.LOOSE) == Amount(20_000)
        assert first.harvested_on == lot.harvested_on
        assert first.best_before == lot.best_before
        assert [other.id for other in lots_before(first)] == [lot.id]
        assert {other.id for other in lots_after(lot)} == {first.id, second.id}
        assert [plot.id for plot in origins_of(first.id)] == [farm.plot.id]

    def test_the_journal_is_told_in_the_words_of_the_standard(self) -> None:
        farm, lot = weighing_farm()
        outcome = grade_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            content=LotContent(lot.id, grams=50_000),
            outputs=[kilograms(farm, 30_000, grade="A"), kilograms(farm, 15_000, grade="B")],
        )
        event = newest_event()
        assert (event.event_type, event.biz_step, event.disposition) == (
            "TransformationEvent",
            "commissioning",
            "active",
        )
        assert outcome.operation.event_id == event.id
        assert event.payload["inputQuantityList"] == [{"epcClass": uri(lot), "quantity": 50, "uom": "KGM"}]
        assert event.payload["outputQuantityList"] == [
            {"epcClass": uri(outcome.lots[0]), "quantity": 30, "uom": "KGM"},
            {"epcClass": uri(outcome.lots[1]), "quantity": 15, "uom": "KGM"},
        ]
        ilmd = event.payload["ilmd"]
        assert ilmd["cbvmda:harvestStartDate"] == lot.harvested_on.isoformat()
        # A lot number would be of one of the two only.
        assert "cbvmda:lotNumber" not in ilmd

    def test_counted_fruit_keeps_its_weight(self) -> None:
        farm = make_farm()
        lot = farm.harvest(quantity=7, weight_grams=10_000)
        outcome = grade_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            content=LotContent(lot.id),
            outputs=[pieces(farm, 3, grade="A"), pieces(farm, 4, grade="B")],
        )
        assert sum(made.weight_grams for made in outcome.lots) == 10_000
        assert outcome.loss_grams == 0

    def test_spoiled_fruit_is_lost_in_pieces_too(self) -> None:
        farm = make_farm()
        lot = farm.harvest(quantity=100, weight_grams=100_000)
        grade_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            content=LotContent(lot.id),
            outputs=[pieces(farm, 90, grade="A")],
        )
        assert at(lot, farm, HoldingStatus.LOST) == Amount(10_000, 10)
        assert at(lot, farm, HoldingStatus.USED) == Amount(90_000, 90)

    @pytest.mark.parametrize("loss", [0, 9_999, 20_000])
    def test_weights_that_do_not_fit_are_refused_with_the_grams(self, loss: int) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Unbalanced) as refusal:
            grade_lot(
                actor=farm.actor,
                holder_id=farm.producer.id,
                content=LotContent(lot.id),
                outputs=[kilograms(farm, 90_000, grade="A")],
                loss_grams=loss,
            )
        assert refusal.value.missing_grams == 10_000 - loss
        assert refusal.value.field == "loss"

    def test_more_cannot_come_out_than_goes_in(self) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Unbalanced) as refusal:
            grade_lot(
                actor=farm.actor,
                holder_id=farm.producer.id,
                content=LotContent(lot.id, grams=10_000),
                outputs=[kilograms(farm, 10_001, grade="A")],
            )
        assert refusal.value.field == "outputs"
        with pytest.raises(Invalid):
            grade_lot(
                actor=farm.actor,
                holder_id=farm.producer.id,
                content=LotContent(farm.harvest(5).id),
                outputs=[pieces(farm, 6, grade="A")],
            )

    def test_a_grade_needs_a_name(self) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Invalid) as refusal:
            grade_lot(
                actor=farm.actor,
                holder_id=farm.producer.id,
                content=LotContent(lot.id),
                outputs=[kilograms(farm, 10_000)],
            )
        assert refusal.value.field == "grade"


class TestMixing:
    def test_lots_go_together_and_keep_the_worst_date(self) -> None:
        farm = make_farm(shelf_life_days=20)
        old = farm.harvest(quantity=10, unit="kg", harvested_on=days_ago(9))
        new = farm.harvest(quantity=30, unit="kg", harvested_on=days_ago(2))
        outcome = mix_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(old.id), LotContent(new.id, grams=10_000)],
            output=kilograms(farm, 19_000),
            loss_grams=1_000,
        )
        (mixed,) = outcome.lots
        assert mixed.harvested_on == old.harvested_on
        assert mixed.best_before == old.best_before
        assert at(old, farm, HoldingStatus.LOST) == at(new, farm, HoldingStatus.LOST) == Amount(500)
        assert at(new, farm, HoldingStatus.LOOSE) == Amount(20_000)
        ilmd = newest_event().payload["ilmd"]
        assert ilmd["cbvmda:lotNumber"] == mixed.lot_number
        assert ilmd["cbvmda:harvestEndDate"] == new.harvested_on.isoformat()

    def test_one_lot_is_no_mixture(self) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Invalid):
            mix_lots(
                actor=farm.actor,
                holder_id=farm.producer.id,
                contents=[LotContent(lot.id), LotContent(lot.id)],
                output=kilograms(farm, 1_000),
            )


class TestSplitting:
    def test_parts_leave_and_the_rest_stays(self) -> None:
        farm = make_farm()
        lot = farm.harvest(quantity=100, weight_grams=99_999)
        outcome = split_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            lot_id=lot.id,
            outputs=[pieces(farm, 33), pieces(farm, 33)],
        )
        assert [made.quantity for made in outcome.lots] == [33, 33]
        assert outcome.loss_grams == 0
        left = at(lot, farm, HoldingStatus.LOOSE)
        assert left.units == 34
        assert left.grams + sum(made.weight_grams for made in outcome.lots) == 99_999

    def test_a_weighed_lot_is_split_by_weight(self) -> None:
        farm, lot = weighing_farm()
        split_lot(actor=farm.actor, holder_id=farm.producer.id, lot_id=lot.id, outputs=[kilograms(farm, 12_345)])
        assert at(lot, farm, HoldingStatus.LOOSE) == Amount(87_655)

    def test_parts_are_of_the_same_unit_and_no_more_than_there_is(self) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Invalid) as refusal:
            split_lot(actor=farm.actor, holder_id=farm.producer.id, lot_id=lot.id, outputs=[pieces(farm, 3)])
        assert refusal.value.field == "unit"
        with pytest.raises(LotExhausted):
            split_lot(actor=farm.actor, holder_id=farm.producer.id, lot_id=lot.id, outputs=[kilograms(farm, 100_001)])


class TestProcessing:
    def test_fresh_fruit_is_dried(self) -> None:
        farm, lot = weighing_farm()
        dried = make_product(farm.producer, shelf_life_days=180)
        outcome = process_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(lot.id, grams=80_000)],
            outputs=[LotOutput(dried.id, "bag", quantity=40, weight_grams=20_000)],
            loss_grams=60_000,
        )
        (bags,) = outcome.lots
        assert (bags.product_id, bags.quantity, bags.weight_grams) == (dried.id, 40, 20_000)
        assert bags.best_before is not None
        assert (bags.best_before - days_ago(0)).days == 180
        assert at(lot, farm, HoldingStatus.LOST) == Amount(60_000)
        assert newest_event().payload["outputQuantityList"][0] == {"epcClass": uri(bags), "quantity": 40, "uom": "XBG"}

    def test_what_is_counted_needs_a_weight(self) -> None:
        farm, lot = weighing_farm()
        with pytest.raises(Invalid) as refusal:
            process_lots(
                actor=farm.actor,
                holder_id=farm.producer.id,
                contents=[LotContent(lot.id)],
                outputs=[LotOutput(farm.product.id, "bag", quantity=40)],
            )
        assert refusal.value.field == "weight"


def test_new_lots_are_of_the_holder_s_own_products() -> None:
    farm, lot = weighing_farm()
    other = make_farm()
    with pytest.raises(Invalid) as refusal:
        process_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(lot.id)],
            outputs=[kilograms(other, 10_000)],
        )
    assert refusal.value.field == "product_id"


def test_who_does_not_hold_a_lot_cannot_use_it() -> None:
    farm, lot = weighing_farm()
    other = make_farm()
    with pytest.raises(NotHeld) as refusal:
        process_lots(
            actor=other.actor,
            holder_id=other.producer.id,
            contents=[LotContent(lot.id)],
            outputs=[kilograms(other, 10_000)],
        )
    assert lot.lot_number in str(refusal.value)
    for actor in (other.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            process_lots(
                actor=actor,
                holder_id=farm.producer.id,
                contents=[LotContent(lot.id)],
                outputs=[kilograms(farm, 10_000)],
            )


def test_a_draft_of_somebody_else_is_as_if_it_were_not_there() -> None:
    farm, lot = weighing_farm()
    farm.product.status = "draft"
    db.session.flush()
    other = make_farm()
    with pytest.raises(NotFound):
        process_lots(
            actor=other.actor,
            holder_id=other.producer.id,
            contents=[LotContent(lot.id)],
            outputs=[kilograms(other, 10_000)],
        )


@pytest.mark.parametrize("count", [0, 21])
def test_absurd_numbers_of_lots_are_refused(count: int) -> None:
    farm, lot = weighing_farm()
    with pytest.raises(AppError):
        process_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(lot.id)],
            outputs=[kilograms(farm, 1_000)] * count,
        )


def test_chosen_and_free_numbers_do_not_meet() -> None:
    farm, lot = weighing_farm()
    free = f"{days_ago(0):%y%m%d}-1"
    outcome = process_lots(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id)],
        outputs=[kilograms(farm, 1_000, lot_number=free), kilograms(farm, 1_000)],
    )
    assert [made.lot_number for made in outcome.lots] == [free, f"{days_ago(0):%y%m%d}-2"]
    with pytest.raises(Invalid) as refusal:
        process_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(farm.harvest(quantity=9, unit="kg").id)],
            outputs=[kilograms(farm, 1_000, lot_number="A/1"), kilograms(farm, 1_000, lot_number="A/1")],
        )
    assert refusal.value.field == "lot_number"


def test_a_gram_that_is_lost_whole_is_lost_once() -> None:
    """The loss is shared out by weight and rounded to grams: all of the smallest part may be lost."""
    farm, lot = weighing_farm()
    crumb = farm.harvest(quantity=1, unit="kg")
    outcome = mix_lots(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id, grams=99_999), LotContent(crumb.id, grams=1)],
        output=kilograms(farm, 10_000),
    )
    assert outcome.loss_grams == 90_000
    assert at(crumb, farm, HoldingStatus.LOOSE) == Amount(999)
    assert at(crumb, farm, HoldingStatus.LOST) == Amount(1)
    assert at(crumb, farm, HoldingStatus.USED) == Amount(0)
    assert at(lot, farm, HoldingStatus.USED) == Amount(10_000)
    assert {before.id for before in lots_before(outcome.lots[0])} == {lot.id, crumb.id}
    assert [after.id for after in lots_after(crumb)] == [outcome.lots[0].id]
