"""What buyers, producers, officers, the vendor and the clock do, through the use cases that the pages call."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import stripe
from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor
from core.db import atomic, db, known, utc_now
from core.outbox.models import OutboxMessage
from core.outbox.relay import deliver_pending
from market.carts.models import Cart, CartLine, CartVoucher
from market.carts.queries import get_basket
from market.checkout.abandoned import expire_abandoned_orders
from market.checkout.queries import get_checkout, waiting_order
from market.checkout.usecases import place_order
from market.collections.usecases import waive_collection
from market.delivery.rules import Destination
from market.offers.cycles import cancel_cycle, open_cycle
from market.offers.events import OrderCycleCancelled
from market.offers.models import Offer, OrderCycle, SaleUnit
from market.offers.rules import OfferValues
from market.offers.stock import take_in_harvest, write_off_spoilt
from market.offers.usecases import save_offers
from market.orders.events import OrderPaid, ParcelRepriced
from market.orders.models import OrderLine, Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.payments import flow
from market.payments.checking import NEEDED_EVENTS
from market.payments.events import PaymentNeedsReview, RefundFailed
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.sandbox.balance import decide_dispute, open_dispute, pay_out
from market.payments.sandbox.cards import CardDetails
from market.payments.sandbox.errors import ApiError
from market.payments.sandbox.tables import SCHEMA, events
from market.payments.sandbox.transitions import Outcome, answer_authentication, attempt_payment
from market.promotions.rules import Person
from market.refunds.flow import cancel_order, refund_amount, refund_order
from market.refunds.tasks import end_unpaid_balances
from market.refunds.usecases import RefundPart
from tests.market.stateful.world import World, next_harvest
from tests.support.paying import RECIPIENT

ABOUT_MONEY = tuple(
    event.__name__ for event in (OrderCycleCancelled, OrderPaid, ParcelRepriced, PaymentNeedsReview, RefundFailed)
)
"""News that moves money; mails and the search index are other tests' business."""

UNDECIDED = f"""
SELECT id FROM {SCHEMA}.objects
 WHERE type = 'dispute' AND data ->> 'status' NOT IN ('won', 'lost', 'warning_closed') ORDER BY sequence
"""
CHARGES = f"""
SELECT id FROM {SCHEMA}.objects
 WHERE type = 'charge' AND data -> 'paid' = 'true' AND data -> 'disputed' = 'false' ORDER BY sequence DESC LIMIT 10
"""
DESTINATION = Destination("42", RECIPIENT.commune_code)
SECOND = timedelta(seconds=1)
"""The vendor counts whole ones."""


@dataclass
class Basket:
    """A basket as its buyer saw it last: what is in it, and what the page said that it costs."""

    cart_id: uuid.UUID
    buyer: int
    shown_vnd: int
    promotions: frozenset[uuid.UUID]


@dataclass
class Deeds:
    """What can be done in a world. Each method is one request or task, and raises what the use case raises."""

    world: World

    # Buyers

    def fill_basket(
        self, buyer: int, wanted: Mapping[int, int], vouchers: list[uuid.UUID], replaces: uuid.UUID | None
    ) -> Basket:
        """Put so many of each of the goods into a basket, and look at the checkout page."""
        with atomic():
            owner_id = db.session.scalar(select(Cart.user_id).where(Cart.id == replaces))
            cart = Cart(replaces_id=replaces, user_id=owner_id)
            db.session.add(cart)
            db.session.flush()
            for number, quantity in wanted.items():
                offer = db.session.get_one(Offer, self.world.goods[number].offer_id)
                db.session.add(
                    CartLine(cart_id=cart.id, offer_id=offer.id, quantity=quantity, seen_price_vnd=offer.price_vnd)
                )
            db.session.add_all(CartVoucher(cart_id=cart.id, promotion_id=voucher) for voucher in vouchers)
            db.session.flush()
            return self.look_at(Basket(cart.id, buyer, 0, frozenset()))

    def look_at(self, basket: Basket) -> Basket:
        """What the checkout page says of a basket now."""
        buyer_id = self._who_has(basket).user_id
        content = get_basket(basket.cart_id, buyer_id)
        shown = get_checkout(
            content, waiting=waiting_order(content), destination=known(DESTINATION), person=Person(), choices=None
        )
        return replace(basket, shown_vnd=shown.net_goods_vnd, promotions=frozenset(shown.priced.price.applied))

    def order(
        self, basket: Basket, *, address: str = "Thôn 3", pays_cash: bool = False, by_neighbour: bool = False
    ) -> uuid.UUID:
        """Send the checkout form; the order's id. Its page is opened apart. Only the neighbour may pay in cash."""
        with atomic():
            placed = place_order(
                actor=self.world.neighbour if pays_cash or by_neighbour else self._who_has(basket),
                cart_id=basket.cart_id,
                recipient=replace(RECIPIENT, phone=f"+8491234567{basket.buyer}", address=address),
                shown_goods_vnd=basket.shown_vnd,
                shown_promotions=basket.promotions,
                commission_basis_points=300,
                locale="vi",
                pays_cash=pays_cash,
            )
        flow.close_pages(placed.withdrawn, gateway=self.world.gateway)
        return placed.order_id

    def _who_has(self, basket: Basket) -> Actor:
        """The neighbour, once the basket is theirs, or a guest."""
        owner_id = db.session.scalar(select(Cart.user_id).where(Cart.id == basket.cart_id))
        return ANONYMOUS if owner_id is None else self.world.neighbour

    def open_page(self, purpose_id: uuid.UUID, kind: PurposeKind = PurposeKind.ORDER) -> str:
        """Go to the hosted page of an order, or of what heavier goods cost more; its id at the vendor."""
        page = flow.start_payment(kind=kind, purpose_id=purpose_id, gateway=self.world.gateway)
        return page.rsplit("/", 1)[-1]

    def pay(self, session_id: str, number: str, *, passes: bool) -> Outcome | None:
        """Fill in a card on the hosted page, and answer the bank's question where it asks one."""
        card = CardDetails(number, 12, 2040, "NGUYEN THI MAU")
        try:
            with self.world.store.open() as books:
                outcome = attempt_payment(books, session_id, card, email=None)
            if outcome is Outcome.AUTHENTICATE:
                with self.world.store.open() as books:
                    outcome = answer_authentication(books, session_id, passed=passes)
        except ApiError:
            return None
        return outcome

    def come_back(self, purpose_id: uuid.UUID, kind: PurposeKind = PurposeKind.ORDER) -> None:
        """Come to the page behind the hosted one."""
        flow.finish_payments(kind=kind, purpose_id=purpose_id, gateway=self.world.gateway)

    def cancel(self, order_id: uuid.UUID) -> None:
        """Press the button that cancels an order."""
        cancel_order(order_id=order_id, gateway=self.world.gateway)

    # Producers

    def pack(self, parcel_id: uuid.UUID, share: int) -> None:
        """Pack a parcel; goods by weight weigh `share` percent of the estimate."""
        lines = db.session.scalars(select(OrderLine).where(OrderLine.parcel_id == parcel_id)).all()
        goods = {each.offer_id: each for each in self.world.goods}
        lots = {line.id: goods[line.offer_id].lot_id for line in lines}
        weights = {
            line.id: max(
                1, line.estimated_grams * (line.quantity - line.cancelled_quantity) // line.quantity * share // 100
            )
            for line in lines
            if line.estimated_grams is not None
        }
        farmer = self.world.farmers[goods[lines[0].offer_id].farm]
        with atomic():
            pack_parcel(actor=farmer, parcel_id=parcel_id, lots=lots, weights=weights)

    def ship(self, parcel_id: uuid.UUID, farm: int) -> None:
        """Hand a parcel over."""
        with atomic():
            ship_parcel(actor=self.world.farmers[farm], parcel_id=parcel_id)

    def let_go(self, collection_id: uuid.UUID, farm: int) -> None:
        """Send heavier goods for what was paid."""
        with atomic():
            withdrawn = waive_collection(
                actor=self.world.farmers[farm], collection_id=collection_id, reason="Khách quen (mẫu)"
            )
        flow.close_pages(withdrawn, gateway=self.world.gateway)

    def reprice(self, number: int, price_vnd: int) -> None:
        """Save another price for what is not sold by weight."""
        goods = self.world.goods[number]
        on_hand = db.session.scalars(select(Offer.on_hand).where(Offer.id == goods.offer_id)).one()
        with atomic():
            save_offers(
                actor=self.world.farmers[goods.farm],
                product_id=goods.product_id,
                offers=[OfferValues(SaleUnit.PIECE, price_vnd, 1, on_hand)],
            )

    def harvest(self, number: int, quantity: int) -> None:
        """Add to the stock."""
        goods = self.world.goods[number]
        with atomic():
            take_in_harvest(actor=self.world.farmers[goods.farm], offer_id=goods.offer_id, quantity=quantity)

    def spoil(self, number: int, quantity: int) -> None:
        """Take spoilt goods out of the stock."""
        goods = self.world.goods[number]
        actor = self.world.farmers[goods.farm]
        with atomic():
            write_off_spoilt(actor=actor, offer_id=goods.offer_id, quantity=quantity, reason="Dập (mẫu)")

    def fail_harvest(self) -> None:
        """Cancel the harvest that can be ordered, and open the next one."""
        offer_id, farmer = self.world.harvested.offer_id, self.world.farmers[self.world.harvested.farm]
        with atomic():
            open_now = select(OrderCycle.id).where(OrderCycle.offer_id == offer_id, OrderCycle.cancelled_at.is_(None))
            cycle_id = db.session.scalars(open_now).one_or_none()
            if cycle_id is not None:
                cancel_cycle(actor=farmer, cycle_id=cycle_id, reason="Mưa đá (mẫu)")
        with atomic():
            open_cycle(actor=farmer, offer_id=offer_id, values=next_harvest())

    # Officers

    def give_back(self, order_id: uuid.UUID, actor: Actor, *, reason: RefundReason, units: int, key: str) -> None:
        """Give back so many units of the first line of an order."""
        line_id = db.session.scalars(
            select(OrderLine.id).join(Parcel).where(Parcel.order_id == order_id).order_by(OrderLine.id).limit(1)
        ).one()
        refund_order(
            actor=actor,
            order_id=order_id,
            parts=[RefundPart(line_id, units)],
            reason=reason,
            request_key=key,
            gateway=self.world.gateway,
        )

    def give_back_sum(self, order_id: uuid.UUID, actor: Actor, *, amount_vnd: int, key: str) -> None:
        """Give back a sum that belongs to no line."""
        refund_amount(
            actor=actor,
            order_id=order_id,
            amount_vnd=amount_vnd,
            request_key=key,
            note="Bồi thường (mẫu)",
            gateway=self.world.gateway,
        )

    # The vendor and the clock

    def take_news(self, after: int) -> list[tuple[int, dict[str, Any]]]:
        """What the vendor would send: events with their numbers, after this number."""
        wanted = (
            sa.select(events.c.sequence, events.c.data)
            .where(events.c.sequence > after, events.c.type.in_(NEEDED_EVENTS))
            .order_by(events.c.sequence)
        )
        with self.world.engine.connect() as connection:
            return [(number, data) for number, data in connection.execute(wanted)]

    def pay_out(self) -> None:
        """The vendor sends what it holds to the bank, where there is anything."""
        try:
            with self.world.store.open() as books:
                pay_out(books)
        except ApiError:
            return

    def dispute(self, pick: int) -> None:
        """The owner of a card disputes a payment; or, where one is disputed, the bank decides."""
        found = self.world.sql(UNDECIDED)
        try:
            with self.world.store.open() as books:
                if found:
                    decide_dispute(books, found[pick % len(found)].id, won=pick % 2 == 0)
                elif charges := self.world.sql(CHARGES):
                    open_dispute(books, charges[pick % len(charges)].id, reason="fraudulent", inquiry=pick % 3 == 0)
        except ApiError:
            return

    def hear(self, event: dict[str, Any]) -> None:
        """Take in one webhook, its signature checked."""
        body = json.dumps(event)
        secret = self.world.live.configuration.webhook_secret
        header = stripe.WebhookSignature.generate_signature_header(body, secret)
        gateway = self.world.gateway
        flow.handle_event(event=gateway.verify_webhook(body.encode(), header), gateway=gateway)

    def expire_abandoned(self) -> None:
        """The sweep of orders that nobody began to pay."""
        with atomic():
            expire_abandoned_orders(reserved_before=utc_now(), limit=200)

    def reconcile(self) -> int:
        """The sweep that makes the vendor and us agree about all that happened in this history."""
        return flow.reconcile(gateway=self.world.gateway, since=utc_now() - self.world.began_at + SECOND)

    def finish_refunds(self) -> int:
        """The task that hurries after a refund was asked for."""
        return flow.finish_refunds(gateway=self.world.gateway)

    def end_unpaid_balances(self) -> None:
        """The task that gives deposits back whose rest was not paid in time."""
        end_unpaid_balances()

    def relay(self) -> None:
        """Deliver the news that moves money."""
        others = sa.update(OutboxMessage).where(
            OutboxMessage.processed_at.is_(None), OutboxMessage.name.not_in(ABOUT_MONEY)
        )
        with atomic():
            db.session.execute(others.values(processed_at=utc_now()))
        deliver_pending()
