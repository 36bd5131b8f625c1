"""Whatever happens in whatever order, the ledger is sound and nobody gets more than they are owed."""

import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.payments.models import Payment
from market.payouts.models import LineStatus, PayoutLine, PayoutRun, RunStatus
from market.payouts.runs import approve_run, cancel_run, draft_run, export_run, mark_failed, mark_paid
from tests.market.payouts.selling import give_back, make_payer, make_seller, sell, share_vnd

STEPS = ("sell", "sell_unshipped", "refund", "draft", "approve", "cancel", "export", "paid", "failed")


class Books:
    """Two sellers, two payers, and what was done so far."""

    def __init__(self) -> None:
        self.sellers = [make_seller()[0] for _ in range(2)]
        self.payers: tuple[Actor, Actor] = (make_payer(), make_payer())
        self.payments: list[tuple[int, int, Payment]] = []
        self.refunded = [0, 0]
        self.run_ids: list[uuid.UUID] = []

    def do(self, step: str, pick: int) -> None:
        """Do one step on one seller; what makes no sense now is refused and changes nothing."""
        seller = pick % 2
        if step in ("sell", "sell_unshipped"):
            pieces = 2 + pick % 9
            payment = sell(self.sellers[seller], pieces=pieces, shipped_days_ago=9 if step == "sell" else None)
            self.payments.append((seller, share_vnd(pieces), payment))
        elif step == "refund" and self.payments:
            seller, share, payment = self.payments.pop(pick % len(self.payments))
            give_back(payment)
            self.refunded[seller] += share
        elif step == "draft":
            self._run(lambda: self.run_ids.append(draft_run(actor=self.payers[0], now=utc_now()).id))
        else:
            self._on_run(step, pick)

    def _on_run(self, step: str, pick: int) -> None:
        if not self.run_ids:
            return
        run_id, now, (first, second) = self.run_ids[pick % len(self.run_ids)], utc_now(), self.payers
        line_ids = db.session.scalars(select(PayoutLine.id).where(PayoutLine.run_id == run_id)).all()
        line_id = line_ids[pick % len(line_ids)]
        self._run(
            {
                "approve": lambda: approve_run(actor=second, run_id=run_id, now=now),
                "cancel": lambda: cancel_run(actor=first, run_id=run_id, now=now),
                "export": lambda: export_run(actor=first, run_id=run_id, now=now),
                "paid": lambda: mark_paid(actor=first, run_id=run_id, line_id=line_id, now=now),
                "failed": lambda: mark_failed(actor=first, run_id=run_id, line_id=line_id, reason="Sai", now=now),
            }.get(step, lambda: None)
        )

    def _run(self, work: object) -> None:
        savepoint = db.session.begin_nested()
        try:
            work()
            savepoint.commit()
        except Conflict:
            savepoint.rollback()

    def check(self) -> None:
        """The books agree, and no seller is below zero by more than was refunded."""
        audit = audit_ledger()
        assert audit.is_sound, [str(fault) for fault in audit.faults]
        in_transit = sum(
            db.session.scalars(select(PayoutLine.amount_vnd).where(PayoutLine.status == LineStatus.IN_TRANSIT))
        )
        paid = sum(db.session.scalars(select(PayoutLine.amount_vnd).where(PayoutLine.status == LineStatus.PAID)))
        assert balance_of(AccountKind.PAYOUTS_IN_TRANSIT) == -in_transit
        assert balance_of(AccountKind.BANK_BALANCE) == -paid
        for seller, producer in enumerate(self.sellers):
            owed = -balance_of(AccountKind.PRODUCER_PAYABLE, producer.id)
            assert owed >= -self.refunded[seller]
        for run in db.session.scalars(select(PayoutRun)):
            assert run.status != RunStatus.FINISHED or run.exported_at is not None


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 97)), min_size=4, max_size=25))
def test_any_order_of_sales_refunds_and_payouts_keeps_the_books(
    session: scoped_session[Session], steps: list[tuple[str, int]]
) -> None:
    books = Books()
    for step, pick in steps:
        books.do(step, pick)
    books.check()
