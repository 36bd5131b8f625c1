"""The same form sent by two windows at the same time, on real connections."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select

from core.accounts import User
from core.db import db
from core.outbox.models import OutboxMessage
from market.notices.models import Notice, NoticeKind
from market.notices.usecases import notify, read_all_notices
from market.reviews.events import ReviewWritten
from market.reviews.models import Review, ReviewVersion
from tests.factories import make_user
from tests.support.shopping import make_shop
from tests.traceability.farm import actor_of

WINDOWS = 6


def at_once(work: Callable[[int], object]) -> list[object]:
    barrier = threading.Barrier(WINDOWS)

    def run(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(WINDOWS) as pool:
        return list(pool.map(run, range(WINDOWS)))


def test_one_line_gets_one_review_however_many_windows_send_it(own_app: Flask) -> None:
    with own_app.app_context():
        path = make_shop().buy().review_path
    words = {"stars": "4", "body": "Ngon (mẫu).", "author_name": "Mẫu"}
    answers = at_once(lambda number: own_app.test_client().post(path, data=words).status_code)
    assert answers == [303] * WINDOWS
    with own_app.app_context():
        assert len(db.session.scalars(select(Review)).all()) == 1
        assert db.session.scalars(select(ReviewVersion)).all() == []
        news = select(OutboxMessage).where(OutboxMessage.name == ReviewWritten.__name__)
        assert len(db.session.scalars(news).all()) == 1


def test_the_count_of_unread_notices_stays_true_while_some_are_told_and_others_read(own_app: Flask) -> None:
    with own_app.app_context():
        people = [make_user() for _ in range(3)]
        actors, ids = [actor_of(person) for person in people], [person.id for person in people]
        db.session.commit()

    def work(number: int) -> None:
        with own_app.app_context():
            for turn in range(8):
                if number % 2:
                    read_all_notices(actor=actors[turn % 3])
                else:
                    order = ids if turn % 2 else ids[::-1]
                    parameters = {"number": "1", "amount_vnd": 1}
                    key = f"key:{(number + turn) % 9}"
                    notify(recipients=order, kind=NoticeKind.ORDER_PAID, key=key, path="/", parameters=parameters)
                db.session.commit()

    at_once(work)
    with own_app.app_context():
        for actor, user_id in zip(actors, ids, strict=True):
            mine = select(Notice).where(Notice.recipient_id == user_id)
            notices = db.session.scalars(mine).all()
            assert len(notices) == 9
            assert _unread(user_id) == sum(notice.read_at is None for notice in notices)
            read_all_notices(actor=actor)
            assert _unread(user_id) == 0


def _unread(user_id: object) -> int:
    return db.session.scalars(select(User.unread_notices).where(User.id == user_id)).one()
