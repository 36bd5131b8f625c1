"""From a basket to an order."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, select

from catalog.places.queries import province_code_of_commune
from catalog.products.models import Product
from core.accounts import Actor
from core.db import (
    Asked,
    SettledStatement,
    db,
    load_each,
    load_within_transaction,
    settled,
    write_soon,
)
from core.errors import Invalid, NotFound
from core.i18n import lazy_gettext as _l
from market.carts.models import Cart, CartLine
from market.cash.usecases import place_for_cash
from market.checkout.building import Recipient, ask_for_number, build_order
from market.checkout.delivery import (
    AgreedDelivery,
    DeliveryChoice,
    agree_deliveries,
    check_shown_fees,
    hold_times,
)
from market.checkout.deposits import ask_for_deposits
from market.checkout.errors import BasketEmpty, DeliveryNotCounted, PricesChanged, TotalOutOfRange
from market.checkout.lines import LineRow, demand_of, read_lines
from market.checkout.payment_request import payment_request
from market.checkout.waiting import Wanted, is_the_same, order_before, vouchers_in
from market.delivery.queries import ask_methods
from market.delivery.rules import Destination
from market.offers.stock import lock_offers, reserve_stock
from market.orders.models import Order, OrderStatus
from market.orders.usecases import expire_order, mark_placed
from market.payments.purposes import PaymentRequest, PurposeKind
from market.payments.rules import amount_is_payable
from market.payments.usecases import withdraw_payments
from market.promotions.models import Promotion
from market.promotions.queries import ask_promotions
from market.promotions.rules import BasketPrice, Person, PricedItem
from market.promotions.usecases import price_for_order
from market.promotions.uses import lock_promotions_of, reserve_uses

REPLACED = "Replaced by a new order from the same basket"
CHANGED_BASKET = "The buyer changed the basket"


@dataclass(frozen=True)
class PlacedOrder:
    """The order that a basket became.

    `withdrawn` are payments whose pages must be closed after the commit; `request` is what is to be paid for a new one.
    """

    order_id: uuid.UUID
    token: str
    is_new: bool
    withdrawn: tuple[uuid.UUID, ...] = ()
    request: PaymentRequest | None = None
    pays_cash: bool = False


def place_order(
    *,
    actor: Actor,
    cart_id: uuid.UUID,
    recipient: Recipient,
    shown_goods_vnd: int,
    commission_basis_points: int,
    locale: str,
    shown_promotions: Collection[uuid.UUID] | None = None,
    shown_province: str | None = None,
    shown_total_vnd: int | None = None,
    deliveries: Mapping[uuid.UUID, DeliveryChoice] | None = None,
    pays_cash: bool = False,
) -> PlacedOrder:
    """Make the basket an order that waits for payment, and reserve its stock and its promotions.

    The basket is locked first, so that the same form sent twice finds the order that the first one made. An order of
    this basket that still waits comes back as it is while nothing changed; otherwise it is closed and replaced.
    `shown_goods_vnd` is what the buyer has seen for the goods, less their discounts; `shown_promotions` are the
    promotions that the buyer has seen, None where nobody has looked, `shown_province` the province that the commune was
    chosen in, and `shown_total_vnd` the total that stood on the page; `deliveries` says by producer how the buyer wants
    each parcel, where there is a choice. With `pays_cash` it is paid when it comes, and packed at once.

    Raises NotFound, BasketEmpty, Invalid (a commune that is unknown, or of another province), LineNotAllowed, SoldOut,
    VoucherRefused, PricesChanged, TotalOutOfRange, DeliveryNotCounted, CashRefused, what `why_not_agreed` gives; then
    nothing has changed.
    """
    number = ask_for_number()
    cart, province_code = _lock_cart_for(actor, cart_id, recipient.commune_code, shown_province)
    choices = deliveries or {}
    before = order_before(cart)
    wanted = Wanted(recipient, choices, shown_goods_vnd, shown_promotions, pays_cash)
    if before is not None and is_the_same(before, cart, wanted, actor.user_id):
        return PlacedOrder(before.id, before.token, is_new=False, pays_cash=before.pays_cash)
    withdrawn = [] if before is None else _replace(before, cart, actor=actor)
    rows, offers = read_lines(cart.id, actor.user_id)
    producer_ids = {row.producer_id for row in rows}
    methods, promotions = ask_methods(producer_ids), ask_promotions(producer_ids, rows[0].voucher_ids or ())
    agreed = agree_deliveries(rows, methods, Destination(province_code, recipient.commune_code), choices)
    price = _price(rows, recipient, agreed, promotions, actor=actor, locale=locale)
    order = build_order(
        number=number.value,
        actor=actor,
        rows=rows,
        price=price,
        recipient=recipient,
        deliveries=agreed,
        commission_basis_points=commission_basis_points,
        locale=locale,
    )
    ask_for_deposits(order)
    if not pays_cash and not amount_is_payable(order.due_now_vnd):
        raise TotalOutOfRange
    write_soon(order, *order.parcels, *(line for parcel in order.parcels for line in parcel.lines))
    reserve_stock(order_id=order.id, demand=demand_of(rows), offers=offers)
    _check_shown_price(price, shown_goods_vnd, shown_promotions)  # after the stock: sold out explains another sum
    check_shown_fees(rows, agreed, choices)
    if shown_total_vnd is not None and order.total_vnd > shown_total_vnd:
        raise DeliveryNotCounted(order.total_vnd)
    _reserve_promotions(order, price)
    hold_times(order)
    mark_placed(actor=actor, order=order)
    if pays_cash:
        place_for_cash(actor=actor, order=order)
    cart.order_id, cart.user_id = order.id, order.user_id
    write_soon(cart)
    return PlacedOrder(
        order.id,
        order.token,
        is_new=True,
        withdrawn=tuple(withdrawn),
        request=None if pays_cash else payment_request(order),
        pays_cash=pays_cash,
    )


def release_replaced_order(*, actor: Actor, cart_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Close the unpaid order that this basket was, or replaces, since its buyer now wants something else.

    Returns the payments whose pages must be closed after the commit. Raises NotFound, BasketEmpty.
    """
    cart = _lock_cart(actor, cart_id)
    before = order_before(cart)
    if before is None or before.status != OrderStatus.AWAITING_PAYMENT:
        return ()
    expire_order(actor=actor, order=before, reason=CHANGED_BASKET)
    return tuple(withdraw_payments(kind=PurposeKind.ORDER, purpose_id=before.id, actor=actor, reason=CHANGED_BASKET))


def _lock_cart(actor: Actor, cart_id: uuid.UUID) -> Cart:
    return _own(actor, load_within_transaction(Cart, _locked_cart(), {"cart_id": cart_id}))


def _own(actor: Actor, found: Sequence[Cart]) -> Cart:
    """The basket that was found. Raises NotFound without any, BasketEmpty for that of another account."""
    if not found:
        raise NotFound
    if not found[0].is_of(actor.user_id):
        raise BasketEmpty
    return found[0]


def _lock_cart_for(actor: Actor, cart_id: uuid.UUID, commune_code: str, shown_province: str | None) -> tuple[Cart, str]:
    """The locked basket, and the province of a commune.

    Raises NotFound, BasketEmpty, and Invalid for a commune that is unknown or not of the province that was shown.
    """
    carts, provinces = load_each(
        [(Cart, _locked_cart()), (None, province_code_of_commune())],
        {"cart_id": cart_id, "commune_code": commune_code},
    )
    cart = _own(actor, carts)
    if not provinces or shown_province not in (None, provinces[0].province_code):
        raise Invalid(_l("Choose a commune from the list."), field="commune")
    return cart, provinces[0].province_code


@cache
def _locked_cart() -> SettledStatement:
    return settled(select(Cart).where(Cart.id == bindparam("cart_id")).with_for_update())


def _replace(before: Order, cart: Cart, *, actor: Actor) -> list[uuid.UUID]:
    """Close the unpaid order that the basket replaces; the payments whose pages must be closed after the commit."""
    _lock_both(before, cart)
    expire_order(actor=actor, order=before, reason=REPLACED)
    return withdraw_payments(kind=PurposeKind.ORDER, purpose_id=before.id, actor=actor, reason=REPLACED)


def _check_shown_price(price: BasketPrice, goods_vnd: int, promotions: Collection[uuid.UUID] | None) -> None:
    """Raise PricesChanged unless this is what the buyer has seen."""
    if price.goods_vnd - price.goods_discount_vnd != goods_vnd:
        raise PricesChanged
    if promotions is not None and price.applied != frozenset(promotions):
        raise PricesChanged


def _lock_both(before: Order, cart: Cart) -> None:
    """Lock stock and promotions of an order that is replaced together with those of the basket which replaces it.

    Locked one after the other, two such purchases could wait for each other.
    """
    offer_ids = set(db.session.scalars(select(CartLine.offer_id).where(CartLine.cart_id == cart.id)))
    offer_ids |= {line.offer_id for parcel in before.parcels for line in parcel.lines}
    offers = lock_offers(offer_ids)
    producers = select(Product.producer_id).where(Product.id.in_([offer.product_id for offer in offers.values()]))
    lock_promotions_of(
        [before.id],
        producer_ids=db.session.scalars(producers.distinct()).all(),
        voucher_ids=vouchers_in(cart.id)[0],
    )


def _price(
    rows: Sequence[LineRow],
    recipient: Recipient,
    agreed: Mapping[uuid.UUID, AgreedDelivery],
    promotions: Asked[Sequence[Promotion]],
    *,
    actor: Actor,
    locale: str,
) -> BasketPrice:
    """What these lines cost; the promotions that count are locked."""
    items = [PricedItem(str(row.offer_id), str(row.producer_id), row.quantity, row.price_vnd) for row in rows]
    fees = {str(producer_id): delivery.option.fee_vnd for producer_id, delivery in agreed.items()}
    return price_for_order(
        items=items,
        deliveries=fees,
        promotions=promotions,
        person=Person(actor.user_id, recipient.phone),
        locale=locale,
    )


def _reserve_promotions(order: Order, price: BasketPrice) -> None:
    reserve_uses(
        order_id=order.id,
        price=price,
        user_id=order.user_id,
        phone=order.buyer_phone,
        parcel_ids={str(parcel.producer_id): parcel.id for parcel in order.parcels},
        line_ids={str(line.offer_id): line.id for parcel in order.parcels for line in parcel.lines},
    )
