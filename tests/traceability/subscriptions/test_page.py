"""The producer's page: how subscriptions are doing, what failed, and what to do about it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName
from core.db import atomic, db, new_id, utc_now
from core.mail.folder import list_mails
from core.outbox.relay import deliver_pending
from tests.factories import make_user, sign_in
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.conftest import SECRET, Subscribed
from tests.traceability.subscriptions.receiver import DEST, Receiver
from tests.traceability.subscriptions.test_failures import fail_until_given_up
from traceability.subscriptions.rules import FAILURES_BEFORE_SUSPENSION
from traceability.subscriptions.usecases import subscribe_to_query

Subscribing = Callable[..., Subscribed]
OTHER_ROLES = [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER]


def test_it_shows_where_reports_go_and_never_the_secret(subscribed: Subscribing, client: FlaskClient) -> None:
    stream = subscribed()
    page = stream.farm.signed_in(client).get("/farm/subscriptions")
    assert page.status_code == 200
    assert DEST in page.text
    assert "harvests" in page.text
    assert SECRET not in page.text
    assert "/resume" not in page.text and "/retry" not in page.text


def test_a_failed_report_can_be_tried_again(subscribed: Subscribing, receiver: Receiver, client: FlaskClient) -> None:
    stream = subscribed()
    stream.capture()
    receiver.answer = 503
    fail_until_given_up(stream, utc_now())
    stream.farm.signed_in(client)
    page = client.get("/farm/subscriptions")
    assert "503" in page.text
    assert f"/farm/subscriptions/{stream.id}/retry" in page.text
    assert client.post(f"/farm/subscriptions/{stream.id}/retry").status_code == 303
    receiver.answer = 200
    assert stream.deliver()
    assert "503" not in client.get("/farm/subscriptions").text


def test_a_resting_subscription_is_resumed_and_its_owner_had_one_mail(
    subscribed: Subscribing, receiver: Receiver, client: FlaskClient
) -> None:
    stream = subscribed()
    receiver.answer = 500
    now = utc_now()
    for _delivery in range(FAILURES_BEFORE_SUSPENSION):
        stream.capture()
        now = fail_until_given_up(stream, now)
    deliver_pending()
    mails = [
        mail
        for mail in list_mails(client.application.config["MAIL_FOLDER"])
        if stream.farm.user.email in mail.recipient
    ]
    assert len(mails) == 1
    assert "harvests" in mails[0].subject
    assert "/farm/subscriptions" in mails[0].text
    stream.farm.signed_in(client)
    assert f"/farm/subscriptions/{stream.id}/resume" in client.get("/farm/subscriptions").text
    assert client.post(f"/farm/subscriptions/{stream.id}/retry").status_code == 303
    assert not stream.deliver(now)
    assert client.post(f"/farm/subscriptions/{stream.id}/resume").status_code == 303
    receiver.answer = 200
    delivered = 0
    while stream.deliver(now + timedelta(days=1)):
        delivered += 1
    assert delivered == FAILURES_BEFORE_SUSPENSION
    assert "/resume" not in client.get("/farm/subscriptions").text


def test_whoever_resumes_answers_for_it_when_the_token_is_over(
    subscribed: Subscribing, receiver: Receiver, client: FlaskClient
) -> None:
    stream = subscribed()
    stream.subscription.token_id = new_id()
    stream.capture()
    assert not stream.deliver()
    assert stream.subscription.suspended_for == "access"
    stream.farm.signed_in(client)
    assert client.post(f"/farm/subscriptions/{stream.id}/resume").status_code == 303
    assert stream.deliver()


@pytest.mark.parametrize("what", ["resume", "retry"])
def test_others_subscriptions_are_not_there(subscribed: Subscribing, client: FlaskClient, what: str) -> None:
    stream = subscribed()
    make_farm().signed_in(client)
    db.session.commit()
    foreign = client.post(f"/farm/subscriptions/{stream.id}/{what}")
    missing = client.post(f"/farm/subscriptions/{new_id()}/{what}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text
    assert DEST not in client.get("/farm/subscriptions").text


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_other_roles_find_no_page(subscribed: Subscribing, client: FlaskClient, role: RoleName) -> None:
    stream = subscribed()
    sign_in(client, make_user(role))
    assert client.get("/farm/subscriptions").status_code == 404
    assert client.post(f"/farm/subscriptions/{stream.id}/resume").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/farm/subscriptions").status_code == 303


def test_without_subscriptions_it_says_how_to_begin(client: FlaskClient) -> None:
    page = make_farm().signed_in(client).get("/farm/subscriptions")
    assert "/farm/tokens" in page.text


def test_the_page_asks_the_database_the_same_however_long_the_list(
    subscribed: Subscribing, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    stream = subscribed()
    stream.farm.signed_in(client)
    client.get("/farm/subscriptions")

    def asked() -> int:
        db.session.expire_all()
        with count_queries() as statements:
            client.get("/farm/subscriptions")
        return len(statements)

    one = asked()
    for _subscription in range(4):
        with atomic():
            subscribe_to_query(
                party=stream.party,
                query_name="harvests",
                controls={"dest": DEST, "schedule": {"hour": "1", "minute": "5"}},
                epc_format="Never_Translates",
                now=utc_now(),
            )
    assert asked() == one
