"""Reports for tests: figures to report, and asking for files as the pages' buttons do."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from catalog.producers.models import Producer
from core.accounts import User
from core.db import db, utc_now
from core.i18n import local_today
from market.ledger.models import AccountKind
from market.ledger.usecases import SITE, Line, post_entry
from market.reports.models import Report, ReportFormat, ReportKind
from market.reports.usecases import request_report
from tests.traceability.farm import actor_of

_MANY_ENTRIES = """
INSERT INTO ledger_entries (id, source, source_id, description, reference, entered_at, happened_on, booked_on)
SELECT md5('entry' || :salt || n)::uuid, 'payment', md5(:salt || n)::uuid, '', 'S' || n, now(), :day, :day
FROM generate_series(1, :count) AS n
"""
_MANY_POSTINGS = """
INSERT INTO ledger_postings (id, entry_id, account_id, amount_vnd, part)
SELECT md5(side.name || :salt || n)::uuid, md5('entry' || :salt || n)::uuid, account.id, side.sign * n, side.part
FROM generate_series(1, :count) AS n,
     (VALUES ('producer_payable', -1, 'goods'), ('processor_balance', 1, NULL)) AS side (name, sign, part)
     JOIN ledger_accounts AS account
     ON account.kind = side.name AND account.owner_id = CASE WHEN side.sign < 0 THEN :owner ELSE :site END
"""


def today() -> date:
    return local_today(utc_now())


def post(producer: Producer, amount: int, **values: Any) -> None:
    """Owe the producer so much more."""
    post_entry(
        source=values.pop("source", "payment"),
        source_id=uuid.uuid4(),
        description="",
        lines=[
            Line(AccountKind.PRODUCER_PAYABLE, producer.id, -amount),
            Line(AccountKind.PROCESSOR_BALANCE, SITE, amount),
        ],
        **values,
    )


def post_many(producer: Producer, count: int) -> None:
    """Entries of 1, 2, 3 … dong, today; the producer's account must have been used before."""
    values = {"count": count, "salt": uuid.uuid4().hex, "day": today(), "owner": producer.id, "site": SITE}
    for statement in (_MANY_ENTRIES, _MANY_POSTINGS):
        db.session.execute(text(statement), values)
    # What autovacuum does in the background, and the planner relies on.
    db.session.execute(text("ANALYZE ledger_entries, ledger_postings, ledger_accounts"))


def fields(kind: ReportKind, owner_id: uuid.UUID, /, **changed: object) -> dict[str, object]:
    """What a button sends: the last thirty days as CSV, unless `changed`."""
    return {
        "kind": str(kind),
        "owner_id": str(owner_id),
        "first_day": (today() - timedelta(days=30)).isoformat(),
        "last_day": today().isoformat(),
        "file_format": "csv",
        **changed,
    }


def fetch(client: FlaskClient, kind: ReportKind, owner_id: uuid.UUID, /, **changed: object) -> TestResponse:
    """Press the button and follow to what it leads to."""
    return client.post("/reports", data=fields(kind, owner_id, **changed), follow_redirects=True)


def statement_of(user: User, producer: Producer, **changed: Any) -> Report:
    """Ask for the producer's statement, as `user`."""
    given = {"first_day": today() - timedelta(days=30), "last_day": today(), "file_format": ReportFormat.CSV, **changed}
    return request_report(actor=actor_of(user), kind=ReportKind.PRODUCER_STATEMENT, owner_id=producer.id, **given)
