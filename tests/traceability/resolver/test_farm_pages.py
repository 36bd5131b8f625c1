"""A producer's pages of links: what they show, what they take, and whom they let in."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db, utc_now
from tests.factories import make_producer, make_product, make_user, sign_in
from tests.traceability.attestations.houses import house_of
from tests.traceability.farm import Farm, days_ago, make_farm
from tests.traceability.resolver.asking import address, led_to, make_link
from traceability.gs1.element_strings import format_element_string
from traceability.resolver.models import ResolverLink
from traceability.resolver.usecases import MOST_LINKS_OF_A_KEY


@pytest.fixture(autouse=True)
def public_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to a public address: no test asks the network."""
    monkeypatch.setattr("core.web.outbound._resolve", lambda host, port: ["93.184.215.14"])


@pytest.fixture
def farm(session: scoped_session[Session]) -> Farm:
    """A farm that is there to stay: what a refused request takes back is its own."""
    made = make_farm()
    session.commit()
    return made


@pytest.fixture
def member(client: FlaskClient, farm: Farm) -> FlaskClient:
    """A member of the farm."""
    return farm.signed_in(client)


def entries(farm: Farm, **values: Any) -> dict[str, Any]:
    """What the form sends."""
    return {
        "code": f"(01){farm.product.gtin}",
        "link_type": "recipeInfo",
        "href": "https://recipes.example.com/goi-buoi",
        "title": "Gỏi bưởi",
        "language": "vi",
        "media_type": "text/html",
        **values,
    }


def standing() -> int:
    """How many links stand."""
    return (
        db.session.scalar(select(func.count()).select_from(ResolverLink).where(ResolverLink.removed_at.is_(None))) or 0
    )


@pytest.mark.parametrize("role", list(RoleName))
def test_only_members_of_producers_come_in(client: FlaskClient, farm: Farm, role: RoleName) -> None:
    link = make_link(farm)
    sign_in(client, make_user(role))
    expected = 200 if role is RoleName.PRODUCER_MEMBER else 404
    assert client.get("/farm/links").status_code == expected
    assert client.get("/farm/links/new").status_code == expected
    # Somebody else's link is not there for any of them.
    for answer in (
        client.get(f"/farm/links/{link.id}"),
        client.post(f"/farm/links/{link.id}", data=entries(farm)),
        client.post(f"/farm/links/{link.id}/remove"),
    ):
        assert answer.status_code == 404
    assert link.removed_at is None


def test_strangers_are_asked_to_sign_in(client: FlaskClient, farm: Farm) -> None:
    link = make_link(farm)
    for path in ("/farm/links", "/farm/links/new", f"/farm/links/{link.id}"):
        assert client.get(path).status_code == 303


def test_a_link_works_as_soon_as_it_is_set(member: FlaskClient, farm: Farm) -> None:
    response = member.post("/farm/links/new", data=entries(farm))
    assert (response.status_code, response.location) == (303, "/farm/links")
    path = address("01", farm.product.gtin)
    assert led_to(member.get(f"{path}?linkType=gs1:recipeInfo")) == "https://recipes.example.com/goi-buoi"
    page = member.get("/farm/links").text
    assert "Gỏi bưởi" in page
    assert f"(01){farm.product.gtin}" in page


@pytest.mark.parametrize("key", ["lot", "item", "producer", "plot", "place", "crate", "asset"])
def test_links_can_be_set_for_keys_of_every_kind(member: FlaskClient, farm: Farm, key: str) -> None:
    codes = {
        "lot": f"(01){farm.product.gtin}(10){farm.harvest().lot_number}",
        "item": f"(01){farm.product.gtin}(21)S1",
        "producer": f"(417){farm.producer.gln}",
        "plot": f"(414){farm.plot.gln}(254)GATE",
        "place": f"(414){farm.producer.gln}",
        "crate": "(8003)09521000000018C1",
        "asset": " (8004) 9521SPRAY/1 ",
    }
    assert member.post("/farm/links/new", data=entries(farm, code=codes[key])).status_code == 303
    assert "Gỏi bưởi" in member.get("/farm/links").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "(01)09521000000019"),
        ("code", "09521000000018"),
        ("code", "(00)095210000000000016"),
        ("code", "(8017)952100000000000001"),
        ("code", "(01){gtin}(10)NOT-THERE"),
        ("code", "(01){gtin}(17)261231"),
        ("code", "(01){gtin}(10){lot}(21)S1"),
        ("link_type", ""),
        ("link_type", "epil"),
        ("link_type", "defaultLink"),
        ("href", ""),
        ("href", "http://recipes.example.com/"),
        ("href", "https://127.0.0.1/"),
        ("href", "https://2130706433/"),
        ("href", "https://user@recipes.example.com/"),
        ("href", "javascript:alert(1)"),
        ("href", "https://localhost:8443/01/x"),
        ("language", "xx-yy"),
        ("media_type", "html"),
        ("context", "V1"),
        ("valid_until", "tomorrow"),
        ("valid_until", "2020-01-01"),
        ("valid_until", "9999-12-31"),
        ("valid_from", "0001-01-01"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept_as_typed(
    member: FlaskClient, farm: Farm, field: str, value: str
) -> None:
    value = value.format(gtin=farm.product.gtin, lot=farm.harvest().lot_number)
    db.session.commit()
    data = entries(farm, valid_from="2020-01-02") | {field: value}
    response = member.post("/farm/links/new", data=data)
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert "Gỏi bưởi" in response.text
    assert standing() == 0


def test_a_name_that_leads_inside_is_refused(member: FlaskClient, farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.outbound._resolve", lambda host, port: ["93.184.215.14", "10.0.0.1"])
    assert member.post("/farm/links/new", data=entries(farm)).status_code == 422


def test_other_peoples_codes_are_refused_like_unknown_ones(member: FlaskClient, farm: Farm) -> None:
    other = make_product(make_producer())
    db.session.commit()
    theirs = member.post("/farm/links/new", data=entries(farm, code=f"(01){other.gtin}"))
    unknown = member.post("/farm/links/new", data=entries(farm, code="(01)09521999999997"))
    assert theirs.status_code == unknown.status_code == 422
    reasons = [re.findall(r'id="code-error">.*?<span>(.*?)</span>', page.text) for page in (theirs, unknown)]
    assert reasons[0] == reasons[1]
    assert reasons[0]


def test_an_asset_belongs_to_who_set_the_first_link(client: FlaskClient, farm: Farm) -> None:
    make_link(farm, "8004", "9521SPRAY")
    neighbour = make_farm()
    db.session.commit()
    neighbour.signed_in(client)
    assert client.post("/farm/links/new", data=entries(neighbour, code="(8004)9521SPRAY")).status_code == 422
    assert standing() == 1


def test_the_record_stays_the_first_page_of_a_lot(member: FlaskClient, farm: Farm) -> None:
    code = f"(01){farm.product.gtin}(10){farm.harvest().lot_number}"
    response = member.post("/farm/links/new", data=entries(farm, code=code, is_default="y"))
    assert response.status_code == 422
    assert 'id="is_default-error"' in response.text


def test_the_same_link_and_a_second_default_are_refused(member: FlaskClient, farm: Farm) -> None:
    make_link(farm, is_default=True)
    db.session.commit()
    assert member.post("/farm/links/new", data=entries(farm, is_default="y")).status_code == 422
    assert member.post("/farm/links/new", data=entries(farm)).status_code == 303
    assert member.post("/farm/links/new", data=entries(farm)).status_code == 422


def test_a_key_takes_so_many_links_and_no_more(member: FlaskClient, farm: Farm) -> None:
    for number in range(MOST_LINKS_OF_A_KEY):
        make_link(farm, href=f"https://x.example.com/{number}")
    db.session.commit()
    assert member.post("/farm/links/new", data=entries(farm)).status_code == 422


def test_days_are_days_in_vietnam_and_the_last_is_included(member: FlaskClient, farm: Farm) -> None:
    today = days_ago(0)
    member.post("/farm/links/new", data=entries(farm, valid_from=str(today), valid_until=str(today)))
    link = db.session.scalars(select(ResolverLink)).one()
    assert link.valid_from is not None
    assert link.valid_until is not None
    assert (link.valid_from.hour, link.valid_until - link.valid_from) == (17, timedelta(days=1))
    page = member.get(f"/farm/links/{link.id}").text
    assert page.count(f'value="{today}"') == 2


def test_a_link_can_be_changed_and_taken_away(member: FlaskClient, farm: Farm) -> None:
    link = make_link(farm)
    path = f"{address('01', farm.product.gtin)}?linkType=gs1:recipeInfo"
    assert f'value="{link.href}"' in member.get(f"/farm/links/{link.id}").text
    changed = entries(farm, href="https://x.example.com/new")
    assert member.post(f"/farm/links/{link.id}", data=changed).status_code == 303
    assert led_to(member.get(path)) == "https://x.example.com/new"
    assert member.post(f"/farm/links/{link.id}/remove").status_code == 303
    assert member.get(path).status_code == 410
    assert member.get(f"/farm/links/{link.id}").status_code == 404
    assert member.post(f"/farm/links/{link.id}/remove").status_code == 404


def test_the_page_says_how_long_links_and_certificates_last(member: FlaskClient, farm: Farm) -> None:
    now = utc_now()
    make_link(farm, certificate_expires_at=now + timedelta(days=90))
    make_link(farm, link_type="faqs", certificate_problem="unreachable", valid_until=now - timedelta(days=1))
    make_link(farm, link_type="review", certificate_problem="expired", valid_from=now + timedelta(days=1))
    page = member.get("/farm/links?lang=en").text
    for words in ("Expires on", "Cannot be reached", "Certificate has expired", "Ended", "Always"):
        assert words in page


def test_the_page_lists_every_code_with_its_links(member: FlaskClient, farm: Farm) -> None:
    lot = farm.harvest()
    house = house_of(farm)
    make_link(farm, qualifiers={"10": lot.lot_number})
    page = member.get("/farm/links").text
    for code in (
        f"(417){farm.producer.gln}",
        f"(414){farm.plot.gln}",
        f"(414){house.gln}",
        f"(01){farm.product.gtin}",
        format_element_string((("01", farm.product.gtin), ("10", lot.lot_number))),
    ):
        assert code in page


def test_the_number_of_questions_does_not_grow(
    member: FlaskClient, farm: Farm, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def asked() -> int:
        with count_queries() as statements:
            assert member.get("/farm/links").status_code == 200
        return len(statements)

    make_link(farm)
    farm.harvest()
    before = asked()
    for number in range(8):
        make_link(farm, href=f"https://x.example.com/{number}")
        make_product(farm.producer)
        farm.harvest()
    assert asked() == before
