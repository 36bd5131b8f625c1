"""What cannot be settled is told to who looks after payments."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName, User
from core.db import atomic, db
from core.i18n import use_locale
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.reconciliation.handlers import MOST_MAILS_AN_HOUR
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.reconciliation.showing import KIND_NAMES, WHAT_TO_DO
from market.reconciliation.usecases import note_discrepancy, resolve_discrepancy
from tests.factories import make_user
from tests.support.refunding import actor_of


@pytest.fixture
def officer(session: scoped_session[Session]) -> User:
    make_user(RoleName.PRODUCER_MEMBER)
    officer = make_user(RoleName.ADMINISTRATOR)
    session.commit()
    return officer


def disagree(external_id: str = "pi_1", amount: int = 50_000) -> None:
    with atomic():
        note_discrepancy(
            kind=DiscrepancyKind.UNKNOWN_PAYMENT, external_id=external_id, ours={}, theirs={"amount": amount}
        )


def told() -> list[str]:
    """To whom the alerts went, one for each."""
    payloads = db.session.scalars(
        select(OutboxMessage.payload).where(OutboxMessage.name == MailRequested.__name__).order_by(OutboxMessage.id)
    )
    return [mail["recipient"] for mail in payloads if mail["template"] == "payments_disagree"]


def test_an_officer_is_told_once_however_often_it_is_found(officer: User, deliver_outbox: Callable[[], None]) -> None:
    for amount in (50_000, 50_000, 60_000):
        disagree(amount=amount)
        deliver_outbox()
    assert told() == [officer.email]


def test_found_again_after_it_was_resolved_it_is_news_again(officer: User, deliver_outbox: Callable[[], None]) -> None:
    disagree()
    deliver_outbox()
    with atomic():
        found = db.session.scalars(select(Discrepancy)).one()
        resolve_discrepancy(
            actor=actor_of(officer), discrepancy_id=found.id, resolution=Resolution.NOTED, note="Called the buyer"
        )
    disagree(amount=70_000)
    deliver_outbox()
    assert told() == [officer.email, officer.email]


def test_very_many_at_once_do_not_fill_the_letter_box(officer: User, deliver_outbox: Callable[[], None]) -> None:
    for number in range(MOST_MAILS_AN_HOUR + 5):
        disagree(f"pi_{number}")
    deliver_outbox()
    assert len(told()) == MOST_MAILS_AN_HOUR


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("kind", DiscrepancyKind)
def test_every_part_of_the_mail_renders(app: Flask, locale: str, kind: DiscrepancyKind) -> None:
    with app.app_context(), use_locale(locale):
        values = {
            "name": "Mẫu <b>",
            "path": "/payments/review/x",
            "what": str(KIND_NAMES[kind]),
            "what_to_do": str(WHAT_TO_DO[kind]),
        }
        subject, text, html = (
            render_template(f"email/payments_disagree/{part}", **values)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    assert values["what"] in subject
    assert "http://localhost:8000/payments/review/x" in text
    assert "http://localhost:8000/payments/review/x" in html
    assert "Mẫu &lt;b&gt;" in html
