"""The way of a lot: garden, packing house and shop, on the map and in a list, none of them closer than is public."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from catalog.places.models import Commune
from catalog.producers.models import Producer, ProducerKind
from core.db import db, utc_now
from tests.factories import make_commune
from tests.traceability.attestations.test_packing_houses import house_of
from tests.traceability.farm import Farm, gln, make_farm
from tests.traceability.passport.test_parts import page_of, uri_of
from traceability.epcis.event_builders import QuantityElement, object_event
from traceability.gs1.links import location_uri
from traceability.journal.issuer import site_url
from traceability.journal.usecases import capture_event
from traceability.lots.models import Lot


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser, which says that it takes HTML."""
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


def happened_at(farm: Farm, lot: Lot, place: str, *, biz_step: str, hours_ago: int) -> None:
    """Something that happened with the lot at the place with the GLN `place`."""
    event = object_event(
        action="OBSERVE",
        quantity_list=[QuantityElement(uri_of(lot))],
        event_time=utc_now() - timedelta(hours=hours_ago),
        biz_step=biz_step,
        read_point=location_uri(site_url(), place),
    )
    capture_event(actor=farm.actor, event=event)


def somewhere(code: str, name: str, latitude: float, longitude: float) -> Commune:
    commune = make_commune(code, name)
    commune.latitude, commune.longitude = latitude, longitude
    return commune


def shop(commune: Commune) -> Producer:
    """Somebody who sells in that commune."""
    seller = make_farm().producer
    seller.name, seller.kind, seller.commune_code = "Cửa hàng Trái Cây Mẫu", ProducerKind.HOUSEHOLD, commune.code
    return seller


def test_garden_packing_house_and_shop_are_on_the_map_and_in_the_list(client: FlaskClient) -> None:
    farm = make_farm()
    farm.plot.latitude, farm.plot.longitude = 18.10, 105.70
    house = house_of(farm, name="Nhà đóng gói sau vườn bà Bốn")
    house.commune_code = somewhere("18400", "Xã Can Lộc", 18.45, 105.75).code
    seller = shop(somewhere("18073", "Phường Thành Sen", 18.34, 105.90))
    lot = farm.harvest()
    happened_at(farm, lot, house.gln, biz_step="packing", hours_ago=9)
    happened_at(farm, lot, seller.gln, biz_step="retail_selling", hours_ago=2)
    page = page_of(client, lot)
    assert page.count('class="map-stop"') == 3
    assert 'class="map-route"' in page
    stops = re.findall(r"<li>(.*?)</li>", page.split('class="route-stops"')[1].split("</ol>")[0])
    words = [re.sub(r"<[^>]+>", "", stop) for stop in stops]
    assert words == [
        f"Harvested: Garden in {farm.plot.commune.name}",
        f"Packed: Packing house of {farm.producer.name}, Xã Can Lộc",
        "Sold: Cửa hàng Trái Cây Mẫu, Phường Thành Sen",
    ]
    assert house.name not in page


def test_a_household_that_sells_is_placed_at_its_commune(client: FlaskClient) -> None:
    farm = make_farm()
    seller = shop(somewhere("18073", "Phường Thành Sen", 18.34, 105.90))
    seller.address = "Số 5 ngõ Nhà Riêng"
    lot = farm.harvest()
    happened_at(farm, lot, seller.gln, biz_step="receiving", hours_ago=2)
    page = page_of(client, lot)
    places = [
        (float(x), float(y)) for x, y in re.findall(r'class="map-stop" transform="translate\(([\d.]+) ([\d.]+)\)', page)
    ]
    assert (round((105.90 - 105) * 342, 1), round((18.84 - 18.34) * 360, 1)) in places
    assert "ngõ Nhà Riêng" not in page


def test_a_place_that_nobody_knows_is_left_out(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    happened_at(farm, lot, gln(999_777), biz_step="receiving", hours_ago=2)
    db.session.flush()
    assert "route-stops" not in page_of(client, lot)
