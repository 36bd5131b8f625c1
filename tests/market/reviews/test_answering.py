"""The producer answers a review, once; who may, and what the pages cost."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from market.reviews.models import ReviewAnswer
from tests.factories import make_user, sign_in
from tests.support.shopping import Shop, make_shop
from tests.traceability.farm import make_farm

WORDS = "Cảm ơn chị, lần sau mời chị lại (mẫu)."


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


def test_the_producer_answers_and_may_change_the_answer(client: FlaskClient, shop: Shop) -> None:
    review = shop.review()
    shop.farm.signed_in(client)
    path = f"/farm/reviews/{review.id}"
    assert path in client.get("/farm/reviews").text
    assert client.post(path, data={"body": WORDS}).status_code == 303
    assert client.post(path, data={"body": WORDS + " Hẹn gặp lại."}).status_code == 303
    answer = db.session.scalars(select(ReviewAnswer)).one()
    assert answer.body.endswith("Hẹn gặp lại.")
    assert answer.changed_at is not None
    assert answer.body in client.get(f"/products/{shop.slug}").text


@pytest.mark.parametrize("body", ["", "   ", "hi", "x" * 2001])
def test_an_answer_has_a_sensible_length(client: FlaskClient, shop: Shop, body: str) -> None:
    review = shop.review()
    shop.farm.signed_in(client)
    assert client.post(f"/farm/reviews/{review.id}", data={"body": body}).status_code == 422
    assert db.session.scalars(select(ReviewAnswer)).all() == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (RoleName.CONSUMER, 404),
        (RoleName.STALL_HOLDER, 404),
        (RoleName.MARKET_MANAGER, 404),
        (RoleName.PROVINCE_OFFICER, 404),
        (RoleName.INSPECTOR, 404),
        (RoleName.PRODUCER_MEMBER, 404),
        (RoleName.ADMINISTRATOR, 200),
    ],
)
def test_only_who_acts_for_the_producer_answers(client: FlaskClient, shop: Shop, role: RoleName, status: int) -> None:
    review = shop.review()
    sign_in(client, make_user(role))
    assert client.get(f"/farm/reviews/{review.id}").status_code == status
    answer = client.post(f"/farm/reviews/{review.id}", data={"body": WORDS})
    assert answer.status_code == (303 if status == 200 else 404)


def test_strangers_are_asked_to_sign_in(client: FlaskClient, shop: Shop) -> None:
    answer = client.get(f"/farm/reviews/{shop.review().id}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_a_farm_reads_its_own_reviews_only(client: FlaskClient, shop: Shop) -> None:
    shop.review(body="Chỉ nhà này đọc (mẫu).")
    other = make_farm()
    assert "Chỉ nhà này đọc" not in other.signed_in(client).get("/farm/reviews").text


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/products/{slug}", 2),
        ("/products/{slug}/reviews", 3),
        ("/producers/{producer}", 4),
        ("/producers/{producer}/reviews", 3),
        ("/farm/reviews", 4),
    ],
)
def test_pages_cost_a_constant_number_of_queries(
    client: FlaskClient, shop: Shop, count_queries: Callable, path: str, queries: int
) -> None:
    if path.startswith("/farm"):
        shop.farm.signed_in(client)
    target = path.format(slug=shop.slug, producer=shop.farm.producer.slug)
    shop.review()
    client.get(target)
    db.session.expire_all()
    with count_queries() as few:
        assert client.get(target).status_code == 200
    for _ in range(4):
        review = shop.review()
        db.session.add(ReviewAnswer(review_id=review.id, body=WORDS, answered_by=shop.farm.user.id))
        db.session.commit()
    db.session.expire_all()
    with count_queries() as many:
        assert client.get(target).status_code == 200
    assert len(few) == len(many) == queries
