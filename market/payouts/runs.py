"""Payout runs: drafted, approved by another person, exported to the bank, settled line by line.

Rows are locked in one order: the terms, then the run. Everything here may be done twice without paying twice: a state
is left once, an entry of the ledger is made once, and a producer stands in one draft at a time.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from core.accounts import Actor
from core.db import db, new_id, readable_code
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.i18n import local_today
from market.ledger.models import AccountKind, PostingPart
from market.ledger.usecases import SITE, Line, post_entry
from market.payouts.mails import mail_payout_settled
from market.payouts.models import LineStatus, PayoutLine, PayoutRun, RunStatus
from market.payouts.policies import require_payer
from market.payouts.queries import Payable, get_run, get_terms, list_due, list_payables
from market.payouts.rules import is_payout_day, line_may_become, run_may_become

LEDGER_PAYOUT = "payout"
LEDGER_PAYOUT_PAID = "payout_paid"
LEDGER_PAYOUT_FAILED = "payout_failed"


def draft_run(*, actor: Actor, now: datetime) -> PayoutRun:
    """Put together what is payable now. Raises NotFound; Conflict when there is nothing."""
    require_payer(actor)
    run = _draft(now=now, drafted_by=actor.user_id, scheduled_on=None)
    if run is None:
        raise Conflict(_l("Nothing can be paid out now: nothing is due, or everything stands in a draft."))
    return run


def draft_scheduled_run(*, now: datetime) -> PayoutRun | None:
    """Draft the run of today, once, when the terms name this weekday; None when there is nothing to do."""
    today = local_today(now)
    if not is_payout_day(get_terms().weekday, today):
        return None
    return _draft(now=now, drafted_by=None, scheduled_on=today)


def approve_run(*, actor: Actor, run_id: uuid.UUID, now: datetime) -> PayoutRun:
    """Release a draft: each sum leaves its producer's account and is in transit. Done before, it changes nothing.

    Raises NotFound; Conflict for who drafted it, for a cancelled run, and when a balance or bank account has changed.
    """
    require_payer(actor)
    terms = get_terms(lock=True)
    run = get_run(run_id, lock=True)
    if run.approved_at is not None:
        return run
    if run.drafted_by == actor.user_id:
        raise Conflict(_l("You drafted this run. Another person has to approve it."))
    _move_run(run, RunStatus.APPROVED)
    run.approved_by, run.approved_at = actor.user_id, now
    _check_still_due(run, hold_days=terms.hold_days, now=now)
    for line in run.lines:
        _move_line(line, LineStatus.IN_TRANSIT)
        post_entry(
            source=LEDGER_PAYOUT,
            source_id=line.id,
            description=f"Payout run {run.number} approved",
            reference=run.number,
            lines=[
                Line(AccountKind.PRODUCER_PAYABLE, line.producer_id, line.amount_vnd, PostingPart.PAYOUT),
                Line(AccountKind.PAYOUTS_IN_TRANSIT, SITE, -line.amount_vnd),
            ],
        )
    db.session.flush()
    return run


def cancel_run(*, actor: Actor, run_id: uuid.UUID, now: datetime) -> PayoutRun:
    """Give up a draft; what stood in it is payable again. Raises NotFound; Conflict once it is approved."""
    require_payer(actor)
    get_terms(lock=True)
    run = get_run(run_id, lock=True)
    if run.status == RunStatus.CANCELLED:
        return run
    _move_run(run, RunStatus.CANCELLED)
    run.cancelled_at = now
    for line in run.lines:
        _move_line(line, LineStatus.CANCELLED)
    db.session.flush()
    return run


def export_run(*, actor: Actor, run_id: uuid.UUID, now: datetime) -> PayoutRun:
    """Note that the bank's file was fetched; it may be fetched again and is the same. Raises NotFound, Conflict."""
    require_payer(actor)
    run = get_run(run_id, lock=True)
    if run.status == RunStatus.APPROVED:
        _move_run(run, RunStatus.EXPORTED)
        run.exported_at = now
        db.session.flush()
    if run.exported_at is None:
        raise Conflict(_l("Only an approved run goes to the bank."))
    return run


def mark_paid(*, actor: Actor, run_id: uuid.UUID, line_id: uuid.UUID | None, now: datetime) -> int:
    """The bank has paid one line of a run, or with None all that are in transit; returns how many were new.

    Raises NotFound; Conflict for a run that is not at the bank, and for a line that failed.
    """
    run, lines = _lines_at_the_bank(actor, run_id, line_id)
    settled = 0
    for line in lines:
        if line.status == LineStatus.PAID:
            continue
        _settle(run, line, LineStatus.PAID, actor, now)
        settled += 1
    _finish_when_settled(run, now)
    return settled


def mark_failed(*, actor: Actor, run_id: uuid.UUID, line_id: uuid.UUID, reason: str | None, now: datetime) -> bool:
    """The bank could not pay one line: the sum goes back onto the producer's account. Whether that is new.

    Raises NotFound; Invalid without a reason; Conflict for a run that is not at the bank, and for a line that is paid.
    """
    run, (line,) = _lines_at_the_bank(actor, run_id, line_id)
    if line.status == LineStatus.FAILED:
        return False
    if not reason:
        raise Invalid(_l("Say why the bank could not pay."), field="reason")
    line.failure_reason = reason
    _settle(run, line, LineStatus.FAILED, actor, now)
    _finish_when_settled(run, now)
    return True


def _draft(*, now: datetime, drafted_by: uuid.UUID | None, scheduled_on: date | None) -> PayoutRun | None:
    terms = get_terms(lock=True)
    if scheduled_on is not None and _was_drafted_on(scheduled_on):
        return None
    due = list_due(hold_days=terms.hold_days, minimum_vnd=terms.minimum_vnd, now=now)
    if not due:
        return None
    run = PayoutRun(
        id=new_id(), number=readable_code(8), drafted_by=drafted_by, drafted_at=now, scheduled_on=scheduled_on
    )
    db.session.add(run)
    db.session.flush()
    db.session.add_all(_line(run, payable) for payable in due)
    db.session.flush()
    return run


def _was_drafted_on(day: date) -> bool:
    return db.session.query(PayoutRun.id).filter_by(scheduled_on=day).first() is not None


def _line(run: PayoutRun, payable: Payable) -> PayoutLine:
    return PayoutLine(
        run_id=run.id,
        producer_id=payable.producer_id,
        bank_account_id=payable.bank_account_id,
        amount_vnd=payable.due_vnd,
    )


def _check_still_due(run: PayoutRun, *, hold_days: int, now: datetime) -> None:
    """Raises Conflict when money or account are not what was drafted: a refund, or another bank account since."""
    producer_ids = [line.producer_id for line in run.lines]
    found = {
        payable.producer_id: payable
        for payable in list_payables(hold_days=hold_days, now=now, producer_ids=producer_ids)
    }
    changed = [
        line.producer.name
        for line in run.lines
        if (payable := found.get(line.producer_id)) is None
        or payable.due_vnd < line.amount_vnd
        or payable.bank_account_id != line.bank_account_id
    ]
    if changed:
        raise Conflict(
            _l(
                "Balance or bank account changed since the draft: %(names)s. Cancel this run and draft a new one.",
                names=", ".join(changed),
            )
        )


def _lines_at_the_bank(
    actor: Actor, run_id: uuid.UUID, line_id: uuid.UUID | None
) -> tuple[PayoutRun, Sequence[PayoutLine]]:
    require_payer(actor)
    run = get_run(run_id, lock=True)
    lines = [line for line in run.lines if line.id == line_id] if line_id else list(run.lines)
    if not lines:
        raise NotFound
    if run.exported_at is None:
        raise Conflict(_l("This run has not gone to the bank yet."))
    if line_id is None:
        lines = [line for line in lines if line.status == LineStatus.IN_TRANSIT]
    return run, lines


def _settle(run: PayoutRun, line: PayoutLine, to: LineStatus, actor: Actor, now: datetime) -> None:
    _move_line(line, to)
    line.settled_at, line.settled_by = now, actor.user_id
    in_transit = Line(AccountKind.PAYOUTS_IN_TRANSIT, SITE, line.amount_vnd)
    if to == LineStatus.PAID:
        source, other = LEDGER_PAYOUT_PAID, Line(AccountKind.BANK_BALANCE, SITE, -line.amount_vnd)
    else:
        source = LEDGER_PAYOUT_FAILED
        other = Line(AccountKind.PRODUCER_PAYABLE, line.producer_id, -line.amount_vnd, PostingPart.PAYOUT)
    post_entry(
        source=source,
        source_id=line.id,
        description=f"Payout run {run.number}: {to}",
        reference=run.number,
        lines=[in_transit, other],
    )
    mail_payout_settled(run, line)


def _finish_when_settled(run: PayoutRun, now: datetime) -> None:
    if run.status == RunStatus.EXPORTED and all(
        line.status in (LineStatus.PAID, LineStatus.FAILED) for line in run.lines
    ):
        _move_run(run, RunStatus.FINISHED)
        run.finished_at = now
    db.session.flush()


def _move_run(run: PayoutRun, to: RunStatus) -> None:
    if not run_may_become(run.status, to):
        raise Conflict
    run.status = to


def _move_line(line: PayoutLine, to: LineStatus) -> None:
    if not line_may_become(line.status, to):
        raise Conflict
    line.status = to
