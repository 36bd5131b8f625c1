"""The public trace page: what a consumer reads after a scan."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import refresh

from core.db import new_id
from tests.factories import make_entry, sign_in
from tests.traceability.farm import Farm, days_ago, make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.journal.usecases import issue_sscc
from traceability.lots.models import Lot
from traceability.lots.usecases import LotContent, pack_lots, ship_parcel
from traceability.passport.offers import BuyOption, BuyOptionSource, register_buy_options
from traceability.sensors.usecases import WantedRange, attach_device


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser, which says that it takes HTML."""
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


def address_of(farm: Farm, lot: Lot) -> str:
    return f"/01/{farm.product.gtin}/10/{lot.lot_number}"


def pack(farm: Farm, lot: Lot, quantity: int, *, ship: bool = False) -> str:
    sscc = issue_sscc()
    content = [LotContent(lot.id, quantity)]
    pack_lots(actor=farm.actor, sscc=sscc, contents=content, packed_at_gln=farm.producer.gln, order_number="BÍ-MẬT-9")
    if ship:
        ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
    return sscc


def test_a_scan_shows_what_who_where_and_when(client: FlaskClient) -> None:
    farm = make_farm(ocop_stars=4, geographical_indication="Phúc Trạch")
    lot = farm.harvest()
    page = client.get(address_of(farm, lot)).text
    assert "<h1>Bưởi Phúc Trạch</h1>" in page
    assert farm.producer.name in page
    assert "Xã Phúc Trạch, Tỉnh Hà Tĩnh" in page
    assert f"{lot.harvested_on:%d/%m/%Y}" in page
    assert "map-marker" in page


def test_the_fields_that_the_law_asks_for_are_there(client: FlaskClient) -> None:
    farm = make_farm(brand="Nhãn mẫu", standards=["VietGAP"], stages=["Trồng", "Thu hoạch"])
    lot = farm.harvest()
    page = client.get(address_of(farm, lot) + "?lang=en").text
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    code = f"(01){farm.product.gtin}(414){farm.plot.gln}(10){lot.lot_number}(11){lot.harvested_on:%y%m%d}"
    assert len(facts) >= 17
    assert code in facts.values()
    assert f"(414){farm.plot.gln}" in facts.values()
    assert f"(417){farm.producer.gln}" in facts.values()
    assert {"Nhãn mẫu", "VietGAP", "Trồng, Thu hoạch"} <= set(facts.values())


def test_what_the_producer_did_not_give_is_said_openly(client: FlaskClient) -> None:
    farm = make_farm(brand=None, standards=[])
    page = client.get(address_of(farm, farm.harvest()) + "?lang=en").text
    assert page.count("<dd>none</dd>") >= 4


def test_the_timeline_tells_packing_and_sending_in_plain_words(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(500)
    pack(farm, lot, 4, ship=True)
    pack(farm, lot, 6)
    page = client.get(address_of(farm, lot) + "?lang=en").text
    entries = re.findall(r'<li class="event.*?</li>', page, re.DOTALL)
    assert len(entries) == 3  # the two packings of one day are one line
    assert "10 fruits · 2 parcels" in entries[1]
    assert "1 parcel" in entries[2]
    assert farm.producer.name in entries[1]
    assert f"{lot.harvested_on:%d/%m/%Y}" in entries[0]
    assert "12:00" not in entries[0]


def test_late_writing_is_shown(client: FlaskClient) -> None:
    farm = make_farm()
    late = client.get(address_of(farm, farm.harvest(harvested_on=days_ago(9))) + "?lang=en").text
    prompt = client.get(address_of(farm, farm.harvest(harvested_on=days_ago(0))) + "?lang=en").text
    assert "event-gap" in late
    assert "event-gap" not in prompt


def test_private_things_are_nowhere(client: FlaskClient) -> None:
    farm = make_farm()
    farm.producer.phone, farm.producer.address = "+84912345678", "Số nhà 17, ngõ Bí Mật"
    farm.plot.name = "Vườn nhà riêng"
    lot = farm.harvest(note="ghi chú riêng")
    pack(farm, lot, 3, ship=True)
    address = address_of(farm, lot)
    api = f"/api/v1/lots/{farm.product.gtin}/{lot.lot_number}"
    for public in (address, f"{address}?linkType=linkset", api, f"{api}/events"):
        text = client.get(public).get_data(as_text=True)
        for secret in (
            "912345678", "Bí Mật", "Vườn nhà riêng", "ghi chú riêng", "BÍ-MẬT-9", farm.user.email or "?",
            farm.user.display_name, str(farm.user.id), "B\\u00cd",
        ):  # fmt: skip
            assert secret not in text, (public, secret)


def test_names_are_text_and_never_markup(client: FlaskClient) -> None:
    farm = make_farm(name_vi="<script>alert(1)</script>", brand="</dd><img src=x onerror=y>", name_en="x")
    farm.producer.name = "<b>Hợp tác xã</b> (mẫu)"
    page = client.get(address_of(farm, farm.harvest())).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Hợp" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nothing_is_remembered_of_the_reader(client: FlaskClient) -> None:
    farm = make_farm()
    response = client.get(address_of(farm, farm.harvest()))
    assert "Set-Cookie" not in response.headers
    assert "<form" not in response.text
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", response.text)


def test_the_page_is_the_same_for_a_signed_in_reader(client: FlaskClient) -> None:
    farm = make_farm()
    address = address_of(farm, farm.harvest())
    anonymous = client.get(address).text
    sign_in(client, farm.user)
    response = client.get(address)
    assert response.text == anonymous
    assert "Set-Cookie" not in response.headers


def test_it_may_be_kept_for_a_minute_and_is_not_sent_twice(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    first = client.get(address_of(farm, lot))
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert {"Accept", "Cookie"} <= set(first.vary)
    again = client.get(address_of(farm, lot), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    pack(farm, lot, 1)
    changed = client.get(address_of(farm, lot), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_language_is_chosen_by_link_or_cookie(client: FlaskClient) -> None:
    farm = make_farm()
    address = address_of(farm, farm.harvest())

    def language_of(target: str) -> str:
        refresh()  # requests of a test share the context in which the language is remembered
        return re.findall(r'<html lang="(..)">', client.get(target).text)[0]

    assert language_of(address) == "vi"
    assert language_of(f"{address}?lang=en") == "en"
    assert language_of(f"{address}?lang=xx") == "vi"
    client.set_cookie("language", "en")
    assert language_of(address) == "en"
    assert language_of(f"{address}?lang=vi") == "vi"


@pytest.fixture
def selling(app: Flask) -> Any:
    before = app.extensions.get("passport_buy_options")
    option = BuyOption(label="Hộp 6 quả", price_vnd=210_000, available=True, needs_cool_chain=True)
    sold_out = BuyOption(label="Quả", price_vnd=35_000, available=False)
    register_buy_options(app, BuyOptionSource("SELECT 1", lambda rows, category: [option, sold_out]))
    yield
    app.extensions["passport_buy_options"] = before


@pytest.mark.usefixtures("selling")
def test_where_to_buy_comes_from_the_market(client: FlaskClient) -> None:
    farm = make_farm()
    page = client.get(address_of(farm, farm.harvest())).text
    assert "Hộp 6 quả" in page
    assert "210.000" in page
    assert "35.000" not in page
    assert page.count("#snow") == 1


def test_it_costs_one_query_however_much_happened(client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    address = address_of(farm, lot)
    harvested_at = f"{lot.harvested_on.isoformat()}T05:00:00+00:00"
    client.get(address)
    with count_queries() as quiet:
        client.get(address)
    for _number in range(70):
        pack(farm, lot, 1, ship=True)
    with count_queries() as busy:
        page = client.get(address).text
    assert len(quiet) == len(busy) == 1
    assert "81 " in page  # 141 events, 60 of them shown
    assert f'<time datetime="{harvested_at}"' in page


def bytes_on_the_wire(client: FlaskClient, address: str) -> int:
    """The page with all that it loads besides photos, as the site sends it: stylesheets, icons, drawings and fonts."""
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    total = len(response.data)
    page = gzip.decompress(response.data).decode()
    fonts = (f"fonts/be-vietnam-pro-core-{weight}.woff2" for weight in (400, 700))
    for name in {*re.findall(r'(?:href|src)="/static/([^"?#]+)', page), *fonts}:
        total += len(client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).data)
    return total


def test_a_busy_lots_page_is_small_on_the_wire(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    for _number in range(30):
        pack(farm, lot, 1, ship=True)
    assert bytes_on_the_wire(client, address_of(farm, lot)) <= 60_000


def test_a_full_record_is_small_on_the_wire(client: FlaskClient) -> None:
    """With a year of diary, photos, a week of temperature and humidity, and sixty events."""
    sensor = make_sending_sensor(client, temperature=WantedRange(2.0, 8.0, 30), humidity=WantedRange(80.0, 95.0, 30))
    farm = sensor.farm
    lot = farm.harvest()
    for number in range(120):
        photos = [f"photos/{number:040d}"] if number < 8 else []
        done_on = lot.harvested_on - timedelta(days=3 * number)
        activity = ("pruning", "irrigation", "fruit_bagging", "harvest")[number % 4]
        make_entry(farm.plot, activity=activity, done_on=done_on, photo_keys=photos)
    attach_device(actor=farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(7 * 24 * 60))
    readings = [
        reading(10 * number, round(5 + number % 37 / 7, 2) if unit == "CEL" else 80 + number % 29 / 2, unit)
        for number in range(480)
        for unit in ("CEL", "P1")
    ]
    assert sensor.send(*readings).status_code == 200
    for _number in range(30):
        pack(farm, lot, 1, ship=True)
    assert bytes_on_the_wire(client, address_of(farm, lot)) <= 60_000


class TestApi:
    def test_a_lot_for_programs(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest(80)
        pack(farm, lot, 3)
        data = client.get(f"/api/v1/lots/{farm.product.gtin}/{lot.lot_number}").get_json()
        assert data["gtin"] == farm.product.gtin
        assert (data["quantity"], data["packed_quantity"], data["unit"]) == (80, 3, "piece")
        assert data["uri"] == f"http://localhost:8000{address_of(farm, lot)}"
        assert data["harvested_on"] == lot.harvested_on.isoformat()

    def test_its_events_are_an_epcis_document(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest(80)
        pack(farm, lot, 3, ship=True)
        response = client.get(f"/api/v1/lots/{farm.product.gtin}/{lot.lot_number}/events")
        document = response.get_json(force=True)
        assert response.mimetype == "application/ld+json"
        assert (document["type"], document["schemaVersion"]) == ("EPCISDocument", "2.0")
        steps = [event["bizStep"] for event in document["epcisBody"]["eventList"]]
        assert steps == ["commissioning", "packing", "shipping"]

    @pytest.mark.parametrize(
        ("gtin", "lot", "field"),
        [("09521000000019", "A", "gtin"), ("12", "A", "gtin"), ("09521000000018", "A B", "lot"), ("x", "A", "gtin")],
    )
    @pytest.mark.parametrize("tail", ["", "/events"])
    def test_nonsense_is_refused_and_the_field_named(
        self, client: FlaskClient, gtin: str, lot: str, field: str, tail: str
    ) -> None:
        response = client.get(f"/api/v1/lots/{gtin}/{lot}{tail}")
        assert response.status_code == 422
        assert field in response.get_json()["errors"]

    def test_an_unknown_lot_is_not_found(self, client: FlaskClient) -> None:
        assert client.get("/api/v1/lots/09521000000018/NONE").status_code == 404
        assert client.get("/api/v1/lots/09521000000018/NONE/events").status_code == 404

    def test_it_is_in_the_openapi_document(self, client: FlaskClient) -> None:
        paths = client.get("/api/v1/openapi.json").get_json()["paths"]
        assert "/api/v1/lots/{gtin}/{lot}" in paths
        assert "/api/v1/lots/{gtin}/{lot}/events" in paths


def test_the_owner_finds_the_same_history_on_the_farm(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(500)
    pack(farm, lot, 4, ship=True)
    sign_in(client, farm.user)
    page = client.get(f"/farm/lots/{lot.id}").text
    assert page.count('class="event event-plain"') == 3
    assert client.get(f"/farm/lots/{new_id()}").status_code == 404
