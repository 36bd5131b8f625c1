"""Crates and pallets: packed, unpacked, and what the journal is told."""

import pytest

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import Invalid, NotFound
from tests.traceability.farm import make_farm
from tests.traceability.lots.packinghouse import at, holdings, newest_event, weighing_farm
from traceability.gs1.links import lot_uri, parcel_uri
from traceability.journal.identifiers import lot_identifier
from traceability.journal.queries import events_of
from traceability.lots.amounts import Amount
from traceability.lots.errors import LotExhausted, UnitNotAtHand
from traceability.lots.ledger import LotContent
from traceability.lots.models import HoldingStatus, LogisticUnit, LogisticUnitStatus
from traceability.lots.queries import goods_in
from traceability.lots.usecases import pack_crate, pack_pallet, sell_lot, unpack

pytestmark = pytest.mark.usefixtures("session")
SITE = "http://localhost:8000"


def test_a_crate_holds_goods_of_several_lots() -> None:
    farm, lot = weighing_farm()
    fruit = farm.harvest(10)
    crate = pack_crate(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id, grams=12_500), LotContent(fruit.id, 4)],
    )
    event = newest_event()
    assert (event.event_type, event.action, event.biz_step) == ("AggregationEvent", "ADD", "packing")
    assert event.payload["parentID"] == parcel_uri(SITE, crate.sscc)
    amounts = {element["epcClass"]: element["quantity"] for element in event.payload["childQuantityList"]}
    assert amounts[lot_uri(SITE, lot.product.gtin, lot.lot_number)] == 12.5
    assert amounts[lot_uri(SITE, fruit.product.gtin, fruit.lot_number)] == 4
    inside = {part.lot.id: part.amount for part in goods_in([crate.sscc])[crate.sscc]}
    assert inside == {lot.id: Amount(12_500), fruit.id: Amount(4_800, 4)}
    assert at(lot, farm, HoldingStatus.LOOSE) == Amount(87_500)


def test_a_pallet_holds_crates_and_loose_goods_and_gives_them_back() -> None:
    farm, lot = weighing_farm()
    crates = [
        pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=10_000)])
        for _ in range(2)
    ]
    pallet = pack_pallet(
        actor=farm.actor,
        holder_id=farm.producer.id,
        crates=[crate.sscc for crate in crates],
        contents=[LotContent(lot.id, grams=5_000)],
    )
    event = newest_event()
    assert sorted(event.payload["childEPCs"]) == sorted(parcel_uri(SITE, crate.sscc) for crate in crates)
    assert crates[0].parent_sscc == pallet.sscc
    with pytest.raises(UnitNotAtHand) as refusal:
        unpack(actor=farm.actor, sscc=crates[0].sscc)
    assert crates[0].sscc in str(refusal.value)
    unpack(actor=farm.actor, sscc=pallet.sscc)
    event = newest_event()
    assert (event.action, event.biz_step) == ("DELETE", "unpacking")
    assert sorted(event.payload["childEPCs"]) == sorted(parcel_uri(SITE, crate.sscc) for crate in crates)
    assert crates[0].parent_sscc is None
    unpack(actor=farm.actor, sscc=crates[0].sscc)
    assert holdings(lot) == {
        (farm.producer.id, "loose", False): Amount(90_000),
        (farm.producer.id, "packed", True): Amount(10_000),
    }
    steps = [row.biz_step for row in events_of(lot_identifier(lot.product.gtin, lot.lot_number))]
    assert steps.count("packing") == 3 and steps.count("unpacking") == 2


def test_nothing_is_unpacked_twice_or_by_others() -> None:
    farm, lot = weighing_farm()
    crate = pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id)])
    for actor in (make_farm().actor, ANONYMOUS):
        with pytest.raises(NotFound):
            unpack(actor=actor, sscc=crate.sscc)
    unpack(actor=farm.actor, sscc=crate.sscc)
    assert db.session.get_one(LogisticUnit, crate.sscc).status == LogisticUnitStatus.UNPACKED
    with pytest.raises(UnitNotAtHand):
        unpack(actor=farm.actor, sscc=crate.sscc)
    with pytest.raises(UnitNotAtHand):
        pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=[crate.sscc])


def test_what_is_packed_is_not_loose() -> None:
    farm, lot = weighing_farm()
    pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=95_000)])
    with pytest.raises(LotExhausted) as refusal:
        sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=LotContent(lot.id, grams=5_001))
    assert refusal.value.remaining == Amount(5_000)
    assert lot.lot_number in str(refusal.value) and "5 kg" in str(refusal.value)


def test_an_empty_pallet_a_pallet_on_a_pallet_and_a_crate_of_others_are_refused() -> None:
    farm, lot = weighing_farm()
    other, foreign = weighing_farm()
    with pytest.raises(Invalid):
        pack_pallet(actor=farm.actor, holder_id=farm.producer.id)
    pallet = pack_pallet(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=1_000)])
    theirs = pack_crate(actor=other.actor, holder_id=other.producer.id, contents=[LotContent(foreign.id)])
    for sscc in (pallet.sscc, theirs.sscc, "095210000000000000"):
        with pytest.raises((UnitNotAtHand, Invalid)):
            pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=[sscc])
