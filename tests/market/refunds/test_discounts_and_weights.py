"""Refunds of orders with vouchers, of goods that weigh less, of harvests that failed: to the dong, in the ledger."""

import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName
from core.db import atomic, db, new_id, utc_now
from core.errors import RequestKeyReused
from core.i18n import local_today
from market.carts.models import CartVoucher
from market.checkout.usecases import place_order
from market.delivery.models import Carrier
from market.ledger.audit import audit_ledger
from market.ledger.models import LedgerAccount, LedgerPosting
from market.offers.events import OrderCycleCancelled
from market.offers.models import Offer, OrderCycle
from market.orders.events import ParcelRepriced
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.payments import flow as payments_flow
from market.payments.models import Refund, RefundLine
from market.payments.purposes import PurposeKind, RefundReason
from market.promotions.models import Bearer, PromotionKind
from market.refunds.errors import MoreThanWasPaid
from market.refunds.flow import cancel_order, refund_order
from market.refunds.handlers import give_back_failed_harvest, give_back_lighter
from market.refunds.pieces import RefundPart
from tests.factories import make_method, make_offer, make_product, make_promotion, make_user
from tests.support.order_page import open_order, totals_of
from tests.support.paying import RECIPIENT, LiveSandbox, mails_asked_for, make_cart
from tests.support.refunding import actor_of, lines_of, pay_for


@pytest.fixture
def officer(session: scoped_session[Session]) -> Actor:
    return actor_of(make_user(RoleName.PROVINCE_OFFICER))


def balances() -> dict[str, int]:
    """What stands on each kind of account, where it is not zero."""
    rows = db.session.execute(
        select(LedgerAccount.kind, func.sum(LedgerPosting.amount_vnd))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.kind)
    )
    return {str(kind): int(amount) for kind, amount in rows if amount}


def pay_with_voucher(
    live: LiveSandbox, offer: Offer, quantity: int, shown: int, *more: tuple[Offer, int], **promotion: object
) -> uuid.UUID:
    """Pay an order that a voucher made cheaper; its id."""
    voucher = make_promotion(code="BUOI10", **promotion)
    cart = make_cart((offer, quantity), *more)
    db.session.add(CartVoucher(cart_id=cart.id, promotion_id=voucher.id))
    db.session.flush()
    with atomic():
        order_id = place_order(
            actor=actor_of(make_user()),
            cart_id=cart.id,
            recipient=RECIPIENT,
            shown_goods_vnd=shown,
            commission_basis_points=300,
            locale="vi",
        ).order_id
    live.pay(payments_flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway))
    payments_flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    return order_id


@pytest.mark.parametrize("carrier", list(Carrier))
@pytest.mark.parametrize("bearer", list(Bearer))
@pytest.mark.parametrize("kind", ["percentage", "free_delivery"])
def test_giving_back_everything_leaves_nothing_on_any_account(
    officer: Actor, live_sandbox: LiveSandbox, bearer: Bearer, kind: str, carrier: Carrier
) -> None:
    offer = make_offer(price_vnd=33_333)
    make_method(offer.product.producer, carrier=carrier)
    terms: dict[str, object] = (
        {"kind": PromotionKind.PERCENTAGE, "percent": 10}
        if kind == "percentage"
        else {"kind": PromotionKind.FREE_DELIVERY}
    )
    shown = 99_999 - (9_999 if kind == "percentage" else 0)
    producer_id = offer.product.producer_id if bearer is Bearer.PRODUCER else None
    order_id = pay_with_voucher(live_sandbox, offer, 3, shown, borne_by=bearer, producer_id=producer_id, **terms)
    order = db.session.get_one(Order, order_id)
    assert order.discount_vnd > 0
    line = lines_of(order_id)[0]

    def give_back(quantity: int) -> None:
        refund_order(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(line.id, quantity)],
            reason=RefundReason.BUYER_CANCELLED,
            request_key=str(new_id()),
            gateway=live_sandbox.gateway,
        )

    give_back(1)
    first = db.session.scalars(select(RefundLine)).one()
    assert first.amount_vnd == line.charged_vnd // 3
    give_back(2)  # nothing is sent now, so the delivery goes back as well, to whoever had paid for it
    assert db.session.scalar(select(func.sum(Refund.amount_vnd))) == order.total_vnd
    assert balances() == {}


def weigh(order_id: uuid.UUID, final_vnd: int) -> OrderLine:
    """Say what the goods of the only line came to when they were packed."""
    line = lines_of(order_id)[0]
    line.price_per_kg_vnd, line.estimated_grams, line.weight_tolerance_percent = 20_000, 5_000, 10
    line.packed_grams, line.final_vnd = final_vnd // 20, final_vnd
    db.session.flush()
    return line


def test_what_weighs_less_is_paid_back_once(live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (make_offer(price_vnd=50_000), 2))
    line = weigh(order_id, 92_000)
    news = ParcelRepriced(parcel_id=line.parcel_id, difference_vnd=-8_000)
    for _ in range(2):
        give_back_lighter(news)
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.amount_vnd, refund.reason) == (8_000, RefundReason.PACKED_WEIGHT)
    assert db.session.scalars(select(RefundLine.quantity)).one() == 0


def test_the_total_of_the_order_is_less_by_what_weighs_less_and_what_came_back(
    live_sandbox: LiveSandbox, officer: Actor, client: FlaskClient
) -> None:
    order_id = pay_for(live_sandbox, (make_offer(price_vnd=50_000), 2))
    line = weigh(order_id, 92_000)
    give_back_lighter(ParcelRepriced(parcel_id=line.parcel_id, difference_vnd=-8_000))
    refund_order(
        actor=officer,
        order_id=order_id,
        parts=[RefundPart(line.id, 0, 30_000)],
        reason=RefundReason.RETURNED,
        request_key=str(new_id()),
        gateway=live_sandbox.gateway,
    )
    order = db.session.get_one(Order, order_id)
    assert totals_of(open_order(client, order)) == [
        ("Goods", "₫100,000"),
        ("Delivery", f"₫{order.delivery_vnd:,}"),
        ("Weighs less than estimated", "-₫8,000"),
        ("Given back", "-₫30,000"),
        ("You pay", f"₫{order.total_vnd - 38_000:,}"),
    ]


def test_of_lighter_goods_each_piece_has_an_equal_share_of_what_they_came_to(
    officer: Actor, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (make_offer(price_vnd=35_000), 2))
    line = weigh(order_id, 63_000)
    give_back_lighter(ParcelRepriced(parcel_id=line.parcel_id, difference_vnd=-7_000))
    for _ in range(2):
        refund_order(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(line.id, 1)],
            reason=RefundReason.RETURNED,
            request_key=str(new_id()),
            gateway=live_sandbox.gateway,
        )
    amounts = db.session.scalars(select(RefundLine.amount_vnd).order_by(RefundLine.id))
    assert amounts.all() == [7_000, 31_500, 31_500]


@pytest.mark.parametrize("carrier", list(Carrier))
def test_the_fee_of_a_lighter_bracket_is_paid_back_from_the_delivery(
    live_sandbox: LiveSandbox, carrier: Carrier
) -> None:
    offer = make_offer(price_vnd=50_000)
    make_method(offer.product.producer, carrier=carrier)
    order_id = pay_for(live_sandbox, (offer, 2))
    line = weigh(order_id, 92_000)
    parcel = db.session.get_one(Parcel, line.parcel_id)
    parcel.final_delivery_vnd = parcel.delivery_vnd - 5_000
    db.session.flush()
    for _ in range(2):
        give_back_lighter(ParcelRepriced(parcel_id=parcel.id, difference_vnd=-13_000))
    assert db.session.scalars(select(Refund)).one().amount_vnd == 13_000
    goods, delivery = db.session.scalars(select(RefundLine).order_by(RefundLine.amount_vnd.desc())).all()
    assert (goods.order_line_id, goods.amount_vnd, goods.delivery_vnd) == (line.id, 8_000, 0)
    site, own = (5_000, 0) if carrier is Carrier.SITE else (0, 5_000)
    assert (delivery.order_line_id, delivery.amount_vnd) == (None, 5_000)
    assert (delivery.delivery_vnd, delivery.seller_vnd) == (site, own)


def test_delivery_that_was_free_for_the_buyer_is_not_paid_back_to_them(live_sandbox: LiveSandbox) -> None:
    order_id = pay_with_voucher(
        live_sandbox, make_offer(price_vnd=50_000), 2, 100_000, kind=PromotionKind.FREE_DELIVERY
    )
    line = lines_of(order_id)[0]
    db.session.get_one(Parcel, line.parcel_id).final_delivery_vnd = 5_000
    db.session.flush()
    give_back_lighter(ParcelRepriced(parcel_id=line.parcel_id, difference_vnd=-15_000))
    assert db.session.scalars(select(Refund)).all() == []


def test_what_weighs_more_asks_for_nothing(live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (make_offer(price_vnd=50_000), 2))
    line = weigh(order_id, 104_000)
    give_back_lighter(ParcelRepriced(parcel_id=line.parcel_id, difference_vnd=4_000))
    assert db.session.scalars(select(Refund)).all() == []


def test_heavier_goods_of_a_parcel_are_set_off_against_lighter_ones(live_sandbox: LiveSandbox) -> None:
    first = make_offer(price_vnd=50_000)
    second = make_offer(make_product(first.product.producer), price_vnd=50_000)
    order_id = pay_for(live_sandbox, (first, 2), (second, 2))
    for line, final_vnd in zip(lines_of(order_id), (108_000, 70_000), strict=True):
        line.price_per_kg_vnd, line.estimated_grams, line.weight_tolerance_percent = 20_000, 5_000, 10
        line.packed_grams, line.final_vnd = final_vnd // 20, final_vnd
    db.session.flush()
    for _ in range(2):
        give_back_lighter(ParcelRepriced(parcel_id=lines_of(order_id)[0].parcel_id, difference_vnd=-22_000))
    assert db.session.scalars(select(Refund.amount_vnd)).all() == [22_000]
    assert [line.charged_vnd for line in lines_of(order_id)] == [108_000, 92_000]


def fail_harvest(offer: Offer, order_id: uuid.UUID) -> None:
    """The harvest fails of which the goods of the only line were to come; the news comes twice."""
    cycle = OrderCycle(
        offer_id=offer.id,
        opens_at=utc_now() - timedelta(days=2),
        closes_at=utc_now() + timedelta(days=2),
        harvest_from=local_today(utc_now()) + timedelta(days=30),
        harvest_until=local_today(utc_now()) + timedelta(days=40),
    )
    db.session.add(cycle)
    db.session.flush()
    lines_of(order_id)[0].cycle_id = cycle.id
    db.session.flush()
    for _ in range(2):
        give_back_failed_harvest(OrderCycleCancelled(cycle_id=cycle.id))


def test_a_failed_harvest_is_paid_back_with_its_delivery_and_its_order_ends(live_sandbox: LiveSandbox) -> None:
    offer = make_offer(price_vnd=50_000)
    order_id = pay_for(live_sandbox, (offer, 2))
    fail_harvest(offer, order_id)
    refund = db.session.scalars(select(Refund)).one()
    order = db.session.get_one(Order, order_id, populate_existing=True)
    assert (refund.amount_vnd, refund.reason) == (order.total_vnd, RefundReason.HARVEST_FAILED)
    assert order.status == OrderStatus.CANCELLED


def pay_for_free_goods(live: LiveSandbox, offer: Offer, quantity: int, bearer: Bearer) -> Order:
    """An order of which only the delivery costs something."""
    producer_id = offer.product.producer_id if bearer is Bearer.PRODUCER else None
    terms = {"kind": PromotionKind.AMOUNT, "amount_vnd": 100_000, "borne_by": bearer, "producer_id": producer_id}
    order = db.session.get_one(Order, pay_with_voucher(live, offer, quantity, 0, **terms))
    assert order.total_vnd == order.delivery_vnd > 0
    return order


@pytest.mark.parametrize("harvest_fails", [True, False])
@pytest.mark.parametrize("bearer", list(Bearer))
def test_goods_that_were_free_are_cancelled_and_their_delivery_is_paid_back(
    live_sandbox: LiveSandbox, bearer: Bearer, harvest_fails: bool
) -> None:
    offer = make_offer(price_vnd=45_000)
    order_id = pay_for_free_goods(live_sandbox, offer, 2, bearer).id
    if harvest_fails:
        fail_harvest(offer, order_id)
        payments_flow.finish_refunds(gateway=live_sandbox.gateway)
    else:
        cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
    order = db.session.get_one(Order, order_id, populate_existing=True)
    assert order.status == OrderStatus.CANCELLED
    assert db.session.scalars(select(Refund.amount_vnd)).all() == [order.total_vnd]
    assert balances() == {}


def test_units_that_were_free_are_cancelled_alone_and_what_the_site_had_put_in_comes_back(
    officer: Actor, live_sandbox: LiveSandbox
) -> None:
    offer = make_offer(price_vnd=45_000)
    order_id = pay_for_free_goods(live_sandbox, offer, 2, Bearer.SITE).id
    line_id = lines_of(order_id)[0].id

    def leave_out(key: str, reason: RefundReason = RefundReason.LINE_SHORT) -> object:
        return refund_order(
            actor=officer,
            order_id=order_id,
            parts=[RefundPart(line_id, 1)],
            reason=reason,
            request_key=key,
            gateway=live_sandbox.gateway,
        )

    assert balances()["voucher_expense"] == 90_000
    for _ in range(2):
        assert leave_out("first") is None
    with pytest.raises(RequestKeyReused):
        leave_out("first", RefundReason.BUYER_CANCELLED)
    assert mails_asked_for()[-1] == "goods_left_out"
    assert mails_asked_for().count("goods_left_out") == 1
    assert lines_of(order_id)[0].cancelled_quantity == 1
    assert balances()["voucher_expense"] == 45_000
    assert audit_ledger().is_sound
    with pytest.raises(MoreThanWasPaid):
        leave_out("returned", RefundReason.RETURNED)
    leave_out("last")
    assert db.session.scalars(select(Refund.amount_vnd)).all() == [db.session.get_one(Order, order_id).total_vnd]
    assert balances() == {}
    assert audit_ledger().is_sound


def test_an_order_is_cancelled_of_which_one_producers_goods_were_free(live_sandbox: LiveSandbox) -> None:
    free, paid = make_offer(price_vnd=45_000), make_offer(price_vnd=200_000)
    terms = {"kind": PromotionKind.AMOUNT, "amount_vnd": 50_000, "borne_by": Bearer.PRODUCER}
    order_id = pay_with_voucher(
        live_sandbox, free, 1, 200_000, (paid, 1), producer_id=free.product.producer_id, **terms
    )
    cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
    order = db.session.get_one(Order, order_id, populate_existing=True)
    assert order.status == OrderStatus.CANCELLED
    assert db.session.scalars(select(Refund.amount_vnd)).all() == [order.total_vnd]
    assert balances() == {}
