"""What a recall does to offers, baskets, orders, buyers and receipts."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.accounts import ANONYMOUS, RoleName
from core.db import db
from core.errors import Conflict, NotFound
from core.outbox.models import OutboxMessage
from market.carts.queries import get_basket
from market.checkout.usecases import place_order
from market.offers.errors import OffersRefused
from market.offers.models import Offer, OfferStatus, SaleUnit
from market.offers.rules import OfferValues
from market.offers.stock import SoldOut
from market.offers.usecases import save_offers
from market.orders.models import OrderStatus, Parcel
from market.orders.packing import ship_parcel
from market.orders.queries import lots_to_pack_from
from market.payments import flow
from market.payments.models import Refund
from market.payments.purposes import PurposeKind, PurposeState, RefundReason, purpose_of
from market.payments.usecases import prepare_payment
from market.recalls.models import RecalledOrder
from market.recalls.usecases import (
    end_waiting_orders,
    pause_offers,
    request_recall_refund,
    settle_recall_refund,
    tell_buyers,
)
from tests.factories import make_user
from tests.market.recalls.conftest import Shop
from tests.support.paying import RECIPIENT, LiveSandbox, hold_cart, make_cart, order_now, place
from tests.traceability.farm import actor_of, make_farm
from traceability.recalls.errors import LotOnRecall
from traceability.recalls.sources import find_origin
from traceability.recalls.tracing import picture_of
from traceability.recalls.usecases import release_sale, run_mock_recall

RecallNow = Callable[[], Any]


def mails() -> list[dict[str, Any]]:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == "MailRequested"))
    return [row.payload for row in rows if row.payload["template"] == "lot_recalled"]


def offer_now(shop: Shop) -> Offer:
    return db.session.scalars(select(Offer).where(Offer.id == shop.offer.id)).one()


class TestOnSale:
    def test_offers_pause_at_once_and_go_on_when_the_farmer_says_so(
        self, shop: Shop, recall_now: RecallNow, deliver_outbox: Callable[[], int]
    ) -> None:
        recall = recall_now()
        assert offer_now(shop).status == OfferStatus.PAUSED
        release_sale(actor=shop.farm.actor, recall_id=recall.id, product_id=shop.farm.product.id)
        db.session.commit()
        deliver_outbox()
        assert offer_now(shop).status == OfferStatus.ACTIVE

    def test_what_the_farmer_had_paused_stays_paused(
        self, shop: Shop, recall_now: RecallNow, deliver_outbox: Callable[[], int]
    ) -> None:
        shop.offer.status = OfferStatus.PAUSED
        recall = recall_now()
        release_sale(actor=shop.farm.actor, recall_id=recall.id, product_id=shop.farm.product.id)
        db.session.commit()
        deliver_outbox()
        assert offer_now(shop).status == OfferStatus.PAUSED

    def test_saving_the_product_does_not_put_it_back(self, shop: Shop, recall_now: RecallNow) -> None:
        recall_now()
        values = OfferValues(SaleUnit.PIECE, 35_000, 1, 100)
        with pytest.raises(OffersRefused):
            save_offers(actor=shop.farm.actor, product_id=shop.farm.product.id, offers=[values])

    def test_baskets_say_so(self, client: FlaskClient, shop: Shop, recall_now: RecallNow) -> None:
        cart = make_cart((shop.offer, 2))
        hold_cart(client, cart)
        assert not get_basket(cart.id).lines[0].is_recalled
        recall_now()
        (line,) = get_basket(cart.id).lines
        assert (line.is_recalled, line.available) == (True, 0)
        page = client.get("/basket?lang=en").text
        assert "recall" in page
        assert 'name="checkout"' not in page

    def test_nothing_is_ordered_even_before_the_news_arrives(self, shop: Shop) -> None:
        cart = make_cart((shop.offer, 2))
        shop.approve()
        assert offer_now(shop).status == OfferStatus.ACTIVE
        with pytest.raises(SoldOut):
            place_order(
                actor=ANONYMOUS,
                cart_id=cart.id,
                recipient=RECIPIENT,
                shown_goods_vnd=70_000,
                commission_basis_points=0,
                locale="vi",
            )

    def test_nothing_that_waits_is_paid_even_before_the_news_arrives(self, shop: Shop) -> None:
        order_id = place((shop.offer, 2))
        purpose = purpose_of(PurposeKind.ORDER)
        assert (purpose.lock(order_id).value, purpose.is_withheld(order_id).value) == (PurposeState.OPEN, False)
        shop.approve()
        assert purpose.is_withheld(order_id).value
        with pytest.raises(Conflict):
            prepare_payment(kind=PurposeKind.ORDER, purpose_id=order_id)

    def test_what_is_paid_all_the_same_is_given_back(
        self, shop: Shop, client: FlaskClient, live_sandbox: LiveSandbox
    ) -> None:
        order_id = place((shop.offer, 2))
        page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
        shop.approve()
        db.session.commit()
        live_sandbox.pay(page)
        assert live_sandbox.send_events(client) == [200]
        assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
        assert db.session.scalars(select(Refund.reason)).one() == RefundReason.PAID_TOO_LATE

    def test_unpaid_orders_end_and_let_go_of_their_stock(self, shop: Shop, recall_now: RecallNow) -> None:
        order_id = place((shop.offer, 2))
        recall_now()
        assert order_now(order_id).status == OrderStatus.EXPIRED
        assert offer_now(shop).reserved == 0

    def test_other_products_go_on(self, shop: Shop, recall_now: RecallNow) -> None:
        from tests.factories import make_offer, make_product

        other = make_offer(make_product(shop.farm.producer))
        order_id = place((other, 2))
        recall_now()
        assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
        assert db.session.get_one(Offer, other.id).status == OfferStatus.ACTIVE


class TestPacking:
    def test_recalled_lots_are_not_packed(self, shop: Shop, recall_now: RecallNow) -> None:
        good = shop.farm.harvest(50)
        order = shop.buy(packed=False)
        recall_now()
        from market.orders.models import OrderLine

        lines = db.session.scalars(
            select(OrderLine).join(Parcel, Parcel.id == OrderLine.parcel_id).where(Parcel.order_id == order.id)
        ).all()
        for line in lines:
            db.session.refresh(line, ["offer"])
        assert [choice.lot.id for choice in lots_to_pack_from(lines)[lines[0].id]] == [good.id]

    def test_nor_sent_out(self, shop: Shop, recall_now: RecallNow) -> None:
        order = shop.buy(shipped=False)
        recall_now()
        parcel_id = db.session.scalars(select(Parcel.id).where(Parcel.order_id == order.id)).one()
        with pytest.raises(LotOnRecall):
            ship_parcel(actor=shop.farm.actor, parcel_id=parcel_id)


class TestBuyers:
    def test_each_hears_once_in_their_language(
        self, shop: Shop, recall_now: RecallNow, deliver_outbox: Callable[[], int]
    ) -> None:
        first, second = shop.buy(), shop.buy(2)
        second.locale = "en"
        second.buyer_email = "english@example.com"
        third = shop.buy(1)
        third.buyer_email = None
        recall = recall_now()
        by_recipient = {mail["recipient"]: mail for mail in mails()}
        assert set(by_recipient) == {first.buyer_email, "english@example.com"}
        assert by_recipient["english@example.com"]["locale"] == "en"
        assert by_recipient["english@example.com"]["context"]["notice"] == recall.notice_en
        assert by_recipient[first.buyer_email]["context"]["notice"] == recall.notice_vi
        assert shop.lot.lot_number in by_recipient[first.buyer_email]["context"]["goods"][0]
        assert db.session.scalar(select(func.count()).select_from(RecalledOrder)) == 3

    def test_the_news_twice_changes_nothing(self, shop: Shop, recall_now: RecallNow) -> None:
        shop.buy()
        recall = recall_now()
        before = (len(mails()), offer_now(shop).status)
        pause_offers(recall_id=recall.id)
        assert tell_buyers(recall_id=recall.id) == 0
        assert end_waiting_orders(recall_id=recall.id) == []
        assert (len(mails()), offer_now(shop).status) == before

    def test_the_receipt_opens_a_refund(self, client: FlaskClient, shop: Shop, recall_now: RecallNow) -> None:
        order = shop.buy(3)
        assert "recalls" not in client.get(f"/orders/{order.token}").text.partition("<main")[2].partition("</main")[0]
        recall = recall_now()
        page = client.get(f"/orders/{order.token}").text
        assert recall.notice_vi in page
        path = f"/orders/{order.token}/recalls/{recall.number}/refund"
        assert path in page
        assert client.post(path).status_code == 303
        assert client.post(path).status_code == 303  # twice is once
        assert path not in client.get(f"/orders/{order.token}").text
        row = db.session.scalars(select(RecalledOrder)).one()
        assert (row.affected_vnd, row.refund_requested_at is not None) == (105_000, True)
        assert client.post(f"/orders/{order.token}/recalls/TH-XXXXXX/refund").status_code == 404
        shop.farm.signed_in(client)
        assert order.number in client.get(f"/farm/recalls/{recall.id}").text
        assert client.post(f"/farm/recalls/{recall.id}/refunds/{order.number}").status_code == 303
        assert db.session.scalars(select(RecalledOrder)).one().settled_at is not None

    def test_only_the_seller_settles_and_only_what_was_asked_for(self, shop: Shop, recall_now: RecallNow) -> None:
        order = shop.buy()
        recall = recall_now()
        given = {"recall_id": recall.id, "order_number": order.number}
        with pytest.raises(Conflict):
            settle_recall_refund(actor=shop.farm.actor, **given)
        request_recall_refund(order_id=order.id, recall_number=recall.number)
        for actor in (make_farm().actor, actor_of(make_user(RoleName.CONSUMER))):
            with pytest.raises(NotFound):
                settle_recall_refund(actor=actor, **given)
        settle_recall_refund(actor=shop.farm.actor, **given)
        with pytest.raises(Conflict):
            settle_recall_refund(actor=shop.farm.actor, **given)


class TestWhoBought:
    def test_a_mock_recall_accounts_for_what_was_sold_packed_and_kept(self, shop: Shop) -> None:
        shop.buy(30)
        shop.buy(20, shipped=False)
        origin = find_origin(shop.farm.actor, "lot", str(shop.lot.id))
        mock = run_mock_recall(actor=shop.farm.actor, origin=origin)
        assert (mock.total_grams, mock.accounted_grams) == (240_000, 240_000)
        (lot,) = mock.report["lots"]
        assert (lot["sold_grams"], lot["held_grams"]) == (60_000, 180_000)
        assert mock.report["orders"] == 2
        assert "Nguyễn" not in str(mock.report)

    def test_contacts_come_only_for_own_customers_and_officers(self, shop: Shop) -> None:
        shop.buy()
        for actor, sees in ((shop.farm.actor, True), (shop.officer, True), (make_farm().actor, False)):
            (sale,) = picture_of(actor, [shop.lot.id]).sales
            assert (sale.buyer_name is not None, sale.phone is not None) == (sees, sees)
            assert sale.units == 3
