"""The producers' form: what it saves, what it refuses, and for whom it exists."""

import io
import re
import uuid

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.accounts import ANONYMOUS, RoleName, User
from core.db import db
from market.offers.models import Offer, OfferStatus
from market.offers.stock import count_stock
from tests.factories import make_commune, make_offer, make_producer, make_product, make_user, sign_in

GOOD = {
    "name_vi": "Bưởi Phúc Trạch",
    "name_en": "Phuc Trach pomelo",
    "category": "fruit",
    "province": "42",
    "commune": "18547",
    "ocop_stars": "4",
    "standards": "VietGAP, HACCP, VietGAP",
    "shelf_life_days": "60",
    "offers-0-unit": "piece",
    "offers-0-price_vnd": "35.000",
    "offers-0-content_quantity": "",
    "offers-0-on_hand": "100",
    "offers-1-unit": "box",
    "offers-1-price_vnd": "200000",
    "offers-1-content_quantity": "6",
    "offers-1-on_hand": "10",
    "offers-2-unit": "",
    "offers-2-price_vnd": "",
    "offers-2-content_quantity": "",
    "offers-2-on_hand": "",
}


@pytest.fixture
def farmer(session: scoped_session[Session]) -> User:
    make_commune()
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def producer(farmer: User) -> Producer:
    return make_producer(farmer)


@pytest.fixture
def farm(client: FlaskClient, farmer: User, producer: Producer) -> FlaskClient:
    sign_in(client, farmer)
    return client


def send(client: FlaskClient, producer: Producer, address: str = "new", **changes: object):
    data = {"producer": str(producer.id), **GOOD, **changes}
    return client.post(f"/farm/products/{address}?lang=en", data=data, content_type="multipart/form-data")


def picture(side: int = 80) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(content, "PNG")
    return content.getvalue()


def products(session: scoped_session[Session]) -> int:
    return session.scalar(select(func.count()).select_from(Product)) or 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_empty_form_is_there(farm: FlaskClient, language: str) -> None:
    response = farm.get(f"/farm/products/new?lang={language}")
    assert response.status_code == 200
    assert 'name="offers-2-unit"' in response.get_data(as_text=True)


def test_a_product_is_saved_with_its_offers(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    response = send(farm, producer, photo=(io.BytesIO(picture()), "buoi.png"))
    assert response.status_code == 303
    product = session.scalars(select(Product)).one()
    assert response.location.endswith(f"/farm/products/{product.id}")
    assert (product.name_vi, product.ocop_stars, product.standards) == ("Bưởi Phúc Trạch", 4, ["VietGAP", "HACCP"])
    assert product.photo_key is not None
    offers = session.scalars(select(Offer).order_by(Offer.price_vnd)).all()
    assert [(offer.unit, offer.price_vnd, offer.content_quantity, offer.on_hand) for offer in offers] == [
        ("piece", 35_000, 1, 100),
        ("box", 200_000, 6, 10),
    ]
    assert farm.get(f"/products/{product.slug}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_vi", ""),
        ("name_vi", "x" * 121),
        ("name_en", "x" * 121),
        ("name_en", "bad\x07bell"),
        ("category", ""),
        ("category", "weapons"),
        ("commune", ""),
        ("commune", "99999"),
        ("province", "xx"),
        ("ocop_stars", "9"),
        ("description_vi", "x" * 2001),
        ("shelf_life_days", "-1"),
        ("shelf_life_days", "long"),
        ("standards", "x" * 81),
        ("offers-0-unit", "barrel"),
        ("offers-0-unit", ""),
        ("offers-0-price_vnd", ""),
        ("offers-0-price_vnd", "0"),
        ("offers-0-price_vnd", "-35000"),
        ("offers-0-price_vnd", "cheap"),
        ("offers-0-price_vnd", "100000000"),
        ("offers-0-on_hand", ""),
        ("offers-0-on_hand", "-1"),
        ("offers-0-on_hand", "2.5"),
        ("offers-1-content_quantity", "0"),
        ("offers-1-content_quantity", "10001"),
        ("offers-1-unit", "piece"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session], field: str, value: str
) -> None:
    response = send(farm, producer, **{field: value})
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert f'href="#{field}"' in text
    assert "Phuc Trach pomelo" in text or field == "name_en"
    assert products(session) == 0


def test_a_product_without_an_english_name_is_called_as_in_vietnamese_and_the_form_stays_empty(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    response = send(farm, producer, name_en="")
    assert response.status_code == 303
    product = session.scalars(select(Product)).one()
    assert "<h1>Bưởi Phúc Trạch</h1>" in farm.get(f"/products/{product.slug}?lang=en").text
    english = re.search(r'<input[^>]*id="name_en"[^>]*>', farm.get(f"/farm/products/{product.id}").text)
    assert english is not None
    assert 'value=""' in english[0]


def test_a_product_needs_one_offer(farm: FlaskClient, producer: Producer, session: scoped_session[Session]) -> None:
    empty = {name: "" for name in GOOD if name.startswith("offers-")}
    response = send(farm, producer, **empty)
    assert response.status_code == 422
    assert "at least one way to sell it" in response.get_data(as_text=True)
    assert products(session) == 0


def test_a_photo_that_is_none_is_refused_and_the_rest_kept(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    response = send(farm, producer, photo=(io.BytesIO(b"<svg onload=alert(1)>"), "photo.png"))
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert 'href="#photo"' in text
    assert 'value="Phuc Trach pomelo"' in text
    assert products(session) == 0


def test_a_photo_that_is_too_large_is_refused_and_the_rest_kept(
    app,
    farm: FlaskClient,
    producer: Producer,
    session: scoped_session[Session],
) -> None:
    limit = app.extensions["settings"].photo_limit_bytes
    for size in (limit + 1, limit + 2_000_000):
        response = send(farm, producer, photo=(io.BytesIO(b"\xff" * size), "photo.jpg"))
        assert response.status_code == 413
        text = response.get_data(as_text=True)
        assert 'href="#photo"' in text
        assert 'value="Phuc Trach pomelo"' in text
    assert products(session) == 0


def test_what_is_beyond_any_photo_gets_a_plain_413(farm: FlaskClient, app, producer: Producer) -> None:
    size = app.extensions["settings"].photo_limit_bytes * 4 + 1
    assert send(farm, producer, photo=(io.BytesIO(b"\xff" * size), "photo.jpg")).status_code == 413


def test_a_good_photo_survives_another_fault(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    refused = send(farm, producer, name_vi="", photo=(io.BytesIO(picture()), "buoi.png"))
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    key = text.split('name="stored_photo" type="hidden" value="')[1].split('"')[0]
    assert send(farm, producer, stored_photo=key).status_code == 303
    assert session.scalars(select(Product)).one().photo_key == key


def test_html_in_names_is_escaped(farm: FlaskClient, producer: Producer, session: scoped_session[Session]) -> None:
    response = send(farm, producer, name_vi="<script>x</script>", name_en="<img src=x>")
    assert response.status_code == 303
    slug = session.scalars(select(Product)).one().slug
    for address in (response.location, f"/products/{slug}", "/farm", "/", f"/producers/{producer.slug}"):
        text = farm.get(f"{address}?lang=en").get_data(as_text=True)
        assert "<script>x" not in text
        assert "<img src=x>" not in text
        assert "&lt;img src=x&gt;" in text


def test_changing_shows_what_is_and_saves_what_is_new(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    product = make_product(producer)
    offer = make_offer(product)
    bag = make_offer(product, unit="bag", price_vnd=50_000)
    text = farm.get(f"/farm/products/{product.id}").get_data(as_text=True)
    assert 'value="35.000"' in text
    assert send(farm, producer, str(product.id), **{"offers-0-price_vnd": "40.000"}).status_code == 303
    session.expire_all()
    assert offer.price_vnd == 40_000
    assert bag.status == OfferStatus.PAUSED


def shown_in(page: str) -> dict[str, str]:
    """What comes back with the form of what it showed of its first offer."""
    found = re.search(r'name="offers-0-shown" type="hidden" value="([^"]+)"', page)
    assert found is not None
    return {"offers-0-shown": found[1]}


def changed_while_open(farm: FlaskClient, producer: Producer) -> tuple[Offer, dict[str, str]]:
    """An offer of which 99 are left at 36,000 dong since its form was opened, and what that form had shown."""
    offer = make_offer(make_product(producer))
    shown = shown_in(farm.get(f"/farm/products/{offer.product_id}").text)
    count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=99)
    offer.price_vnd = 36_000
    db.session.commit()
    return offer, shown


def test_what_was_sold_or_repriced_while_the_form_was_open_stays_so(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    offer, shown = changed_while_open(farm, producer)
    assert send(farm, producer, str(offer.product_id), description_vi="Chỉ sửa lời mô tả.", **shown).status_code == 303
    session.refresh(offer)
    assert (offer.on_hand, offer.price_vnd) == (99, 36_000)


def test_what_was_changed_elsewhere_too_is_named_and_what_was_typed_kept(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    offer, shown = changed_while_open(farm, producer)
    typed = {"offers-0-on_hand": "80", "offers-0-price_vnd": "40.000"}
    refused = send(farm, producer, str(offer.product_id), **typed, **shown)
    assert refused.status_code == 422
    for text in ("99 are there by now", "The price is ₫36,000 by now", 'value="80"', 'value="40.000"'):
        assert text in refused.text
    session.refresh(offer)
    assert (offer.on_hand, offer.price_vnd) == (99, 36_000)
    assert send(farm, producer, str(offer.product_id), **typed, **shown_in(refused.text)).status_code == 303
    session.refresh(offer)
    assert (offer.on_hand, offer.price_vnd) == (80, 40_000)


def test_somebody_elses_product_is_not_found_like_a_missing_one(farm: FlaskClient, producer: Producer) -> None:
    others = make_product(make_producer())
    answers = [farm.get(f"/farm/products/{product_id}") for product_id in (others.id, uuid.uuid4())]
    answers += [send(farm, producer, str(product_id)) for product_id in (others.id, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert answers[0].get_data() == answers[1].get_data()
    assert answers[2].get_data() == answers[3].get_data()


def test_another_producer_cannot_be_chosen(
    farm: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    assert send(farm, make_producer()).status_code == 422
    assert products(session) == 0


@pytest.mark.parametrize("role", [role for role in RoleName if role != RoleName.PRODUCER_MEMBER])
def test_for_other_roles_the_pages_do_not_exist(client: FlaskClient, session: scoped_session[Session], role: RoleName):
    sign_in(client, make_user(role))
    for address in ("/farm", "/farm/products/new", f"/farm/products/{uuid.uuid4()}"):
        assert client.get(address).status_code == 404


def test_visitors_are_asked_to_sign_in(client: FlaskClient, session: scoped_session[Session]) -> None:
    for address in ("/farm", "/farm/products/new", f"/farm/products/{uuid.uuid4()}"):
        response = client.get(address)
        assert response.status_code == 303
        assert "/sign-in" in response.location


def test_communes_of_another_province_can_be_listed_without_script(farm: FlaskClient, producer: Producer) -> None:
    make_commune("00004", "Phường Ba Đình", province="01")
    response = send(farm, producer, province="01", show_communes="1")
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "Phường Ba Đình" in text
    assert 'value="Phuc Trach pomelo"' in text
