"""Vouchers in basket and checkout: refused by name, reserved with the order, released once, in the ledger."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.db import atomic, db, new_id, utc_now
from market.carts.models import Cart, CartVoucher
from market.carts.usecases import add_voucher
from market.checkout.abandoned import expire_abandoned_orders
from market.checkout.errors import PricesChanged
from market.checkout.purpose import OrderPurpose
from market.checkout.usecases import PlacedOrder, place_order
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of, ledger_total
from market.offers.models import SaleUnit
from market.orders.models import Order, OrderLine, Parcel
from market.orders.usecases import expire_order, lock_order, mark_paid
from market.payments.purposes import PaymentItem
from market.promotions.errors import VoucherRefused
from market.promotions.models import Bearer, OrderDiscount, Promotion, PromotionKind, PromotionUse, UseStatus
from market.promotions.uses import release_uses
from tests.factories import make_offer, make_producer, make_product, make_promotion, make_user, sign_in
from tests.support.paying import RECIPIENT, LiveSandbox, hold_cart, make_cart

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912 345 678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
    "note": "",
}


def cart_with(*vouchers: Promotion, quantity: int = 3) -> Cart:
    cart = make_cart((make_offer(), quantity))
    db.session.add_all(CartVoucher(cart_id=cart.id, promotion_id=voucher.id) for voucher in vouchers)
    db.session.flush()
    return cart


def order(cart: Cart, shown: int, phone: str = RECIPIENT.phone, **values: object) -> PlacedOrder:
    with atomic():
        return place_order(
            actor=ANONYMOUS,
            cart_id=cart.id,
            recipient=replace(RECIPIENT, phone=phone),
            shown_goods_vnd=shown,
            commission_basis_points=300,
            locale="vi",
            **values,
        )


def use_of(order_id: uuid.UUID) -> PromotionUse:
    statement = select(PromotionUse).where(PromotionUse.order_id == order_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def add(client: FlaskClient, code: str) -> tuple[int, str]:
    answer = client.post("/basket/vouchers", data={"code": code})
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("values", "status", "says"),
    [
        (None, 422, "We know no voucher with this code"),
        ({"starts_at": timedelta(hours=1)}, 409, "counts from"),
        ({"ends_at": timedelta(hours=-1)}, 409, "is over"),
        ({"minimum_spend_vnd": 200_000}, 409, "₫95,000 more are needed"),
        ({"max_uses": 1, "uses": 1}, 409, "is used up"),
        ({"budget_vnd": 50_000, "spent_vnd": 50_000}, 409, "is used up"),
    ],
)
def test_a_voucher_that_cannot_be_used_is_refused_by_name_and_stays_typed(
    client: FlaskClient,
    session: scoped_session[Session],
    values: dict[str, object] | None,
    status: int,
    says: str,
) -> None:
    client.set_cookie("language", "en")
    if values is not None:
        times = {name: utc_now() + value for name, value in values.items() if isinstance(value, timedelta)}
        make_promotion(code="BUOI10", **(values | times))
    hold_cart(client, cart_with())
    answer = add(client, "buoi10")
    assert answer[0] == status
    assert says in answer[1]
    assert 'value="buoi10"' in answer[1]
    assert session.scalar(select(func.count()).select_from(CartVoucher)) == 0


def test_a_voucher_of_another_producer_is_refused(client: FlaskClient, session: scoped_session[Session]) -> None:
    client.set_cookie("language", "en")
    make_promotion(code="BUOI10", producer_id=make_producer().id)
    hold_cart(client, cart_with())
    status, text = add(client, "BUOI10")
    assert status == 409
    assert "not for anything in your basket" in text


@pytest.mark.parametrize("code", ["", "   ", "x" * 41, "<script>", "\x00"])
def test_nonsense_as_a_code_is_refused(client: FlaskClient, session: scoped_session[Session], code: str) -> None:
    hold_cart(client, cart_with())
    status, text = add(client, code)
    assert status == 422
    assert "<script>" not in text.split("voucher-form")[1].split("</form>")[0]


def test_basket_and_checkout_show_every_step(client: FlaskClient, session: scoped_session[Session]) -> None:
    client.set_cookie("language", "en")
    make_promotion(code="BUOI10")
    hold_cart(client, cart_with())
    assert add(client, "buoi-10")[0] == 303
    basket = client.get("/basket").text
    assert "-₫10,500" in basket
    assert "₫94,500" in basket
    checkout = client.get("/checkout").text
    assert "₫114,500" in checkout
    voucher_id = session.scalars(select(CartVoucher.promotion_id)).one()
    client.post(f"/basket/vouchers/{voucher_id}/remove")
    assert "-₫10,500" not in client.get("/basket").text


def test_the_order_keeps_the_discount_on_lines_parcels_and_total(session: scoped_session[Session]) -> None:
    farm = make_producer()
    own = make_promotion(
        code="BUOI10", producer_id=farm.id, borne_by=Bearer.PRODUCER, kind=PromotionKind.AMOUNT, amount_vnd=10_001
    )
    make_promotion(kind=PromotionKind.FREE_DELIVERY)
    cart = make_cart((make_offer(make_product(farm)), 2), (make_offer(make_product(farm)), 1), (make_offer(), 1))
    db.session.add(CartVoucher(cart_id=cart.id, promotion_id=own.id))
    placed = order(cart, 140_000 - 10_001)
    found = db.session.get_one(Order, placed.order_id)
    parcels = db.session.scalars(select(Parcel).where(Parcel.order_id == found.id)).all()
    lines = db.session.scalars(select(OrderLine).where(OrderLine.parcel_id.in_([parcel.id for parcel in parcels])))
    assert (found.discount_vnd, found.total_vnd) == (50_001, 129_999)
    assert sum(parcel.discount_vnd for parcel in parcels) == 50_001
    assert {(parcel.producer_discount_vnd, parcel.site_discount_vnd) for parcel in parcels} == {
        (10_001, 20_000),
        (0, 20_000),
    }
    assert sorted(line.discount_vnd for line in lines) == [0, 3_334, 6_667]
    kept = db.session.scalars(select(OrderDiscount).where(OrderDiscount.order_id == found.id)).all()
    assert sum(row.amount_vnd for row in kept) == 50_001
    request = OrderPurpose().request(found.id)
    assert request.amount_vnd == found.total_vnd
    assert all(part.unit_amount_vnd > 0 for part in request.items)


@pytest.mark.parametrize(
    ("less", "item"),
    [
        (30_000, PaymentItem("{name}, hộp (6)", 190_000, 3)),
        (10_001, PaymentItem("3 × {name}, hộp (6)", 589_999)),  # it does not divide
    ],
)
def test_the_payment_page_names_the_unit_and_says_the_count_once(
    session: scoped_session[Session], less: int, item: PaymentItem
) -> None:
    offer = make_offer(unit=SaleUnit.BOX, content_quantity=6, price_vnd=200_000)
    make_promotion(kind=PromotionKind.AMOUNT, amount_vnd=less)
    placed = order(make_cart((offer, 3)), 600_000 - less)
    request = OrderPurpose().request(placed.order_id)
    assert request.items[0] == replace(item, name=item.name.format(name=offer.product.name_vi))
    assert request.amount_vnd == db.session.get_one(Order, placed.order_id).total_vnd
    assert request == placed.request  # as it was asked for first: another text would be another payment


def test_the_ledger_says_who_bears_what_and_sums_to_zero(session: scoped_session[Session]) -> None:
    farm = make_producer()
    make_promotion(producer_id=farm.id, borne_by=Bearer.PRODUCER, kind=PromotionKind.AMOUNT, amount_vnd=5_000)
    make_promotion(kind=PromotionKind.FREE_DELIVERY)
    cart = make_cart((make_offer(make_product(farm)), 3))
    placed = order(cart, 100_000)
    with atomic():
        mark_paid(order=lock_order(placed.order_id), payment_id=new_id())
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 100_000
    assert balance_of(AccountKind.VOUCHER_EXPENSE) == 20_000
    assert balance_of(AccountKind.COMMISSION_INCOME) == -3_000
    assert balance_of(AccountKind.PRODUCER_PAYABLE, farm.id) == -97_000
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == -20_000
    assert ledger_total() == 0


def test_a_use_is_held_with_the_order_spent_with_the_payment_and_released_once(
    session: scoped_session[Session],
) -> None:
    voucher = make_promotion(code="BUOI10", max_uses=1, budget_vnd=20_000)
    paid = order(cart_with(voucher), 94_500)
    session.refresh(voucher)
    assert (voucher.uses, voucher.spent_vnd) == (1, 10_500)
    with pytest.raises(VoucherRefused):
        order(cart_with(voucher), 94_500, phone="+84912345670")
    with atomic():
        expire_order(actor=ANONYMOUS, order=lock_order(paid.order_id), reason="Not paid in time")
    assert release_uses(order_id=paid.order_id) == 0
    session.refresh(voucher)
    assert (voucher.uses, voucher.spent_vnd) == (0, 0)
    assert use_of(paid.order_id).status == UseStatus.RELEASED
    again = order(cart_with(voucher), 94_500, phone="+84912345670")
    with atomic():
        mark_paid(order=lock_order(again.order_id), payment_id=new_id())
    assert use_of(again.order_id).status == UseStatus.SPENT
    session.refresh(voucher)
    assert (voucher.uses, voucher.spent_vnd) == (1, 10_500)


def test_one_person_uses_it_as_often_as_one_may(session: scoped_session[Session]) -> None:
    voucher = make_promotion(code="BUOI10", max_uses_per_person=1)
    order(cart_with(voucher), 94_500)
    with pytest.raises(VoucherRefused):
        order(cart_with(voucher), 94_500)
    order(cart_with(voucher), 94_500, phone="+84912345670")


def test_whoever_has_used_a_campaign_is_told_so_and_orders_without_it(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    client.set_cookie("language", "en")
    campaign = make_promotion(max_uses_per_person=1)
    order(cart_with(), 94_500)
    hold_cart(client, cart_with())
    assert "-₫10,500" in client.get("/checkout").text, "nobody knows yet who this is"
    form = FORM | {"shown_goods_vnd": "94500", "shown_promotions": str(campaign.id)}
    province_chosen = client.post("/checkout", data=form | {"choose_province": "1"})
    refused = client.post("/checkout", data=form)
    assert (province_chosen.status_code, refused.status_code) == (200, 409)
    for answer in (province_chosen, refused):
        assert "You have used “Pomelo season (sample)” already." in answer.text
        assert "-₫10,500" not in answer.text
        assert "₫125,000" in answer.text
    ordered = client.post("/checkout", data=form | {"shown_goods_vnd": "105000", "shown_promotions": ""})
    assert ordered.status_code == 303


def test_an_account_that_has_used_a_campaign_sees_prices_without_it(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    client.set_cookie("language", "en")
    campaign = make_promotion(max_uses_per_person=1)
    sign_in(client, make_user())
    form = FORM | {"shown_goods_vnd": "94500", "shown_promotions": str(campaign.id)}
    hold_cart(client, cart_with())
    assert client.post("/checkout", data=form).status_code == 303
    hold_cart(client, cart_with())
    for address in ("/basket", "/checkout"):
        assert "-₫10,500" not in client.get(address).text
    other_phone = FORM | {"phone": "0912 000 010", "shown_goods_vnd": "105000", "shown_promotions": ""}
    assert client.post("/checkout", data=other_phone).status_code == 303


def test_a_campaign_that_ended_meanwhile_is_a_changed_price(session: scoped_session[Session]) -> None:
    campaign = make_promotion(kind=PromotionKind.FREE_DELIVERY)
    cart = cart_with()
    campaign.ended_at = utc_now()
    session.flush()
    with pytest.raises(PricesChanged):
        order(cart, 105_000, shown_promotions=[campaign.id])
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_voucher_that_ended_between_basket_and_payment_is_named_and_nothing_is_lost(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    client.set_cookie("language", "en")
    voucher = make_promotion(code="BUOI10")
    hold_cart(client, cart_with(voucher))
    voucher.ended_at = utc_now()
    session.commit()
    answer = client.post("/checkout", data=FORM | {"shown_goods_vnd": "94500", "shown_promotions": str(voucher.id)})
    assert answer.status_code == 409
    assert "Voucher BUOI10 is over." in answer.text
    assert 'value="Thôn 3"' in answer.text
    assert session.scalar(select(func.count()).select_from(Order)) == 0


@pytest.mark.parametrize("limit", ["max_uses", "max_uses_per_person"])
def test_the_order_that_waits_keeps_its_voucher_when_its_buyer_looks_again(
    client: FlaskClient, session: scoped_session[Session], limit: str
) -> None:
    client.set_cookie("language", "en")
    voucher = make_promotion(code="BUOI10", **{limit: 1})
    cart = cart_with(voucher)
    order(cart, 94_500)
    hold_cart(client, cart)
    for address in ("/basket", "/checkout"):
        assert "-₫10,500" in client.get(address).text
    assert add(client, "BUOI10")[0] == 303


def test_looking_costs_the_same_queries_however_many_vouchers(
    client: FlaskClient, session: scoped_session[Session], count_queries: Callable[[], object]
) -> None:
    hold_cart(client, cart_with(make_promotion(code="AAAA1")))
    with count_queries() as few:
        client.get("/basket")
    hold_cart(client, cart_with(*(make_promotion(code=f"BBBB{number}") for number in range(5))))
    with count_queries() as many:
        client.get("/basket")
    assert len(few) == len(many)


def test_a_voucher_added_after_the_order_was_placed_replaces_it(session: scoped_session[Session]) -> None:
    campaign = make_promotion(max_uses=1, kind=PromotionKind.FREE_DELIVERY)
    voucher = make_promotion(code="BUOI10", max_uses=1)
    cart = cart_with()
    first = order(cart, 105_000)
    changed_id = add_voucher(actor=ANONYMOUS, cart_id=cart.id, code="BUOI10")
    assert changed_id != cart.id
    second = order(db.session.get_one(Cart, changed_id), 94_500)
    assert second.is_new
    assert use_of(first.order_id).status == UseStatus.RELEASED
    for promotion in (campaign, voucher):
        session.refresh(promotion)
        assert promotion.uses == 1
    assert order(db.session.get_one(Cart, changed_id), 94_500).order_id == second.order_id


def test_the_sweep_of_unpaid_orders_lets_go_of_vouchers(session: scoped_session[Session]) -> None:
    voucher = make_promotion(code="BUOI10", max_uses=2)
    placed = [order(cart_with(voucher), 94_500), order(cart_with(voucher), 94_500)]
    with atomic():
        assert expire_abandoned_orders(reserved_before=utc_now() + timedelta(minutes=36), limit=10) == 2
    assert {use_of(found.order_id).status for found in placed} == {UseStatus.RELEASED}
    session.refresh(voucher)
    assert voucher.uses == 0
