"""The buyer's pages on the way to the payment: what they say once, and how little they load."""

import gzip
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from market.offers.models import Offer
from tests.factories import make_offer, make_product
from tests.support.paying import hold_cart, make_cart

LOADED = re.compile(
    r'(?:<link rel="stylesheet" href|<script src|href|<img [^>]*src)="(/static/[^"#]+\.(?:css|js|svg)[^"#]*)'
)
LIMIT_BYTES = 50_000
"""Page, stylesheets, scripts and drawings, compressed; the fonts come on top and are kept for a year."""


@pytest.fixture
def offer(client: FlaskClient, session: scoped_session[Session]) -> Offer:
    """What lies in the client's basket."""
    offer = make_offer(make_product(name_vi="Bưởi nhà cô Mẫu"))
    hold_cart(client, make_cart((offer, 2)))
    return offer


def test_the_checkout_names_what_is_bought_once_and_sums_it_up(client: FlaskClient, offer: Offer) -> None:
    summary = client.get("/checkout").text.partition("Đơn của bạn")[2]
    assert summary.count("Bưởi nhà cô Mẫu") == 1
    assert re.search(r"<dt>Tiền hàng</dt><dd>[\d.]+\W₫</dd>", summary)


def test_pages_on_the_way_to_the_payment_are_light(client: FlaskClient, offer: Offer) -> None:
    for path in (f"/products/{offer.product.slug}", "/basket", "/checkout"):
        page = client.get(path).text
        files = set(LOADED.findall(page))
        assert any("bootstrap" in name for name in files) and any("icons.svg" in name for name in files)
        weights = {name: len(gzip.compress(client.get(name).data, 9)) for name in files}
        total = len(gzip.compress(page.encode(), 6)) + sum(weights.values())
        assert total < LIMIT_BYTES, (path, total, weights)
