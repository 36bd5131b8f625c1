"""What must hold after every step, and what must be equal on both sides in the end."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core.db import db
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.offers.stock_check import find_stock_differences
from market.orders.rules import ORDER_TRANSITIONS, PARCEL_TRANSITIONS
from market.payments.rules import TRANSITIONS
from market.payments.sandbox.balance import balance
from market.payments.sandbox.tables import SCHEMA
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from tests.market.stateful.world import World

SOLD = ("paid", "shipped", "cancelled")

STOCK = """
SELECT o.id, o.on_hand, o.reserved,
       (SELECT coalesce(sum(l.quantity) FILTER (WHERE r.status IN ('awaiting_payment', 'needs_review')), 0)
          FROM order_lines l JOIN parcels p ON p.id = l.parcel_id JOIN orders r ON r.id = p.order_id
         WHERE l.offer_id = o.id) AS held,
       (SELECT coalesce(sum(l.quantity) FILTER (WHERE r.status IN ('paid', 'cash_due', 'shipped', 'cancelled')), 0)
          FROM order_lines l JOIN parcels p ON p.id = l.parcel_id JOIN orders r ON r.id = p.order_id
         WHERE l.offer_id = o.id) AS bought,
       coalesce(sum(m.on_hand_change), 0) AS moved,
       coalesce(sum(m.reserved_change), 0) AS moved_reserved,
       coalesce(-sum(m.on_hand_change) FILTER (WHERE m.kind = 'sell'), 0) AS sold
  FROM offers o JOIN stock_movements m ON m.offer_id = o.id
 WHERE o.id = ANY(:offers) GROUP BY o.id
"""

ORDERS = """
SELECT r.id, r.status, r.pays_cash,
       count(*) FILTER (WHERE y.status IN ('pending', 'open')) AS live,
       count(*) FILTER (WHERE e.reference IS NOT NULL) AS entered_as_paid,
       count(*) FILTER (WHERE y.status = 'succeeded' AND NOT EXISTS (
           SELECT FROM refunds f WHERE f.payment_id = y.id AND f.reason = 'paid_too_late')) AS kept,
       bool_or(y.refunded_vnd <> (SELECT coalesce(sum(f.amount_vnd), 0) FROM refunds f
           WHERE f.payment_id = y.id AND f.status = 'succeeded')) AS refunds_differ,
       bool_or(y.amount_vnd < (SELECT coalesce(sum(f.amount_vnd), 0) FROM refunds f
           WHERE f.payment_id = y.id AND f.status <> 'failed')) AS over_refunded
  FROM orders r LEFT JOIN payments y ON y.order_id = r.id
  LEFT JOIN ledger_entries e ON e.source = 'payment' AND e.source_id = y.id
 WHERE r.id = ANY(:orders) GROUP BY r.id
"""

CASH = """
SELECT c.parcel_id, c.status, p.status AS parcel, coalesce(c.received_vnd, 0) AS received_vnd,
       (SELECT count(*) FROM ledger_entries e WHERE e.source = 'cash_received' AND e.source_id = p.id) AS entered,
       (SELECT coalesce(sum(b.amount_vnd), 0) FROM cash_returns b WHERE b.parcel_id = p.id) AS given_back_vnd
  FROM cash_parcels c JOIN parcels p ON p.id = c.parcel_id WHERE p.order_id = ANY(:orders)
"""

VOUCHERS = """
SELECT p.id, p.uses, p.max_uses, p.spent_vnd, count(u.order_id) AS used, coalesce(sum(u.discount_vnd), 0) AS given
  FROM promotions p LEFT JOIN promotion_uses u ON u.promotion_id = p.id AND u.status <> 'released'
 WHERE p.id = ANY(:vouchers) GROUP BY p.id
"""

HAPPENED = f"""
SELECT 'order ' || status AS what, count(*) AS often FROM orders GROUP BY 1
UNION ALL SELECT 'payment ' || status, count(*) FROM payments GROUP BY 1
UNION ALL SELECT 'refund ' || reason, count(*) FROM refunds GROUP BY 1
UNION ALL SELECT 'refund ' || status, count(*) FROM refunds GROUP BY 1
UNION ALL SELECT 'voucher ' || status, count(*) FROM promotion_uses GROUP BY 1
UNION ALL SELECT replace(reason, 'balance', 'rest') || ' ' || status, count(*) FROM collections GROUP BY 1
UNION ALL SELECT 'cash ' || status, count(*) FROM cash_parcels GROUP BY 1
UNION ALL SELECT 'cash given back', count(*) FROM cash_returns
UNION ALL SELECT 'second attempt', count(*) FROM payments WHERE attempt > 1
UNION ALL SELECT 'card refused', count(*) FROM {SCHEMA}.events WHERE type = 'payment_intent.payment_failed'
UNION ALL SELECT 'webhook', count(*) FROM inbox_messages
"""

VENDOR = f"""
SELECT i.data ->> 'id' AS intent, (c.data ->> 'amount_captured')::bigint AS captured,
       (c.data ->> 'amount_refunded')::bigint AS refunded, i.data -> 'metadata' ->> 'payment_id' AS payment_id
  FROM {SCHEMA}.objects i JOIN {SCHEMA}.objects c ON c.id = i.data ->> 'latest_charge'
 WHERE i.type = 'payment_intent' AND i.data ->> 'status' = 'succeeded'
"""

FOR_A_PERSON = {DiscrepancyKind.REFUND_FAILED, DiscrepancyKind.REFUND_NOT_MADE}
"""What no sweep can settle: money that a buyer has not got, as a card or a dispute stands in the way."""


def check_step(
    world: World, orders: Sequence[uuid.UUID], vouchers: Sequence[uuid.UUID], before: dict[uuid.UUID, str]
) -> dict[uuid.UUID, str]:
    """What must hold whenever nothing is under way; the states of the orders and payments, for the next time."""
    for row in world.sql(STOCK, offers=world.offer_ids):
        assert 0 <= row.reserved <= row.on_hand, f"oversold: {row}"
        assert row.reserved == row.held == row.moved_reserved, f"held by no order, or by one too many: {row}"
        assert (row.on_hand, row.bought) == (row.moved, row.sold), f"the stock card says something else: {row}"
    states: dict[uuid.UUID, str] = {}
    for row in world.sql(ORDERS, orders=list(orders)):
        paid = int(row.status in SOLD and not row.pays_cash)
        assert row.live <= 1, f"two live payments: {row}"
        assert row.entered_as_paid == paid, f"paid another number of times than once: {row}"
        assert row.kept <= paid, f"money kept for nothing: {row}"
        assert not row.refunds_differ and not row.over_refunded, f"given back too much: {row}"
        states[row.id] = row.status
    for row in world.sql(CASH, orders=list(orders)):
        assert row.entered == int(row.status == "received"), f"cash entered another number of times than once: {row}"
        assert (row.status == "refused") == (row.parcel == "returned"), f"refused, but not back: {row}"
        assert row.given_back_vnd <= row.received_vnd, f"more cash given back than came: {row}"
    for row in world.sql(VOUCHERS, vouchers=list(vouchers)):
        assert (row.uses, row.spent_vnd) == (row.used, row.given) and row.uses <= row.max_uses, f"voucher: {row}"
    assert world.sql("SELECT sum(amount_vnd) FROM ledger_postings")[0][0] in (None, 0)
    payments = world.sql("SELECT id, status FROM payments WHERE order_id = ANY(:orders)", orders=list(orders))
    states |= {row.id: row.status for row in payments}
    for thing, status in states.items():
        was = before.get(thing, status)
        allowed = ORDER_TRANSITIONS if thing in orders else TRANSITIONS
        assert status in _reachable(allowed, was), f"{thing} went from {was} to {status}"
    return states


def check_end(world: World, orders: Sequence[uuid.UUID]) -> None:
    """What must hold once all is over and nothing more is said: both sides agree to the dong."""
    waiting = world.sql(
        "SELECT id, status FROM orders WHERE status IN ('awaiting_payment', 'needs_review')"
        " UNION ALL SELECT id, status FROM payments WHERE status IN ('pending', 'open')"
        " UNION ALL SELECT id, status FROM refunds WHERE status = 'pending'"
    )
    assert not waiting, f"still waits although all time is over: {waiting}"
    with world.app.app_context():
        assert not find_stock_differences()
        audit = audit_ledger()
        assert audit.is_sound, [str(fault) for fault in audit.faults]
        with world.store.open() as books:
            theirs = balance(books)
        ours = balance_of(AccountKind.PROCESSOR_BALANCE)
        assert ours == theirs, f"the vendor holds {theirs}, our account says {ours}"
        open_items = db.session.scalars(select(Discrepancy).where(Discrepancy.resolved_at.is_(None))).all()
        assert {item.kind for item in open_items} <= FOR_A_PERSON, [vars(item) for item in open_items]
        not_made = {item.ours["said"] for item in open_items if item.kind == DiscrepancyKind.REFUND_NOT_MADE}
        assert not_made <= {"PaymentDisputed"}, not_made
    failed_news = world.sql("SELECT name, last_error FROM outbox_messages WHERE last_error IS NOT NULL")
    assert not failed_news, failed_news
    _check_vendor(world)
    _check_changes(world, orders)


def _check_vendor(world: World) -> None:
    """Every payment there is ours, in the same amount and given back as far; and every one of ours is there."""
    ours = {row.payment_intent_id: row for row in world.sql("SELECT * FROM payments WHERE settled_at IS NOT NULL")}
    theirs = {row.intent: row for row in world.sql(VENDOR)}
    assert set(ours) == set(theirs), "payments that only one side has"
    for intent, row in theirs.items():
        assert (row.captured, row.refunded) == (ours[intent].amount_vnd, ours[intent].refunded_vnd), (row, ours[intent])
        assert str(ours[intent].id) == row.payment_id
    refunds = (
        "SELECT data ->> 'id', (data ->> 'amount')::bigint, data ->> 'status' "
        f"FROM {SCHEMA}.objects WHERE type = 'refund'"
    )
    known = "SELECT external_id, amount_vnd, status FROM refunds WHERE external_id IS NOT NULL"
    assert set(map(tuple, world.sql(refunds))) == set(map(tuple, world.sql(known))), "refunds differ"


def _check_changes(world: World, orders: Sequence[uuid.UUID]) -> None:
    """The history that is written down has no step that is not allowed, and no gap."""
    last: dict[Any, str] = {}
    changes = world.sql("SELECT * FROM order_changes WHERE order_id = ANY(:orders) ORDER BY id", orders=list(orders))
    for change in changes:
        about = change.parcel_id or change.order_id
        if change.parcel_id is None and change.from_status is None:
            last[about] = change.to_status
            continue
        allowed: dict[Any, Any] = ORDER_TRANSITIONS if change.parcel_id is None else PARCEL_TRANSITIONS
        assert last.get(about, "waiting") == change.from_status, change
        assert change.to_status in allowed[change.from_status], change
        last[about] = change.to_status
    for row in world.sql("SELECT id, status FROM orders WHERE id = ANY(:orders)", orders=list(orders)):
        assert last[row.id] == row.status


def _reachable(allowed: dict[Any, Any], start: str) -> set[str]:
    """All states that a thing can be in after any number of allowed steps."""
    found, new = {start}, [start]
    while new:
        for state in allowed[new.pop()]:
            if str(state) not in found:
                found.add(str(state))
                new.append(str(state))
    return found
