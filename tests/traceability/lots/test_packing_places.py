"""Packing elsewhere than at the farm: in a packing house of one's own."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import db
from core.errors import Invalid
from tests.traceability.attestations.houses import house_of
from tests.traceability.farm import make_farm
from tests.traceability.lots.packinghouse import weighing_farm
from traceability.journal.models import EpcisEvent
from traceability.lots.ledger import LotContent
from traceability.lots.usecases import pack_crate, pack_pallet

pytestmark = pytest.mark.usefixtures("session")


def packed_where() -> str | None:
    statement = select(EpcisEvent.biz_location).where(EpcisEvent.biz_step == "packing").order_by(EpcisEvent.id.desc())
    return db.session.scalar(statement.limit(1))


@pytest.mark.parametrize("kind", ["crates", "pallets"])
def test_the_form_offers_the_packing_houses_and_the_journal_names_the_one_chosen(
    client: FlaskClient, kind: str
) -> None:
    farm, lot = weighing_farm()
    house = house_of(farm)
    db.session.commit()
    farm.signed_in(client)
    page = client.get(f"/farm/{kind}/new").text
    assert re.search(rf'<option value="{house.gln}">[^<]*Nhà đóng gói số 1', page)
    data = {f"take_{lot.id}": "y", f"amount_{lot.id}": "20", "packed_at_gln": house.gln}
    assert client.post(f"/farm/{kind}/new", data=data).status_code == 303
    assert packed_where() == f"https://id.gs1.org/414/{house.gln}"
    record = client.get(f"/01/{lot.product.gtin}/10/{lot.lot_number}", headers={"Accept": "text/html"}).text
    assert f"Cơ sở đóng gói của {farm.producer.name}" in record


def test_without_a_packing_house_nothing_is_asked_and_it_is_packed_at_the_farm(client: FlaskClient) -> None:
    farm, lot = weighing_farm()
    db.session.commit()
    farm.signed_in(client)
    assert "packed_at_gln" not in client.get("/farm/crates/new").text
    data = {f"take_{lot.id}": "y", f"amount_{lot.id}": "20"}
    assert client.post("/farm/crates/new", data=data).status_code == 303
    assert packed_where() == f"https://id.gs1.org/414/{farm.producer.gln}"


def test_others_packing_houses_are_refused(client: FlaskClient) -> None:
    farm, lot = weighing_farm()
    foreign = house_of(make_farm())
    db.session.commit()
    contents = [LotContent(lot.id, grams=1000)]
    for pack in (pack_crate, pack_pallet):
        with pytest.raises(Invalid) as refused:
            pack(actor=farm.actor, holder_id=farm.producer.id, contents=contents, packed_at_gln=foreign.gln)
        assert refused.value.field == "packed_at_gln"
    farm.signed_in(client)
    data = {f"take_{lot.id}": "y", f"amount_{lot.id}": "20", "packed_at_gln": foreign.gln}
    assert client.post("/farm/crates/new", data=data).status_code == 422
    assert packed_where() is None
