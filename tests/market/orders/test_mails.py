"""Mails to buyers render in both languages, with a link that works outside the site."""

import re

import pytest
from flask import Flask, render_template

from core.i18n import use_locale
from market.orders.mails import OrderEnding

FACTS = [["Giao hàng", "Xe lạnh <mẫu>"], ["Thời gian giao", "Thứ Bảy 05/12/2026, 8:00–12:00"]]
CONTEXT = {
    "number": "7K3M-9QRS",
    "name": "Mẫu <b>",
    "path": "/orders/abc",
    "total": "55.000 ₫",
    "amount": "55.000 ₫",
    "lines": [{"name": "Bưởi", "quantity": 2, "amount": "70.000 ₫"}],
    "producer": "Hợp tác xã (mẫu)",
    "ending": "not_paid",
    "sscc": "095210000000000011",
    "is_pick_up": False,
    "is_ended": False,
    "pays_cash": False,
    "facts_of_delivery": FACTS,
    "deliveries": [{"producer": "Hợp tác xã (mẫu)", "facts_of_delivery": FACTS}],
}


SAYS_WHEN = {
    "order_waits": False,
    "order_paid": True,
    "parcel_packed": False,
    "parcel_shipped": True,
    "order_refunded": False,
    "order_ended": False,
    "goods_left_out": False,
}


@pytest.mark.parametrize("template", list(SAYS_WHEN))
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_part_of_a_mail_renders(app: Flask, template: str, locale: str) -> None:
    with app.app_context(), use_locale(locale):
        subject = render_template(f"email/{template}/subject.txt", **CONTEXT)
        text = render_template(f"email/{template}/body.txt", **CONTEXT)
        html = render_template(f"email/{template}/body.html", **CONTEXT)
    assert "7K3M-9QRS" in subject
    assert "http://localhost:8000/orders/abc" in text
    assert "http://localhost:8000/orders/abc" in html
    assert "Mẫu &lt;b&gt;" in html
    says_when = SAYS_WHEN[template]
    assert ("Thứ Bảy 05/12/2026, 8:00–12:00" in text) is says_when
    assert ("Thứ Bảy 05/12/2026, 8:00–12:00" in html) is says_when


def test_a_parcel_at_a_pick_up_point_waits_for_its_buyer(app: Flask) -> None:
    with app.app_context(), use_locale("en"):
        context = CONTEXT | {"is_pick_up": True}
        subject, text, html = (
            render_template(f"email/parcel_shipped/{part}", **context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    assert "ready to be picked up" in subject
    assert "keeps your parcel ready" in text and "keeps your parcel ready" in html
    assert "on its way" not in subject + text + html


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_each_ending_has_words_of_its_own(app: Flask, locale: str) -> None:
    with app.app_context(), use_locale(locale):
        texts = {
            render_template("email/order_ended/body.txt", **CONTEXT | {"ending": str(ending)}) for ending in OrderEnding
        }
    assert len(texts) == len(OrderEnding)


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_what_is_left_out_is_named_with_what_it_means_for_the_buyer(app: Flask, locale: str) -> None:
    meanings = [{"is_ended": True}, {"pays_cash": True}, {"pays_cash": False}]
    with app.app_context(), use_locale(locale):
        texts = [
            render_template(f"email/goods_left_out/body.{kind}", **CONTEXT | meaning)
            for meaning in meanings
            for kind in ("txt", "html")
        ]
    assert len(set(texts)) == len(texts)
    assert all("Bưởi" in text and "Hợp tác xã (mẫu)" in text for text in texts)
    assert all(re.search(r"\n\nhttps?://\S+/orders/abc\n", text) for text in texts[::2])
