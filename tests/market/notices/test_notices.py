"""Notices in the application: the bell, the list, reading; in the reader's language, for nobody else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName, User
from core.db import db
from core.errors import NotFound
from market.notices.models import Notice, NoticeKind
from market.notices.usecases import notify, read_all_notices, read_notice
from market.notices.wording import KIND_ICONS, KIND_NAMES
from tests.factories import make_user, sign_in
from tests.traceability.farm import actor_of

WORDS = {
    "product_vi": "Bưởi Phúc Trạch",
    "product_en": "Phuc Trach pomelo",
    "producer": "Hợp tác xã (mẫu)",
    "author": "Mẫu <b>",
    "words": "Ngon (mẫu)",
    "about": "review",
    "number": "7K3M-9QRS",
    "amount_vnd": 55_000,
    "stars": 4,
    "decision": "hide",
    "reason": "Xúc phạm (mẫu)",
    "report": "producer_statement",
    "subject": "Hợp tác xã (mẫu)",
    "first_day": "2026-09-01",
    "last_day": "2026-09-30",
    "is_ready": True,
}


@pytest.fixture
def reader(session: scoped_session[Session]) -> User:
    return make_user(RoleName.CONSUMER)


def tell(user: User, key: str = "paid:1", kind: NoticeKind = NoticeKind.ORDER_PAID) -> int:
    told = notify(recipients=[user.id], kind=kind, key=key, path="/search", parameters=WORDS)
    db.session.commit()
    return told


def unread(user: User) -> int:
    counted = db.session.scalar(
        select(func.count()).where(Notice.recipient_id == user.id, Notice.read_at.is_(None)).select_from(Notice)
    )
    shown = db.session.scalar(select(User.unread_notices).where(User.id == user.id))
    assert counted == shown
    return shown or 0


def notice_of(user: User) -> Notice:
    return db.session.scalars(select(Notice).where(Notice.recipient_id == user.id)).one()


def test_every_kind_has_words_an_icon_and_a_name() -> None:
    assert set(KIND_NAMES) == set(KIND_ICONS) == set(NoticeKind)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_words_are_made_when_they_are_read(client: FlaskClient, reader: User, kind: NoticeKind, language: str) -> None:
    tell(reader, kind=kind)
    sign_in(client, reader)
    page = client.get(f"/notices?lang={language}")
    assert page.status_code == 200
    assert "<b>" not in page.text.split("<main")[1]
    named = [WORDS["number"], WORDS["subject"], WORDS["product_vi" if language == "vi" else "product_en"]]
    assert any(str(word) in page.text for word in named)


def test_nobody_is_told_of_the_same_twice(reader: User) -> None:
    assert [tell(reader), tell(reader), tell(reader, "paid:2")] == [1, 0, 1]
    assert unread(reader) == 2


def test_several_at_once_are_each_told(reader: User) -> None:
    people = [reader, *(make_user() for _ in range(4)), make_user(active=False)]
    ids = [person.id for person in people]
    assert notify(recipients=ids * 2, kind=NoticeKind.ORDER_PAID, key="k", path="/", parameters=WORDS) == 5
    assert [unread(person) for person in people] == [1, 1, 1, 1, 1, 0]


def test_the_bell_counts_and_reading_takes_away(client: FlaskClient, reader: User) -> None:
    sign_in(client, reader)
    assert 'class="link-quiet bell"' in client.get("/").text
    assert "chưa đọc" not in client.get("/").text
    tell(reader)
    tell(reader, "paid:2")
    assert '<span class="count">2' in client.get("/").text
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None
    for _ in range(2):
        answer = client.post(f"/notices/{notice.id}")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/search")
    assert unread(reader) == 1
    assert client.post("/notices/read").status_code == 303
    assert client.post("/notices/read").status_code == 303
    assert unread(reader) == 0
    assert '<span class="count">' not in client.get("/").text


def test_strangers_have_no_bell_and_no_page(client: FlaskClient, reader: User) -> None:
    assert "bell" not in client.get("/").text.split("<main")[0]
    for path in ("/notices", "/notices/preferences"):
        assert "/sign-in" in client.get(path).headers["Location"]


def test_somebody_elses_notice_is_not_there(client: FlaskClient, reader: User) -> None:
    tell(reader)
    notice = notice_of(reader)
    other = make_user(RoleName.ADMINISTRATOR)
    sign_in(client, other)
    db.session.commit()
    assert "7K3M-9QRS" not in client.get("/notices").text
    assert client.post(f"/notices/{notice.id}").status_code == 404
    for actor in (ANONYMOUS, actor_of(other)):
        with pytest.raises(NotFound):
            read_notice(actor=actor, notice_id=notice.id)
    with pytest.raises(NotFound):
        read_all_notices(actor=ANONYMOUS)
    assert unread(reader) == 1


def test_pages_cost_a_constant_number_of_queries(client: FlaskClient, reader: User, count_queries: Callable) -> None:
    sign_in(client, reader)
    tell(reader)
    client.get("/notices")
    db.session.expire_all()
    with count_queries() as few:
        client.get("/notices")
    for number in range(10):
        tell(reader, f"paid:{number + 2}")
    db.session.expire_all()
    with count_queries() as many:
        client.get("/notices")
    assert len(few) == len(many) == 3


def test_the_bell_costs_nothing(client: FlaskClient, reader: User, count_queries: Callable) -> None:
    tell(reader)
    db.session.expire_all()
    with count_queries() as stranger:
        client.get("/")
    sign_in(client, reader)
    with count_queries() as signed_in:
        assert '<span class="count">1' in client.get("/").text
    assert not any("notices" in statement.replace("unread_notices", "") for statement in stranger + signed_in)
    # The account with its roles, as on every page of somebody signed in.
    assert len(signed_in) == len(stranger) + 1
