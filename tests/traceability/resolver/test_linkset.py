"""The linkset: what programs get, valid by GS1's schema, with the links of every coarser level."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from flask.testing import FlaskClient

from core.db import utc_now
from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import BROWSER, LINKSET, SITE, VOCABULARY, address, linkset_of, make_link
from traceability.resolver.answers import linkset_header
from traceability.resolver.links import Entry, Level, Link, linkset


@pytest.mark.parametrize("wanted", ["?linkType=linkset", "?linkType=all", ""])
def test_programs_get_every_level_with_its_own_anchor(client: FlaskClient, wanted: str) -> None:
    farm = make_farm()
    gtin, lot = farm.product.gtin, farm.harvest().lot_number
    response = client.get(f"/01/{gtin}/10/{lot}{wanted}", headers={} if wanted else LINKSET)
    assert (response.status_code, response.mimetype) == (200, "application/linkset+json")
    of_lot, of_product = json.loads(response.data)["linkset"]
    assert of_lot["anchor"] == f"{SITE}/01/{gtin}/10/{lot}"
    record = f"{SITE}/trace/01/{gtin}/10/{lot}"
    assert of_lot[VOCABULARY + "traceability"][0]["href"] == record
    assert of_lot[VOCABULARY + "epcis"][0]["href"] == f"{SITE}/api/v1/lots/{gtin}/{lot}/events"
    assert of_lot[VOCABULARY + "defaultLink"][0]["href"] == record
    assert of_product["anchor"] == f"{SITE}/01/{gtin}"
    assert of_product[VOCABULARY + "pip"][0]["href"] == f"{SITE}/products/{farm.product.slug}"


def test_the_default_link_has_a_title_and_nothing_else(client: FlaskClient) -> None:
    farm = make_farm()
    make_link(farm, is_default=True, language="vi", media_type="text/html", context="VN")
    for path in (address("01", farm.product.gtin), address("417", farm.producer.gln)):
        (context,) = linkset_of(client, path)
        (default,) = context[VOCABULARY + "defaultLink"]
        assert default.keys() == {"href", "title"}


def test_the_pages_behind_the_links_are_there(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(lot_number="A/B+1")
    for context in linkset_of(client, address("01", farm.product.gtin, ai_10=lot.lot_number)):
        for name, targets in context.items():
            for target in targets if name.startswith(VOCABULARY) else ():
                response = client.get(target["href"].removeprefix(SITE))
                assert response.status_code == 200
                assert target.get("type", response.mimetype) == response.mimetype


@pytest.mark.parametrize("schema", ["gs1-linkset-schema.json", "linkset-schema.json"])
def test_linksets_are_valid_by_the_published_schemas(
    client: FlaskClient, vector: Callable[[str], Path], schema: str
) -> None:
    validator = jsonschema.Draft7Validator(json.loads(vector(f"linkset/{schema}").read_text()))
    farm = make_farm()
    lot = farm.harvest().lot_number
    make_link(farm, language="vi", media_type="text/html", valid_until=utc_now() + timedelta(days=1))
    make_link(farm, language="en-US", is_default=True)
    make_link(farm, "8004", "9521123ABC")
    if schema == "gs1-linkset-schema.json":
        make_link(farm, qualifiers={"10": lot}, context="VN", link_type="certificationInfo")
    gtin = farm.product.gtin
    for path in (
        address("01", gtin),
        address("01", gtin, ai_10=lot),
        address("01", gtin, ai_22="2A", ai_10=lot, ai_21="S1"),
        address("414", farm.plot.gln),
        address("417", farm.producer.gln),
        address("8004", "9521123ABC"),
    ):
        document = {"linkset": linkset_of(client, path)}
        if schema == "linkset-schema.json":
            # The schema of version 1.1 knows no description of the item.
            for context in document["linkset"]:
                del context["itemDescription"]
        assert document["linkset"]
        assert list(validator.iter_errors(document)) == []


def test_the_official_example_has_the_form_that_ours_have(vector: Callable[[str], Path]) -> None:
    (example,) = json.loads(vector("linkset/valid-gs1-example.json").read_text())["linkset"]
    (target,) = example["next"]
    link = Link("pip", target["href"], target["title"], tuple(target["hreflang"]), target["type"], is_default=True)
    level = Level(example["anchor"], example["itemDescription"], (link,))
    (ours,) = linkset(Entry(level.anchor, (level,)), utc_now())["linkset"]
    assert ours.pop(VOCABULARY + "pip") == example["next"]
    assert ours.pop(VOCABULARY + "defaultLink") == [{"href": target["href"], "title": target["title"]}]
    assert ours == {key: example[key] for key in ("anchor", "itemDescription")}


def test_an_item_has_the_links_of_its_lot_variant_and_product_but_not_of_others(client: FlaskClient) -> None:
    farm = make_farm()
    lot, other = farm.harvest().lot_number, farm.harvest().lot_number
    for number, qualifiers in enumerate(({}, {"10": lot}, {"10": other}, {"21": "S1"}, {"21": "S2"}, {"22": "2A"})):
        make_link(farm, qualifiers=qualifiers, href=f"https://x.example.com/{number}")
    contexts = linkset_of(client, address("01", farm.product.gtin, ai_22="2A", ai_10=lot, ai_21="S1"))
    recipes = {context["anchor"]: context.get(VOCABULARY + "recipeInfo", []) for context in contexts}
    gtin = farm.product.gtin
    assert {anchor: [link["href"] for link in links] for anchor, links in recipes.items()} == {
        f"{SITE}/01/{gtin}/21/S1": ["https://x.example.com/3"],
        f"{SITE}/01/{gtin}/10/{lot}": ["https://x.example.com/1"],
        f"{SITE}/01/{gtin}/22/2A": ["https://x.example.com/5"],
        f"{SITE}/01/{gtin}": ["https://x.example.com/0"],
    }


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("application/linkset+json", "application/linkset+json"),
        ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("*/*", "application/linkset+json"),
        (None, "application/linkset+json"),
        ("text/html", "text/html"),
        ("application/linkset+json, text/html;q=0.5", "application/linkset+json"),
        ("application/linkset+json;q=0.5, text/html", "text/html"),
    ],
)
def test_the_linkset_comes_in_the_form_that_is_accepted(client: FlaskClient, accept: str | None, mimetype: str) -> None:
    farm = make_farm()
    headers = {"Accept": accept} if accept else {}
    response = client.get(f"/01/{farm.product.gtin}?linkType=linkset", headers=headers)
    assert (response.status_code, response.mimetype) == (200, mimetype)
    if mimetype == "application/ld+json":
        assert json.loads(response.data)["@context"] == "https://ref.gs1.org/standards/resolver/linkset-context"
    if mimetype == "text/html":
        assert f"{SITE}/products/{farm.product.slug}" in response.text
        assert "application/ld+json" in response.text


def test_headers_lead_to_the_linkset_and_to_its_context(client: FlaskClient) -> None:
    farm = make_farm()
    path = address("01", farm.product.gtin)
    to_linkset = linkset_header(SITE + path)
    assert f"<{SITE}{path}?linkType=linkset>" in to_linkset
    assert client.get(path).headers["Link"] == to_linkset
    header = client.get(path, headers=LINKSET).headers["Link"]
    assert header.startswith(to_linkset)
    assert 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' in header
    lot = address("01", farm.product.gtin, ai_10=farm.harvest().lot_number)
    assert client.get(lot, headers=BROWSER).headers["Link"] == linkset_header(SITE + lot)


def test_markup_in_names_stays_text_on_the_page_of_links(client: FlaskClient) -> None:
    farm = make_farm(name_vi="</script><script>alert(1)</script>")
    make_link(farm, title="<img src=x onerror=y>")
    text = client.get(f"/01/{farm.product.gtin}?linkType=linkset", headers=BROWSER).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
