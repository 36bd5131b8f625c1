"""Onto which account: entered by members alone, noted, mailed, and shown masked."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName
from core.db import db
from core.errors import Invalid, NotFound
from market.payouts.queries import find_bank_account, list_bank_accounts
from market.payouts.usecases import enter_bank_account
from tests.factories import make_producer, make_user, sign_in
from tests.market.payouts.selling import ACCOUNT_NUMBER, actor_of, give_account, make_payer, make_seller
from tests.support.paying import mails_asked_for

FORM = {"bank_bin": "970415", "account_number": "1234 5678 9012", "holder_name": "Trần Văn Mẫu"}


def test_the_newest_account_counts_and_the_others_stay(session: scoped_session[Session]) -> None:
    producer, member = make_seller()
    give_account(producer, member, "5555666677")
    accounts = list_bank_accounts(producer.id)
    assert [account.account_number for account in accounts] == ["5555666677", ACCOUNT_NUMBER]
    assert find_bank_account(producer.id) is accounts[0]
    assert accounts[0].holder_name == "NGUYEN THI MAU"


def test_every_member_hears_of_a_change_and_of_nothing_else(session: scoped_session[Session]) -> None:
    producer, member = make_seller()
    db.session.add(ProducerMember(producer_id=producer.id, user_id=make_user(RoleName.PRODUCER_MEMBER).id))
    db.session.flush()
    before = len(mails_asked_for())
    give_account(producer, member)
    assert len(mails_asked_for()) == before
    give_account(producer, member, "5555666677")
    assert mails_asked_for()[before:] == ["bank_account_changed"] * 2


def test_nobody_but_a_member_enters_an_account(session: scoped_session[Session]) -> None:
    producer, _member = make_seller()
    for role in RoleName:
        with pytest.raises(NotFound):
            give_account(producer, make_payer(role), "5555666677")
    both = make_user(RoleName.ADMINISTRATOR)
    db.session.add(ProducerMember(producer_id=producer.id, user_id=both.id))
    db.session.flush()
    with pytest.raises(NotFound):
        give_account(producer, actor_of(both), "5555666677")


@pytest.mark.parametrize(
    ("field", "value"),
    [("bank_bin", "000000"), ("account_number", "12"), ("account_number", "=1+1"), ("holder_name", "<b>")],
)
def test_what_no_bank_writes_is_refused_by_name(session: scoped_session[Session], field: str, value: str) -> None:
    producer, member = make_seller(with_account=False)
    with pytest.raises(Invalid) as refused:
        enter_bank_account(actor=member, producer_id=producer.id, **{**FORM, field: value})
    assert refused.value.field == field
    assert find_bank_account(producer.id) is None


def test_the_database_keeps_every_account_as_it_was(session: scoped_session[Session]) -> None:
    make_seller()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("UPDATE bank_accounts SET account_number = '666666'"))


def test_the_page_saves_masks_and_keeps_what_was_typed(client: FlaskClient) -> None:
    user = make_user(RoleName.PRODUCER_MEMBER)
    producer = make_producer(user)
    db.session.commit()
    sign_in(client, user)
    refused = client.post("/farm/bank-account", data=FORM | {"account_number": "12"})
    assert refused.status_code == 422
    assert 'value="12"' in refused.text and "Trần Văn Mẫu" in refused.text
    assert client.post("/farm/bank-account", data=FORM).status_code == 303
    page = client.get("/farm/bank-account").text
    assert "••••\u00a09012" in page and "TRAN VAN MAU" in page
    assert "123456789012" not in page
    account = find_bank_account(producer.id)
    assert account is not None and account.account_number == "123456789012"


def test_a_producer_of_others_is_not_there(client: FlaskClient) -> None:
    foreign, _member = make_seller()
    user = make_user(RoleName.PRODUCER_MEMBER)
    make_producer(user)
    db.session.commit()
    sign_in(client, user)
    for producer in (foreign.id, "nonsense"):
        assert client.get(f"/farm/bank-account?producer={producer}").status_code == 404
        assert client.post(f"/farm/bank-account?producer={producer}", data=FORM).status_code == 404
