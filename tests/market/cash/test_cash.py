"""Cash on delivery: placed, packed, paid at the door, refused, given back; in the ledger, the stock and the payouts."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.errors import Conflict, Invalid
from core.outbox.models import OutboxMessage
from market.cash.errors import CashRefused
from market.cash.giving_back import give_back_cash
from market.cash.models import CashBuyer, CashReturn, CashStatus
from market.cash.queries import cash_money, list_overdue, open_cash_vnd
from market.cash.rules import OVERDUE_AFTER, CashRefusal
from market.cash.usecases import end_cash, record_cash, record_refusal
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of
from market.offers.models import Offer
from market.orders.events import ParcelRepriced
from market.orders.models import OrderStatus, ParcelStatus
from market.payments.flow import start_payment
from market.payments.models import Payment
from market.payments.purposes import PurposeKind
from market.payouts.queries import list_payables
from market.promotions.models import PromotionKind, UseStatus
from market.refunds.cancelling import cancel_order
from market.refunds.pieces import RefundPart
from market.refunds.usecases import leave_out_of_cash_order
from tests.factories import make_lot, make_offer, make_product, make_promotion, make_user, sign_in
from tests.market.cash.conftest import Door, cash_of, order_of, parcel_of
from tests.market.promotions.test_given_back import standing
from tests.support.order_page import open_order, step_of, totals_of
from tests.support.paying import LiveSandbox, hold_cart, last_mail, mails_asked_for, make_cart
from tests.support.refunding import actor_of, lines_of, pay_for
from traceability.journal.models import EpcisEvent
from traceability.lots.ledger import loose_amounts

FEE = 9_000
"""Three per cent of 300,000 dong."""


def sound() -> bool:
    found = audit_ledger()
    assert found.is_sound, found.faults
    return True


def owed_to(door: Door) -> int:
    return -balance_of(AccountKind.PRODUCER_PAYABLE, door.offer.product.producer_id)


def delivery_of(order_id: uuid.UUID) -> int:
    return order_of(order_id).delivery_vnd


def on_hand(offer: Offer) -> tuple[int, int]:
    found = db.session.get_one(Offer, offer.id, populate_existing=True)
    return found.on_hand, found.reserved


def test_it_is_packed_at_once_without_a_payment(door: Door) -> None:
    door.allow()
    order_id = door.order()
    assert order_of(order_id).status == OrderStatus.CASH_DUE
    assert parcel_of(order_id).status == ParcelStatus.TO_PACK
    assert on_hand(door.offer) == (97, 0)
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 0
    assert mails_asked_for() == ["order_confirmed"]
    assert open_cash_vnd(door.buyer.id) == order_of(order_id).total_vnd
    assert sound()


def test_cash_that_is_received_leaves_the_producer_with_the_fee_and_the_delivery_to_pay(door: Door) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    total = order_of(order_id).total_vnd
    for _ in range(2):
        with atomic():
            record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=total)
    assert owed_to(door) == -FEE - delivery_of(order_id)
    assert balance_of(AccountKind.CASH_WITH_PRODUCERS, door.offer.product.producer_id) == 0
    assert balance_of(AccountKind.COMMISSION_INCOME) == -FEE
    assert db.session.scalars(select(LedgerEntry.source).order_by(LedgerEntry.id)).all() == [
        "cash_received",
        "cash_kept",
    ]
    assert order_of(order_id).status == OrderStatus.SHIPPED
    assert open_cash_vnd(door.buyer.id) == 0
    (payable,) = list_payables(hold_days=7, now=utc_now(), producer_ids=[door.offer.product.producer_id])
    assert (payable.held_vnd, payable.due_vnd) == (0, 0)
    assert sound()


def test_a_payout_is_what_card_sales_bring_less_the_fee_and_delivery_of_cash_sales(
    door: Door, live_sandbox: LiveSandbox
) -> None:
    door.allow()
    by_card = pay_for(live_sandbox, (door.offer, 5))
    door.ship(by_card)
    in_cash = door.order()
    parcel = door.ship(in_cash)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=order_of(in_cash).total_vnd)
    later = utc_now() + timedelta(days=1)
    (payable,) = list_payables(hold_days=0, now=later, producer_ids=[door.offer.product.producer_id])
    assert payable.due_vnd == 500_000 - 15_000 - FEE - delivery_of(in_cash)
    assert sound()


def test_cash_on_its_way_holds_back_nothing_of_other_sales(door: Door) -> None:
    door.allow()
    door.ship(door.order())
    assert list_payables(hold_days=7, now=utc_now(), producer_ids=[door.offer.product.producer_id]) == []


def test_another_sum_needs_a_reason_and_is_the_producers(door: Door) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    total = order_of(order_id).total_vnd
    with pytest.raises(Invalid) as refused, atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=total - 5_000)
    assert refused.value.field == "reason"
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=total - 5_000, reason="Khách thiếu tiền lẻ")
    found = cash_of(parcel)
    assert (found.due_vnd, found.received_vnd, found.recorded_by) == (total, total - 5_000, door.member.id)
    assert owed_to(door) == -FEE - delivery_of(order_id)
    with pytest.raises(Conflict), atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=total)
    with pytest.raises(Conflict), atomic():
        record_refusal(actor=door.farmer, parcel_id=parcel.id, reason="Nhầm")
    assert sound()


def test_what_is_not_handed_over_cannot_be_paid(door: Door) -> None:
    door.allow()
    parcel = parcel_of(door.order())
    with pytest.raises(Conflict), atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=1)
    with pytest.raises(Conflict), atomic():
        record_refusal(actor=door.farmer, parcel_id=parcel.id, reason="Không gặp")


def test_refused_at_the_door_the_goods_are_on_sale_again(door: Door) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    for _ in range(2):
        with atomic():
            record_refusal(actor=door.farmer, parcel_id=parcel.id, reason="Khách đổi ý")
    assert (parcel_of(order_id).status, order_of(order_id).status) == (ParcelStatus.RETURNED, OrderStatus.CANCELLED)
    assert on_hand(door.offer) == (100, 0)
    loose = loose_amounts([door.lot.id], door.offer.product.producer_id)
    assert loose[door.lot.id] == door.lot.amount
    told = db.session.scalars(select(EpcisEvent).where(EpcisEvent.disposition == "returned")).one()
    assert door.buyer.display_name not in str(told.payload)
    assert open_cash_vnd(door.buyer.id) == 0
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 0
    assert mails_asked_for().count("parcel_refused") == 1
    with pytest.raises(Conflict), atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=1)
    assert sound()


def test_cash_given_back_brings_the_fee_back_and_is_noted_once(door: Door) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    with pytest.raises(Conflict), atomic():
        give_back_cash(actor=door.farmer, parcel_id=parcel.id, amount_vnd=1, note="Hỏng", request_key="a")
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=order_of(order_id).total_vnd)
    for key, amount in (("a", 100_000), ("a", 100_000), ("b", 200_000)):
        with atomic():
            give_back_cash(actor=door.farmer, parcel_id=parcel.id, amount_vnd=amount, note="Hỏng", request_key=key)
    assert db.session.scalar(select(func.count()).select_from(CashReturn)) == 2
    assert balance_of(AccountKind.COMMISSION_INCOME) == 0
    assert owed_to(door) == -delivery_of(order_id)
    with pytest.raises(Invalid), atomic():
        give_back_cash(actor=door.farmer, parcel_id=parcel.id, amount_vnd=1, note="Hỏng", request_key="c")
    assert sound()


def test_units_that_are_missing_are_not_paid_for(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order()
    line = lines_of(order_id)[0]
    parcel = parcel_of(order_id)
    sign_in(client, door.member)
    path = f"/farm/orders/{parcel.id}/short"
    key = {"request_key": str(uuid.uuid4())}
    assert "The buyer pays for the rest only" in client.get(f"{path}?lang=en").text
    assert client.post(path, data={f"quantity_{line.id}": "1", **key}).status_code == 303
    assert client.post(path, data={f"quantity_{line.id}": "3", **key}).status_code == 422
    door.ship(order_id)
    due = 200_000 + delivery_of(order_id)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=due)
    assert cash_of(parcel).due_vnd == due
    assert balance_of(AccountKind.COMMISSION_INCOME) == -6_000
    assert sound()


def test_units_that_are_said_twice_to_be_missing_are_left_out_once(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order(quantity=5)
    parcel, line = parcel_of(order_id), lines_of(order_id)[0]
    sign_in(client, door.member)
    for request_key in ("a", "a", "b"):
        form = {"request_key": request_key, f"quantity_{line.id}": "2"}
        assert client.post(f"/farm/orders/{parcel.id}/short", data=form).status_code == 303
    db.session.refresh(line)
    assert line.cancelled_quantity == 4


@pytest.mark.parametrize(("grams", "due"), [(10_400, 520_000), (9_000, 450_000), (30_000, 550_000)])
def test_the_packed_weight_decides_what_is_paid_at_the_door(door: Door, grams: int, due: int) -> None:
    offer = make_offer(
        make_product(door.offer.product.producer),
        price_vnd=250_000,
        price_per_kg_vnd=50_000,
        average_grams=5_000,
        weight_tolerance_percent=10,
    )

    door.lot = make_lot(offer.product, quantity=20)
    door.allow()
    order_id = door.order((offer, 2))
    parcel = door.ship(order_id, grams)
    assert db.session.scalar(select(func.count()).where(OutboxMessage.name == ParcelRepriced.__name__)) == 0
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=due + delivery_of(order_id))
    assert balance_of(AccountKind.COMMISSION_INCOME) == -due * 3 // 100
    assert sound()


def test_the_fee_of_a_lighter_bracket_is_not_paid_at_the_door(door: Door) -> None:
    door.allow()
    order_id = door.order(quantity=2)
    parcel = door.ship(order_id)
    parcel.final_delivery_vnd = parcel.delivery_vnd - 5_000
    db.session.flush()
    db.session.refresh(parcel, ["lines"])
    due = 200_000 + delivery_of(order_id) - 5_000
    assert cash_money(parcel).due_vnd == due
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=due)
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == 5_000 - delivery_of(order_id)
    assert sound()


def test_the_buyer_cancels_before_it_is_packed(door: Door) -> None:
    door.allow()
    order_id = door.order()
    for _ in range(2):
        with atomic():
            cancel_order(order_id=order_id)
    assert order_of(order_id).status == OrderStatus.CANCELLED
    assert on_hand(door.offer) == (100, 0)
    assert open_cash_vnd(door.buyer.id) == 0


def test_the_buyer_is_told_what_is_left_out_and_that_the_order_has_ended(door: Door) -> None:
    door.allow()
    order_id = door.order()
    told = []
    for quantity in (1, lines_of(order_id)[0].quantity - 1):
        for _sent_twice in range(2):
            with atomic():
                leave_out(door, order_id, quantity)
        told.append(last_mail())
    assert [(mail["template"], mail["context"]["is_ended"]) for mail in told] == [
        ("goods_left_out", False),
        ("goods_left_out", True),
    ]
    assert mails_asked_for() == ["order_confirmed", "goods_left_out", "goods_left_out"]
    assert [line["quantity"] for mail in told for line in mail["context"]["lines"]] == [1, 2]


def leave_out(door: Door, order_id: uuid.UUID, quantity: int) -> None:
    part = RefundPart(lines_of(order_id)[0].id, quantity)
    leave_out_of_cash_order(actor=door.farmer, order_id=order_id, parts=[part], request_key=str(quantity))


def refuse(door: Door, order_id: uuid.UUID) -> None:
    record_refusal(actor=door.farmer, parcel_id=door.ship(order_id).id, reason="Khách đổi ý")


@pytest.mark.parametrize(
    "end",
    [
        lambda _door, order_id: cancel_order(order_id=order_id),
        lambda door, order_id: leave_out(door, order_id, 3),
        refuse,
    ],
)
def test_a_voucher_of_what_is_sold_to_nobody_can_be_used_again(
    door: Door, end: Callable[[Door, uuid.UUID], object]
) -> None:
    door.allow()
    voucher = make_promotion(
        code="MAU10", kind=PromotionKind.AMOUNT, percent=None, amount_vnd=10_000, max_uses=1, max_uses_per_person=1
    )
    for _ in range(2):
        order_id = door.order(voucher=voucher)
        assert standing(order_of(order_id), voucher) == (UseStatus.SPENT, 1, 10_000)
        with atomic():
            end(door, order_id)
        assert standing(order_of(order_id), voucher) == (UseStatus.RELEASED, 0, 0)


def test_a_part_that_is_left_out_leaves_the_voucher_used(door: Door) -> None:
    door.allow()
    voucher = make_promotion(code="MAU10", kind=PromotionKind.AMOUNT, percent=None, amount_vnd=10_000, max_uses=1)
    order_id = door.order(voucher=voucher)
    for quantity, expected in ((1, (UseStatus.SPENT, 1, 10_000)), (2, (UseStatus.RELEASED, 0, 0))):
        with atomic():
            leave_out(door, order_id, quantity)
        assert standing(order_of(order_id), voucher) == expected


def test_an_order_for_cash_has_no_payment_page(door: Door, live_sandbox: LiveSandbox) -> None:
    door.allow()
    order_id = door.order()
    with pytest.raises(Conflict):
        start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)


def test_limits_hold_over_all_open_orders(door: Door) -> None:
    door.allow(order_limit_vnd=400_000, open_limit_vnd=700_000)
    first = door.order()
    with pytest.raises(CashRefused) as refused:
        door.order(quantity=4)
    assert refused.value.refusal == CashRefusal.ORDER_TOO_LARGE
    door.order()
    with pytest.raises(CashRefused) as refused:
        door.order(quantity=1)
    assert refused.value.refusal == CashRefusal.TOO_MUCH_OPEN
    parcel = door.ship(first)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=order_of(first).total_vnd)
    door.order(quantity=1)
    assert on_hand(door.offer) == (93, 0)


def test_who_is_not_on_the_list_pays_by_card(door: Door) -> None:
    with pytest.raises(CashRefused):
        door.order()
    door.allow()
    with atomic():
        buyer = db.session.scalars(select(CashBuyer)).one()
        for _ in range(2):
            end_cash(actor=actor_of(door.administrator), cash_buyer_id=buyer.id)
    with pytest.raises(CashRefused):
        door.order()
    assert on_hand(door.offer) == (100, 0)


def test_overdue_cash_is_listed(door: Door, client: FlaskClient, session: scoped_session[Session]) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    assert parcel.shipped_at is not None
    late = parcel.shipped_at + OVERDUE_AFTER + timedelta(seconds=1)
    assert [found.parcel_id for found in session.scalars(list_overdue(late))] == [parcel.id]
    assert session.scalars(list_overdue(late - timedelta(days=1))).all() == []
    parcel.shipped_at -= OVERDUE_AFTER + timedelta(days=1)
    session.commit()
    sign_in(client, door.administrator)
    assert order_of(order_id).number in client.get("/cash/overdue").text


# Pages


def checkout_form(**values: str) -> dict[str, str]:
    return {
        "name": "Nguyễn Thị Mẫu",
        "phone": "0912 345 678",
        "province": "42",
        "commune": "18547",
        "address": "Thôn 3",
        "shown_goods_vnd": "300000",
        **values,
    }


def test_the_buyer_chooses_cash_at_checkout(door: Door, client: FlaskClient) -> None:
    door.allow()
    sign_in(client, door.buyer)
    hold_cart(client, make_cart((door.offer, 3)))
    assert 'name="pays_cash"' in client.get("/checkout").text
    answer = client.post("/checkout", data=checkout_form(pays_cash="y"))
    assert answer.status_code == 303 and answer.location.startswith("/orders/")
    page = client.get(f"{answer.location}?lang=en").text
    assert "in cash when this parcel comes" in page and "your order is taken" in page
    assert client.get(f"{answer.location}/cancel").status_code == 200


def test_without_the_list_there_is_no_choice_and_no_way_around(door: Door, client: FlaskClient) -> None:
    sign_in(client, door.buyer)
    hold_cart(client, make_cart((door.offer, 3)))
    assert 'name="pays_cash"' not in client.get("/checkout").text
    answer = client.post("/checkout?lang=en", data=checkout_form(pays_cash="y"))
    assert answer.status_code == 409
    assert "Thôn 3" in answer.text
    assert on_hand(door.offer) == (100, 0)


def test_a_basket_above_the_limit_says_why(door: Door, client: FlaskClient) -> None:
    door.allow(order_limit_vnd=100_000, open_limit_vnd=100_000)
    sign_in(client, door.buyer)
    hold_cart(client, make_cart((door.offer, 3)))
    assert "larger than what you may pay in cash" in client.get("/checkout?lang=en").text


def test_a_waiting_card_order_becomes_one_for_cash_and_its_page_is_closed(
    door: Door, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    door.allow()
    sign_in(client, door.buyer)
    hold_cart(client, make_cart((door.offer, 3)))
    assert "/c/pay/" in client.post("/checkout", data=checkout_form()).location
    answer = client.post("/checkout", data=checkout_form(pays_cash="y"))
    assert answer.location.startswith("/orders/")
    assert on_hand(door.offer) == (97, 0)
    assert [payment.is_live for payment in db.session.scalars(select(Payment))] == [False]


def test_the_farm_notes_what_it_received(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order()
    parcel = parcel_of(order_id)
    sign_in(client, door.member)
    path = f"/farm/orders/{parcel.id}/cash"
    assert "Hand the parcel over first" in client.get(f"{path}?lang=en").text
    assert "To collect in cash" in client.get("/farm/orders/slips?lang=en").text
    door.ship(order_id)
    assert f'href="{path}"' in client.get(f"/farm/orders/{parcel.id}").text
    assert client.post(f"{path}/received", data={"received-received_vnd": "x"}).status_code == 422
    short = client.post(f"{path}/received?lang=en", data={"received-received_vnd": "1000"})
    assert short.status_code == 422 and "Say why." in short.text and 'value="1000"' in short.text
    total = str(order_of(order_id).total_vnd)
    assert client.post(f"{path}/received", data={"received-received_vnd": total}).status_code == 303
    assert "Give cash back" in client.get(f"{path}?lang=en").text
    back = {"returned-request_key": str(uuid.uuid4()), "returned-amount": "100.000", "returned-note": "Dập"}
    assert client.post(f"{path}/returned", data=back).status_code == 303
    assert client.post(f"{path}/returned", data=back).status_code == 303
    other = client.post(f"{path}/returned?lang=en", data={**back, "returned-amount": "50.000"})
    assert other.status_code == 409 and "Something else was sent from this page before" in other.text
    assert db.session.scalars(select(CashReturn.amount_vnd)).all() == [100_000]
    too_much = {**back, "returned-request_key": str(uuid.uuid4()), "returned-amount": "999.999"}
    assert client.post(f"{path}/returned", data=too_much).status_code == 422
    assert "Dập" in client.get(path).text
    assert "You paid" in client.get(f"/orders/{order_of(order_id).token}?lang=en").text
    assert sound()


def test_a_refusal_is_noted_on_the_page(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    sign_in(client, door.member)
    path = f"/farm/orders/{parcel.id}/cash"
    assert client.post(f"{path}/refused", data={"refused-reason": ""}).status_code == 422
    assert client.post(f"{path}/refused", data={"refused-reason": "Không nghe máy"}).status_code == 303
    assert "Không nghe máy" in client.get(path).text
    page = client.get(f"/orders/{order_of(order_id).token}?lang=en").text
    assert "It was not taken" in page and "Write a review" not in page
    line_id = lines_of(order_id)[0].id
    review = {"stars": "1", "author_name": "Mẫu", "body": "Chưa từng nhận."}
    assert client.post(f"/orders/{order_of(order_id).token}/lines/{line_id}/review", data=review).status_code != 303
    assert client.get(f"/farm/orders/{parcel.id}").status_code == 200


def test_the_total_of_the_order_follows_what_happens_at_the_door(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order()
    order, line = order_of(order_id), lines_of(order_id)[0]
    assert totals_of(open_order(client, order))[2:] == [("Total", f"₫{order.total_vnd:,}")]
    with atomic():
        part = RefundPart(line.id, 1)
        leave_out_of_cash_order(actor=door.farmer, order_id=order_id, parts=[part], request_key="short")
    due = order.total_vnd - 100_000
    left_out = ("Not to be paid any more", "-₫100,000")
    page = open_order(client, order)
    assert totals_of(page)[2:] == [left_out, ("You pay", f"₫{due:,}")]
    assert step_of(page) == "Being packed"

    parcel = door.ship(order_id)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=due - 1_000, reason="Thiếu tiền lẻ")
        give_back_cash(actor=door.farmer, parcel_id=parcel.id, amount_vnd=50_000, note="Hỏng", request_key="a")
    assert totals_of(open_order(client, order))[2:] == [
        left_out,
        ("Agreed at the door", "-₫1,000"),
        ("Given back", "-₫50,000"),
        ("You pay", f"₫{due - 51_000:,}"),
    ]


def test_nothing_is_to_be_paid_for_what_was_refused(door: Door, client: FlaskClient) -> None:
    door.allow()
    order_id = door.order()
    parcel = door.ship(order_id)
    with atomic():
        record_refusal(actor=door.farmer, parcel_id=parcel.id, reason="Khách đổi ý")
    assert totals_of(open_order(client, order_of(order_id)))[-1] == ("You pay", "₫0")


def test_only_the_parcels_producer_notes_its_cash(
    door: Door, client: FlaskClient, session: scoped_session[Session]
) -> None:
    door.allow()
    parcel = door.ship(door.order())
    stranger = make_user(RoleName.PRODUCER_MEMBER)
    session.commit()
    sign_in(client, stranger)
    path = f"/farm/orders/{parcel.id}/cash"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/received", data={"received-received_vnd": "1"}).status_code == 404
    assert cash_of(parcel).status == CashStatus.DUE


@pytest.mark.parametrize("role", [None, RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER])
def test_only_administrators_keep_the_list(
    client: FlaskClient, session: scoped_session[Session], role: RoleName | None
) -> None:
    user = make_user(*([role] if role else []))
    session.commit()
    sign_in(client, user)
    assert client.get("/cash/buyers").status_code == client.get("/cash/overdue").status_code == 404


def test_the_list_is_kept_on_its_page(door: Door, client: FlaskClient, session: scoped_session[Session]) -> None:
    session.commit()
    sign_in(client, door.administrator)
    values = {
        "name": door.buyer.email or "",
        "order_limit_vnd": "500.000",
        "open_limit_vnd": "800.000",
        "reason": "Khách quen mẫu",
    }
    for wrong in ({"name": "0999999999"}, {"open_limit_vnd": "400.000"}, {"order_limit_vnd": "x"}, {"reason": " "}):
        refused = client.post("/cash/buyers", data={**values, **wrong})
        assert refused.status_code == 422, wrong
        assert "Khách quen mẫu" in refused.text or "reason" in wrong
    assert client.post("/cash/buyers", data=values).status_code == 303
    assert client.post("/cash/buyers", data=values).status_code == 409
    page = client.get("/cash/buyers").text
    assert "Khách quen mẫu" in page and door.administrator.display_name in page
    buyer = session.scalars(select(CashBuyer)).one()
    assert client.post(f"/cash/buyers/{buyer.id}/end").status_code == 303
    assert session.get_one(CashBuyer, buyer.id, populate_existing=True).ended_by == door.administrator.id


def test_the_list_takes_a_constant_number_of_queries(
    door: Door, client: FlaskClient, session: scoped_session[Session], count_queries: Callable[..., Any]
) -> None:
    counts = []
    sign_in(client, door.administrator)
    for _ in range(2):
        for _ in range(3):
            door.buyer = make_user()
            door.allow()
        session.expire_all()
        with count_queries() as statements:
            assert client.get("/cash/buyers").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
