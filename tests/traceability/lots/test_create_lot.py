"""Making a lot: its number, its limits, and the harvest in the journal."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import ANONYMOUS, RoleName
from core.db import db, new_id
from core.errors import Invalid, NotFound
from tests.factories import make_plot, make_user
from tests.traceability.farm import Farm, actor_of, days_ago, gln, make_farm
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.links import location_uri, lot_uri
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.journal.queries import events_of
from traceability.lots.models import Lot
from traceability.lots.rules import next_lot_number
from traceability.lots.usecases import LotOutput, PlotShare, create_lot, split_lot
from traceability.passport.queries import find_record

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
        make_farm().harvest(**values)
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
            create_lot(actor=actor, product_id=farm.product.id, plots=[PlotShare(farm.plot.id)], **values)
    with pytest.raises(NotFound):
        create_lot(actor=farm.actor, product_id=new_id(), plots=[PlotShare(farm.plot.id)], **values)
    with pytest.raises(Invalid) as refusal:
        create_lot(actor=farm.actor, product_id=farm.product.id, plots=[PlotShare(other.plot.id)], **values)
    assert refusal.value.field == "plot_ids"


def form(farm: object, **values: object) -> dict[str, object]:
    return {
        "product_id": str(farm.product.id),
        "plot_ids": [str(farm.plot.id)],
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


class TestSeveralPlots:
    """A harvest of one day from several plots is one lot; the journal has each plot's part when it was weighed."""

    def shares(self, *grams: int | None) -> tuple[Farm, list[PlotShare]]:
        farm = make_farm()
        plots = [
            farm.plot,
            *(make_plot(farm.producer, gln=gln(650_000 + number)) for number, _ in enumerate(grams[1:])),
        ]
        return farm, [PlotShare(plot.id, share) for plot, share in zip(plots, grams, strict=True)]

    def test_each_plot_s_part_is_an_event_of_its_own(self) -> None:
        farm, plots = self.shares(30_000, 70_000)
        lot = farm.harvest(quantity=100, unit="kg", plots=plots)
        assert [(row.plot_id, row.grams) for row in lot.plots] == [(share.plot_id, share.grams) for share in plots]
        events = events_of(lot_identifier(farm.product.gtin, lot.lot_number))
        assert [(event.biz_step, event.payload["quantityList"][0]["quantity"]) for event in events] == [
            ("commissioning", 30),
            ("creating_class_instance", 70),
        ]
        assert len({event.read_point for event in events}) == 2

    def test_counted_fruit_is_shared_out_by_weight(self) -> None:
        farm, plots = self.shares(1_000, 2_000, 4_000)
        lot = farm.harvest(quantity=8, weight_grams=7_000, plots=plots)
        events = events_of(lot_identifier(farm.product.gtin, lot.lot_number))
        assert sum(event.payload["quantityList"][0]["quantity"] for event in events) == 8

    def test_plots_that_were_not_weighed_apart_are_one_event_at_the_farm(self) -> None:
        farm, plots = self.shares(None, None)
        lot = farm.harvest(quantity=100, unit="kg", plots=plots)
        (event,) = events_of(lot_identifier(farm.product.gtin, lot.lot_number))
        assert event.read_point == canonical_identifier(location_uri(SITE, farm.producer.gln))
        assert [row.grams for row in lot.plots] == [None, None]

    @pytest.mark.parametrize("grams", [(30_000, 69_999), (30_000, None), (100_001, -1), (100_000, 0)])
    def test_shares_that_do_not_add_up_are_refused(self, grams: tuple[int | None, ...]) -> None:
        farm, plots = self.shares(*grams)
        with pytest.raises(Invalid) as refusal:
            farm.harvest(quantity=100, unit="kg", plots=plots)
        assert refusal.value.field == "plot_ids"

    def test_no_plot_and_the_same_plot_twice_are_refused(self) -> None:
        farm = make_farm()
        for plots in ([], [PlotShare(farm.plot.id), PlotShare(farm.plot.id)]):
            with pytest.raises(Invalid) as refusal:
                farm.harvest(plots=plots)
            assert refusal.value.field == "plot_ids"

    def test_the_form_takes_several_plots_with_their_weights(self, client: FlaskClient) -> None:
        farm, plots = self.shares(None, None)
        db.session.commit()
        farm.signed_in(client)
        first, second = (str(share.plot_id) for share in plots)
        typed = form(farm, plot_ids=[first, second], quantity="", unit="kg", weight="100,5", unit_weight="")
        shares = {f"share_{first}": "40,5", f"share_{second}": "59"}
        refused = client.post("/farm/lots/new", data={**typed, **shares})
        assert refused.status_code == 422
        assert "100,5 kg" in refused.text and 'value="40,5"' in refused.text
        done = client.post("/farm/lots/new", data={**typed, **shares, f"share_{second}": "60"})
        assert done.status_code == 303
        page = client.get(done.location).text
        assert "40,5 kg" in page and "60 kg" in page

    def test_the_record_names_all_plots_also_of_what_was_made_of_the_lot(self, client: FlaskClient) -> None:
        farm, plots = self.shares(30_000, 70_000)
        lot = farm.harvest(quantity=100, unit="kg", plots=plots)
        outcome = split_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            lot_id=lot.id,
            outputs=[LotOutput(farm.product.id, "kg", weight_grams=10_000)],
        )
        for number in (lot.lot_number, outcome.lots[0].lot_number):
            record = find_record(farm.product.gtin, number)
            assert record is not None
            # The plot with the largest share comes first.
            assert record.plot_glns == [row.plot.gln for row in reversed(lot.plots)]
            page = client.get(f"/01/{farm.product.gtin}/10/{number}", headers={"Accept": "text/html"})
            assert page.status_code == 200 and record.producer_name in page.text


def test_a_unit_weighs_what_it_weighed_in_the_lot_before() -> None:
    farm = make_farm()
    values = {"actor": farm.actor, "product_id": farm.product.id, "plots": [PlotShare(farm.plot.id)]}
    values |= {"harvested_on": days_ago(1), "unit": "piece"}
    with pytest.raises(Invalid) as refusal:
        create_lot(quantity=10, **values)
    assert refusal.value.field == "weight"
    create_lot(quantity=10, weight_grams=13_000, **values)
    assert create_lot(quantity=20, **values).weight_grams == 26_000
