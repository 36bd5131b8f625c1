"""Goods between two producers: sent, received, received in part, refused."""

import pytest

from core.accounts import ANONYMOUS, RoleName
from core.errors import Invalid, NotFound
from tests.factories import make_user
from tests.traceability.farm import Farm, actor_of, make_farm
from tests.traceability.lots.packinghouse import at, holdings, newest_event, weighing_farm
from traceability.gs1.links import parcel_uri, party_uri
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import PUBLIC
from traceability.journal.redaction import Redactor
from traceability.lots.amounts import Amount
from traceability.lots.errors import AlreadySettled, LotExhausted, NotHeld, UnitNotAtHand
from traceability.lots.ledger import LotContent
from traceability.lots.models import HoldingStatus, LogisticUnitStatus, Lot
from traceability.lots.queries import get_shipment
from traceability.lots.shipment_models import Difference, Shipment, ShipmentStatus
from traceability.lots.usecases import (
    LotOutput,
    ReceivedAmount,
    grade_lot,
    pack_crate,
    pack_pallet,
    receive,
    sell_lot,
    ship,
    unpack,
)

pytestmark = pytest.mark.usefixtures("session")
SITE = "http://localhost:8000"
IN_TRANSIT, LOOSE, LOST, PACKED = (
    HoldingStatus.IN_TRANSIT,
    HoldingStatus.LOOSE,
    HoldingStatus.LOST,
    HoldingStatus.PACKED,
)


def send(sender: Farm, receiver: Farm, *contents: LotContent, ssccs: tuple[str, ...] = ()) -> Shipment:
    return ship(
        actor=sender.actor,
        sender_id=sender.producer.id,
        receiver_id=receiver.producer.id,
        ssccs=ssccs,
        contents=contents,
    )


def crate_of(farm: Farm, *contents: LotContent) -> str:
    return pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=contents).sscc


def test_loose_goods_go_from_one_to_the_other() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    shipment = send(sender, receiver, LotContent(lot.id, grams=40_000))
    event = newest_event()
    assert (event.event_type, event.action, event.biz_step) == ("ObjectEvent", "OBSERVE", "shipping")
    assert event.disposition == "in_transit" and event.biz_location is None
    parties = {(element["type"], element["source"]) for element in event.payload["sourceList"]}
    assert ("owning_party", party_uri(SITE, sender.producer.gln)) in parties
    assert {element["type"] for element in event.payload["destinationList"]} == {
        "owning_party",
        "possessing_party",
        "location",
    }
    assert at(lot, sender, IN_TRANSIT) == Amount(40_000)
    receive(actor=receiver.actor, shipment_id=shipment.id)
    assert shipment.status == ShipmentStatus.RECEIVED
    event = newest_event()
    assert (event.biz_step, event.disposition) == ("receiving", "in_progress")
    assert event.payload["quantityList"][0]["quantity"] == 40
    assert holdings(lot) == {
        (sender.producer.id, "loose", False): Amount(60_000),
        (receiver.producer.id, "loose", False): Amount(40_000),
    }


def test_the_receiver_works_on_with_what_it_got() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    receive(actor=receiver.actor, shipment_id=send(sender, receiver, LotContent(lot.id)).id)
    outcome = grade_lot(
        actor=receiver.actor,
        holder_id=receiver.producer.id,
        content=LotContent(lot.id, grams=50_000),
        outputs=[LotOutput(receiver.product.id, "kg", weight_grams=49_000, grade="A")],
    )
    assert outcome.lots[0].product_id == receiver.product.id
    sell_lot(actor=receiver.actor, holder_id=receiver.producer.id, content=LotContent(lot.id))
    # The sender has nothing of it any more, and is told so by name.
    with pytest.raises(LotExhausted) as refusal:
        sell_lot(actor=sender.actor, holder_id=sender.producer.id, content=LotContent(lot.id, grams=1))
    assert lot.lot_number in str(refusal.value)


def test_nobody_sends_what_he_does_not_have() -> None:
    sender, lot = weighing_farm()
    other, receiver = make_farm(), make_farm()
    with pytest.raises(NotHeld) as refusal:
        send(other, receiver, LotContent(lot.id))
    assert lot.lot_number in str(refusal.value) and other.producer.name in str(refusal.value)
    sscc = crate_of(sender, LotContent(lot.id, grams=10_000))
    with pytest.raises(UnitNotAtHand):
        send(other, receiver, ssccs=(sscc,))
    for actor in (other.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            ship(
                actor=actor,
                sender_id=sender.producer.id,
                receiver_id=receiver.producer.id,
                contents=[LotContent(lot.id)],
            )


def test_a_shipment_has_a_receiver_and_goods() -> None:
    sender, lot = weighing_farm()
    with pytest.raises(Invalid) as refusal:
        send(sender, sender, LotContent(lot.id))
    assert refusal.value.field == "receiver_id"
    with pytest.raises(Invalid) as refusal:
        send(sender, make_farm())
    assert refusal.value.field == "ssccs"


def test_a_pallet_travels_with_all_that_is_on_it() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    crates = [crate_of(sender, LotContent(lot.id, grams=10_000)) for _ in range(2)]
    pallet = pack_pallet(
        actor=sender.actor,
        holder_id=sender.producer.id,
        crates=crates,
        contents=[LotContent(lot.id, grams=3_000)],
    )
    shipment = send(sender, receiver, ssccs=(pallet.sscc,))
    assert sorted(newest_event().payload["epcList"]) == sorted(
        parcel_uri(SITE, sscc) for sscc in (*crates, pallet.sscc)
    )
    assert at(lot, sender, IN_TRANSIT) == Amount(23_000)
    with pytest.raises(UnitNotAtHand):
        unpack(actor=sender.actor, sscc=pallet.sscc)
    receive(actor=receiver.actor, shipment_id=shipment.id)
    assert pallet.holder_id == receiver.producer.id
    assert at(lot, receiver, PACKED) == Amount(23_000)
    unpack(actor=receiver.actor, sscc=pallet.sscc)
    unpack(actor=receiver.actor, sscc=crates[0])
    assert at(lot, receiver, LOOSE) == Amount(13_000)
    with pytest.raises(NotFound):
        unpack(actor=sender.actor, sscc=crates[1])


@pytest.mark.parametrize("difference", list(Difference))
def test_less_arrives_than_was_sent(difference: Difference) -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    shipment = send(sender, receiver, LotContent(lot.id, grams=40_000))
    (line,) = shipment.lines
    received = {line.id: ReceivedAmount(grams=38_500)}
    for missing, field in (
        ({}, "difference"),
        ({"difference": difference}, "reason"),
        ({"difference": difference, "reason": "x" * 501}, "reason"),
    ):
        with pytest.raises(Invalid) as refusal:
            receive(actor=receiver.actor, shipment_id=shipment.id, received=received, **missing)
        assert refusal.value.field == field
    receive(
        actor=receiver.actor,
        shipment_id=shipment.id,
        received=received,
        difference=difference,
        reason="Dập trên đường",
    )
    assert shipment.status == ShipmentStatus.PARTLY_RECEIVED
    assert (line.received_grams, line.difference) == (38_500, difference)
    assert at(lot, receiver, LOOSE) == Amount(38_500)
    if difference is Difference.LOST:
        assert at(lot, sender, LOST) == Amount(1_500)
    else:
        assert at(lot, sender, LOOSE) == Amount(61_500)
    with pytest.raises(AlreadySettled):
        receive(actor=receiver.actor, shipment_id=shipment.id)


def test_a_refused_shipment_goes_back_as_it_was() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    crate = crate_of(sender, LotContent(lot.id, grams=10_000))
    pallet = pack_pallet(actor=sender.actor, holder_id=sender.producer.id, crates=[crate])
    shipment = send(sender, receiver, ssccs=(pallet.sscc,))
    nothing = {line.id: ReceivedAmount(grams=0) for line in shipment.lines}
    receive(
        actor=receiver.actor,
        shipment_id=shipment.id,
        received=nothing,
        difference=Difference.RETURNED,
        reason="Không đặt hàng này",
    )
    assert shipment.status == ShipmentStatus.REFUSED
    event = newest_event()
    assert (event.biz_step, event.disposition) == ("receiving", "returned")
    assert pallet.holder_id == sender.producer.id and pallet.status == LogisticUnitStatus.PACKED
    assert at(lot, sender, PACKED) == Amount(10_000)
    unpack(actor=sender.actor, sscc=pallet.sscc)
    unpack(actor=sender.actor, sscc=crate)
    assert at(lot, sender, LOOSE) == Amount(100_000)


def test_one_crate_is_kept_and_the_other_goes_back() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    kept, back = (crate_of(sender, LotContent(lot.id, grams=10_000)) for _ in range(2))
    pallet = pack_pallet(actor=sender.actor, holder_id=sender.producer.id, crates=[kept, back])
    shipment = send(sender, receiver, ssccs=(pallet.sscc,))
    received = {line.id: ReceivedAmount(grams=0 if line.sscc == back else 9_000) for line in shipment.lines}
    receive(
        actor=receiver.actor,
        shipment_id=shipment.id,
        received=received,
        difference=Difference.RETURNED,
        reason="Một thùng không đạt",
    )
    assert at(lot, receiver, PACKED) == Amount(9_000)
    # The crate comes back whole; what was missing of the kept one comes back loose.
    assert at(lot, sender, PACKED) == Amount(10_000)
    assert at(lot, sender, LOOSE) == Amount(81_000)
    unpack(actor=sender.actor, sscc=back)
    unpack(actor=receiver.actor, sscc=pallet.sscc)
    unpack(actor=receiver.actor, sscc=kept)
    assert at(lot, sender, LOOSE) + at(lot, receiver, LOOSE) == Amount(100_000)


def test_goods_that_never_arrived_are_lost_with_their_crate() -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    crate = crate_of(sender, LotContent(lot.id, grams=10_000))
    shipment = send(sender, receiver, ssccs=(crate,))
    receive(
        actor=receiver.actor,
        shipment_id=shipment.id,
        received={line.id: ReceivedAmount(grams=0) for line in shipment.lines},
        difference=Difference.LOST,
        reason="Xe cháy",
    )
    assert at(lot, sender, LOST) == Amount(10_000)
    assert (newest_event().biz_step, newest_event().disposition) == ("inspecting", "mismatch_quantity")
    with pytest.raises(UnitNotAtHand):
        unpack(actor=sender.actor, sscc=crate)


@pytest.mark.parametrize("grams", [-5, 40_001])
def test_absurd_arrivals_are_refused_at_their_line(grams: int) -> None:
    sender, lot = weighing_farm()
    receiver = make_farm()
    shipment = send(sender, receiver, LotContent(lot.id, grams=40_000))
    (line,) = shipment.lines
    with pytest.raises(Invalid) as refusal:
        receive(
            actor=receiver.actor,
            shipment_id=shipment.id,
            received={line.id: ReceivedAmount(grams=grams)},
            difference=Difference.LOST,
            reason="?",
        )
    assert refusal.value.field == f"line_{line.id}"


def test_only_its_receiver_takes_a_shipment_over_and_only_parties_see_it() -> None:
    sender, lot = weighing_farm()
    receiver, stranger = make_farm(), make_farm()
    shipment = send(sender, receiver, LotContent(lot.id))
    for actor in (sender.actor, stranger.actor, ANONYMOUS):
        with pytest.raises(NotFound):
            receive(actor=actor, shipment_id=shipment.id)
    allowed = {RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR}
    for role in RoleName:
        actor = actor_of(make_user(role))
        if role in allowed:
            assert get_shipment(actor, shipment.id).id == shipment.id
        else:
            with pytest.raises(NotFound):
                get_shipment(actor, shipment.id)
    for farm in (sender, receiver):
        assert get_shipment(farm.actor, shipment.id).id == shipment.id


def test_the_public_does_not_learn_the_document_of_the_trade() -> None:
    sender, lot = weighing_farm()
    shipment = send(sender, make_farm(), LotContent(lot.id))
    event: EpcisEvent = newest_event()
    assert shipment.number not in str(event.payload)
    assert "bizTransactionList" in event.payload
    assert "bizTransactionList" not in Redactor(PUBLIC).redact(event.payload)


def total(lot: Lot) -> Amount:
    return sum(holdings(lot).values(), Amount(0))


def test_counted_fruit_arrives_by_the_piece() -> None:
    sender, receiver = make_farm(), make_farm()
    lot = sender.harvest(quantity=7, weight_grams=10_000)
    shipment = send(sender, receiver, LotContent(lot.id, 5))
    (line,) = shipment.lines
    receive(
        actor=receiver.actor,
        shipment_id=shipment.id,
        received={line.id: ReceivedAmount(quantity=4)},
        difference=Difference.LOST,
        reason="Thiếu một quả",
    )
    assert at(lot, receiver, LOOSE).units == 4
    assert at(lot, sender, LOST).units == 1
    assert total(lot) == Amount(10_000, 7)
