"""Mails to buyers render in both languages, with a link that works outside the site."""

import pytest
from flask import Flask, render_template

from core.i18n import use_locale

CONTEXT = {
    "number": "7K3M-9QRS",
    "name": "Mẫu <b>",
    "path": "/orders/abc",
    "total": "55.000 ₫",
    "amount": "55.000 ₫",
    "lines": [{"name": "Bưởi", "quantity": 2, "amount": "70.000 ₫"}],
    "producer": "Hợp tác xã (mẫu)",
    "sscc": "095210000000000011",
}


@pytest.mark.parametrize("template", ["order_paid", "parcel_shipped", "order_refunded"])
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
