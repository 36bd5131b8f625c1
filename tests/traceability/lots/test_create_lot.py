"""Making a lot: its number, its limits, and the harvest in the journal."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import ANONYMOUS, RoleName
from core.db import db, new_id
from core.errors import Invalid, NotFound
from tests.factories import make_user
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.links import location_uri, lot_uri
from traceability.journal.models import EpcisEvent
from traceability.lots.models import Lot
from traceability.lots.rules import next_lot_number
from traceability.lots.usecases import PlotShare, create_lot

pytestmark = pytest.mark.usefixtures("session")
SITE = "http://localhost:8000"


def test_a_lot_gets_the_day_as_its_number_and_the_next_one_another() -> None:
    farm = make_farm()
    day = days_ago(3)
    assert farm.harvest().lot_number == f"{day:%y%m%d}-1"
    assert farm.harvest().lot_number == f"{day:%y%m%d}-2"


def test_a_number_that_the_farmer_took_is_passed_over() -> None:
    day = days_ago(3)
    assert next_lot_number(day, {f"{day:%y%m%d}-1", f"{day:%y%m%d}-3"}) == f"{day:%y%m%d}-2"


def test_the_shelf_life_decides_the_best_before_date() -> None:
    farm = make_farm(shelf_life_days=10)
    assert (farm.harvest().best_before or days_ago(0)).toordinal() == days_ago(3).toordinal() + 10
    assert make_farm(shelf_life_days=None).harvest().best_before is None


def test_the_harvest_is_in_the_journal() -> None:
    farm = make_farm()
    lot = farm.harvest(quantity=500)
    event = db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.record_time.desc()).limit(1)).one()
    place = location_uri(SITE, farm.plot.gln)
    assert (event.event_type, event.action, event.biz_step) == ("ObjectEvent", "ADD", "commissioning")
    assert event.read_point == canonical_identifier(place)
    assert event.captured_by == farm.user.id
    assert event.payload["quantityList"] == [
        {"epcClass": lot_uri(SITE, farm.product.gtin, lot.lot_number), "quantity": 500}
    ]
    assert event.payload["ilmd"]["cbvmda:lotNumber"] == lot.lot_number
    assert event.payload["ilmd"]["cbvmda:bestBeforeDate"] == str(lot.best_before)
    assert event.event_time < event.record_time


def test_weights_are_kilograms_in_the_journal() -> None:
    farm = make_farm()
    farm.harvest(quantity=25, unit="100g")
    event = db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.record_time.desc()).limit(1)).one()
    assert (event.payload["quantityList"][0]["quantity"], event.payload["quantityList"][0]["uom"]) == (2.5, "KGM")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 10**12}, "quantity"),
        ({"unit": "ton"}, "unit"),
        ({"harvested_on": days_ago(-2)}, "harvested_on"),
        ({"harvested_on": days_ago(800)}, "harvested_on"),
        ({"best_before": days_ago(10)}, "best_before"),
        ({"lot_number": "with space"}, "lot_number"),
        ({"lot_number": "BƯỞI"}, "lot_number"),
        ({"lot_number": "x" * 21}, "lot_number"),
        ({"lot_number": ""}, "lot_number"),
        ({"lot_number": "A#1"}, "lot_number"),
    ],
)
def test_nonsense_is_refused_and_the_field_named(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_farm().harvest(**values)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_lot_number_is_used_once_per_product() -> None:
    farm, other = make_farm(), make_farm()
    farm.harvest(lot_number="A/1")
    assert other.harvest(lot_number="A/1").lot_number == "A/1"
    with pytest.raises(Invalid) as refusal:
        farm.harvest(lot_number="A/1")
    assert refusal.value.field == "lot_number"


def test_another_farmers_product_does_not_exist_and_neither_does_his_plot() -> None:
    farm, other = make_farm(), make_farm()
    values = {"harvested_on": days_ago(1), "quantity": 5, "unit": "piece"}
    for actor in (
        other.actor,
        ANONYMOUS,
        actor_of(make_user(RoleName.CONSUMER)),
    ):
        with pytest.raises(NotFound):
            create_lot(actor=actor, product_id=farm.product.id, plots=[PlotShare(farm.plot.id)], **values)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        create_lot(actor=farm.actor, product_id=new_id(), plots=[PlotShare(farm.plot.id)], **values)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refusal:
        create_lot(actor=farm.actor, product_id=farm.product.id, plots=[PlotShare(other.plot.id)], **values)  # type: ignore[arg-type]
    assert refusal.value.field == "plot_ids"


def form(farm: object, **values: object) -> dict[str, object]:
    return {
        "product_id": str(farm.product.id),  # type: ignore[attr-defined]
        "plot_ids": [str(farm.plot.id)],  # type: ignore[attr-defined]
        "harvested_on": days_ago(1).isoformat(),
        "quantity": "120",
        "unit": "piece",
        "unit_weight": "1200",
        **values,
    }


def test_a_farmer_makes_a_lot_by_the_form_and_sees_it(client: FlaskClient) -> None:
    farm = make_farm()
    farm.signed_in(client)
    assert client.get("/farm/lots/new").status_code == 200
    response = client.post("/farm/lots/new", data=form(farm, lot_number="VUON-1"))
    assert response.status_code == 303
    page = client.get(response.headers["Location"])
    assert "VUON-1" in page.text
    assert "120" in page.text
    assert f"/01/{farm.product.gtin}/10/VUON-1" in page.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("quantity", "0"),
        ("quantity", "-1"),
        ("quantity", "abc"),
        ("quantity", "1000000000000"),
        ("quantity", ""),
        ("harvested_on", "2999-01-01"),
        ("harvested_on", "yesterday"),
        ("harvested_on", ""),
        ("best_before", "2020-13-40"),
        ("lot_number", "A B"),
        ("lot_number", "<b>x</b> y"),
        ("product_id", "00000000-0000-0000-0000-000000000000"),
        ("plot_ids", "nonsense"),
        ("weight", "nặng"),
        ("unit_weight", "-3"),
        ("unit", "ton"),
        ("note", "x" * 501),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_what_was_typed(client: FlaskClient, field: str, typed: str) -> None:
    farm = make_farm()
    farm.signed_in(client)
    response = client.post("/farm/lots/new", data=form(farm, **{field: typed, "note": "giữ lại"} | {field: typed}))
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    if field not in ("product_id", "plot_ids", "unit", "note"):
        assert "giữ lại" in response.text
        assert typed.replace("<", "&lt;").replace(">", "&gt;") in response.text
    assert db.session.scalar(select(Lot.id).where(Lot.product_id == farm.product.id)) is None
