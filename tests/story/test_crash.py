"""The web process is killed without warning between a payment and the buyer's way back."""

import secrets
import signal

import pytest

from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.shopper import GOOD_CARD, card
from deploy.story.waiting import wait_for
from tests.support.running_site import RunningSite

WEBHOOK_SECONDS = 60


@pytest.fixture
def buyer(running_site: RunningSite) -> Person:
    return Person(running_site.url, "buyer")


def order_at_payment_page(buyer: Person) -> tuple[str, str]:
    """A guest's order: the address of its page, and that of its payment page."""
    page = next(
        page
        for link in buyer.open("/search?in_stock=1").links_below("/products/")
        if (page := buyer.open(link.path)).has_form_to("/basket/lines")
    )
    buyer.send(page.form(to="/basket/lines"), {"quantity": "1"})
    payment_url = order(buyer, email=f"{secrets.token_hex(6)}@example.vn")
    return buyer.open(payment_url).link_below("/orders/").path, payment_url


def test_order_is_paid_once_though_the_web_process_was_killed(running_site: RunningSite, buyer: Person) -> None:
    order_path, payment_url = order_at_payment_page(buyer)
    page = buyer.open(payment_url)
    token = order_path.rpartition("/")[2]

    running_site.end("web", signal.SIGKILL)
    answer = buyer.send_and_stay(page.form(having="card_number"), card(GOOD_CARD))
    assert answer.status_code == 303, "the payment page does not need the shop"
    assert running_site.rows("SELECT status FROM orders WHERE token = %s", token) == [("awaiting_payment",)]

    running_site.start("web")
    running_site.wait()
    wait_for(
        "the order to be paid without the buyer's way back",
        lambda: running_site.rows("SELECT 1 FROM orders WHERE token = %s AND status = 'paid'", token),
        seconds=WEBHOOK_SECONDS,
    )
    # The buyer comes back at last, and sends the payment page's answer a second time.
    for _ in range(2):
        assert buyer.open(answer.headers["Location"]).path == order_path

    paid = running_site.rows(
        "SELECT change.to_status FROM order_changes change JOIN orders ON orders.id = change.order_id "
        "WHERE orders.token = %s AND change.to_status = 'paid' AND change.parcel_id IS NULL",
        token,
    )
    assert paid == [("paid",)]
    entries = running_site.rows(
        "SELECT entry.id FROM ledger_entries entry JOIN payments ON payments.id = entry.source_id "
        "JOIN orders ON orders.id = payments.order_id WHERE orders.token = %s AND entry.source = 'payment'",
        token,
    )
    assert len(entries) == 1
