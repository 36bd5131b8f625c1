"""Where goods are chosen, recalled ones say so, and have no box where the use case would refuse them."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName
from core.db import db
from tests.factories import make_user
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.lots.ledger import LotContent
from traceability.lots.models import Lot
from traceability.lots.usecases import pack_crate, receive, ship
from traceability.recalls.sources import find_origin
from traceability.recalls.usecases import approve_recall, propose_recall

SAYS = "đang bị thu hồi"
BADGE = "Bị thu hồi</span>"
COUNTED = Callable[[], AbstractContextManager[list[str]]]


def recall(farm: Farm, lot: Lot) -> None:
    """Recall `lot`, approved by an officer."""
    proposal = propose_recall(
        actor=farm.actor,
        origin=find_origin(farm.actor, "lot", str(lot.id)),
        lot_ids=[lot.id],
        recall_class=2,
        reason="Nhãn ghi sai ngày (mẫu).",
        notice_vi="Nhãn ghi sai ngày (mẫu).",
        notice_en="A wrong day (sample).",
    )
    approve_recall(actor=actor_of(make_user(RoleName.PROVINCE_OFFICER)), recall_id=proposal.id)
    db.session.commit()


def box(page: str, name: str) -> str:
    """The tag of the box with this id."""
    (tag,) = re.findall(rf'<input[^>]*id="{re.escape(name)}"[^>]*>', page)
    return str(tag)


@pytest.mark.parametrize("address", ["lots/mix", "lots/process", "crates/new", "pallets/new"])
def test_a_recalled_lot_is_marked_and_cannot_be_chosen(client: FlaskClient, address: str) -> None:
    farm = make_farm()
    good, bad = farm.harvest(), farm.harvest()
    recall(farm, bad)
    page = farm.signed_in(client).get(f"/farm/{address}?lot={bad.id}").text
    assert "disabled" in box(page, f"take_{bad.id}") and "checked" not in box(page, f"take_{bad.id}")
    assert "disabled" not in box(page, f"take_{good.id}")
    assert f"amount_{bad.id}" not in page and f"amount_{good.id}" in page
    assert page.count(f"{bad.lot_number} {SAYS}") == 1 and f"{good.lot_number} {SAYS}" not in page


def test_who_sends_it_all_the_same_is_told_why(client: FlaskClient) -> None:
    farm = make_farm()
    good, bad = farm.harvest(), farm.harvest()
    recall(farm, bad)
    data = {f"take_{good.id}": "y", f"amount_{good.id}": "3", f"take_{bad.id}": "y"}
    answer = farm.signed_in(client).post("/farm/crates/new", data=data)
    assert answer.status_code == 422
    assert answer.text.count(f"{bad.lot_number} {SAYS}") >= 2  # above the form and beside the lot
    assert 'value="3"' in answer.text and "checked" in box(answer.text, f"take_{good.id}")


@pytest.mark.parametrize("address", ["grade", "split", "sell"])
def test_a_recalled_lot_has_no_form_for_what_would_be_refused(client: FlaskClient, address: str) -> None:
    farm = make_farm()
    lot = farm.harvest()
    recall(farm, lot)
    page = farm.signed_in(client).get(f"/farm/lots/{address}?lot={lot.id}").text
    assert f"{lot.lot_number} {SAYS}" in page and 'method="post" novalidate' not in page


def test_it_may_be_destroyed(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    recall(farm, lot)
    page = farm.signed_in(client).get(f"/farm/lots/destroy?lot={lot.id}").text
    assert 'name="reason"' in page and "disabled" not in page


def test_a_crate_with_a_recalled_lot_goes_onto_no_pallet(client: FlaskClient) -> None:
    farm = make_farm()
    good, bad = farm.harvest(), farm.harvest()
    crates = [
        pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, quantity=5)]).sscc
        for lot in (good, bad)
    ]
    recall(farm, bad)
    farm.signed_in(client)
    page = client.get("/farm/pallets/new").text
    boxes = re.findall(r'<div class="choice">(<input[^>]*>)(.*?)</div>', page, re.S)
    assert len(boxes) == 2
    assert {("disabled" in tag, crates[1] in words) for tag, words in boxes} == {(True, True), (False, False)}
    assert all((SAYS in words) == (crates[1] in words) for _tag, words in boxes)
    for listed in ("/farm/crates", f"/farm/crates/{crates[1]}", "/farm/lots"):
        assert BADGE in client.get(listed).text, listed
    assert BADGE not in client.get(f"/farm/crates/{crates[0]}").text


def test_recalled_goods_are_sent_back_to_whoever_made_them_only(client: FlaskClient) -> None:
    maker, house, stranger = make_farm(), make_farm(), make_farm()
    lot = maker.harvest()
    shipment = ship(
        actor=maker.actor,
        sender_id=maker.producer.id,
        receiver_id=house.producer.id,
        contents=[LotContent(lot.id, quantity=20)],
    )
    receive(actor=house.actor, shipment_id=shipment.id)
    recall(maker, lot)
    house.signed_in(client)
    back = client.get(f"/farm/shipments/new?to={maker.producer.gln}&lot={lot.id}").text
    assert "disabled" not in box(back, f"take_{lot.id}") and f"{lot.lot_number} {SAYS}" in back
    on = client.get(f"/farm/shipments/new?to={stranger.producer.gln}&lot={lot.id}").text
    assert "disabled" in box(on, f"take_{lot.id}") and f"{lot.lot_number} {SAYS}" in on


@pytest.mark.parametrize("address", ["lots/mix", "pallets/new", "shipments/new?to=052", "lots", "crates"])
def test_lists_take_a_fixed_number_of_queries(client: FlaskClient, count_queries: COUNTED, address: str) -> None:
    farm = make_farm()
    first = farm.harvest()
    pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(first.id, quantity=5)])
    recall(farm, first)
    farm.harvest()
    farm.signed_in(client)

    def queries() -> int:
        client.get(f"/farm/{address}")
        with count_queries() as statements:
            assert client.get(f"/farm/{address}").status_code == 200
        return len(statements)

    few = queries()
    for _each in range(3):
        lot = farm.harvest()
        pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(lot.id, quantity=5)])
        recall(farm, lot)
    assert queries() == few
