"""What becomes of a sale once the payment service has spoken: screen, ledger, news, refund."""

from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.accounts import RoleName
from core.db import atomic, db
from core.outbox.models import OutboxMessage
from market.ledger.models import LedgerAccount, LedgerPosting
from market.ledger.usecases import SITE
from market.payments import flow
from market.payments.models import Refund
from market.payments.usecases import give_up_payment, settle_payment
from market.refunds.resuming import ask_again
from market.stalls.models import StallSaleStatus
from market.stalls.purpose import StallSalePurpose
from tests.factories import make_user
from tests.market.stalls.conftest import Place, form_values, make_sale, pay_at, sales_of
from tests.support.paying import LiveSandbox, only_payment
from tests.support.refunding import actor_of


def balances() -> dict[tuple[str, object], int]:
    """What stands on each account of the ledger, in dong."""
    statement = (
        select(LedgerAccount.kind, LedgerAccount.owner_id, func.sum(LedgerPosting.amount_vnd))
        .join_from(LedgerPosting, LedgerAccount, LedgerPosting.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.kind, LedgerAccount.owner_id)
    )
    return {(str(kind), owner): int(amount) for kind, owner, amount in db.session.execute(statement) if amount}


def test_a_paid_sale_is_owed_to_the_stall_and_told_once(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    back, sale = pay_at(client, live_sandbox, place, amount="200.000")
    for _ in range(2):
        client.get(back)
        live_sandbox.send_events(client)
    assert balances() == {("processor_balance", SITE): 200_000, ("stall_payable", place.stall.id): -200_000}
    news = db.session.scalars(select(OutboxMessage.payload).where(OutboxMessage.name == "StallSalePaid")).all()
    assert news == [{"sale_id": str(sale.id), "stall_id": str(place.stall.id), "amount_vnd": 200_000}]
    paid = sales_of(place.stall)[0]
    assert (paid.status, paid.position) == (StallSaleStatus.PAID, 1)
    assert paid.paid_at is not None


def test_a_page_that_nobody_paid_closes_the_sale(client: FlaskClient, live_sandbox: LiveSandbox, place: Place) -> None:
    client.post(place.pay_path, data=form_values())
    live_sandbox.gateway.expire_session(only_payment().session_id or "")
    assert set(live_sandbox.send_events(client)) == {200}
    sale = sales_of(place.stall)[0]
    assert sale.status == StallSaleStatus.EXPIRED
    receipt_path = f"{place.pay_path}/sales/{sale.token}"
    assert client.post(f"{receipt_path}/pay").headers["Location"] == receipt_path
    assert f'href="{place.pay_path}"' in client.get(receipt_path).text


def test_money_that_comes_too_late_is_given_back_and_the_receipt_says_so(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    client.post(place.pay_path, data=form_values(amount="200.000"))
    payment = only_payment()
    give_up_payment(payment_id=payment.id)
    db.session.commit()
    live_sandbox.pay(payment.session_id or "")
    live_sandbox.send_events(client)
    flow.finish_refunds(gateway=live_sandbox.gateway)
    sale = sales_of(place.stall)[0]
    assert (sale.status, sale.refunded_vnd, sale.position) == (StallSaleStatus.EXPIRED, 200_000, None)
    assert balances() == {}
    receipt = client.get(f"{place.pay_path}/sales/{sale.token}").text
    assert "200.000" in receipt.split('class="notice', 1)[1].split("</div>", 1)[0]


def test_a_refund_that_came_back_and_was_tried_again_stands_on_the_receipt_once(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    client.post(place.pay_path, data=form_values(amount="200.000"))
    payment = only_payment()
    give_up_payment(payment_id=payment.id)
    db.session.commit()
    live_sandbox.pay(payment.session_id or "", "4000000000005126")
    live_sandbox.send_events(client)
    flow.finish_refunds(gateway=live_sandbox.gateway)
    live_sandbox.banks_answer()
    live_sandbox.send_events(client, "refund.failed")
    assert sales_of(place.stall)[0].refunded_vnd == 0
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    with atomic():
        failed_id = db.session.scalars(select(Refund.id)).one()
        ask_again(actor=officer, refund_id=failed_id, refundable_vnd=200_000)
    flow.finish_refunds(gateway=live_sandbox.gateway)
    assert sales_of(place.stall)[0].refunded_vnd == 200_000
    assert balances() == {}


def test_an_amount_that_is_not_what_was_asked_goes_to_a_person(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    client.post(place.pay_path, data=form_values(amount="200.000"))
    payment = only_payment()
    live_sandbox.pay(payment.session_id or "")
    session = live_sandbox.gateway.fetch_session(payment.session_id or "")
    assert session is not None
    settle_payment(payment_id=payment.id, session=replace(session, amount=200, captured=200))
    db.session.commit()
    sale = sales_of(place.stall)[0]
    assert (sale.status, sale.paid_at, sale.position) == (StallSaleStatus.NEEDS_REVIEW, None, None)
    assert ("stall_payable", place.stall.id) not in balances()
    assert client.get(f"{place.pay_path}/sales/{sale.token}").status_code == 200


def test_what_is_asked_for_is_the_same_every_time_and_names_the_holder(place: Place) -> None:
    sale = make_sale(place.stall, amount_vnd=215_000, paid=False)
    purpose = StallSalePurpose()
    request = purpose.request(sale.id)
    assert request == purpose.request(sale.id)
    assert request.amount_vnd == 215_000
    assert request.reference == sale.number
    assert "Bà Lụa (mẫu)" in request.items[0].name


def test_paid_sales_are_counted_one_by_one_for_each_stall(place: Place) -> None:
    assert [make_sale(place.stall).position for _ in range(3)] == [1, 2, 3]
