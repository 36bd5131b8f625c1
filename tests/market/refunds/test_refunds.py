"""Parts of orders given back: the row first, then the vendor, then ledger, order and buyer."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName
from core.db import atomic, db, new_id
from core.errors import Invalid, NotFound, RequestKeyReused, Unavailable
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of, ledger_total
from market.offers.models import Offer
from market.orders.errors import PackedAlready
from market.orders.models import OrderStatus, Parcel, ParcelStatus
from market.payments import flow as payments_flow
from market.payments.models import PaymentStatus, Refund, RefundLine, RefundStatus
from market.payments.purposes import RefundReason
from market.refunds.errors import MoreThanWasPaid, NothingChosen, NotPaidByCard
from market.refunds.flow import cancel_order, refund_amount, refund_order
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund
from tests.factories import make_offer, make_producer, make_product, make_user
from tests.support.paying import LiveSandbox, mails_asked_for, order_now, payments_now, place
from tests.support.refunding import actor_of, lines_of, pay_for


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def officer(session: scoped_session[Session]) -> Actor:
    return actor_of(make_user(RoleName.PROVINCE_OFFICER))


def give_back(
    live: LiveSandbox,
    actor: Actor,
    order_id: uuid.UUID,
    quantity: int,
    *,
    reason: RefundReason = RefundReason.RETURNED,
    key: str | None = None,
) -> RefundStatus:
    line = lines_of(order_id)[0]
    return refund_order(
        actor=actor,
        order_id=order_id,
        parts=[RefundPart(line.id, quantity)],
        reason=reason,
        request_key=key or str(new_id()),
        gateway=live.gateway,
    )


def test_partial_then_full_add_up(offer: Offer, officer: Actor, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    producer_id = offer.product.producer_id
    assert give_back(live_sandbox, officer, order_id, 1) is RefundStatus.SUCCEEDED
    payment = payments_now(order_id)[0]
    assert (payment.status, payment.refunded_vnd) == (PaymentStatus.SUCCEEDED, 35_000)
    assert balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == -67_900
    assert balance_of(AccountKind.COMMISSION_INCOME) == -2_100
    give_back(live_sandbox, officer, order_id, 2)
    parcel = db.session.scalars(select(Parcel)).one()
    refund_order(
        actor=officer,
        order_id=order_id,
        parts=[],
        reason=RefundReason.RETURNED,
        request_key="delivery",
        delivery_of={parcel.id: parcel.delivery_vnd},
        gateway=live_sandbox.gateway,
    )
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    for kind in (AccountKind.PROCESSOR_BALANCE, AccountKind.COMMISSION_INCOME, AccountKind.DELIVERY_PAYABLE):
        assert balance_of(kind) == 0
    assert balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == ledger_total() == 0
    assert mails_asked_for() == ["order_paid", "refund_made", "refund_made", "refund_made"]
    named = set(db.session.scalars(select(LedgerEntry.reference).where(LedgerEntry.source.like("%refund%"))))
    assert named == {order_now(order_id).number}, "the statement says whose refund it is"


def test_refunds_beyond_what_was_paid_are_refused_and_named(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    with pytest.raises(MoreThanWasPaid) as refused:
        give_back(live_sandbox, officer, order_id, 3)
    assert refused.value.field == f"quantity_{lines_of(order_id)[0].id}"
    give_back(live_sandbox, officer, order_id, 2)
    with pytest.raises(MoreThanWasPaid):
        give_back(live_sandbox, officer, order_id, 1)
    with pytest.raises(MoreThanWasPaid):
        refund_amount(
            actor=officer,
            order_id=order_id,
            amount_vnd=20_001,
            request_key="more",
            note="x",
            gateway=live_sandbox.gateway,
        )
    assert payments_now(order_id)[0].refunded_vnd == 70_000


def test_what_somebody_gave_back_at_the_vendor_is_no_longer_refundable(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    intent = payments_now(order_id)[0].payment_intent_id
    live_sandbox.client.v1.refunds.create({"payment_intent": str(intent), "amount": 60_000})
    with pytest.raises(MoreThanWasPaid):
        give_back(live_sandbox, officer, order_id, 1)
    assert db.session.scalars(select(Refund)).all() == []


@pytest.mark.parametrize("quantity", [-1, 0])
def test_nothing_and_less_than_nothing_are_refused(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox, quantity: int
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    with pytest.raises((Invalid, NothingChosen)):
        give_back(live_sandbox, officer, order_id, quantity)


def test_an_order_that_was_not_paid_by_card_has_nothing_to_give_back(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    with pytest.raises(NotPaidByCard):
        give_back(live_sandbox, officer, order_id, 1)


def test_a_double_click_is_one_refund(offer: Offer, officer: Actor, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    for _ in range(2):
        assert give_back(live_sandbox, officer, order_id, 1, key="the-form") is RefundStatus.SUCCEEDED
    assert payments_now(order_id)[0].refunded_vnd == 35_000
    assert len(live_sandbox.client.v1.refunds.list().data) == 1


def test_the_key_of_a_refund_stands_for_what_was_asked_for_first(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    give_back(live_sandbox, officer, order_id, 1, key="lines")
    for quantity, reason in ((2, RefundReason.RETURNED), (1, RefundReason.LINE_SHORT)):
        with pytest.raises(RequestKeyReused):
            give_back(live_sandbox, officer, order_id, quantity, reason=reason, key="lines")

    def give_sum_back(amount_vnd: int, key: str, note: str = "Giao trễ") -> RefundStatus:
        return refund_amount(
            actor=officer,
            order_id=order_id,
            amount_vnd=amount_vnd,
            request_key=key,
            note=note,
            gateway=live_sandbox.gateway,
        )

    for _ in range(2):
        assert give_sum_back(20_000, "sum") is RefundStatus.SUCCEEDED
    for amount, key, note in ((20_001, "sum", "Giao trễ"), (20_000, "sum", "Hàng dập"), (35_000, "lines", "Giao trễ")):
        with pytest.raises(RequestKeyReused):
            give_sum_back(amount, key, note)
    assert payments_now(order_id)[0].refunded_vnd == 55_000


def test_what_cannot_be_delivered_is_given_back_and_not_packed(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    give_back(live_sandbox, officer, order_id, 1, reason=RefundReason.LINE_SHORT)
    line = lines_of(order_id)[0]
    assert (line.quantity, line.cancelled_quantity) == (3, 1)
    assert order_now(order_id).status == OrderStatus.PAID


def test_a_parcel_of_which_nothing_is_left_is_cancelled_with_its_delivery(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    give_back(live_sandbox, officer, order_id, 2, reason=RefundReason.LINE_SHORT)
    assert db.session.scalars(select(Parcel.status)).one() == ParcelStatus.CANCELLED
    assert order_now(order_id).status == OrderStatus.CANCELLED
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0


def test_other_producers_parcels_go_on(offer: Offer, officer: Actor, live_sandbox: LiveSandbox) -> None:
    other = make_offer(make_product())
    order_id = pay_for(live_sandbox, (offer, 1), (other, 1))
    line = next(line for line in lines_of(order_id) if line.offer_id == offer.id)
    refund_order(
        actor=officer,
        order_id=order_id,
        parts=[RefundPart(line.id, 1)],
        reason=RefundReason.LINE_SHORT,
        request_key="one",
        gateway=live_sandbox.gateway,
    )
    assert order_now(order_id).status == OrderStatus.PAID
    assert sorted(db.session.scalars(select(Parcel.status))) == [ParcelStatus.CANCELLED, ParcelStatus.TO_PACK]
    assert balance_of(AccountKind.PRODUCER_PAYABLE, other.product.producer_id) == -33_950
    assert balance_of(AccountKind.PRODUCER_PAYABLE, offer.product.producer_id) == 0


def test_a_goodwill_is_spread_over_the_order_to_the_dong(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    other = make_offer(make_product(), price_vnd=50_001)
    order_id = pay_for(live_sandbox, (offer, 1), (other, 1))
    refund_amount(
        actor=officer,
        order_id=order_id,
        amount_vnd=33_333,
        request_key="sorry",
        note="Giao trễ",
        gateway=live_sandbox.gateway,
    )
    lines = db.session.scalars(select(RefundLine)).all()
    assert sum(line.amount_vnd for line in lines) == 33_333
    assert len(lines) == 4
    assert ledger_total() == 0
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == order_now(order_id).total_vnd - 33_333


def test_with_everything_given_back_as_a_goodwill_the_order_is_cancelled_and_no_more_goes_back(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    refund_amount(
        actor=officer,
        order_id=order_id,
        amount_vnd=order_now(order_id).total_vnd,
        request_key="sorry",
        note="Giao trễ",
        gateway=live_sandbox.gateway,
    )
    cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
    assert order_now(order_id).status == OrderStatus.CANCELLED
    assert payments_now(order_id)[0].refunded_vnd == order_now(order_id).total_vnd
    assert "order_ended" in mails_asked_for()
    assert audit_ledger().is_sound


def test_while_the_vendor_is_away_the_refund_waits_and_the_sweep_makes_it(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    live_sandbox.serving.stop()
    with pytest.raises(Unavailable):
        give_back(live_sandbox, officer, order_id, 1)
    line = lines_of(order_id)[0]
    with atomic():
        request_order_refund(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(line.id, 1)],
            reason=RefundReason.RETURNED,
            request_key="later",
        )
    live_sandbox.serving = type(live_sandbox.serving).start(live_sandbox.serving.app)
    assert db.session.scalars(select(Refund.status)).one() == RefundStatus.PENDING
    # The server listens elsewhere now: what waits is made through a gateway that knows it.
    from market.payments.configuration import PaymentConfiguration
    from market.payments.stripe_gateway import StripeGateway

    before = live_sandbox.configuration
    again = PaymentConfiguration(before.api_key, before.webhook_secret, live_sandbox.serving.url)
    assert payments_flow.finish_refunds(gateway=StripeGateway(again, site_url="http://localhost:8000")) == 1
    assert payments_now(order_id)[0].refunded_vnd == 35_000


def test_what_waits_for_the_vendor_counts_already(offer: Offer, officer: Actor, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    line = lines_of(order_id)[0]
    with atomic():
        request_order_refund(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(line.id, 2)],
            reason=RefundReason.RETURNED,
            request_key="first",
            refundable_vnd=90_000,
        )
    with pytest.raises(MoreThanWasPaid):
        refund_amount(
            actor=officer,
            order_id=order_id,
            amount_vnd=20_001,
            request_key="second",
            note="x",
            gateway=live_sandbox.gateway,
        )


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_may_give_back_what(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox, role: RoleName | None
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    user = make_user(*([role] if role else []))
    allowed = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    if allowed:
        assert give_back(live_sandbox, actor_of(user), order_id, 1) is RefundStatus.SUCCEEDED
    else:
        with pytest.raises(NotFound):
            give_back(live_sandbox, actor_of(user), order_id, 1)
        with pytest.raises(NotFound):
            give_back(live_sandbox, actor_of(user), order_id, 1, reason=RefundReason.LINE_SHORT)


def test_a_line_of_another_order_is_not_found(offer: Offer, officer: Actor, live_sandbox: LiveSandbox) -> None:
    order_id, other_id = pay_for(live_sandbox, (offer, 1)), place((offer, 1))
    with pytest.raises(NotFound):
        refund_order(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(lines_of(other_id)[0].id, 1)],
            reason=RefundReason.RETURNED,
            request_key="x",
            gateway=live_sandbox.gateway,
        )


@pytest.mark.parametrize("part", [(1, None), (0, 1_000)])
def test_a_producer_takes_nothing_out_of_what_is_not_to_be_packed_any_more(
    session: scoped_session[Session], live_sandbox: LiveSandbox, part: tuple[int, int | None]
) -> None:
    member = make_user(RoleName.PRODUCER_MEMBER)
    order_id = pay_for(live_sandbox, (make_offer(make_product(make_producer(member))), 2))
    line = lines_of(order_id)[0]
    cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
    with pytest.raises(PackedAlready), atomic():
        request_order_refund(
            actor=actor_of(member),
            order_id=order_id,
            parts=[RefundPart(line.id, *part)],
            reason=RefundReason.LINE_SHORT,
            request_key="short",
        )
    assert db.session.scalar(select(func.count()).select_from(Refund)) == 1
