"""Following a producer, and being told once when a harvest opens, in batches that may be broken off anywhere."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import User
from core.db import db, new_id, utc_now
from market.followers.models import HarvestOpening, ProducerFollow
from market.followers.queries import waiting_openings
from market.followers.usecases import QUIET, follow_producer, note_opening
from market.notices import running, tasks
from market.notices.models import Notice, NoticeKind
from market.offers.events import SaleOpened
from market.offers.models import SaleUnit
from market.offers.rules import OfferValues
from market.offers.usecases import save_offers
from market.orders.models import Order
from tests.factories import make_user, sign_in
from tests.support.shopping import Shop, make_shop
from tests.traceability.farm import actor_of


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


def follow(shop: Shop, count: int = 1) -> list[User]:
    followers = [make_user() for _ in range(count)]
    for follower in followers:
        follow_producer(actor=actor_of(follower), producer_id=shop.farm.producer.id)
    db.session.commit()
    return followers


def offer_by_piece(shop: Shop, on_hand: int) -> None:
    row = OfferValues(unit=SaleUnit.PIECE, content_quantity=1, price_vnd=35_000, on_hand=on_hand)
    save_offers(actor=shop.farm.actor, product_id=shop.farm.product.id, offers=[row])
    db.session.commit()


def openings_published() -> int:
    from core.outbox.models import OutboxMessage

    wanted = OutboxMessage.name == SaleOpened.__name__
    return db.session.scalar(select(func.count()).select_from(OutboxMessage).where(wanted)) or 0


def told() -> list[uuid.UUID]:
    kind = Notice.kind == NoticeKind.HARVEST_OPENED
    return list(db.session.scalars(select(Notice.recipient_id).where(kind).order_by(Notice.recipient_id)))


def test_the_button_follows_and_lets_go(client: FlaskClient, shop: Shop) -> None:
    path = f"/producers/{shop.farm.producer.slug}"
    assert f"/sign-in?next={path}" in client.get(path).text
    sign_in(client, make_user())
    for verb, other in (("follow", "unfollow"), ("unfollow", "follow")):
        assert f'action="{path}/{verb}"' in client.get(path).text
        for _ in range(2):
            assert client.post(f"{path}/{verb}").status_code == 303
        assert f'action="{path}/{other}"' in client.get(path).text
    assert db.session.scalars(select(ProducerFollow)).all() == []


def test_strangers_sign_in_first(client: FlaskClient, shop: Shop) -> None:
    assert "/sign-in" in client.post(f"/producers/{shop.farm.producer.slug}/follow").headers["Location"]
    assert client.get("/producers/nobody/follow").status_code == 405


def test_whom_one_follows_stands_beside_the_preferences(client: FlaskClient, shop: Shop) -> None:
    sign_in(client, follow(shop)[0])
    page = client.get("/notices/preferences").text
    assert shop.farm.producer.name in page
    assert f"/producers/{shop.farm.producer.slug}/unfollow" in page


def test_news_comes_only_when_nothing_could_be_bought_before(shop: Shop) -> None:
    offer_by_piece(shop, 300)
    assert openings_published() == 0
    offer_by_piece(shop, 0)
    assert openings_published() == 0
    offer_by_piece(shop, 50)
    assert openings_published() == 1
    offer_by_piece(shop, 60)
    assert openings_published() == 1


def test_followers_are_told_once_an_opening(client: FlaskClient, shop: Shop, deliver_outbox: Callable[[], int]) -> None:
    followers = follow(shop, 3)
    make_user()
    offer_by_piece(shop, 0)
    offer_by_piece(shop, 50)
    deliver_outbox()
    tasks.tell_waiting_followers()
    tasks.tell_waiting_followers()
    assert told() == sorted(follower.id for follower in followers)
    assert waiting_openings(limit=10) == []
    sign_in(client, followers[0])
    page = client.get("/notices?lang=en").text
    assert f"{shop.farm.product.name_en} can be bought again" in page


def test_opening_and_closing_all_day_tells_once(shop: Shop, deliver_outbox: Callable[[], int]) -> None:
    follow(shop)
    for _ in range(3):
        offer_by_piece(shop, 0)
        offer_by_piece(shop, 50)
    deliver_outbox()
    tasks.tell_waiting_followers()
    assert len(told()) == 1
    product_id = shop.farm.product.id
    later = utc_now() + QUIET + timedelta(minutes=1)
    assert not note_opening(opening_id=new_id(), product_id=product_id, opened_at=utc_now())
    assert note_opening(opening_id=new_id(), product_id=product_id, opened_at=later)


def test_the_same_news_twice_is_one_opening(shop: Shop) -> None:
    opening_id, product_id, now = new_id(), shop.farm.product.id, utc_now()
    made = [note_opening(opening_id=opening_id, product_id=product_id, opened_at=now) for _ in range(2)]
    assert made == [True, False]
    assert len(db.session.scalars(select(HarvestOpening)).all()) == 1


def test_batches_broken_off_go_on_where_they_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    followers = follow(shop, 7)
    opening_id = new_id()
    note_opening(opening_id=opening_id, product_id=shop.farm.product.id, opened_at=utc_now())
    db.session.commit()
    monkeypatch.setattr(running, "BATCH", 3)
    assert running._tell_next(opening_id)
    assert len(told()) == 3
    assert waiting_openings(limit=10) == [opening_id]
    running.tell_followers(opening_id)
    assert told() == sorted(follower.id for follower in followers)
    assert waiting_openings(limit=10) == []
    assert {db.session.get_one(User, follower.id).unread_notices for follower in followers} == {1}


def test_nobody_is_told_of_what_was_taken_off_the_shop(shop: Shop) -> None:
    follow(shop)
    shop.farm.product.status = "archived"
    opening_id = new_id()
    note_opening(opening_id=opening_id, product_id=shop.farm.product.id, opened_at=utc_now())
    db.session.commit()
    running.tell_followers(opening_id)
    assert told() == []
    assert db.session.scalars(select(Order)).all() == []


@pytest.mark.parametrize("signed", [False, True])
def test_the_farms_page_costs_one_query_more_for_who_may_follow(
    client: FlaskClient, shop: Shop, count_queries: Callable, signed: bool
) -> None:
    path = f"/producers/{shop.farm.producer.slug}"
    if signed:
        sign_in(client, follow(shop)[0])
    client.get(path)
    db.session.expire_all()
    with count_queries() as statements:
        client.get(path)
    follows = [statement for statement in statements if "producer_follows" in statement]
    assert len(follows) == int(signed)
