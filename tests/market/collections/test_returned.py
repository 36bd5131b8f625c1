"""Goods that were paid for by a deposit and the rest, and come back: each payment gives some of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import atomic, db, new_id, utc_now
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.orders.models import Order
from market.orders.packing import pack_parcel, ship_parcel
from market.payments.flow import finish_refunds
from market.payments.models import Refund
from market.payments.refunds import fail_refund
from market.refunds.resuming import ask_again
from market.returns.deciding import Decision, act_on_silence, decide_complaint
from market.returns.models import CostBearer, Return, ReturnLine, ReturnReason, ReturnWish
from market.returns.usecases import ReturnValues, ask_for_return
from tests.factories import make_user
from tests.market.collections.conftest import Farm, line_of, open_harvest, order_and_ask, order_of
from tests.support.refunding import actor_of


@pytest.fixture
def administrator(farm: Farm) -> Actor:
    return actor_of(make_user(RoleName.ADMINISTRATOR))


@pytest.fixture
def complaint(farm: Farm) -> Return:
    """About both pieces of a shipped parcel, to which the producer did not answer: the site decides."""
    open_harvest(farm)
    collection = order_and_ask(farm)
    farm.live.pay(farm.start(collection))
    farm.finish(collection)
    line_id = line_of(collection).id
    with atomic():
        pack_parcel(actor=farm.actor, parcel_id=collection.parcel_id, lots={line_id: farm.lot.id})
        ship_parcel(actor=farm.actor, parcel_id=collection.parcel_id)
    values = ReturnValues({line_id: 2}, ReturnReason.DAMAGED, ReturnWish.REFUND, "Hỏng hết (mẫu).", str(new_id()))
    with atomic():
        token = order_of(collection).token
        found = ask_for_return(actor=ANONYMOUS, token=token, parcel_id=collection.parcel_id, values=values)
        act_on_silence(return_id=found.id, now=utc_now() + timedelta(days=30))
    return found


def bear(administrator: Actor, complaint: Return) -> list[Refund]:
    """The site gives back everything, at its own cost; the refunds."""
    line_id = db.session.scalars(select(ReturnLine.order_line_id)).one()
    decision = Decision(CostBearer.SITE, "Ảnh cho thấy rõ (mẫu).", {line_id: 500_000})
    with atomic():
        decide_complaint(actor=administrator, return_id=complaint.id, decision=decision)
    return list(db.session.scalars(select(Refund).order_by(Refund.id)))


def test_what_the_site_bears_of_two_payments_costs_the_producer_nothing(
    farm: Farm, administrator: Actor, complaint: Return, client: FlaskClient
) -> None:
    producer_id = farm.offer.product.producer_id
    before = balance_of(AccountKind.PRODUCER_PAYABLE, producer_id)
    assert len(bear(administrator, complaint)) == 2
    finish_refunds(gateway=farm.live.gateway)
    assert balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == before
    assert audit_ledger().is_sound
    token = db.session.scalars(select(Order.token)).one()
    assert "500.000" in client.get(f"/orders/{token}/returns/{complaint.id}").text


def test_each_refund_of_a_return_that_fails_and_is_tried_again_is_followed(
    farm: Farm, administrator: Actor, complaint: Return, deliver_outbox: Callable[[], int]
) -> None:
    first, second = bear(administrator, complaint)
    cost = balance_of(AccountKind.RETURN_EXPENSE)
    with atomic():
        fail_refund(refund_id=second.id, reason="no such card")
    deliver_outbox()
    of_first = balance_of(AccountKind.RETURN_EXPENSE)
    assert 0 < of_first < cost
    with atomic():
        ask_again(actor=administrator, refund_id=second.id, refundable_vnd=1_000_000)
    deliver_outbox()
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost
    with atomic():
        fail_refund(refund_id=first.id, reason="no such card")
    deliver_outbox()
    assert balance_of(AccountKind.RETURN_EXPENSE) == cost - of_first
    assert audit_ledger().is_sound
