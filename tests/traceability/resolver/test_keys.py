"""Keys of every kind: producers, places, parcels, assets; what is known leads somewhere, what is not is said so."""

import pytest
from flask.testing import FlaskClient

from catalog.products.models import ProductStatus
from core.db import db
from tests.traceability.attestations.houses import code_of, house_of
from tests.traceability.farm import Farm, gln, make_farm
from tests.traceability.resolver.asking import (
    BROWSER,
    LINKSET,
    SITE,
    VOCABULARY,
    address,
    led_to,
    linkset_of,
    make_link,
)
from traceability.gs1.identifiers import sscc
from traceability.journal.usecases import issue_sscc
from traceability.lots.models import Lot
from traceability.lots.usecases import LotContent, pack_lots, ship_parcel


def packed(farm: Farm, *lots: Lot) -> str:
    number = issue_sscc()
    contents = [LotContent(lot.id, 3) for lot in lots]
    pack_lots(
        actor=farm.actor, sscc=number, contents=contents, packed_at_gln=farm.producer.gln, order_number="BÍ-MẬT-9"
    )
    ship_parcel(actor=farm.actor, sscc=number, shipped_from_gln=farm.producer.gln)
    return number


def test_a_producer_leads_to_their_page(client: FlaskClient) -> None:
    farm = make_farm()
    response = client.get(address("417", farm.producer.gln))
    assert response.status_code == 307
    assert led_to(response) == f"{SITE}/producers/{farm.producer.slug}"
    assert client.get(led_to(response).removeprefix(SITE)).status_code == 200


def test_a_place_leads_on_to_whose_it_is(client: FlaskClient) -> None:
    farm = make_farm()
    for path in (
        address("414", farm.plot.gln),
        address("414", farm.plot.gln, ai_254="GATE1"),
        address("414", farm.producer.gln),
    ):
        response = client.get(path)
        assert response.status_code == 303  # the page is about the producer, not about the place
        assert led_to(response) == f"{SITE}/producers/{farm.producer.slug}"


def test_a_packing_house_has_a_page_of_its_own(client: FlaskClient) -> None:
    farm = make_farm()
    house = house_of(farm, "Nhà đóng gói Hương Khê (mẫu)")
    code_of(farm, house)
    response = client.get(address("414", house.gln), headers=BROWSER)
    assert response.status_code == 303
    assert led_to(response) == f"{SITE}/packing-houses/{house.gln}"
    page = client.get(f"/packing-houses/{house.gln}").text
    for words in (house.name, house.gln, "VN-HTPH-001", "Xã Phúc Trạch", farm.producer.name):
        assert words in page
    assert farm.user.phone is None or farm.user.phone not in page
    assert "/farm/" not in page
    linkset = client.get(address("414", house.gln) + "?linkType=linkset", headers=LINKSET).text
    assert house.name in linkset and "Xã Phúc Trạch" in linkset
    assert client.get(f"/packing-houses/{farm.plot.gln}").status_code == 404


def test_the_name_of_a_plot_stays_private(client: FlaskClient) -> None:
    farm = make_farm()
    farm.plot.name = "Vườn nhà riêng"
    db.session.flush()
    for headers in (LINKSET, {**BROWSER}):
        text = client.get(address("414", farm.plot.gln) + "?linkType=linkset", headers=headers).text
        assert "Xã Phúc Trạch" in text
        assert "Vườn nhà riêng" not in text


def test_a_parcel_has_a_page_that_says_what_is_in_it_and_nobodys_name(client: FlaskClient) -> None:
    farm = make_farm()
    lots = [farm.harvest(), farm.harvest(lot_number="A/1")]
    path = address("00", packed(farm, *lots))
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for lot in lots:
        assert address("01", farm.product.gtin, ai_10=lot.lot_number) in page.text
    for secret in (farm.producer.name, farm.user.display_name, "BÍ-MẬT-9"):
        assert secret not in page.text
    assert page.text.count('<li class="event') == 2
    response = client.get(path)
    assert response.status_code == 307
    assert led_to(response) == f"{SITE}/trace{path}"
    assert client.get(f"/trace{path}").status_code == 200
    (context,) = linkset_of(client, path)
    assert VOCABULARY + "traceability" in context


def test_an_asset_is_known_once_links_are_set_for_it(client: FlaskClient) -> None:
    farm = make_farm()
    crate, sprayer = address("8003", "09521000000018C1"), address("8004", "9521SPRAY/1")
    for path in (crate, sprayer):
        for headers in ({}, BROWSER):
            assert client.get(path, headers=headers).status_code == 404
    make_link(farm, "8004", "9521SPRAY/1", link_type="instructions", href="https://x.example.com/manual")
    assert led_to(client.get(sprayer)) == "https://x.example.com/manual"
    (context,) = linkset_of(client, sprayer)
    assert context["itemDescription"] == "(8004)9521SPRAY/1"
    assert context[VOCABULARY + "defaultLink"][0]["href"] == "https://x.example.com/manual"


@pytest.mark.parametrize(
    "path",
    [
        "/01/09521999999997",
        "/01/09521999999997/10/A",
        "/01/09521999999997/235/ABC",
        "/00/" + sscc("9521", 999_999_999),
        "/414/" + gln(99_999_990),
        "/414/" + gln(99_999_990) + "/254/A",
        "/417/" + gln(99_999_990),
        "/8003/09521000000018",
        "/8004/9521A",
        "/253/" + gln(99_999_990) + "X",
        "/255/" + gln(99_999_990),
        "/401/9521A",
        "/8013/9521AJZ",
        "/8017/952100000000000001",
    ],
)
@pytest.mark.parametrize("asked", ["", "?linkType=linkset", "?linkType=gs1:pip"])
def test_what_nobody_here_gave_out_is_not_found(client: FlaskClient, path: str, asked: str) -> None:
    response = client.get(path + asked)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json"), response.text
    page = client.get(path + asked, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/414/9521000000000",
        "/417/123",
        "/00/952100000000000000",
        "/8003/x",
        "/255/1",
        "/415/9521000000016",  # needs its reference number (8020)
        "/gtin/09521000000018",
        "/party/9521000000016",
        "/01/09521000000018/235/A/10/B",
        "/trace/01/09521000000019/10/A",
        "/eh3074257bf7194e4000001a85",
        "/exMHQle_cZTkAAABqF",
    ],
)
def test_what_is_no_digital_link_is_a_bad_request_with_the_reason(client: FlaskClient, path: str) -> None:
    response = client.get(path + "?lang=en")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    problem = response.get_json(force=True)
    assert problem["status"] == 400
    assert problem["instance"] == path
    assert len(problem["detail"]) > 40
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (400, "text/html")


def test_pages_of_their_own_are_for_lots_and_parcels_only(client: FlaskClient) -> None:
    farm = make_farm()
    for path in (address("01", farm.product.gtin), address("417", farm.producer.gln), address("00", issue_sscc())):
        assert client.get(f"/trace{path}").status_code == 404


def test_a_lot_of_a_draft_is_on_record_but_its_product_is_not_linked(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    farm.product.status = ProductStatus.DRAFT
    db.session.flush()
    contexts = linkset_of(client, address("01", farm.product.gtin, ai_10=lot.lot_number))
    assert [context["anchor"] for context in contexts] == [
        SITE + address("01", farm.product.gtin, ai_10=lot.lot_number)
    ]
