"""The buyer reviews a line of an order, over HTTP, as a guest with the order's link."""

import io
import json
import re
import unicodedata
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from core.storage import storage
from market.reviews.models import Review, ReviewVersion
from tests.factories import make_user
from tests.support.shopping import Purchase, Shop, make_shop, photo_file

WORDS = {"stars": "4", "body": "Bưởi ngọt, múi mọng (mẫu).", "author_name": "Chị Mẫu"}


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


@pytest.fixture
def bought(shop: Shop) -> Purchase:
    return shop.buy()


def only_review() -> Review:
    return db.session.scalars(select(Review).execution_options(populate_existing=True)).one()


def count_reviews() -> int:
    return db.session.scalar(select(func.count()).select_from(Review)) or 0


def test_a_guest_reviews_what_was_shipped_and_everybody_reads_it(
    client: FlaskClient, shop: Shop, bought: Purchase
) -> None:
    assert f'href="{bought.review_path}"' in client.get(f"/orders/{bought.token}").text
    assert 'value="Mẫu"' in client.get(bought.review_path).text
    answer = client.post(bought.review_path, data=WORDS)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/orders/{bought.token}")
    review = only_review()
    assert (review.lot_id, review.author_id, review.order_line_id) == (shop.lot.id, None, bought.line_id)
    for path in (f"/products/{shop.slug}", f"/products/{shop.slug}/reviews"):
        page = client.get(path).text
        assert WORDS["body"] in page
        assert f"/10/{shop.lot.lot_number}" in page
        assert "4,0" in page
    slug = shop.farm.producer.slug
    for path in (f"/producers/{slug}", f"/producers/{slug}/reviews"):
        assert WORDS["body"] in client.get(path).text
    assert '<h2 class="review-product">' in client.get(f"/producers/{slug}/reviews").text
    assert '<h3 class="review-product">' in client.get(f"/producers/{slug}").text


def test_search_engines_read_the_rating_once_there_is_one(client: FlaskClient, shop: Shop) -> None:
    assert "application/ld+json" not in client.get(f"/products/{shop.slug}").text
    shop.review(stars=5)
    shop.review(stars=2)
    page = client.get(f"/products/{shop.slug}").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found is not None
    rating = json.loads(found[1])["aggregateRating"]
    assert (rating["ratingValue"], rating["reviewCount"]) == ("3.5", 2)


def test_what_is_not_on_its_way_cannot_be_reviewed(client: FlaskClient, shop: Shop) -> None:
    waiting = shop.buy(shipped=False)
    assert waiting.review_path not in client.get(f"/orders/{waiting.token}").text
    answer = client.post(f"{waiting.review_path}?lang=en", data=WORDS)
    assert answer.status_code == 422
    assert "once the parcel is on its way" in answer.text
    assert count_reviews() == 0


def test_the_link_opens_the_lines_of_its_own_order_only(client: FlaskClient, shop: Shop, bought: Purchase) -> None:
    other = shop.buy()
    for path in (
        f"/orders/{bought.token}/lines/{other.line_id}/review",
        f"/orders/{'A' * 43}/lines/{bought.line_id}/review",
        f"/orders/nonsense/lines/{bought.line_id}/review",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, data=WORDS).status_code == 404
    assert count_reviews() == 0


def test_the_same_form_sent_twice_is_one_review_without_a_version(client: FlaskClient, bought: Purchase) -> None:
    for _ in range(2):
        assert client.post(bought.review_path, data=WORDS).status_code == 303
    assert count_reviews() == 1
    assert only_review().changed_at is None
    assert db.session.scalars(select(ReviewVersion)).all() == []


def test_a_changed_review_keeps_its_old_words(client: FlaskClient, bought: Purchase) -> None:
    client.post(bought.review_path, data=WORDS)
    client.post(bought.review_path, data={**WORDS, "stars": "2", "body": "Quả sau bị khô (mẫu)."})
    review = only_review()
    assert (review.stars, review.body) == (2, "Quả sau bị khô (mẫu).")
    assert review.changed_at is not None
    version = db.session.scalars(select(ReviewVersion)).one()
    assert (version.stars, version.body) == (4, WORDS["body"])


def test_after_fourteen_days_it_stays_as_it_is(client: FlaskClient, bought: Purchase) -> None:
    client.post(bought.review_path, data=WORDS)
    only_review().created_at = utc_now() - timedelta(days=15)
    db.session.commit()
    answer = client.post(f"{bought.review_path}?lang=en", data={**WORDS, "stars": "1"})
    assert answer.status_code == 422
    assert "for 14 days" in answer.text
    assert only_review().stars == 4
    assert "<form" in client.get(bought.review_path).text
    assert 'name="stars"' not in client.get(bought.review_path).text


def test_photos_are_kept_without_what_the_camera_wrote(client: FlaskClient, shop: Shop, bought: Purchase) -> None:
    data = {**WORDS, "photos": [(photo_file(), "a.jpg"), (photo_file(colour="red"), "b.jpg")]}
    assert client.post(bought.review_path, data=data).status_code == 303
    keys = only_review().photo_keys
    assert len(keys) == 2
    for key in keys:
        with Image.open(io.BytesIO(storage().get(f"{key}-1200.webp"))) as kept:
            assert not kept.getexif()
        assert f"/media/{key}-400.webp" in client.get(f"/products/{shop.slug}").text
    client.post(bought.review_path, data={**WORDS, "kept_photos": [keys[1]]})
    assert only_review().photo_keys == [keys[1]]


def test_a_bad_photo_is_named_and_everything_else_kept(client: FlaskClient, bought: Purchase) -> None:
    data = {**WORDS, "photos": [(photo_file(), "a.jpg"), (io.BytesIO(b"<svg onload=alert(1)>"), "b.jpg")]}
    answer = client.post(f"{bought.review_path}?lang=en", data=data)
    assert answer.status_code == 422
    assert "This file is not a photo" in answer.text
    assert WORDS["body"] in answer.text
    assert 'name="kept_photos" value="photos/' in answer.text
    assert count_reviews() == 0


def test_five_photos_are_one_too_many(client: FlaskClient, bought: Purchase) -> None:
    photos = [(photo_file(colour=colour), f"{colour}.jpg") for colour in ("red", "green", "blue", "white", "black")]
    answer = client.post(f"{bought.review_path}?lang=en", data={**WORDS, "photos": photos})
    assert answer.status_code == 422
    assert "At most 4 photos" in answer.text
    assert count_reviews() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"stars": ""},
        {"stars": "0"},
        {"stars": "6"},
        {"stars": "five"},
        {"body": "x" * 2001},
        {"author_name": "  "},
        {"author_name": "x" * 61},
        {"body": "chu\x07ong"},
    ],
)
def test_nonsense_is_refused_and_what_was_typed_stays(
    client: FlaskClient, bought: Purchase, wrong: dict[str, str]
) -> None:
    answer = client.post(bought.review_path, data={**WORDS, **wrong})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text or "field-error" in answer.text
    if "body" not in wrong:
        assert WORDS["body"] in answer.text
    assert count_reviews() == 0


def test_stars_alone_are_a_review(client: FlaskClient, shop: Shop, bought: Purchase) -> None:
    assert client.post(bought.review_path, data={**WORDS, "body": ""}).status_code == 303
    assert only_review().body is None
    assert client.get(f"/products/{shop.slug}").status_code == 200


def test_words_are_text_and_nothing_else(client: FlaskClient, shop: Shop, bought: Purchase) -> None:
    body = "<script>alert(1)</script> https://quang-cao.example " + unicodedata.normalize("NFD", "bưởi")
    client.post(bought.review_path, data={**WORDS, "body": body, "author_name": "<b>Mẫu</b>"})
    assert only_review().body == unicodedata.normalize("NFC", body)
    page = client.get(f"/products/{shop.slug}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>Mẫu" not in page
    assert 'href="https://quang-cao.example' not in page


def test_a_buyer_with_an_account_is_the_author(shop: Shop) -> None:
    buyer = make_user()
    assert shop.review(shop.buy(buyer)).author_id == buyer.id


def test_the_page_of_a_secret_link_is_kept_by_nobody(client: FlaskClient, bought: Purchase) -> None:
    answer = client.get(bought.review_path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
