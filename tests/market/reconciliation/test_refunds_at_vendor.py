"""Money that somebody gave back at the vendor, past this site: all of it can be entered, and the books stay right."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from stripe.params import RefundCreateParams

from core.accounts import RoleName
from core.db import db
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.payments import flow
from market.payments.models import Payment, PaymentStatus
from market.payments.movements import expected_balance
from market.payments.purposes import PurposeKind
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from tests.factories import make_offer, make_user, sign_in
from tests.market.collections.conftest import Farm, farm
from tests.market.payments.test_given_up_attempts import give_up
from tests.market.stalls.conftest import Place, pay_at, place
from tests.support.paying import LiveSandbox, order_now, payments_now
from tests.support.paying import place as place_order

__all__ = ["farm", "place"]

HOUR = timedelta(hours=1)


def give_back_at_vendor(live: LiveSandbox, payment: Payment, amount: int | None = None) -> None:
    """What staff of the site do in the vendor's own pages: all of a payment, or so many dong of it."""
    session = live.client.v1.checkout.sessions.retrieve(payment.session_id or "")
    part: RefundCreateParams = {"amount": amount} if amount else {}
    live.client.v1.refunds.create({"payment_intent": str(session.payment_intent), **part})


def accept_all(client: FlaskClient, live: LiveSandbox) -> None:
    """Let the sweep find what was given back, and an officer enter it."""
    flow.reconcile(gateway=live.gateway, since=HOUR)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    found = select(Discrepancy.id).where(Discrepancy.kind == DiscrepancyKind.UNKNOWN_REFUND)
    for item_id in db.session.scalars(found).all():
        assert client.post(f"/payments/review/{item_id}/accept").status_code == 303
    flow.reconcile(gateway=live.gateway, since=HOUR)


def assert_books_agree(live: LiveSandbox) -> None:
    """Our books hold what the vendor does, nobody is owed anything of it, and each entry has its cause."""
    assert audit_ledger().faults == []
    assert expected_balance() == live.gateway.fetch_balance().get("vnd", 0)
    assert balance_of(AccountKind.REFUND_PAYABLE) == balance_of(AccountKind.UNDER_REVIEW) == 0
    open_items = select(Discrepancy.kind).where(Discrepancy.resolved_at.is_(None))
    assert db.session.scalars(open_items).all() == []


def under_review(live: LiveSandbox) -> uuid.UUID:
    """An order for which 55,000 dong came in, and other than was asked for."""
    order_id = place_order((make_offer(), 1))
    page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    payments_now(order_id)[0].amount_vnd -= 1
    db.session.commit()
    live.pay(page)
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    assert payments_now(order_id)[0].status == PaymentStatus.NEEDS_REVIEW
    return order_id


def test_what_came_too_late_and_went_back_at_the_vendor_is_told_by_its_webhook_and_its_page(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id, page = give_up(live_sandbox)
    live_sandbox.pay(page)
    give_back_at_vendor(live_sandbox, payments_now(order_id)[0])
    assert live_sandbox.send_events(client) == [200]
    assert client.get(f"/orders/{order_now(order_id).token}/return").status_code == 303
    assert payments_now(order_id)[0].status == PaymentStatus.SUCCEEDED
    accept_all(client, live_sandbox)
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert_books_agree(live_sandbox)


def test_of_what_came_too_late_the_rest_goes_back_by_itself(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id, page = give_up(live_sandbox)
    live_sandbox.pay(page)
    give_back_at_vendor(live_sandbox, payments_now(order_id)[0], 20_000)
    flow.reconcile(gateway=live_sandbox.gateway, since=HOUR)
    assert (balance_of(AccountKind.REFUND_PAYABLE), audit_ledger().faults) == (-20_000, [])
    accept_all(client, live_sandbox)
    assert payments_now(order_id)[0].refunded_vnd == 55_000
    assert_books_agree(live_sandbox)


@pytest.mark.parametrize("amounts", [[None], [20_000, None], [20_000]], ids=["whole", "in two parts", "a part"])
def test_what_is_looked_at_can_have_gone_back_at_the_vendor(
    amounts: list[int | None],
    client: FlaskClient,
    session: scoped_session[Session],
    live_sandbox: LiveSandbox,
    deliver_outbox: Callable[[], int],
) -> None:
    order_id = under_review(live_sandbox)
    deliver_outbox()
    for amount in amounts:
        give_back_at_vendor(live_sandbox, payments_now(order_id)[0], amount)
    accept_all(client, live_sandbox)
    if amounts == [20_000]:
        assert payments_now(order_id)[0].status == PaymentStatus.NEEDS_REVIEW
        [item_id] = db.session.scalars(select(Discrepancy.id).where(Discrepancy.resolved_at.is_(None))).all()
        assert client.post(f"/payments/review/{item_id}/refund").status_code == 303
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert_books_agree(live_sandbox)


def test_a_part_of_what_a_heavier_parcel_costs_is_taken_off_its_order(
    farm: Farm, client: FlaskClient, session: scoped_session[Session]
) -> None:
    collection = farm.collect()
    payment = db.session.scalars(select(Payment).where(Payment.collection_id == collection.id)).one()
    give_back_at_vendor(farm.live, payment, 10_000)
    accept_all(client, farm.live)
    assert payment.status == PaymentStatus.SUCCEEDED
    assert_books_agree(farm.live)


def test_what_was_paid_at_a_stall_is_taken_off_the_stall(
    place: Place, client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    back, sale = pay_at(client, live_sandbox, place, amount="215.000")
    client.get(back)
    payment = db.session.scalars(select(Payment).where(Payment.stall_sale_id == sale.id)).one()
    give_back_at_vendor(live_sandbox, payment, 15_000)
    accept_all(client, live_sandbox)
    assert (payment.status, sale.refunded_vnd) == (PaymentStatus.SUCCEEDED, 15_000)
    assert balance_of(AccountKind.STALL_PAYABLE, place.stall.id) == -200_000
    assert_books_agree(live_sandbox)
