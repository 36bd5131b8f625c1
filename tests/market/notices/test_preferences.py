"""How people want to be told, the mails, and their end without signing in."""

import email
import email.policy
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName, User
from core.db import db
from core.errors import Invalid, NotFound
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.notices.models import Notice, NoticeChannel, NoticeKind, NoticePreference
from market.notices.queries import preferences_of
from market.notices.unsubscribing import unsubscribe_path
from market.notices.usecases import change_preferences, notify
from tests.factories import make_user, sign_in
from tests.market.notices.test_notices import WORDS
from tests.traceability.farm import actor_of


@pytest.fixture
def reader(session: scoped_session[Session]) -> User:
    return make_user(RoleName.CONSUMER, locale="en")


def tell(user: User, key: str = "answer:1", kind: NoticeKind = NoticeKind.ANSWER_RECEIVED) -> None:
    notify(recipients=[user.id], kind=kind, key=key, path="/search", parameters=WORDS)
    db.session.commit()


def mails() -> list[OutboxMessage]:
    wanted = OutboxMessage.name == MailRequested.__name__
    return list(db.session.scalars(select(OutboxMessage).where(wanted).order_by(OutboxMessage.id)))


def test_a_mail_goes_out_once_in_the_language_of_the_account(
    app: Flask, reader: User, deliver_outbox: Callable[[], int]
) -> None:
    tell(reader)
    tell(reader)
    before = set(Path(app.config["MAIL_FOLDER"]).glob("*.eml"))
    deliver_outbox()
    (path,) = set(Path(app.config["MAIL_FOLDER"]).glob("*.eml")) - before
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == reader.email
    assert message["Subject"].strip() == "Mẫu <b> answered your review of Phuc Trach pomelo"
    link = unsubscribe_path(reader.id, NoticeKind.ANSWER_RECEIVED)
    assert message["List-Unsubscribe"].replace(" ", "") == f"<http://localhost:8000{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = message.get_body(("html",)).get_content()
    assert "Mẫu &lt;b&gt;" in html
    assert link in html
    assert link in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("channel", "notices", "sent"), [(NoticeChannel.MAIL, 1, 1), (NoticeChannel.APP, 1, 0), (NoticeChannel.NONE, 0, 0)]
)
def test_people_are_told_as_they_prefer(reader: User, channel: NoticeChannel, notices: int, sent: int) -> None:
    change_preferences(actor=actor_of(reader), channels={NoticeKind.ANSWER_RECEIVED: channel})
    tell(reader)
    assert (len(db.session.scalars(select(Notice)).all()), len(mails())) == (notices, sent)


def test_who_has_no_address_is_told_here(session: scoped_session[Session], client: FlaskClient) -> None:
    reader = make_user(email=None, phone="+84912345999")
    tell(reader)
    assert mails() == []
    sign_in(client, reader)
    assert "Tài khoản của bạn chưa có địa chỉ email" in client.get("/notices/preferences").text


def test_orders_send_their_own_mails_so_notices_do_not(reader: User) -> None:
    tell(reader, kind=NoticeKind.ORDER_PAID)
    assert mails() == []


def test_the_form_keeps_what_was_chosen(client: FlaskClient, reader: User) -> None:
    sign_in(client, reader)
    current = {str(kind): str(channel) for kind, channel in preferences_of(actor_of(reader)).items()}
    answer = client.post("/notices/preferences", data={**current, "harvest_opened": "none"})
    assert answer.status_code == 303
    assert preferences_of(actor_of(reader))[NoticeKind.HARVEST_OPENED] == NoticeChannel.NONE
    refused = client.post("/notices/preferences", data={**current, "harvest_opened": "pigeon"})
    assert refused.status_code == 422
    assert preferences_of(actor_of(reader))[NoticeKind.HARVEST_OPENED] == NoticeChannel.NONE


def test_only_producers_choose_for_parcels_to_pack(client: FlaskClient, reader: User) -> None:
    sign_in(client, reader)
    assert "parcel_to_pack" not in client.get("/notices/preferences").text
    with pytest.raises(Invalid):
        change_preferences(actor=actor_of(reader), channels={NoticeKind.PARCEL_TO_PACK: NoticeChannel.APP})
    sign_in(client, make_user(RoleName.PRODUCER_MEMBER))
    assert 'name="parcel_to_pack"' in client.get("/notices/preferences").text


def test_preferences_belong_to_somebody(reader: User) -> None:
    with pytest.raises(NotFound):
        change_preferences(actor=ANONYMOUS, channels={NoticeKind.ANSWER_RECEIVED: NoticeChannel.APP})
    with pytest.raises(Invalid):
        change_preferences(actor=actor_of(reader), channels={NoticeKind.ORDER_PAID: NoticeChannel.MAIL})


def test_the_link_in_a_mail_ends_such_mails_without_signing_in(client: FlaskClient, reader: User) -> None:
    path = unsubscribe_path(reader.id, NoticeKind.ANSWER_RECEIVED)
    page = client.get(path)
    assert page.status_code == 200
    assert db.session.scalars(select(NoticePreference)).all() == []
    for _ in range(2):
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    tell(reader)
    tell(reader, kind=NoticeKind.HARVEST_OPENED, key="harvest:1")
    assert [mail.payload["context"]["kind"] for mail in mails()] == ["harvest_opened"]
    assert len(db.session.scalars(select(Notice)).all()) == 2


def test_the_link_does_not_bring_back_what_somebody_does_not_want(client: FlaskClient, reader: User) -> None:
    change_preferences(actor=actor_of(reader), channels={NoticeKind.ANSWER_RECEIVED: NoticeChannel.NONE})
    client.post(unsubscribe_path(reader.id, NoticeKind.ANSWER_RECEIVED))
    assert preferences_of(actor_of(reader))[NoticeKind.ANSWER_RECEIVED] == NoticeChannel.NONE


def test_one_click_needs_no_token_of_a_form(app: Flask, client: FlaskClient, reader: User) -> None:
    sign_in(client, reader)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post(unsubscribe_path(reader.id, NoticeKind.ANSWER_RECEIVED)).status_code == 200
        assert client.post("/notices/read").status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("change", ["forged", "empty", "long", "nobody"])
def test_a_link_that_is_not_ours_is_not_there(client: FlaskClient, reader: User, change: str) -> None:
    path = unsubscribe_path(reader.id, NoticeKind.ANSWER_RECEIVED)
    wrong = {
        # The first sign of the signature: the last one holds bits that count for nothing.
        "forged": re.sub(r"\.(.)(?=[^.]*$)", lambda found: ".A" if found[1] != "A" else ".B", path),
        "empty": "/notices/unsubscribe/x",
        "long": path + "A" * 400,
        "nobody": unsubscribe_path(make_user().id.__class__(int=1), NoticeKind.ANSWER_RECEIVED),
    }[change]
    assert client.post(wrong).status_code == 404
    assert db.session.scalars(select(NoticePreference)).all() == []
