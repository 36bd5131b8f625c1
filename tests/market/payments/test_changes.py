"""Every change of state of a payment and of its refunds is written down with who, when and why, and stays."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName, User
from core.db import atomic, db, utc_now
from core.i18n import use_locale
from market.carts.models import Cart
from market.checkout.usecases import CHANGED_BASKET, REPLACED, release_replaced_order
from market.offers.models import Offer
from market.payments import flow
from market.payments.gateway import RefundOutcome, RefundSnapshot, SessionSnapshot, SessionStatus
from market.payments.models import PaymentChange, PaymentStatus, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import changes_of_payments
from market.payments.reasons import payment_differs, refund_differs, refund_failed, refund_refused
from market.payments.rules import REFUND_TRANSITIONS, TRANSITIONS, may_become, refund_may_become
from market.reconciliation.models import Discrepancy
from market.refunds.cancelling import REASON as CANCELLED
from market.refunds.change_words import change_words
from market.refunds.flow import refund_order
from market.refunds.forms import REASON_NAMES
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_user, sign_in
from tests.support.paying import LiveSandbox, payments_now, place
from tests.support.refunding import actor_of, lines_of, pay_for

FAILS_LATER = "4000000000005126"


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def changes(order_id: uuid.UUID) -> list[PaymentChange]:
    """The oldest first."""
    return list(changes_of_payments(PurposeKind.ORDER, order_id))[::-1]


def give_one_back(order_id: uuid.UUID, officer: User, live: LiveSandbox) -> None:
    refund_order(
        actor=actor_of(officer),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, 1)],
        reason=RefundReason.RETURNED,
        request_key=str(uuid.uuid4()),
        gateway=live.gateway,
    )


def test_from_the_first_attempt_to_the_refund(offer: Offer, live_sandbox: LiveSandbox) -> None:
    began = utc_now()
    order_id = pay_for(live_sandbox, (offer, 2))
    officer = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    give_one_back(order_id, officer, live_sandbox)
    found = changes(order_id)
    assert [(change.refund_id is not None, change.from_status, change.to_status) for change in found] == [
        (False, None, "pending"),
        (False, "pending", "open"),
        (False, "open", "succeeded"),
        (True, None, "pending"),
        (True, "pending", "succeeded"),
    ]
    assert [change.actor_id for change in found] == [None, None, None, officer.id, None]
    assert all(change.reason for change in found)
    assert found[3].reason == RefundReason.RETURNED
    assert began <= found[0].changed_at <= found[-1].changed_at <= utc_now()


def test_a_whole_refund_ends_the_payment_by_whoever_asked_for_it(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 1))
    officer = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    line = lines_of(order_id)[0]
    parcel_id = line.parcel_id
    refund_order(
        actor=actor_of(officer),
        order_id=order_id,
        parts=[RefundPart(line.id, 1)],
        delivery_of={parcel_id: 20_000},
        reason=RefundReason.GOODWILL,
        request_key="all",
        gateway=live_sandbox.gateway,
    )
    last = next(change for change in changes(order_id)[::-1] if change.refund_id is None)
    assert (last.from_status, last.to_status, last.actor_id) == ("succeeded", "refunded", officer.id)


def test_a_refund_that_the_bank_sends_back_says_why(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card=FAILS_LATER)
    give_one_back(order_id, make_user(RoleName.ADMINISTRATOR), live_sandbox)
    live_sandbox.banks_answer()
    assert live_sandbox.send_events(client, "refund.failed") == [200]
    last = changes(order_id)[-1]
    assert (last.from_status, last.to_status) == ("succeeded", "failed")
    assert "lost_or_stolen_card" in last.reason


def test_a_page_that_is_given_up_says_who_did_it_and_why(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = place((offer, 1))
    buyer = make_user(RoleName.CONSUMER)
    db.session.commit()
    actor = actor_of(buyer)
    flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway, actor=actor)
    cart_id = db.session.scalars(select(Cart.id).where(Cart.order_id == order_id)).one()
    with atomic():
        release_replaced_order(actor=actor, cart_id=cart_id)
    found = changes(order_id)
    assert [change.actor_id for change in found] == [buyer.id] * 3
    assert (found[-1].to_status, found[-1].reason) == ("expired", CHANGED_BASKET)


@pytest.mark.parametrize("statement", ["UPDATE payment_changes SET reason = 'x'", "DELETE FROM payment_changes"])
def test_the_database_keeps_them_as_they_are(offer: Offer, live_sandbox: LiveSandbox, statement: str) -> None:
    pay_for(live_sandbox, (offer, 1))
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()


def test_whatever_changes_a_payment_is_written_down(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 1))
    db.session.execute(text("UPDATE payments SET status = 'needs_review', status_reason = 'By hand'"))
    assert (changes(order_id)[-1].to_status, changes(order_id)[-1].reason) == ("needs_review", "By hand")


def test_every_change_of_a_history_is_a_step_of_the_tables(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 3), card=FAILS_LATER)
    for _ in range(2):
        give_one_back(order_id, make_user(RoleName.ADMINISTRATOR), live_sandbox)
    for change in changes(order_id):
        if change.from_status is None:
            assert change.to_status == "pending"
        elif change.refund_id is None:
            assert may_become(PaymentStatus(change.from_status), PaymentStatus(change.to_status))
        else:
            assert refund_may_become(RefundStatus(change.from_status), RefundStatus(change.to_status))
    of_payment = [change for change in changes(order_id) if change.refund_id is None]
    assert all(earlier.to_status == later.from_status for earlier, later in pairwise(of_payment))
    assert payments_now(order_id)[0].status == of_payment[-1].to_status


def test_the_tables_name_every_state_and_a_failed_refund_is_at_most_transferred() -> None:
    assert set(TRANSITIONS) == set(PaymentStatus)
    assert set(REFUND_TRANSITIONS) == set(RefundStatus)
    after_failure = [state for state in RefundStatus if refund_may_become(RefundStatus.FAILED, state)]
    assert after_failure == [RefundStatus.TRANSFERRED]
    assert not any(refund_may_become(RefundStatus.TRANSFERRED, state) for state in RefundStatus)
    assert not refund_may_become(RefundStatus.SUCCEEDED, RefundStatus.PENDING)


def test_officers_read_them_beside_the_order(client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    officer = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    give_one_back(order_id, officer, live_sandbox)
    sign_in(client, officer)
    page = client.get(f"/payments/orders/{order_id}?lang=en").text
    assert "Its page was made" in page
    assert page.count(officer.display_name) >= 2


def test_what_is_written_down_is_read_in_the_readers_language(app: Flask) -> None:
    with app.app_context(), use_locale("vi"):
        assert change_words(CHANGED_BASKET) == "Người mua đã đổi giỏ hàng"
        assert change_words("Made at the payment service: re_1").endswith(": re_1")
        assert not change_words("Made at the payment service: re_1").startswith("Made")
        assert change_words("recalled") == str(REASON_NAMES[RefundReason.RECALLED])
        assert change_words("Given back: recalled").endswith(change_words("recalled"))
        assert change_words("Refund re_1 failed: expired_card.") == "Refund re_1 failed: expired_card."


def test_why_a_person_has_to_look_is_read_in_the_readers_language(app: Flask) -> None:
    refund = RefundSnapshot("re_1", RefundOutcome.FAILED, 34_000, failure="lost_or_stolen_card")
    session = SessionSnapshot("cs_1", SessionStatus.COMPLETE, True, 2, "usd", utc_now(), captured=2)
    with app.app_context(), use_locale("vi"):
        assert (
            change_words(refund_failed(refund))
            == "Khoản hoàn re_1 chưa đến tay người mua: thẻ đã báo mất hoặc bị trộm."
        )
        assert "35.000" in change_words(refund_differs(35_000, refund))
        assert "2 USD" in change_words(payment_differs(55_000, session))
        assert change_words(refund_refused("charge_already_refunded")).endswith("đã được hoàn hết rồi.")
        # What nobody foresaw is shown as it came.
        assert "solar_flare" in change_words(refund_failed(replace(refund, failure="solar_flare")))
        assert change_words("refund_failed: re_1") == "refund_failed: re_1"
    with app.app_context(), use_locale("en"):
        assert change_words(refund_failed(refund)).endswith("the card was reported lost or stolen.")


def test_officers_read_in_words_why_a_refund_failed(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox, deliver_outbox: Callable[[], int]
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card="4000000000005126")
    officer = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    give_one_back(order_id, officer, live_sandbox)
    live_sandbox.banks_answer()
    live_sandbox.send_events(client, "refund.failed")
    deliver_outbox()
    sign_in(client, officer)
    item_id = db.session.scalars(select(Discrepancy.id)).one()
    for path in (f"/payments/orders/{order_id}", f"/payments/review/{item_id}"):
        page = client.get(path).text
        assert "thẻ đã báo mất hoặc bị trộm" in page and "lost_or_stolen" not in page


@pytest.mark.parametrize("reason", [CHANGED_BASKET, REPLACED, CANCELLED, "The buyer wants to pay"])
def test_every_reason_of_the_shop_is_translated(app: Flask, reason: str) -> None:
    with app.app_context(), use_locale("vi"):
        assert change_words(reason) != reason
