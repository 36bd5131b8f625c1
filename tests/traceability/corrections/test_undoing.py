"""What was written down and did not happen: the goods are where they were before."""

import pytest

from core.db import db
from core.errors import Conflict, NotFound, Refused
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.packinghouse import at, holdings, newest_event, weighing_farm
from traceability.corrections.usecases import declare_entry_wrong
from traceability.journal.models import EpcisEvent
from traceability.journal.usecases import issue_sscc
from traceability.lots.amounts import Amount
from traceability.lots.errors import UnitNotAtHand
from traceability.lots.ledger import LotContent
from traceability.lots.models import HoldingStatus, Lot
from traceability.lots.usecases import (
    LotOutput,
    destroy_lot,
    grade_lot,
    pack_crate,
    pack_lots,
    pack_pallet,
    receive,
    sell_lot,
    ship,
    ship_parcel,
)

pytestmark = pytest.mark.usefixtures("session")
LOOSE = HoldingStatus.LOOSE


def take_back(farm: Farm, event: EpcisEvent) -> None:
    declare_entry_wrong(actor=farm.actor, event_id=event.event_id, reason="did_not_occur")


def whole(farm: Farm, lot: Lot) -> bool:
    return holdings(lot) == {(farm.producer.id, "loose", False): lot.amount}


def test_a_sale_and_a_destruction_are_taken_back() -> None:
    farm, lot = weighing_farm()
    content = LotContent(lot.id, grams=30_000)
    sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=content)
    sale = newest_event()
    destroy_lot(actor=farm.actor, holder_id=farm.producer.id, content=content, reason="Thối")
    take_back(farm, newest_event())
    assert at(lot, farm, LOOSE) == Amount(70_000)
    take_back(farm, sale)
    assert whole(farm, lot)


def test_what_weighed_more_is_no_more_there_either() -> None:
    farm = make_farm()
    lot = farm.harvest(quantity=100, unit="kg", tolerance_grams=1_000)
    sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=LotContent(lot.id, grams=100_400))
    take_back(farm, newest_event())
    assert whole(farm, lot)


def test_a_pallet_that_was_not_loaded_gives_its_crates_back() -> None:
    farm, lot = weighing_farm()
    crate = pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=10_000)])
    packing = newest_event()
    pack_pallet(
        actor=farm.actor,
        holder_id=farm.producer.id,
        crates=[crate.sscc],
        contents=[LotContent(lot.id, grams=5_000)],
    )
    loading = newest_event()
    with pytest.raises(UnitNotAtHand), db.session.begin_nested():
        take_back(farm, packing)
    take_back(farm, loading)
    pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=[crate.sscc])
    take_back(farm, newest_event())
    assert crate.parent_sscc is None
    take_back(farm, packing)
    assert whole(farm, lot)


def test_a_parcel_that_was_not_sent_is_sent_later() -> None:
    farm = make_farm()
    lot, sscc, place = farm.harvest(10), issue_sscc(), farm.producer.gln
    pack_lots(actor=farm.actor, sscc=sscc, contents=[LotContent(lot.id, 4)], packed_at_gln=place, order_number="7")
    event = ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=place)
    take_back(farm, event)
    assert at(lot, farm, HoldingStatus.PACKED) == Amount(4_800, 4)
    ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=place)
    assert at(lot, farm, HoldingStatus.SOLD) == Amount(4_800, 4)


def test_goods_that_moved_on_stay_where_they_are() -> None:
    farm, lot = weighing_farm()
    grade_lot(
        actor=farm.actor,
        holder_id=farm.producer.id,
        content=LotContent(lot.id),
        outputs=[LotOutput(farm.product.id, "kg", weight_grams=90_000, grade="A")],
    )
    with pytest.raises(Conflict):
        take_back(farm, newest_event())


def test_what_another_holder_did_is_not_for_the_maker_to_take_back() -> None:
    farm, lot = weighing_farm()
    buyer, stranger = make_farm(), make_farm()
    shipment = ship(
        actor=farm.actor,
        sender_id=farm.producer.id,
        receiver_id=buyer.producer.id,
        contents=[LotContent(lot.id)],
    )
    receive(actor=buyer.actor, shipment_id=shipment.id)
    sell_lot(actor=buyer.actor, holder_id=buyer.producer.id, content=LotContent(lot.id))
    sale = newest_event()
    with pytest.raises(Refused):
        take_back(farm, sale)
    with pytest.raises(NotFound):
        take_back(stranger, sale)
