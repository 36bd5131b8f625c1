"""Paid by webhook and return page, and let go, at the same moment: on real connections, in a database of its own."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import atomic, db
from market.collections.models import Collection, CollectionStatus
from market.collections.usecases import waive_collection
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.payments import flow
from market.payments.models import Payment, PaymentStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.refunds.flow import refund_order
from market.refunds.overdue import give_back_unpaid_balance
from market.refunds.pieces import RefundPart
from tests.market.collections.conftest import make_farm, open_harvest, order_and_ask
from tests.support.at_once import at_once
from tests.support.paying import LiveSandbox
from tests.support.refunding import lines_of


@pytest.mark.parametrize("round_number", range(3))
def test_paid_and_let_go_at_once_is_one_of_them(own_app: Flask, own_sandbox: LiveSandbox, round_number: int) -> None:
    with own_app.app_context():
        farm = make_farm(own_sandbox)
        collection_id, farmer = farm.owed().id, farm.actor
        own_sandbox.pay(farm.start(db.session.get_one(Collection, collection_id)))
        db.session.commit()

    def pay() -> None:
        flow.finish_payments(kind=PurposeKind.COLLECTION, purpose_id=collection_id, gateway=own_sandbox.gateway)

    def waive() -> None:
        with atomic():
            waive_collection(actor=farmer, collection_id=collection_id, reason="Khách quen")

    refused = at_once(own_app, pay, waive, pay)
    with own_app.app_context():
        pay()  # whoever lost the race has said so; the page is asked once more, as the webhook would
        flow.finish_refunds(gateway=own_sandbox.gateway)
        collection = db.session.get_one(Collection, collection_id, populate_existing=True)
        payment = db.session.scalars(select(Payment).where(Payment.collection_id == collection_id)).one()
        is_paid = collection.status == CollectionStatus.PAID
        assert is_paid or collection.status == CollectionStatus.WAIVED
        assert (refused[1] is not None) == is_paid
        assert payment.status == (PaymentStatus.SUCCEEDED if is_paid else PaymentStatus.REFUNDED)
        assert audit_ledger().is_sound


@pytest.mark.parametrize("round_number", range(3))
def test_the_rest_paid_and_overdue_at_once_is_one_of_them(
    own_app: Flask, own_sandbox: LiveSandbox, round_number: int
) -> None:
    with own_app.app_context():
        farm = make_farm(own_sandbox)
        open_harvest(farm)
        collection = order_and_ask(farm)
        collection_id, late = collection.id, collection.due_at + timedelta(seconds=1)
        own_sandbox.pay(farm.start(collection))
        db.session.commit()

    def pay() -> None:
        flow.finish_payments(kind=PurposeKind.COLLECTION, purpose_id=collection_id, gateway=own_sandbox.gateway)

    def end() -> None:
        with atomic():
            give_back_unpaid_balance(collection_id=collection_id, now=late)

    assert at_once(own_app, pay, end, pay, end) == [None] * 4
    with own_app.app_context():
        pay()
        flow.finish_refunds(gateway=own_sandbox.gateway)
        found = db.session.get_one(Collection, collection_id, populate_existing=True)
        assert found.status in (CollectionStatus.PAID, CollectionStatus.CANCELLED)
        kept = found.amount_vnd if found.status == CollectionStatus.PAID else 0
        payment = db.session.scalars(select(Payment).where(Payment.collection_id == collection_id)).one()
        assert payment.amount_vnd - payment.refunded_vnd == kept
        assert audit_ledger().is_sound


@pytest.mark.parametrize("round_number", range(3))
def test_the_rest_paid_and_a_unit_cut_short_at_once(
    own_app: Flask, own_sandbox: LiveSandbox, round_number: int
) -> None:
    with own_app.app_context():
        farm = make_farm(own_sandbox)
        open_harvest(farm)
        collection = order_and_ask(farm)
        collection_id, order_id, farmer = collection.id, collection.order_id, farm.actor
        producer_id, line_id = farm.offer.product.producer_id, lines_of(order_id)[0].id
        own_sandbox.pay(farm.start(collection))
        db.session.commit()

    def pay() -> None:
        flow.finish_payments(kind=PurposeKind.COLLECTION, purpose_id=collection_id, gateway=own_sandbox.gateway)

    def cut() -> None:
        refund_order(
            actor=farmer,
            order_id=order_id,
            parts=[RefundPart(line_id, 1)],
            reason=RefundReason.LINE_SHORT,
            request_key="one of two",
            gateway=own_sandbox.gateway,
        )

    assert at_once(own_app, pay, cut, pay, cut) == [None] * 4
    with own_app.app_context():
        pay()
        flow.finish_refunds(gateway=own_sandbox.gateway)
        found = db.session.get_one(Collection, collection_id, populate_existing=True)
        payment = db.session.scalars(select(Payment).where(Payment.collection_id == collection_id)).one()
        owed = -balance_of(AccountKind.PRODUCER_PAYABLE, producer_id)
        if found.status == CollectionStatus.PAID:
            assert (found.amount_vnd, payment.status, owed) == (350_000, PaymentStatus.SUCCEEDED, 242_500)
        else:
            assert (found.status, found.amount_vnd, owed) == (CollectionStatus.OPEN, 175_000, 0)
            assert payment.status == PaymentStatus.REFUNDED
        assert audit_ledger().is_sound
