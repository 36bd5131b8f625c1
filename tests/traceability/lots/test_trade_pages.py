"""The pages of the packing house: what can be done to a lot, by whom, and what is said when it cannot."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from core.accounts import RoleName
from core.db import db, new_id
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.packinghouse import at, holdings, weighing_farm
from traceability.lots.amounts import Amount
from traceability.lots.ledger import LotContent
from traceability.lots.models import HoldingStatus, LogisticUnit, LogisticUnitKind, Lot, LotOperation, OperationKind
from traceability.lots.shipment_models import Shipment, ShipmentStatus
from traceability.lots.usecases import pack_crate, pack_pallet, receive, ship

LOOSE = HoldingStatus.LOOSE
FORMS = ["grade", "split", "mix", "process", "sell", "destroy"]
LISTS = ["/farm/crates", "/farm/crates/new", "/farm/pallets/new", "/farm/shipments", "/farm/shipments/new"]


def output(number: int, farm: Farm, **values: str) -> dict[str, str]:
    fields = {"product_id": str(farm.product.id), "unit": "kg", **values}
    return {f"outputs-{number}-{name}": value for name, value in fields.items()}


def taking(lot: Lot, amount: str = "") -> dict[str, str]:
    return {f"take_{lot.id}": "y", f"amount_{lot.id}": amount}


def made_of(lot: Lot) -> list[Lot]:
    statement = select(Lot).where(Lot.product_id == lot.product_id, Lot.made_by_id.is_not(None)).order_by(Lot.id)
    return list(db.session.scalars(statement))


class TestMaking:
    def test_a_lot_is_graded_with_the_balance_shown_first(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        db.session.commit()
        farm.signed_in(client)
        address = f"/farm/lots/grade?lot={lot.id}"
        assert f"take_{lot.id}" in client.get(address).text
        data = {
            **taking(lot, "80"),
            **output(0, farm, grade="Loại 1", amount="50,5"),
            **output(1, farm, grade="Loại 2", amount="20"),
        }
        shown = client.post(address, data={**data, "check": "1"})
        assert shown.status_code == 200
        assert "70,5 kg" in shown.text and "9,5 kg" in shown.text and "88,1" in shown.text
        assert made_of(lot) == []
        done = client.post(address, data=data)
        assert done.status_code == 303
        first, second = made_of(lot)
        assert (first.weight_grams, second.weight_grams) == (50_500, 20_000)
        assert at(lot, farm, LOOSE) == Amount(20_000)
        page = client.get(done.location).text
        assert first.lot_number in page and lot.lot_number in page and "Loại 1" in page

    def test_splitting_mixing_and_processing(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        other = farm.harvest(quantity=10, unit="kg")
        farm.signed_in(client)
        split = client.post(f"/farm/lots/split?lot={lot.id}", data=output(0, farm, amount="30"))
        assert split.status_code == 303
        mix = client.post("/farm/lots/mix", data={**taking(lot), **taking(other), **output(0, farm, amount="79")})
        assert mix.status_code == 303
        part, mixed = made_of(lot)
        process = client.post(
            "/farm/lots/process",
            data={**taking(mixed), **output(0, farm, unit="bag", amount="30", weight="15"), "loss": "64"},
        )
        assert process.status_code == 303
        assert made_of(lot)[-1].weight_grams == 15_000
        assert at(part, farm, LOOSE) == Amount(30_000)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"amount": "abc"}, "12,5"),
            ({"amount": ""}, "outputs"),
            ({"amount": "200"}, "100 kg"),
            ({"amount": "90", "loss": "3"}, "7 kg"),
            ({"amount": "90", "loss": "nhiều"}, "loss-error"),
            ({"amount": "90", "take": "101"}, "100 kg"),
            ({"amount": "90", "take": "-1"}, "12,5"),
            ({"amount": "90", "unit": "ton"}, "outputs"),
            ({"amount": "90", "product_id": "nonsense"}, "outputs"),
        ],
    )
    def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(
        self, client: FlaskClient, typed: dict[str, str], said: str
    ) -> None:
        farm, lot = weighing_farm()
        farm.signed_in(client)
        row = {name: value for name, value in typed.items() if name not in ("loss", "take")}
        data = {
            **taking(lot, typed.get("take", "")),
            **output(0, farm, grade="Loại giữ lại", **row),
            "loss": typed.get("loss", ""),
        }
        answer = client.post(f"/farm/lots/grade?lot={lot.id}", data=data)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Loại giữ lại" in answer.text and f'value="{typed["amount"]}"' in answer.text
        assert made_of(lot) == []

    def test_nothing_ticked_is_refused(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        db.session.commit()
        farm.signed_in(client)
        for verb in ("grade", "mix", "process"):
            data = output(0, farm, grade="A", amount="1")
            assert client.post(f"/farm/lots/{verb}?lot={lot.id}", data=data).status_code == 422


class TestLeaving:
    def test_a_sale_and_its_buyer_who_stays_private(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        farm.signed_in(client)
        data = {"amount": "12,5", "counterpart": "Quán chị Ba"}
        assert client.post(f"/farm/lots/sell?lot={lot.id}", data=data).status_code == 303
        operation = db.session.scalars(select(LotOperation).where(LotOperation.kind == OperationKind.SELLING)).one()
        assert operation.counterpart == "Quán chị Ba"
        assert at(lot, farm, HoldingStatus.SOLD) == Amount(12_500)
        assert "Quán chị Ba" in client.get(f"/farm/lots/{lot.id}").text
        public = client.get(f"/01/{farm.product.gtin}/10/{lot.lot_number}", headers={"Accept": "text/html"})
        assert public.status_code == 200 and lot.lot_number in public.text
        assert "Quán chị Ba" not in public.text

    def test_too_much_is_refused_by_name_and_grams(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        answer = farm.signed_in(client).post(f"/farm/lots/sell?lot={lot.id}", data={"amount": "100,001"})
        assert answer.status_code == 422
        assert lot.lot_number in answer.text and "100 kg" in answer.text and "100,001" in answer.text

    def test_destroying_needs_a_reason_and_keeps_the_photo(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        farm.signed_in(client)
        picture = io.BytesIO()
        Image.new("RGB", (80, 80), "brown").save(picture, "JPEG")
        address = f"/farm/lots/destroy?lot={lot.id}"
        without = client.post(address, data={"amount": "5", "photo": (io.BytesIO(picture.getvalue()), "x.jpg")})
        assert without.status_code == 422
        stored = re.search(r'name="stored_photo"[^>]*value="(photos/[0-9a-f]{40})"', without.text)
        assert stored is not None
        done = client.post(address, data={"amount": "5", "reason": "Thối", "stored_photo": stored[1]})
        assert done.status_code == 303
        operation = db.session.scalars(select(LotOperation).where(LotOperation.kind == OperationKind.DESTROYING)).one()
        assert (operation.reason, operation.photo_key) == ("Thối", stored[1])

    def test_a_file_that_is_no_photo_is_refused(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        answer = farm.signed_in(client).post(
            f"/farm/lots/destroy?lot={lot.id}", data={"reason": "x", "photo": (io.BytesIO(b"MZ"), "x.jpg")}
        )
        assert answer.status_code == 422
        assert at(lot, farm, LOOSE) == Amount(100_000)


class TestShipping:
    def test_from_one_farm_to_the_other(self, client: FlaskClient) -> None:
        sender, lot = weighing_farm()
        receiver = make_farm()
        sender.signed_in(client)
        crate = client.post("/farm/crates/new", data=taking(lot, "20"))
        assert crate.status_code == 303
        sscc = crate.location.rsplit("/", 1)[1]
        pallet = client.post("/farm/pallets/new", data={"ssccs": [sscc]})
        assert pallet.status_code == 303
        top = pallet.location.rsplit("/", 1)[1]
        assert sscc in client.get(pallet.location).text
        found = client.get(f"/farm/shipments/new?to={receiver.producer.gln}&lot={lot.id}&sscc={top}").text
        assert receiver.producer.name in found and top in found
        data = {"receiver_id": str(receiver.producer.id), "ssccs": [top], **taking(lot, "7"), "note": "Xe 38C"}
        sent = client.post(f"/farm/shipments/new?to={receiver.producer.gln}", data=data)
        assert sent.status_code == 303
        assert "What arrived" not in client.get(sent.location).text
        receiver.signed_in(client)
        assert sent.location.rsplit("/", 1)[1] in client.get("/farm/shipments").text
        assert 'class="notice notice-info"' in client.get("/farm/lots").text
        page = client.get(sent.location).text
        lines = re.findall(r'name="(line_[0-9a-f-]+)"', page)
        assert len(lines) == 2
        less = {lines[1]: "5"}
        missing = client.post(sent.location, data=less)
        assert missing.status_code == 422 and 'value="5"' in missing.text
        done = client.post(sent.location, data={**less, "difference": "lost", "reason": "Dập"})
        assert done.status_code == 303
        assert at(lot, receiver, LOOSE) == Amount(5_000)
        assert at(lot, receiver, HoldingStatus.PACKED) == Amount(20_000)
        # Who got something of it sees the lot, and may do with it what there is to do.
        theirs = client.get(f"/farm/lots/{lot.id}").text
        assert f"/farm/lots/sell?lot={lot.id}" in theirs
        assert f"/farm/lots/{lot.id}/label.pdf" not in theirs
        assert client.post(f"/farm/crates/{top}/unpack").status_code == 303
        assert client.post(f"/farm/crates/{top}/unpack").status_code == 409

    def test_everything_can_be_refused_at_once(self, client: FlaskClient) -> None:
        sender, lot = weighing_farm()
        receiver = make_farm()
        shipment = ship(
            actor=sender.actor,
            sender_id=sender.producer.id,
            receiver_id=receiver.producer.id,
            contents=[LotContent(lot.id)],
        )
        receiver.signed_in(client)
        data = {"refuse": "1", "difference": "returned", "reason": "Không đặt"}
        assert client.post(f"/farm/shipments/{shipment.id}", data=data).status_code == 303
        db.session.refresh(shipment)
        assert shipment.status == ShipmentStatus.REFUSED
        assert holdings(lot) == {(sender.producer.id, "loose", False): Amount(100_000)}

    def test_without_a_receiver_nothing_is_sent(self, client: FlaskClient) -> None:
        sender, lot = weighing_farm()
        answer = sender.signed_in(client).post("/farm/shipments/new?to=zz", data=taking(lot))
        assert answer.status_code == 422
        assert db.session.scalar(select(Shipment.id).where(Shipment.sender_id == sender.producer.id)) is None


class TestAccess:
    @pytest.mark.parametrize("role", [None, *(role for role in RoleName if role is not RoleName.PRODUCER_MEMBER)])
    def test_other_roles_find_no_packing_house(self, client: FlaskClient, role: RoleName | None) -> None:
        _farm, lot = weighing_farm()
        if role is not None:
            sign_in(client, make_user(role))
        expected = 303 if role is None else 404
        for address in (*LISTS, *(f"/farm/lots/{verb}?lot={lot.id}" for verb in FORMS)):
            assert client.get(address).status_code == expected, address

    def test_another_farmer_gets_the_same_answer_as_for_nothing(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        crate = pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=10_000)])
        shipment = ship(
            actor=farm.actor,
            sender_id=farm.producer.id,
            receiver_id=make_farm().producer.id,
            contents=[LotContent(lot.id, grams=10_000)],
        )
        stranger = make_farm()
        db.session.commit()
        stranger.signed_in(client)
        pairs = [
            (f"/farm/crates/{crate.sscc}", "/farm/crates/095210000000009998"),
            (f"/farm/shipments/{shipment.id}", f"/farm/shipments/{new_id()}"),
            *((f"/farm/lots/{verb}?lot={lot.id}", f"/farm/lots/{verb}?lot={new_id()}") for verb in ("grade", "sell")),
            (f"/farm/lots/mix?holder={farm.producer.id}", f"/farm/lots/mix?holder={new_id()}"),
        ]
        for there, missing in pairs:
            answers = client.get(there), client.get(missing)
            assert [answer.status_code for answer in answers] == [404, 404], there
            assert answers[0].text == answers[1].text
        assert client.post(f"/farm/crates/{crate.sscc}/unpack").status_code == 404
        assert client.post(f"/farm/shipments/{shipment.id}").status_code == 404

    def test_an_officer_reads_a_shipment_and_cannot_receive_it(self, client: FlaskClient) -> None:
        farm, lot = weighing_farm()
        shipment = ship(
            actor=farm.actor,
            sender_id=farm.producer.id,
            receiver_id=make_farm().producer.id,
            contents=[LotContent(lot.id)],
        )
        sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
        page = client.get(f"/farm/shipments/{shipment.id}")
        assert page.status_code == 200 and 'name="line_' not in page.text
        client.post(f"/farm/shipments/{shipment.id}")
        db.session.refresh(shipment)
        assert shipment.status == ShipmentStatus.SENT


def grow(farm: Farm, other: Farm, times: int) -> None:
    """More of everything that the pages list."""
    for _ in range(times):
        lot = farm.harvest(quantity=100, unit="kg")
        theirs = other.harvest(quantity=100, unit="kg")

        def part(of: Lot) -> list[LotContent]:
            return [LotContent(of.id, grams=10_000)]

        crate = pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=part(lot))
        pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=[crate.sscc], contents=part(lot))
        pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=part(lot))
        ship(
            actor=farm.actor,
            sender_id=farm.producer.id,
            receiver_id=other.producer.id,
            contents=part(lot),
        )
        back = ship(
            actor=other.actor,
            sender_id=other.producer.id,
            receiver_id=farm.producer.id,
            contents=part(theirs),
        )
        receive(actor=farm.actor, shipment_id=back.id)


def test_pages_take_a_constant_number_of_queries(client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    farm, other = make_farm(), make_farm()
    grow(farm, other, 1)
    farm.signed_in(client)
    addresses = [
        "/farm/lots",
        *LISTS,
        "/farm/shipments?way=out",
        f"/farm/shipments/new?to={other.producer.gln}",
        "/farm/lots/mix",
        "/farm/lots/process",
    ]

    def counts() -> dict[str, int]:
        found = {}
        for address in addresses:
            client.get(address)
            db.session.expunge_all()
            with count_queries() as statements:
                assert client.get(address).status_code == 200
            found[address] = len(statements)
        return found

    few = counts()
    grow(farm, other, 4)
    assert counts() == few
    assert max(few.values()) <= 16


def test_the_page_of_a_lot_and_of_a_pallet_cost_the_same_however_much_happened(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    farm, lot = weighing_farm()
    receiver = make_farm()
    farm.signed_in(client)

    def pallet(count: int) -> str:
        crates = [
            pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, grams=500)]).sscc
            for _ in range(count)
        ]
        return pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=crates).sscc

    def shipment(sscc: str) -> str:
        sent = ship(actor=farm.actor, sender_id=farm.producer.id, receiver_id=receiver.producer.id, ssccs=[sscc])
        return f"/farm/shipments/{sent.id}"

    def count(address: str) -> int:
        client.get(address)
        db.session.expunge_all()
        with count_queries() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    few = [count(f"/farm/crates/{pallet(1)}"), count(f"/farm/lots/{lot.id}"), count(shipment(pallet(1)))]
    many = [count(f"/farm/crates/{pallet(7)}"), count(f"/farm/lots/{lot.id}"), count(shipment(pallet(7)))]
    assert few == many
    kinds = db.session.scalars(select(LogisticUnit.kind).where(LogisticUnit.holder_id == farm.producer.id)).all()
    assert kinds.count(LogisticUnitKind.CRATE) == 16
