"""Who is told of which news: delivered through the outbox, and again without telling anybody twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName, User
from core.db import db
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.moderation.models import ContentKind, Decision
from market.moderation.usecases import moderate, report_content
from market.notices import handlers
from market.notices.models import Notice, NoticeKind
from market.orders.events import OrderPaid, ParcelShipped
from market.orders.usecases import lock_order, note_refund
from market.payments.purposes import RefundReason
from market.questions.usecases import answer_question, ask_question
from market.reviews.events import ReviewWritten
from market.reviews.usecases import answer_review
from tests.factories import make_user
from tests.support.shopping import Shop, make_officer, make_shop
from tests.traceability.farm import actor_of


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


@pytest.fixture
def buyer(shop: Shop) -> User:
    return make_user(RoleName.CONSUMER)


@pytest.fixture
def arrive(deliver_outbox: Callable[[], int]) -> Callable[[], None]:
    def commit_and_deliver() -> None:
        db.session.commit()
        deliver_outbox()

    return commit_and_deliver


def told(user: User) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Notice.kind, Notice.path).where(Notice.recipient_id == user.id).order_by(Notice.id)
    )
    return [(kind, path) for kind, path in rows]


def guest_mails() -> list[dict[str, str]]:
    found = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == MailRequested.__name__))
    return [
        {"to": message.payload["recipient"], **message.payload["context"]}
        for message in found
        if message.payload["template"] == "notice" and message.payload["context"]["stop_path"] is None
    ]


def test_an_order_tells_its_buyer_and_its_producer(shop: Shop, buyer: User, arrive: Callable[[], None]) -> None:
    bought = shop.buy(buyer)
    note_refund(order=lock_order(bought.order_id), amount_vnd=35_000, reason=RefundReason.RETURNED)
    arrive()
    page = f"/orders/{bought.token}"
    assert sorted(told(buyer)) == sorted(
        [(NoticeKind.ORDER_PAID, page), (NoticeKind.PARCEL_SHIPPED, page), (NoticeKind.ORDER_REFUNDED, page)]
    )
    assert told(shop.farm.user) == [(NoticeKind.PARCEL_TO_PACK, f"/farm/orders/{bought.parcel_id}")]


def test_a_guest_has_no_notices(shop: Shop, arrive: Callable[[], None]) -> None:
    shop.buy()
    arrive()
    assert {notice.recipient_id for notice in db.session.scalars(select(Notice))} == {shop.farm.user.id}


def test_the_same_news_again_tells_nobody_twice(shop: Shop, buyer: User, arrive: Callable[[], None]) -> None:
    bought = shop.buy(buyer)
    review = shop.review(bought)
    arrive()
    before = len(db.session.scalars(select(Notice)).all())
    handlers.tell_order_paid(OrderPaid(order_id=bought.order_id))
    handlers.tell_parcel_shipped(ParcelShipped(parcel_id=bought.parcel_id))
    handlers.tell_review_written(ReviewWritten(review_id=review.id))
    assert len(db.session.scalars(select(Notice)).all()) == before


def test_a_review_and_its_answer_tell_both_sides(shop: Shop, buyer: User, arrive: Callable[[], None]) -> None:
    bought = shop.buy(buyer)
    review = shop.review(bought)
    for words in ("Cảm ơn chị (mẫu).", "Cảm ơn chị nhiều (mẫu)."):
        answer_review(actor=shop.farm.actor, review_id=review.id, body=words)
    arrive()
    assert (NoticeKind.REVIEW_RECEIVED, f"/farm/reviews/{review.id}") in told(shop.farm.user)
    assert [path for kind, path in told(buyer) if kind == NoticeKind.ANSWER_RECEIVED] == [bought.review_path]
    assert guest_mails() == []


def test_a_guest_gets_the_answer_by_mail(shop: Shop, arrive: Callable[[], None]) -> None:
    bought = shop.buy(email="mau@example.com")
    review = shop.review(bought)
    answer_review(actor=shop.farm.actor, review_id=review.id, body="Cảm ơn anh (mẫu).")
    arrive()
    (mail,) = guest_mails()
    assert (mail["to"], mail["path"]) == ("mau@example.com", bought.review_path)


def test_a_question_and_its_answer_tell_both_sides(shop: Shop, buyer: User, arrive: Callable[[], None]) -> None:
    question = ask_question(actor=actor_of(buyer), product_id=shop.farm.product.id, body="Để được bao lâu ạ?")
    answer_question(actor=shop.farm.actor, question_id=question.id, body="Ba tuần (mẫu).")
    arrive()
    page = f"/questions/{question.id}"
    assert told(shop.farm.user) == [(NoticeKind.QUESTION_RECEIVED, page)]
    assert told(buyer) == [(NoticeKind.ANSWER_RECEIVED, page)]


def test_nobody_is_told_of_their_own_words(shop: Shop, arrive: Callable[[], None]) -> None:
    question = ask_question(actor=shop.farm.actor, product_id=shop.farm.product.id, body="Có ai cần gói quà không?")
    answer_question(actor=shop.farm.actor, question_id=question.id, body="Có nhé (mẫu).")
    arrive()
    assert told(shop.farm.user) == []


@pytest.mark.parametrize("guest", [False, True])
def test_the_author_is_told_what_was_decided_but_not_that_it_was_kept(
    shop: Shop, buyer: User, arrive: Callable[[], None], guest: bool
) -> None:
    bought = shop.buy(None if guest else buyer, email="mau@example.com")
    review = shop.review(bought)
    case = report_content(actor=ANONYMOUS, kind=ContentKind.REVIEW, content_id=review.id, reason="untrue")
    officer = make_officer()
    for decision in (Decision.KEEP, Decision.HIDE, Decision.RESTORE):
        moderate(actor=officer, case_id=case.id, decision=decision, reason="Lời lẽ xúc phạm (mẫu).")
    arrive()
    kind = NoticeKind.MODERATION_RESULT
    if guest:
        assert [mail["path"] for mail in guest_mails()] == [bought.review_path] * 2
    else:
        assert [path for told_kind, path in told(buyer) if told_kind == kind] == [bought.review_path] * 2
        assert guest_mails() == []
