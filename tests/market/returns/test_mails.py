"""Mails about returns say what happened in both languages, and lead to the page of whom they are for."""

import pytest
from flask import Flask, render_template
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from core.i18n import use_locale
from market.returns.mails import MONEY_MISSED, STATEMENT
from market.returns.models import Return, ReturnStatus, Side
from market.returns.tasks import act_on_silent_returns
from tests.support.paying import LiveSandbox
from tests.support.returning import deliver, return_now


@pytest.mark.parametrize("owed", [None, "100.000\u00a0₫"])
@pytest.mark.parametrize("news", [*ReturnStatus, STATEMENT, MONEY_MISSED])
@pytest.mark.parametrize("to", [Side.BUYER, Side.PRODUCER, Side.SITE])
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_part_of_a_mail_renders(app: Flask, news: str, to: Side, locale: str, owed: str | None) -> None:
    context = {
        "number": "7K3M-9QRS",
        "name": "Mẫu <b>",
        "news": str(news),
        "to": str(to),
        "path": "/farm/returns/1",
        "owed": owed,
    }
    with app.app_context(), use_locale(locale):
        subject = render_template("email/return_changed/subject.txt", **context)
        text = render_template("email/return_changed/body.txt", **context)
        html = render_template("email/return_changed/body.html", **context)
    assert "7K3M-9QRS" in subject
    assert "http://localhost:8000/farm/returns/1" in text
    assert "http://localhost:8000/farm/returns/1" in html
    assert "Mẫu &lt;b&gt;" in html
    said = [line for line in text.splitlines() if line.strip()]
    assert len(said) == (5 if owed else 4)  # the greeting, what happened, the money, the link, the site
    assert (owed or "7K3M-9QRS") in html


def test_the_clock_brings_what_nobody_answered_before_the_site(
    session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    found = deliver(live_sandbox).ask(1)
    act_on_silent_returns()
    assert return_now(found.id).status == ReturnStatus.OPEN
    db.session.execute(update(Return).values(due_at=utc_now()))
    db.session.commit()
    for _ in range(2):
        act_on_silent_returns()
        assert return_now(found.id).status == ReturnStatus.ESCALATED
