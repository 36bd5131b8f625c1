"""The pages on which money is given back: a producer's, the officers', and what the buyer sees."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName, User
from core.db import db, new_id
from market.offers.models import Offer
from market.orders.models import OrderStatus, Parcel, ParcelStatus
from market.payments.models import Refund, RefundStatus
from market.refunds import flow
from tests.factories import make_offer, make_user, sign_in
from tests.support.paying import LiveSandbox, order_now, payments_now
from tests.support.refunding import lines_of, pay_for


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def member(offer: Offer) -> User:
    user = make_user(RoleName.PRODUCER_MEMBER)
    db.session.add(ProducerMember(producer_id=offer.product.producer_id, user_id=user.id))
    db.session.flush()
    return user


def parcel_now() -> Parcel:
    return db.session.scalars(select(Parcel).execution_options(populate_existing=True)).one()


def refunds() -> list[Refund]:
    return list(db.session.scalars(select(Refund).execution_options(populate_existing=True)))


def test_a_producer_says_what_cannot_be_delivered(
    client: FlaskClient, offer: Offer, member: User, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    sign_in(client, member)
    db.session.commit()
    address = f"/farm/orders/{parcel_now().id}/short"
    assert address in client.get(f"/farm/orders/{parcel_now().id}").text
    page = client.get(address).text
    key = re.search(r'name="request_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    form = {f"quantity_{lines_of(order_id)[0].id}": "1", "request_key": key[1]}
    for _ in range(2):  # a double click
        assert client.post(address, data=form).status_code == 303
    assert payments_now(order_id)[0].refunded_vnd == 35_000
    assert len(refunds()) == 1
    assert refunds()[0].requested_by == member.id
    assert "2 × " in client.get(f"/farm/orders/{parcel_now().id}").text
    buyer = client.get(f"/orders/{order_now(order_id).token}?lang=en").text
    assert "1 of it are not delivered" in buyer
    assert "It cannot be delivered" in buyer


@pytest.mark.parametrize("typed", ["4", "-1", "một", "1.5", "99999999999999999999"])
def test_what_makes_no_sense_is_named_and_kept(
    client: FlaskClient, offer: Offer, member: User, live_sandbox: LiveSandbox, typed: str
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    sign_in(client, member)
    db.session.commit()
    form = {f"quantity_{lines_of(order_id)[0].id}": typed, "request_key": str(new_id())}
    answer = client.post(f"/farm/orders/{parcel_now().id}/short", data=form)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert refunds() == []


def test_nothing_chosen_is_said(client: FlaskClient, offer: Offer, member: User, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 3))
    sign_in(client, member)
    db.session.commit()
    answer = client.post(f"/farm/orders/{parcel_now().id}/short?lang=en", data={"request_key": str(new_id())})
    assert answer.status_code == 422
    assert "Choose what is given back." in answer.text


@pytest.mark.parametrize("state", [ParcelStatus.PACKED, ParcelStatus.CANCELLED])
def test_a_form_that_was_open_while_the_parcel_was_packed_or_cancelled_leads_back_and_says_so(
    client: FlaskClient, offer: Offer, member: User, live_sandbox: LiveSandbox, state: ParcelStatus
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    parcel_now().status = state
    sign_in(client, member)
    db.session.commit()
    page = f"/farm/orders/{parcel_now().id}"
    form = {f"quantity_{lines_of(order_id)[0].id}": "1", "request_key": str(new_id())}
    for ask in (partial(client.post, data=form), client.get):
        answer = ask(f"{page}/short")
        assert (answer.status_code, answer.location) == (303, page)
        assert "Phần này đã đóng gói, hoặc đã được hoàn tiền trước đó." in client.get(page).text
    assert refunds() == []


def test_who_says_so_in_the_moment_when_the_buyer_cancels_is_led_back_too(
    client: FlaskClient, offer: Offer, member: User, live_sandbox: LiveSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    sign_in(client, member)
    db.session.commit()
    say_so = flow.refund_order

    def after_the_buyer(**asked: Any) -> RefundStatus:
        flow.cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
        return say_so(**asked)

    monkeypatch.setattr(flow, "refund_order", after_the_buyer)
    page = f"/farm/orders/{parcel_now().id}"
    form = {f"quantity_{lines_of(order_id)[0].id}": "1", "request_key": str(new_id())}
    answer = client.post(f"{page}/short", data=form)
    assert (answer.status_code, answer.location) == (303, page)
    assert "Phần này đã đóng gói, hoặc đã được hoàn tiền trước đó." in client.get(page).text
    assert len(refunds()) == 1


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_sees_which_page(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox, role: RoleName | None
) -> None:
    order_id = pay_for(live_sandbox, (offer, 1))
    if role is not None:
        sign_in(client, make_user(role))
        db.session.commit()
    officer = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    assert (client.get(f"/payments/orders/{order_id}").status_code == 200) == officer
    assert (client.post(f"/payments/orders/{order_id}/amount").status_code == 422) == officer
    of_others = client.get(f"/farm/orders/{parcel_now().id}/short").status_code
    assert (of_others == 200) == (role is RoleName.ADMINISTRATOR)


def test_an_officer_finds_an_order_and_gives_back_lines_delivery_and_sums(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    number = order_now(order_id).number
    assert client.post("/payments/orders", data={"number": "XXXX-XXXX"}).status_code == 422
    found = client.post("/payments/orders", data={"number": f" {number.replace('-', '').lower()} "})
    assert found.headers["Location"] == f"/payments/orders/{order_id}"
    form = {
        f"quantity_{lines_of(order_id)[0].id}": "1",
        f"delivery_{parcel_now().id}": "20.000",
        "reason": "returned",
        "note": "Hàng dập",
        "request_key": str(new_id()),
    }
    assert client.post(f"/payments/orders/{order_id}", data=form).status_code == 303
    assert payments_now(order_id)[0].refunded_vnd == 55_000
    too_much = {"amount-amount": "80.000", "amount-note": "x", "amount-request_key": str(new_id())}
    assert client.post(f"/payments/orders/{order_id}/amount", data=too_much).status_code == 422
    enough = too_much | {"amount-amount": "70.000"}
    for _ in range(2):
        assert client.post(f"/payments/orders/{order_id}/amount", data=enough).status_code == 303
    assert payments_now(order_id)[0].refunded_vnd == 125_000
    page = client.get(f"/payments/orders/{order_id}").text
    assert "Hàng dập" in page


def test_a_page_that_was_sent_before_is_refused_with_other_goods_and_says_what_to_do(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 1), (make_offer(price_vnd=60_000), 1))
    first, other = (f"quantity_{line.id}" for line in lines_of(order_id))
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    path, form = f"/payments/orders/{order_id}", {"reason": "returned", "request_key": str(new_id())}
    assert client.post(path, data={**form, first: "1"}).status_code == 303
    refused = client.post(f"{path}?lang=en", data={**form, other: "1", "note": "Hàng dập"})
    assert refused.status_code == 409
    assert "Something else was sent from this page before" in refused.text and "Hàng dập" in refused.text
    assert len(refunds()) == 1
    assert client.post(path, data={**form, other: "1", "request_key": str(new_id())}).status_code == 303
    assert len(refunds()) == 2


def test_the_pages_ask_the_same_number_of_questions(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox, count_queries: Callable[[], object]
) -> None:
    few = pay_for(live_sandbox, (offer, 1))
    many = pay_for(live_sandbox, *((make_offer(), 1) for _ in range(5)))
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    counts = []
    for order_id in (few, many):
        client.get(f"/payments/orders/{order_id}")
        db.session.expire_all()
        with count_queries() as statements:
            assert client.get(f"/payments/orders/{order_id}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_after_all_went_back_as_a_goodwill_an_officer_can_still_leave_out_what_is_not_packed(
    client: FlaskClient, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    total = order_now(order_id).total_vnd
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    page = f"/payments/orders/{order_id}"
    goodwill = {"amount-amount": str(total), "amount-note": "Giao trễ", "amount-request_key": str(new_id())}
    assert client.post(f"{page}/amount", data=goodwill).status_code == 303
    line_id = lines_of(order_id)[0].id
    assert f'name="quantity_{line_id}"' in client.get(page).text
    form = {f"quantity_{line_id}": "2", "reason": "line_short", "note": "", "request_key": str(new_id())}
    assert client.post(page, data=form).status_code == 303
    assert order_now(order_id).status == OrderStatus.CANCELLED
    assert "Không còn gì để hoàn" in client.get(page).text
