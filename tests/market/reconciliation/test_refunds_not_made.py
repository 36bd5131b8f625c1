"""Money that the site was to give back by itself and could not: a person is told, until it has gone back."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db
from market.collections.handlers import ask_for_balances
from market.collections.models import Collection
from market.disputes.models import Dispute
from market.offers.events import OrderCycleCancelled
from market.orders.events import OrderPaid
from market.payments import flow
from market.payments.models import Refund
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.refunds.handlers import give_back_failed_harvest
from market.refunds.overdue import give_back_unpaid_balance
from tests.factories import make_user, sign_in
from tests.market.collections.conftest import Farm, farm, open_harvest
from tests.support.refunding import pay_for

__all__ = ["farm"]
DISPUTED = "4000000000000259"
HOUR = timedelta(hours=1)


def test_a_failed_harvest_of_a_disputed_payment_waits_for_a_person_who_reads_why(
    farm: Farm, client: FlaskClient, session: scoped_session[Session], deliver_outbox: Callable[[], int]
) -> None:
    cycle_id = open_harvest(farm).id
    order_id = pay_for(farm.live, (farm.offer, 2), card=DISPUTED)
    flow.reconcile(gateway=farm.live.gateway, since=HOUR)
    for _ in range(2):
        with atomic():
            give_back_failed_harvest(OrderCycleCancelled(cycle_id=cycle_id))
        deliver_outbox()
    found = db.session.scalars(select(Discrepancy)).one()
    assert (found.kind, db.session.scalars(select(Refund)).all()) == (DiscrepancyKind.REFUND_NOT_MADE, [])
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    page = client.get(f"/payments/review/{found.id}").text
    for words in ("Mất mùa", "Ngân hàng của người mua đã thu lại khoản tiền này", str(order_id)):
        assert words in page


def test_tried_again_once_the_dispute_is_won_it_is_settled_by_itself(
    farm: Farm, session: scoped_session[Session], deliver_outbox: Callable[[], int]
) -> None:
    open_harvest(farm)
    order_id = pay_for(farm.live, (farm.offer, 2), card=DISPUTED)
    with atomic():
        ask_for_balances(OrderPaid(order_id=order_id))
    flow.reconcile(gateway=farm.live.gateway, since=HOUR)
    collection = db.session.scalars(select(Collection)).one()
    late = collection.due_at + timedelta(seconds=1)

    def give_back() -> bool:
        with atomic():
            made = give_back_unpaid_balance(collection_id=collection.id, now=late)
        deliver_outbox()
        return made

    assert give_back() is False
    found = db.session.scalars(select(Discrepancy)).one()
    assert (found.kind, found.is_open) == (DiscrepancyKind.REFUND_NOT_MADE, True)
    farm.live.act(f"disputes/{db.session.scalars(select(Dispute.external_id)).one()}/win")
    flow.reconcile(gateway=farm.live.gateway, since=HOUR)
    assert give_back() is True
    db.session.refresh(found)
    assert found.resolution == Resolution.SETTLED
