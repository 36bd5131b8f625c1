"""Reading the ledger."""

import uuid

from sqlalchemy import func, select

from core.db import db
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting
from market.ledger.usecases import SITE


def balance_of(kind: AccountKind, owner_id: uuid.UUID = SITE) -> int:
    """The sum of all postings on an account in dong; debits are positive. Zero for an account never used."""
    return int(
        db.session.scalar(
            select(func.coalesce(func.sum(LedgerPosting.amount_vnd), 0))
            .join(LedgerAccount, LedgerPosting.account_id == LedgerAccount.id)
            .where(LedgerAccount.kind == kind, LedgerAccount.owner_id == owner_id)
        )
        or 0
    )


def ledger_total() -> int:
    """The sum over all accounts: zero, or the ledger is broken."""
    return int(db.session.scalar(select(func.coalesce(func.sum(LedgerPosting.amount_vnd), 0))) or 0)


def find_entry(source: str, source_id: uuid.UUID) -> LedgerEntry | None:
    """The entry of one business event."""
    return db.session.scalar(
        select(LedgerEntry).where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
    )
