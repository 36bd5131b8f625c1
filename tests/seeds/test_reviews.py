"""The demo world's reviews: of parcels that really left, and only where nobody has ordered anything yet."""

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.db import db, utc_now
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerPosting
from market.ledger.queries import balance_of
from market.orders.models import OrderLine
from market.reviews.models import Review, ReviewAnswer
from seeds.reviews import SAID, add_reviews
from traceability.lots.models import LotMovement


def test_every_review_is_of_goods_that_left_from_that_lot(seeded: Flask) -> None:
    reviews = db.session.scalars(select(Review)).all()
    assert len(reviews) == len(SAID)
    for review in reviews:
        line = db.session.get_one(OrderLine, review.order_line_id, options=[joinedload(OrderLine.parcel)])
        left = select(LotMovement).where(LotMovement.lot_id == review.lot_id, LotMovement.to_sscc == line.parcel.sscc)
        sold = db.session.scalars(left.where(LotMovement.to_status == "sold")).one()
        assert line.quantity == sold.units
        assert line.parcel.shipped_at == sold.created_at < review.created_at < utc_now()


def test_the_demo_farmer_has_answered(seeded: Flask) -> None:
    assert db.session.scalars(select(ReviewAnswer)).all() != []


def test_the_ledger_is_sound_and_the_payment_service_begins_with_nothing(seeded: Flask) -> None:
    assert db.session.scalar(select(func.sum(LedgerPosting.amount_vnd))) == 0
    assert audit_ledger().is_sound
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0 < balance_of(AccountKind.BANK_BALANCE)


def test_a_second_time_adds_nothing(seeded: Flask) -> None:
    assert add_reviews(now=utc_now()) == 0


def test_the_page_of_a_product_shows_one(seeded: Flask) -> None:
    review = db.session.scalars(select(Review).order_by(Review.id)).first()
    assert review is not None
    page = seeded.test_client().get(f"/report/review/{review.id}")
    assert page.status_code == 200
    assert review.author_name in page.text
