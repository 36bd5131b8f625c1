"""Which link a request is led to: default, link type, language, media type, country, level and time."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from core.db import db, utc_now
from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import BROWSER, SITE, VOCABULARY, address, led_to, make_link


def test_programs_are_led_to_the_record_and_phones_get_it_at_once(client: FlaskClient) -> None:
    farm = make_farm()
    path = address("01", farm.product.gtin, ai_10=farm.harvest().lot_number)
    for headers in ({}, {"Accept": "*/*"}):
        response = client.get(path, headers=headers)
        assert response.status_code == 307
        assert led_to(response) == f"{SITE}/trace{path}"
    assert client.get(f"/trace{path}").status_code == 200
    assert client.get(path, headers=BROWSER).text == client.get(f"/trace{path}").text.replace(
        f"/trace{path}?", f"{path}?"
    )


@pytest.mark.parametrize(
    "asked", ["gs1:recipeInfo", "recipeInfo", VOCABULARY + "recipeInfo", "https://gs1.org/voc/recipeInfo"]
)
def test_a_link_type_may_be_written_in_any_form(client: FlaskClient, asked: str) -> None:
    farm = make_farm()
    link = make_link(farm)
    response = client.get(f"/01/{farm.product.gtin}", query_string={"linkType": asked})
    assert response.status_code == 307
    assert led_to(response) == link.href


@pytest.mark.parametrize("headers", [{}, BROWSER])
@pytest.mark.parametrize("asked", ["gs1:menuInfo", "gs1:nosuchlt", "linkset2", "<b>"])
def test_a_link_type_that_is_not_there_is_not_found(client: FlaskClient, asked: str, headers: dict[str, str]) -> None:
    farm = make_farm()
    response = client.get(f"/01/{farm.product.gtin}", query_string={"linkType": asked}, headers=headers)
    assert response.status_code == 404
    assert "<b>" not in response.text


def test_links_are_inherited_and_the_most_detailed_level_decides(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest().lot_number
    gtin = farm.product.gtin
    of_product = make_link(farm, href="https://x.example.com/product")
    item = address("01", gtin, ai_10=lot, ai_21="S1") + "?linkType=gs1:recipeInfo"
    assert led_to(client.get(item)) == of_product.href
    of_lot = make_link(farm, href="https://x.example.com/lot", qualifiers={"10": lot})
    assert led_to(client.get(item)) == of_lot.href
    of_item = make_link(farm, href="https://x.example.com/item", qualifiers={"21": "S1"})
    assert led_to(client.get(item)) == of_item.href
    assert led_to(client.get(f"/01/{gtin}/21/S2?linkType=gs1:recipeInfo")) == of_product.href


def test_the_producers_default_goes_before_the_sites_and_ends_with_its_time(client: FlaskClient) -> None:
    farm = make_farm()
    own = f"{SITE}/products/{farm.product.slug}"
    link = make_link(farm, is_default=True, valid_until=utc_now() + timedelta(hours=1))
    assert led_to(client.get(f"/01/{farm.product.gtin}")) == link.href
    link.valid_until = utc_now() - timedelta(seconds=1)
    db.session.flush()
    assert led_to(client.get(f"/01/{farm.product.gtin}")) == own


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        ("en", "en"),
        ("en-GB, vi;q=0.5", "en"),
        ("zh-Hant-TW, zh;q=0.9, en;q=0.1", "zh"),
        ("de, vi;q=0.2", "vi"),
        ("vi;q=0.2, en;q=0.8", "en"),
        ("en;q=0, zh", "zh"),
    ],
)
def test_the_readers_language_decides_among_links_of_a_type(
    client: FlaskClient, accept_language: str, expected: str
) -> None:
    farm = make_farm()
    for language in ("vi", "en", "zh"):
        make_link(farm, language=language, href=f"https://x.example.com/{language}")
    response = client.get(
        f"/01/{farm.product.gtin}?linkType=gs1:recipeInfo", headers={"Accept-Language": accept_language}
    )
    assert led_to(response) == f"https://x.example.com/{expected}"
    assert "Accept-Language" in response.headers["Vary"]


def test_a_default_in_several_languages_is_published_as_such_and_chosen_from(client: FlaskClient) -> None:
    farm = make_farm()
    vi = make_link(farm, language="vi", is_default=True, href="https://x.example.com/vi")
    en = make_link(farm, language="en", href="https://x.example.com/en")
    path = f"/01/{farm.product.gtin}"
    assert led_to(client.get(path, headers={"Accept-Language": "en"})) == en.href
    for header in ("de", "*", "vi"):
        assert led_to(client.get(path, headers={"Accept-Language": header})) == vi.href
    assert led_to(client.get(path)) == vi.href
    (context,) = client.get(path + "?linkType=linkset").get_json(force=True)["linkset"]
    assert [link["hreflang"] for link in context[VOCABULARY + "defaultLinkMulti"]] == [["vi"], ["en"]]


def test_the_media_type_decides_where_languages_do_not(client: FlaskClient) -> None:
    farm = make_farm()
    make_link(farm, link_type="certificationInfo", media_type="text/html", href="https://x.example.com/page")
    make_link(farm, link_type="certificationInfo", media_type="application/pdf", href="https://x.example.com/pdf")
    path = f"/01/{farm.product.gtin}?linkType=gs1:certificationInfo"
    assert led_to(client.get(path, headers={"Accept": "application/pdf"})) == "https://x.example.com/pdf"
    assert led_to(client.get(path, headers=BROWSER)) == "https://x.example.com/page"
    assert led_to(client.get(path, headers={"Accept": "text/*, application/*;q=0.4"})) == "https://x.example.com/page"


def test_the_country_decides_where_it_is_named(client: FlaskClient) -> None:
    farm = make_farm()
    make_link(farm, href="https://x.example.com/all")
    make_link(farm, href="https://x.example.com/jp", context="JP")
    path = f"/01/{farm.product.gtin}?linkType=gs1:recipeInfo"
    assert led_to(client.get(path)) == "https://x.example.com/all"
    assert led_to(client.get(path + "&context=JP")) == "https://x.example.com/jp"
    assert led_to(client.get(path + "&context=KR")) == "https://x.example.com/all"


def test_links_that_nothing_tells_apart_are_all_offered(client: FlaskClient) -> None:
    farm = make_farm()
    for number in (1, 2):
        make_link(farm, href=f"https://x.example.com/{number}", language="vi", title=f"Công thức {number}")
    path = f"/01/{farm.product.gtin}?linkType=gs1:recipeInfo"
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (300, "application/linkset+json")
    (context,) = response.get_json(force=True)["linkset"]
    assert context["anchor"] == f"{SITE}/01/{farm.product.gtin}"
    assert len(context[VOCABULARY + "recipeInfo"]) == 2
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (300, "text/html")
    assert "https://x.example.com/1" in page.text
    assert "https://x.example.com/2" in page.text


def test_a_link_that_ended_or_was_removed_is_gone_and_one_to_come_not_found(client: FlaskClient) -> None:
    farm = make_farm()
    now = utc_now()
    make_link(farm, link_type="promotion", valid_until=now - timedelta(minutes=1))
    make_link(farm, link_type="menuInfo", removed_at=now - timedelta(minutes=1))
    make_link(farm, link_type="faqs", valid_from=now + timedelta(days=1))
    path = f"/01/{farm.product.gtin}?linkType=gs1:"
    assert [client.get(path + name).status_code for name in ("promotion", "menuInfo", "faqs")] == [410, 410, 404]
    page = client.get(path + "promotion", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (410, "text/html")
    make_link(farm, link_type="promotion", href="https://x.example.com/next")
    assert led_to(client.get(path + "promotion")) == "https://x.example.com/next"


def test_an_answer_is_kept_no_longer_than_its_links_stand(client: FlaskClient) -> None:
    farm = make_farm()
    path = f"/01/{farm.product.gtin}"
    assert client.get(path).cache_control.max_age == 60
    make_link(farm, valid_until=utc_now() + timedelta(seconds=20))
    for asked in ("", "?linkType=linkset", "?linkType=gs1:recipeInfo"):
        age = client.get(path + asked).cache_control.max_age
        assert age is not None
        assert 15 <= age <= 20
    make_link(farm, link_type="faqs", valid_from=utc_now() + timedelta(seconds=5))
    assert (client.get(path).cache_control.max_age or 99) <= 5


@pytest.mark.parametrize(
    ("href", "query", "location"),
    [
        ("https://x.example.com/a", "utm=1&lang=en", "https://x.example.com/a?utm=1&lang=en"),
        ("https://x.example.com/a?b=c", "17=261231;3103=000189", "https://x.example.com/a?b=c&17=261231;3103=000189"),
        ("https://x.example.com/a#top", "flag", "https://x.example.com/a?flag#top"),
        ("https://x.example.com/a", "q=%E1%BB%9F", "https://x.example.com/a?q=%E1%BB%9F"),
    ],
)
def test_the_query_is_passed_on_as_it_came(client: FlaskClient, href: str, query: str, location: str) -> None:
    farm = make_farm()
    make_link(farm, href=href, is_default=True)
    assert client.get(f"/01/{farm.product.gtin}?{query}").headers["Location"] == location


def test_line_breaks_in_the_query_never_reach_the_header(client: FlaskClient) -> None:
    farm = make_farm()
    response = client.get(f"/01/{farm.product.gtin}?x=%0d%0aSet-Cookie:a=b")
    assert response.status_code == 307
    assert "Set-Cookie" not in response.headers
