"""Goods of parcels that come back: into their lot, in the journal, once, and naming nobody."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import atomic, db
from core.errors import Conflict, NotFound
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.test_recalled_in_lists import recall
from traceability.corrections.usecases import declare_entry_wrong
from traceability.journal.identifiers import lot_identifier, parcel_identifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.queries import events_of
from traceability.journal.usecases import issue_sscc
from traceability.lots.amounts import NOTHING, Amount
from traceability.lots.errors import LotExhausted
from traceability.lots.genealogy import trace
from traceability.lots.genealogy_ends import count_differences
from traceability.lots.ledger import loose_amounts
from traceability.lots.models import HoldingStatus, LogisticUnit, LogisticUnitStatus, Lot, LotHolding
from traceability.lots.usecases import LotContent, ReturnedUnits, pack_lots, ship_parcel, take_back

pytestmark = pytest.mark.usefixtures("session")


def sent(farm: Farm, *contents: tuple[Lot, int]) -> str:
    """A parcel that is on its way to a buyer; its number."""
    sscc = issue_sscc()
    pack_lots(
        actor=farm.actor,
        sscc=sscc,
        contents=[LotContent(lot.id, units) for lot, units in contents],
        packed_at_gln=farm.producer.gln,
        order_number="ĐƠN-MẪU",
    )
    ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
    db.session.commit()
    return sscc


def take(farm: Farm, sscc: str, *returned: tuple[Lot, int, int], source: str = "refused-1") -> None:
    with atomic():
        take_back(
            actor=farm.actor,
            sscc=sscc,
            returned=[ReturnedUnits(lot.id, units, fit) for lot, units, fit in returned],
            source=source,
        )


def left_of(lot: Lot) -> Amount:
    return loose_amounts([lot.id], lot.product.producer_id).get(lot.id, NOTHING)


def held(lot: Lot, status: HoldingStatus) -> int:
    units = select(LotHolding.units).where(LotHolding.lot_id == lot.id, LotHolding.status == status)
    return sum(db.session.scalars(units))


def packed_into(sscc: str, action: str) -> float:
    """How many pieces the journal put into a parcel (ADD) or took out of it (DELETE)."""
    quantities = (
        select(EpcisEventIdentifier.quantity)
        .join(EpcisEvent, EpcisEvent.id == EpcisEventIdentifier.event_id)
        .where(
            EpcisEvent.id.in_([event.id for event in events_of(parcel_identifier(sscc))]),
            EpcisEvent.event_type == "AggregationEvent",
            EpcisEvent.action == action,
            EpcisEventIdentifier.role == "child_quantity",
        )
    )
    return float(sum(quantity or 0 for quantity in db.session.scalars(quantities)))


def identifier_of(lot: Lot) -> str:
    return lot_identifier(lot.product.gtin, lot.lot_number)


def told_of(lot: Lot) -> Sequence[tuple[str | None, str | None, str | None]]:
    """What the journal says of the lot after it was sent, in the order in which it was written."""
    events = sorted(events_of(identifier_of(lot)), key=lambda event: event.id)
    return [(event.action, event.biz_step, event.disposition) for event in events][3:]


def test_a_parcel_that_was_refused_is_back_in_its_lot() -> None:
    farm = make_farm()
    lot = farm.harvest(10)
    sscc = sent(farm, (lot, 4))
    parcel, own = parcel_identifier(sscc), identifier_of(lot)
    for _ in range(2):  # the second time changes nothing
        take(farm, sscc, (lot, 4, 4))
    assert left_of(lot) == lot.amount
    assert held(lot, HoldingStatus.SOLD) == 0
    assert told_of(lot) == [
        ("OBSERVE", "receiving", "returned"),
        ("DELETE", "unpacking", "active"),
        ("OBSERVE", "accepting", "sellable_accessible"),
    ]
    assert db.session.get_one(LogisticUnit, sscc, populate_existing=True).status == LogisticUnitStatus.UNPACKED
    assert (packed_into(sscc, "ADD"), packed_into(sscc, "DELETE")) == (4, 4)
    assert parcel in {node.identifier for node in trace([own], "forward").nodes}  # it was there for a while
    assert not any(count_differences())
    received = next(event for event in events_of(parcel) if event.disposition == "returned")
    assert received.payload["epcList"] and "sourceList" not in received.payload
    assert "ĐƠN-MẪU" not in str([event.payload for event in events_of(own)])


def test_what_is_not_fit_for_sale_is_destroyed() -> None:
    farm = make_farm()
    lot, other = farm.harvest(10), farm.harvest(10)
    sscc = sent(farm, (lot, 4), (other, 2))
    take(farm, sscc, (lot, 2, 1), (lot, 1, 0), source="return-1")
    assert (left_of(lot).units, held(lot, HoldingStatus.SOLD), held(lot, HoldingStatus.DESTROYED)) == (7, 1, 2)
    assert left_of(other).units == 8
    assert told_of(lot)[2:] == [
        ("OBSERVE", "accepting", "sellable_accessible"),
        ("DELETE", "destroying", "destroyed"),
    ]
    assert db.session.get_one(LogisticUnit, sscc, populate_existing=True).status == LogisticUnitStatus.DISPATCHED
    take(farm, sscc, (lot, 1, 0), (other, 2, 2), source="return-2")
    grams = select(LotHolding.grams).where(LotHolding.lot_id == lot.id)
    assert sum(db.session.scalars(grams)) == lot.weight_grams
    assert db.session.get_one(LogisticUnit, sscc, populate_existing=True).status == LogisticUnitStatus.UNPACKED
    assert not any(count_differences())


def test_no_more_comes_back_than_was_in_it() -> None:
    farm = make_farm()
    lot, other = farm.harvest(10), farm.harvest(10)
    sscc = sent(farm, (lot, 4))
    for wrong in ((lot, 5, 5), (other, 1, 1)):
        with pytest.raises(LotExhausted):
            take(farm, sscc, wrong)
    take(farm, sscc, (lot, 3, 3))
    with pytest.raises(LotExhausted):
        take(farm, sscc, (lot, 2, 2), source="refused-2")
    assert left_of(lot).units == 9


def test_what_never_left_or_is_anothers_does_not_come_back() -> None:
    farm, stranger = make_farm(), make_farm()
    lot = farm.harvest(10)
    sscc = sent(farm, (lot, 4))
    with pytest.raises(NotFound):
        take(stranger, sscc, (lot, 4, 4))
    packed = issue_sscc()
    pack_lots(
        actor=farm.actor,
        sscc=packed,
        contents=[LotContent(lot.id, 1)],
        packed_at_gln=farm.producer.gln,
        order_number="ĐƠN-MẪU",
    )
    db.session.commit()
    for number in (packed, issue_sscc()):
        with pytest.raises(NotFound):
            take(farm, number, (lot, 1, 1))


def test_recalled_goods_come_back_and_are_not_for_sale() -> None:
    farm = make_farm()
    lot = farm.harvest(10)
    sscc = sent(farm, (lot, 4))
    recall(farm, lot)
    take(farm, sscc, (lot, 4, 4))
    assert left_of(lot).units == 10
    assert "sellable_accessible" not in {disposition for _action, _step, disposition in told_of(lot)}


def test_weighed_goods_come_back_by_weight() -> None:
    farm = make_farm()
    lot = farm.harvest(10, unit="kg")
    sscc = sent(farm, (lot, 4))
    take(farm, sscc, (lot, 3, 2))
    assert left_of(lot) == Amount(8_000)


def test_a_dispatch_whose_goods_came_back_is_not_taken_back_too() -> None:
    farm = make_farm()
    lot = farm.harvest(10)
    sscc = sent(farm, (lot, 4))
    shipping = next(event for event in events_of(parcel_identifier(sscc)) if event.biz_step == "shipping")
    take(farm, sscc, (lot, 1, 1))
    with pytest.raises(Conflict), atomic():
        declare_entry_wrong(actor=farm.actor, event_id=shipping.event_id, reason="did_not_occur")
    assert left_of(lot).units == 7
    returned = db.session.scalars(select(EpcisEvent).where(EpcisEvent.disposition == "returned")).one()
    with pytest.raises(Conflict), atomic():
        declare_entry_wrong(actor=farm.actor, event_id=returned.event_id, reason="did_not_occur")


def test_the_public_record_tells_it(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(10)
    take(farm, sent(farm, (lot, 4)), (lot, 4, 3))
    client.environ_base["HTTP_ACCEPT"] = "text/html,*/*;q=0.8"
    page = client.get(f"/01/{farm.product.gtin}/10/{lot.lot_number}").text
    places = [page.index(words) for words in ("Gửi hàng", "Hàng trả về", "Mở kiện", "Được bán lại", "Đã tiêu hủy")]
    assert places == sorted(places)
