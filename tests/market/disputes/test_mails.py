"""Mails about disputes, refunds and cash that did not come render in both languages, at every turn."""

import pytest
from flask import Flask, render_template

from core.i18n import use_locale

CONTEXT = {"number": "7K3M-9QRS", "name": "Mẫu <b>", "path": "/orders/abc", "amount": "55.000 ₫"}
TURNS = [
    ("order_disputed", {"is_open": True, "is_lost": False}),
    ("order_disputed", {"is_open": False, "is_lost": True}),
    ("order_disputed", {"is_open": False, "is_lost": False}),
    *(("dispute_changed", {"stage": stage}) for stage in ("inquiry", "open", "won", "lost", "closed")),
    ("refund_made", {"reason": "line_short", "by_transfer": True}),
    ("order_refunded", {"by_transfer": True}),
    ("cash_missed", {"words": "Chưa thấy <b>"}),
    *(("refund_made", {"reason": reason}) for reason in ("line_short", "recalled", "goodwill")),
]


@pytest.mark.parametrize(("template", "more"), TURNS)
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_part_of_a_mail_renders(app: Flask, template: str, more: dict[str, object], locale: str) -> None:
    values = CONTEXT | more
    with app.app_context(), use_locale(locale):
        subject = render_template(f"email/{template}/subject.txt", **values)
        text = render_template(f"email/{template}/body.txt", **values)
        html = render_template(f"email/{template}/body.html", **values)
    assert subject.strip()
    assert "\n" not in subject.strip()
    assert "http://localhost:8000/orders/abc" in text
    assert "http://localhost:8000/orders/abc" in html
    assert "Mẫu &lt;b&gt;" in html
    assert "Mẫu <b>" in text
