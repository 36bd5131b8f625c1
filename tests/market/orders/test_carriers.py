"""Whose the delivery fee is: the site's courier's, or the producer's who delivers; on every account and page."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import Actor
from core.db import atomic, db, utc_now
from market.cash.usecases import record_cash
from market.delivery.models import Carrier, DeliveryMethod, MethodKind
from market.delivery.usecases import change_method, create_method, keep_site_courier
from market.delivery.values import MethodValues
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerPosting, PostingPart
from market.ledger.queries import balance_of
from market.orders.models import Parcel, ParcelStatus
from market.orders.packing import pack_parcel, ship_parcel
from market.payouts.queries import list_payables
from market.promotions.models import Bearer, PromotionKind
from market.refunds.cancelling import cancel_order
from market.refunds.flow import cancel_order as cancel_and_give_back
from tests.factories import make_method, make_promotion, sign_in
from tests.market.cash.conftest import Door, make_door, parcel_of
from tests.support.paying import LiveSandbox, live_sandbox
from tests.support.refunding import lines_of, pay_for

__all__ = ["live_sandbox"]
FEE = 25_000


@pytest.fixture
def door(session: object) -> Door:
    """Goods for 100,000 dong each, three per cent commission."""
    return make_door()


def own_method(door: Door) -> DeliveryMethod:
    """The producer drives, for 25,000 dong up to 2 kg and 45,000 up to 10."""
    method = make_method(door.offer.product.producer)
    db.session.commit()
    return method


def parts_of(part: PostingPart) -> int:
    return -sum(db.session.scalars(select(LedgerPosting.amount_vnd).where(LedgerPosting.part == part)))


def owed(door: Door) -> int:
    return -balance_of(AccountKind.PRODUCER_PAYABLE, door.offer.product.producer_id)


def sound() -> bool:
    found = audit_ledger()
    assert found.is_sound, found.faults
    return True


def test_who_delivers_has_the_fee_without_a_commission(
    door: Door, live_sandbox: LiveSandbox, client: FlaskClient
) -> None:
    own_method(door)
    order_id = pay_for(live_sandbox, (door.offer, 1))
    parcel = parcel_of(order_id)
    assert (parcel.delivery_carrier, parcel.delivery_vnd) == (Carrier.PRODUCER, FEE)
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == 0
    assert balance_of(AccountKind.COMMISSION_INCOME) == -3_000
    assert parts_of(PostingPart.DELIVERY) == FEE
    assert owed(door) == 97_000 + FEE
    sign_in(client, door.member)
    assert "122.000" in client.get(f"/farm/orders/{parcel.id}").text
    assert "25.000" in client.get("/farm/statement").text
    assert sound()


def test_the_courier_of_the_site_has_the_fee_as_before(door: Door, live_sandbox: LiveSandbox) -> None:
    with atomic():
        keep_site_courier(
            actor=door.farmer, producer_id=door.offer.product.producer_id, name="Đơn vị giao hàng của sàn"
        )
    order_id = pay_for(live_sandbox, (door.offer, 1))
    assert parcel_of(order_id).delivery_carrier == Carrier.SITE
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == -20_000
    assert owed(door) == 97_000
    assert sound()


def test_a_parcel_keeps_who_carries_it(door: Door, live_sandbox: LiveSandbox) -> None:
    method = own_method(door)
    order_id = pay_for(live_sandbox, (door.offer, 1))
    with atomic():
        change_method(
            actor=door.farmer,
            method_id=method.id,
            values=MethodValues(kind=MethodKind.COURIER, name="Xe mẫu", carrier=Carrier.SITE),
        )
    cancel_and_give_back(order_id=order_id, gateway=live_sandbox.gateway)
    assert parcel_of(order_id).delivery_carrier == Carrier.PRODUCER
    for kind in (AccountKind.DELIVERY_PAYABLE, AccountKind.COMMISSION_INCOME, AccountKind.PROCESSOR_BALANCE):
        assert balance_of(kind) == 0
    assert owed(door) == 0
    assert sound()


@pytest.mark.parametrize(("bearer", "kept"), [(Bearer.PRODUCER, 97_000), (Bearer.SITE, 97_000 + FEE)])
def test_delivery_for_nothing_is_paid_by_who_promised_it(
    door: Door, live_sandbox: LiveSandbox, client: FlaskClient, bearer: Bearer, kept: int
) -> None:
    own_method(door)
    producer_id = door.offer.product.producer_id if bearer is Bearer.PRODUCER else None
    make_promotion(kind=PromotionKind.FREE_DELIVERY, borne_by=bearer, producer_id=producer_id)
    order_id = pay_for(live_sandbox, (door.offer, 1))
    assert owed(door) == kept
    assert balance_of(AccountKind.COMMISSION_INCOME) == -3_000
    sign_in(client, door.member)
    assert f"{kept:,}".replace(",", ".") in client.get(f"/farm/orders/{parcel_of(order_id).id}").text
    cancel_and_give_back(order_id=order_id, gateway=live_sandbox.gateway)
    assert owed(door) == balance_of(AccountKind.VOUCHER_EXPENSE) == 0
    assert sound()


def test_the_fee_of_a_lighter_parcel_paid_at_the_door_is_not_earned(door: Door, client: FlaskClient) -> None:
    own_method(door)
    door.allow()
    order_id = door.order(quantity=1)
    parcel = parcel_of(order_id)
    assert parcel.delivery_carrier == Carrier.PRODUCER
    parcel.delivery_vnd, parcel.order_id = FEE, order_id
    parcel.delivery_rates = {"brackets": [[1, 10_000], [10_000, FEE]], "extra_kg_vnd": None}
    for line in lines_of(order_id):
        line.unit_grams = 1
    db.session.commit()
    door.ship(order_id)
    with atomic():
        record_cash(actor=door.farmer, parcel_id=parcel.id, received_vnd=110_000)
    assert parts_of(PostingPart.DELIVERY) == 10_000
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == 0
    assert owed(door) == -3_000  # the cash, with the fee, is the producer's already
    sign_in(client, door.member)
    assert "107.000" in client.get(f"/farm/orders/{parcel.id}").text
    assert sound()


def test_an_order_for_cash_that_is_cancelled_earns_nothing(door: Door) -> None:
    own_method(door)
    door.allow()
    order_id = door.order(quantity=1)
    with atomic():
        cancel_order(order_id=order_id)
    assert parcel_of(order_id).status == ParcelStatus.CANCELLED
    assert owed(door) == 0
    assert sound()


def test_the_fee_is_paid_out_with_the_goods(door: Door, live_sandbox: LiveSandbox) -> None:
    own_method(door)
    order_id = pay_for(live_sandbox, (door.offer, 1))
    producer_id = door.offer.product.producer_id
    found = list_payables(hold_days=3, now=utc_now(), producer_ids=[producer_id])[0]
    assert (found.balance_vnd, found.held_vnd, found.due_vnd) == (97_000 + FEE, 97_000 + FEE, 0)
    ship(door.farmer, parcel_of(order_id), door)
    found = list_payables(hold_days=0, now=utc_now(), producer_ids=[producer_id])[0]
    assert found.due_vnd == 97_000 + FEE


def ship(farmer: Actor, parcel: Parcel, door: Door) -> None:
    lots = {line.id: door.lot.id for line in lines_of(parcel.order_id)}
    with atomic():
        pack_parcel(actor=farmer, parcel_id=parcel.id, lots=lots)
        ship_parcel(actor=farmer, parcel_id=parcel.id)


def test_methods_say_who_delivers(door: Door, client: FlaskClient) -> None:
    producer = door.offer.product.producer
    sign_in(client, door.member)
    sent = {"producer": str(producer.id), "kind": "courier", "name": "Xe nhà (mẫu)", "carrier": "site"}
    assert client.post("/farm/delivery/new", data={**sent, "carrier": "drone"}).status_code == 422
    assert client.post("/farm/delivery/new", data=sent).status_code == 303
    made = db.session.scalars(select(DeliveryMethod)).one()
    assert made.carrier == Carrier.SITE
    changed = {"name": "Xe nhà (mẫu)", "carrier": "producer"}
    assert client.post(f"/farm/delivery/{made.id}", data=changed).status_code == 303
    assert db.session.get_one(DeliveryMethod, made.id, populate_existing=True).carrier == Carrier.PRODUCER
    with atomic():
        point = create_method(
            actor=door.farmer,
            producer_id=producer.id,
            values=MethodValues(
                kind=MethodKind.PICK_UP,
                name="Chợ Sơn (mẫu)",
                carrier=Carrier.SITE,
                address="Thôn 3",
                commune_code=producer.commune_code,
                opening_hours="7–17",
            ),
        )
    assert point.carrier == Carrier.PRODUCER  # there is no fee
    assert client.get("/farm/delivery").status_code == 200
