"""What headers ask for: whatever they hold, the answer fits them and nothing breaks."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept

from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import address, make_link
from traceability.resolver.negotiation import HTML_TYPES, Representation, read_wish, wanted_form
from traceability.resolver.vocabulary import LINKSET_TYPE

KINDS = [
    "text/html",
    "application/xhtml+xml",
    LINKSET_TYPE,
    "application/json",
    "application/ld+json",
    "*/*",
    "image/*",
]
accepts = st.dictionaries(st.sampled_from(KINDS), st.integers(0, 10).map(lambda tenths: tenths / 10))


@given(accepts)
def test_the_form_is_one_that_is_named_and_liked_best(qualities: dict[str, float]) -> None:
    form = wanted_form(MIMEAccept(list(qualities.items())))
    page = max(qualities.get(kind, 0.0) for kind in HTML_TYPES)
    programs = {
        Representation.LINKSET: qualities.get(LINKSET_TYPE, 0.0),
        Representation.JSON: qualities.get("application/json", 0.0),
        Representation.JSON_LD: qualities.get("application/ld+json", 0.0),
    }
    best = max(page, *programs.values())
    if best == 0:
        assert form is Representation.ANYTHING
    elif form is Representation.PAGE:
        assert page == best
    else:
        assert programs[form] == best > page


@given(accepts)
def test_the_order_of_what_is_accepted_does_not_matter(qualities: dict[str, float]) -> None:
    pairs = list(qualities.items())
    assert wanted_form(MIMEAccept(pairs)) is wanted_form(MIMEAccept(pairs[::-1]))


headers = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)


@given(accept=headers, language=headers, asked=st.text(max_size=20), context=st.text(max_size=5))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_or_query_breaks_the_resolver(
    client: FlaskClient, accept: str, language: str, asked: str, context: str
) -> None:
    response = client.get(
        "/01/09521999999997",
        headers={"Accept": accept, "Accept-Language": language},
        query_string={"linkType": asked, "context": context},
    )
    # A query may hold what looks like an application identifier, and is then wrong in itself.
    assert response.status_code in (400, 404)


@given(asked=st.text(max_size=20), accept=headers, language=headers)
@settings(max_examples=100)
def test_a_wish_is_read_from_anything(app: Flask, asked: str, accept: str, language: str) -> None:
    with app.test_request_context(
        "/", query_string={"linkType": asked}, headers={"Accept": accept, "Accept-Language": language}
    ) as context:
        wish = read_wish(context.request)
    assert not (wish.wants_linkset and wish.is_for_default)
    assert wish.preference.link_type != "linkset"


@pytest.mark.parametrize(
    ("accept", "asked", "status"),
    [
        ("application/json", "", 200),
        ("application/json", "?linkType=gs1:faqs", 307),  # the type is the target's, not the linkset's
        ("application/linkset+json", "?linkType=gs1:faqs", 200),
        ("application/ld+json", "?linkType=gs1:epcis", 307),
        ("text/html", "?linkType=gs1:faqs", 307),
        ("image/png", "", 307),
    ],
)
def test_a_linkset_is_sent_only_where_it_is_meant(client: FlaskClient, accept: str, asked: str, status: int) -> None:
    farm = make_farm()
    make_link(farm, link_type="faqs")
    path = address("01", farm.product.gtin, ai_10=farm.harvest().lot_number)
    assert client.get(path + asked, headers={"Accept": accept}).status_code == status
