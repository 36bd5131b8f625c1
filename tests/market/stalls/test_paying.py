"""A passer-by scans the placard, types an amount and pays; with a real sandbox behind it."""

import re
import uuid

from flask.testing import FlaskClient

from core.db import db
from market.stalls.models import StallSaleStatus
from tests.factories import make_stall
from tests.market.stalls.conftest import Place, form_values, make_sale, pay_at, sales_of
from tests.support.paying import DECLINED, LiveSandbox


def test_the_placards_page_says_whom_one_pays(client: FlaskClient, place: Place) -> None:
    page = client.get(place.pay_path)
    assert page.status_code == 200
    for text in ("A12", "Quầy cam (mẫu)", "Bà Lụa (mẫu)", "Chợ Bình Minh (mẫu)"):
        assert text in page.text
    assert 'inputmode="numeric"' in page.text


def test_a_code_in_small_letters_leads_to_the_same_page(client: FlaskClient, place: Place) -> None:
    answer = client.get(place.pay_path.lower())
    assert answer.status_code == 302
    assert answer.headers["Location"] == place.pay_path


def test_each_form_has_a_mark_of_its_own(client: FlaskClient, place: Place) -> None:
    marks = {re.search(r'name="form_id"[^>]*value="([^"]+)"', client.get(place.pay_path).text)[1] for _ in range(3)}
    assert len(marks) == 3
    assert all(uuid.UUID(mark) for mark in marks)


def test_paying_leads_to_a_receipt_in_figures_and_words(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    back, sale = pay_at(client, live_sandbox, place, amount="215.000 đ", note="2 kg cam")
    assert back == f"{place.pay_path}/sales/{sale.token}/return"
    receipt = client.get(back, follow_redirects=True)
    assert receipt.status_code == 200
    assert sales_of(place.stall)[0].status == StallSaleStatus.PAID
    for text in ("215.000", "hai trăm mười lăm nghìn đồng", sale.number, "2 kg cam", "Bà Lụa (mẫu)"):
        assert text in receipt.text
    assert "http-equiv" not in receipt.text


def test_the_webhook_alone_settles_the_sale(client: FlaskClient, live_sandbox: LiveSandbox, place: Place) -> None:
    pay_at(client, live_sandbox, place)
    assert sales_of(place.stall)[0].status == StallSaleStatus.AWAITING_PAYMENT
    assert live_sandbox.send_events(client) == [200]
    assert sales_of(place.stall)[0].status == StallSaleStatus.PAID


def test_a_waiting_receipt_refreshes_itself_without_a_script(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    client.post(place.pay_path, data=form_values())
    receipt = client.get(f"{place.pay_path}/sales/{sales_of(place.stall)[0].token}")
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in receipt.text


def test_after_a_declined_card_the_same_sale_can_be_paid(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    first = client.post(place.pay_path, data=form_values()).headers["Location"]
    assert "Location" not in live_sandbox.pay(first, DECLINED).headers
    sale = sales_of(place.stall)[0]
    receipt_path = f"{place.pay_path}/sales/{sale.token}"
    assert f'action="{receipt_path}/pay"' in client.get(receipt_path).text
    again = client.post(f"{receipt_path}/pay")
    assert again.status_code == 303
    assert live_sandbox.pay(again.headers["Location"]).status_code in (302, 303)
    client.get(f"{receipt_path}/return")
    assert [sale.status for sale in sales_of(place.stall)] == [StallSaleStatus.PAID]


def test_a_paid_sale_is_not_paid_again(client: FlaskClient, live_sandbox: LiveSandbox, place: Place) -> None:
    back, sale = pay_at(client, live_sandbox, place)
    client.get(back)
    again = client.post(f"{place.pay_path}/sales/{sale.token}/pay")
    assert again.headers["Location"] == f"{place.pay_path}/sales/{sale.token}"


def test_the_same_form_twice_makes_one_sale_and_a_corrected_one_another(
    client: FlaskClient, live_sandbox: LiveSandbox, place: Place
) -> None:
    form = form_values(amount="20.000")
    pages = [client.post(place.pay_path, data=form).headers["Location"] for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(sales_of(place.stall)) == 1
    client.post(place.pay_path, data=form | {"amount": "200.000"})
    assert [sale.amount_vnd for sale in sales_of(place.stall)] == [20_000, 200_000]


def test_while_the_payment_service_is_away_the_sale_waits(client: FlaskClient, place: Place) -> None:
    """The gateway of these tests has nobody behind it unless a sandbox is started."""
    answer = client.post(place.pay_path, data=form_values())
    assert answer.status_code == 503
    sale = sales_of(place.stall)[0]
    assert sale.status == StallSaleStatus.AWAITING_PAYMENT
    assert f"{place.pay_path}/sales/{sale.token}/pay" in answer.text
    back = client.get(f"{place.pay_path}/sales/{sale.token}/return")
    assert back.status_code == 303


def test_a_receipt_opens_only_with_its_own_link(client: FlaskClient, place: Place) -> None:
    sale = make_sale(place.stall)
    other = make_stall(place.market)
    db.session.commit()
    assert client.get(f"{place.pay_path}/sales/{sale.token}").status_code == 200
    for path in (
        f"/p/{other.placard_code}/sales/{sale.token}",
        f"{place.pay_path}/sales/{sale.token[:-1]}",
        f"{place.pay_path}/sales/{sale.number}",
    ):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/return").status_code == 404
        assert client.post(f"{path}/pay").status_code == 404
